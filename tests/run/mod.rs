//! Runs in this process against mocks that misbehave: what is said of a case, and what a case costs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod altering;
mod asked;
mod confirming;
mod cost;
mod ledger;
mod lost;
mod panicking;
mod reasons;
mod settling;
mod sweeping;
mod whole;
