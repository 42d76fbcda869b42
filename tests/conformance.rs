//! The whole suite against the bundled mock, every case a test of its own.
//!
//! `cargo test --test conformance -- Encrypt` runs the cases of one operation; `cargo nextest run` gives each case a
//! process.

use std::process::ExitCode;

use kms_conformance::harness::Harness;

fn main() -> ExitCode {
    Harness::bundled_mock().run()
}
