//! The bundled mock as a process of its own: state that outlives it, seed files, accounts, TLS, and its end.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

#[allow(dead_code, reason = "the tests of the mock in one process use the rest")]
#[path = "../mock/client.rs"]
mod client;

mod crash;
mod process;
mod seed;
mod shutdown;
mod state;
mod tls;
