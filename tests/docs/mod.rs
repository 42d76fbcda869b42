//! What the documents show is what the program does.

mod action;
mod admin_api;
mod architecture;
mod book;
mod examples;
mod image;
mod readme;
mod workflows;
