//! The dialects of the clouds: one folder each, behind one trait.

pub mod alibaba;
