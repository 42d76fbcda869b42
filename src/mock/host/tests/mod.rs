//! A host that serves a cloud which is nothing like those that the program knows.

mod admin;
mod client;
mod faults;
mod page;
mod state;
pub(super) mod toy_cloud;
mod wire;
