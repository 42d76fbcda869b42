//! The wire of a cloud, seen through the whole suite.

mod dialects;
mod leaks;
