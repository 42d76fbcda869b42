//! What the documents show is what the program does.

mod action;
mod admin_api;
mod architecture;
mod book;
mod image;
mod readme;
mod workflows;
