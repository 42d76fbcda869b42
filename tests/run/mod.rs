//! Runs in this process against mocks that misbehave: what is reported of a case, and what a case costs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod altering_proxy;
mod confirming;
mod cost;
mod grammar;
mod ledger;
mod lost;
mod panicking;
mod reasons;
mod settling;
mod sweeping;
mod test_run;
mod touring;
mod whole;
