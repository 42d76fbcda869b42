//! The whole suite against the bundled mock, every case a test of its own.
//!
//! `cargo test --test conformance -- Encrypt` asks the cases of one operation; `cargo nextest run` gives each case a
//! process.

use std::process::ExitCode;

use kms_conformance::harness::{TestTarget, trials};

fn main() -> ExitCode {
    let arguments = libtest_mimic::Arguments::from_args();
    libtest_mimic::run(&arguments, trials(TestTarget::bundled_mock())).exit_code()
}
