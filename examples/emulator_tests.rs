//! What an emulator's author puts into `tests/kms.rs` of their own project, with `harness = false` in `Cargo.toml`:
//! every case of the published table is a test against the emulator at `KMS_ENDPOINT`.
//!
//! `KMS_ENDPOINT=http://127.0.0.1:8080 cargo run --example emulator_tests -- Encrypt` runs the cases of one operation, and
//! `KMS_PROVIDER=aws` those of another cloud. Your own file has its name in it: `.provider("aws")`.

use std::process::ExitCode;
use std::time::Duration;

use kms_conformance::harness::Harness;

fn main() -> ExitCode {
    let provider = std::env::var("KMS_PROVIDER").unwrap_or_else(|_| "alibaba".to_owned());
    Harness::endpoint_from_env("KMS_ENDPOINT").provider(provider).wait(Duration::from_secs(10)).run()
}
