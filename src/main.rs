//! The command line of `kms-conformance`.

fn main() {}
