//! Reports that are made from stored results.

mod replay;
