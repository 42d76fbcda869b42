//! The bundled mock over a real socket.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod admin;
mod admin_token;
pub mod client;
mod deviations;
mod faults;
mod health;
mod import;
mod keys;
mod lists;
mod page;
mod rejections;
mod rotation;
mod seed_schema;
mod states;
mod tag_resources;
mod web_pages;
mod wire;
