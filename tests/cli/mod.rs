//! The program as a person starts it: exit codes, messages, reports, and what it meets at endpoints.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod admin;
mod aws;
mod call;
mod canary;
mod cases;
mod clean_up;
mod clocks;
mod configuration;
mod connections;
mod credentials;
mod doctor;
mod echo_server;
mod endpoints;
mod files;
mod given;
mod given_as_found;
mod given_sweeps;
mod history;
mod hostile;
mod known;
mod limits;
#[cfg(unix)]
mod many_nights;
#[cfg(target_os = "linux")]
mod memory;
mod mock_process;
mod nights;
mod plan;
mod previous;
mod program;
mod readers;
mod recording;
mod repeat;
mod reports;
mod results;
mod secrets;
mod self_test;
pub(crate) mod server;
mod settings;
mod stalest;
#[cfg(unix)]
mod stopped_anywhere;
#[cfg(unix)]
mod stopping;
#[cfg(unix)]
mod sweep;
mod targets;
mod todo;
mod tools;
mod usage;
mod watch;
