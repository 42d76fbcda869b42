//! What an emulator's author puts into `tests/kms.rs` of their own project, with `harness = false` in `Cargo.toml`:
//! every case of the published table is a test against the emulator at `KMS_ENDPOINT`, or against the bundled mock
//! where that is not set.
//!
//! `KMS_ENDPOINT=http://127.0.0.1:8080 cargo run --example emulator_tests -- Encrypt` asks the cases of one operation.

use std::process::ExitCode;

use kms_conformance::harness::{TestTarget, trials};

fn main() -> ExitCode {
    let arguments = libtest_mimic::Arguments::from_args();
    let target = std::env::var("KMS_ENDPOINT").map_or_else(|_| TestTarget::bundled_mock(), TestTarget::endpoint);
    libtest_mimic::run(&arguments, trials(target)).exit_code()
}
