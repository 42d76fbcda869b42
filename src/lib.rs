//! Conformance tests for the promise of a cloud's key management service.
//!
//! A cloud publishes a table that says how each operation responds in each state of a key. This crate reads that
//! table as data, drives keys into each state by signed requests, sends the probe, and says cell by cell whether the endpoint
//! keeps the promise.

#[cfg(feature = "cli")]
pub mod cli;
pub mod client;
pub mod diagnostic;
pub mod event;
pub mod harness;
pub mod input;
pub mod known;
pub mod ledger;
#[cfg(feature = "mock")]
pub mod mock;
mod near;
pub mod plan;
pub mod provider;
pub mod redact;
pub mod report;
pub mod run;
#[cfg(feature = "cli")]
pub mod self_test;
pub mod session;
pub mod suite;
pub mod verdict;
pub mod yaml;
