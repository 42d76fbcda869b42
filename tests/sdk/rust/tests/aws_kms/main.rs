//! Drives the mock of AWS KMS through aws-sdk-kms: the life of a key through every state, and what is around it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

mod around;
mod life;
mod mock;
