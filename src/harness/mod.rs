//! The suite as tests: every case a test of its own, for `cargo test` and `cargo nextest`.
//!
//! An emulator's author puts this into `tests/kms.rs` of their own project, with `harness = false` in `Cargo.toml`:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     kms_conformance::harness::Harness::endpoint_from_env("KMS_ENDPOINT").run()
//! }
//! ```
//!
//! The cases are those of Alibaba Cloud KMS unless [`Harness::provider`] names another cloud, such as `aws`.
//!
//! There is no target that is tested by default: without the variable, one test says so and fails.
//!
//! # What is listed
//!
//! The first test, `Target/…`, names what is tested and sends it one request. If nothing responds there, it is the only
//! one, with `/not-testable` at the end of its name, and fails; [`Harness::wait`] gives an endpoint time to start. Cases
//! that can't be run against this target are `ignored`, with the reason where the test runner shows one; those that can't
//! be run against any are not listed.
//!
//! # One process or many
//!
//! `cargo test` runs all tests in one process, `cargo nextest` each in its own. In both, cases that would disturb others,
//! such as those that move the target's clock, run alone: locks in the system's temporary folder, named by the endpoint,
//! keep the processes of this machine apart. Nothing needs to be configured. Processes of other machines and containers
//! don't see the locks, so give each of them an endpoint of its own.
//!
//! A test that is stopped, by a time limit of nextest or by Ctrl-C, removes the keys of its case before it ends.

mod alone;
mod builder;
mod listing;
mod outage;
mod program;
mod server;
mod stop;
#[cfg(all(test, feature = "cli"))]
mod tests;
mod tests_of_process;

pub use self::builder::Harness;
