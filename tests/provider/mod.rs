//! The wire of a cloud, seen through the whole suite; and the code that must not know any cloud.

mod dialects;
mod leaks;
