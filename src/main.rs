//! The command line of `kms-conformance`.

use std::process::ExitCode;

fn main() -> ExitCode {
    kms_conformance::cli::main(std::env::args_os(), &kms_conformance::cli::Context::of_process())
}
