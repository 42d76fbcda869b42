//! The bundled mock over a real socket.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod client;
mod deviations;
mod import;
mod keys;
mod lists;
mod refusals;
mod rotation;
mod states;
mod wire;
