//! The bundled mock as a process of its own: state that outlives it, seed files, accounts, TLS, and its end.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod admin;
mod aws;
mod clock;
mod crash;
pub mod process;
mod seed;
mod shutdown;
mod state;
mod tls;
