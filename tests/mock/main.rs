//! The bundled mock over a real socket.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod admin;
mod client;
mod deviations;
mod faults;
mod import;
mod keys;
mod lists;
mod page;
mod rejections;
mod rotation;
mod states;
mod wire;
