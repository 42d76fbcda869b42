//! What the documents show is what the program does.

mod admin_api;
mod architecture;
mod readme;
mod workflows;
