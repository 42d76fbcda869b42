//! The program as a person starts it: exit codes, messages, reports, and what it meets at endpoints.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod cases;
mod endpoints;
#[cfg(unix)]
mod interrupt;
mod known;
mod mock_process;
mod program;
mod reports;
mod self_test;
mod server;
mod usage;
