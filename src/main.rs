//! The command line of `kms-conformance`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A run and the mock make many small texts.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    kms_conformance::cli::main(std::env::args_os(), &kms_conformance::cli::Context::of_process())
}
