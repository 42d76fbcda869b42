//! Conformance tests for the promise of a cloud's key management service.
//!
//! A cloud publishes a table that says how each operation responds in each state of a key. This crate reads that
//! table as data, drives keys into each state by signed requests, sends the probe, and says cell by cell whether the
//! endpoint keeps the promise.
//!
//! Most people use the program. As a library it is for three things:
//!
//! - [`harness`] makes a test of every case, for the test suite of an emulator;
//! - [`mock`] is the bundled reference emulator, to be started in a test of a client;
//! - [`results`] reads `results.json`, for scripts and dashboards.
//!
//! # Features
//!
//! Both are on by default. With `default-features = false` the harness runs the suite against an endpoint and
//! compiles neither a terminal nor a server.
//!
//! - `mock`: the bundled mock.
//! - `cli`: the program, and with it `mock`.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod event;
pub mod harness;
#[cfg(feature = "mock")]
pub mod mock;
pub mod verdict;

pub mod results {
    //! Reading `results.json`, the stored form of a run.

    pub use crate::report::results::{Blocker, ContentError, ReadError, Results};
}

// The rest is the program. Its own tests and benchmarks are other crates, so they could not use what is not public; but it
// is not part of the interface, and changes from release to release.
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod client;
#[doc(hidden)]
pub mod known;
#[doc(hidden)]
pub mod ledger;
#[doc(hidden)]
pub mod plan;
#[doc(hidden)]
pub mod provider;
#[doc(hidden)]
pub mod redact;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod run;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod self_test;
#[doc(hidden)]
pub mod suite;

mod diagnostic;
#[cfg(feature = "cli")]
mod doctor;
mod input;
mod near;
mod pages;
mod session;
mod signal;
#[cfg(feature = "cli")]
mod sweep;
mod visible;
mod yaml;
