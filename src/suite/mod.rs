//! The case files: YAML → checked values.

pub mod file;
