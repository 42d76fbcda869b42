//! The tests of the program and its library from outside, one folder for each subject.
//!
//! They are one program, for linking takes longer than compiling: `cargo test --test integration mock::states` runs the
//! tests of one file. Every case of the suite as a test of its own is in `conformance.rs`.

mod cli;
mod docs;
mod inputs;
mod mock;
mod mock_process;
mod provider;
mod recipe;
mod reports;
mod run;
mod self_test;
mod suite;
