//! What an emulator's author puts into `tests/kms.rs` of their own project, with `harness = false` in `Cargo.toml`:
//! every case of the published table is a test against the emulator at `KMS_ENDPOINT`.
//!
//! `KMS_ENDPOINT=http://127.0.0.1:8080 cargo run --example emulator_tests -- Encrypt` runs the cases of one operation.

use std::process::ExitCode;
use std::time::Duration;

use kms_conformance::harness::Harness;

fn main() -> ExitCode {
    Harness::endpoint_from_env("KMS_ENDPOINT").wait(Duration::from_secs(10)).run()
}
