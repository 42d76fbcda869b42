//! What is requested to see whether a client and its access key are in order, without any effect.

use std::time::Duration;

/// Stands for the id of a key that does not exist in [`Examination::permissions`].
pub const UNKNOWN_KEY: &str = "UNKNOWN-KEY";

/// What is requested to see whether a client and its access key are in order, without any effect.
#[derive(Debug, Clone, Copy)]
pub struct Examination {
    /// An operation without parameters that changes nothing, and that most may send.
    pub credentials: &'static str,
    /// How far the local clock may be from that of the service.
    pub clock_tolerance: Duration,
    /// For each operation, parameters as JSON with which it can change nothing: they name a key that does not exist, as
    /// [`UNKNOWN_KEY`], or only read.
    pub permissions: &'static [(&'static str, &'static str)],
    /// The operations whose permission can't be seen without an effect, and why.
    pub unseen: &'static [(&'static str, &'static str)],
    /// How many keys there are, and how many there may be, if an operation says so.
    pub quota: Option<KeyQuota>,
}

/// How many keys an account may have in a region.
#[derive(Debug, Clone, Copy)]
pub struct KeyQuota {
    /// The operation that says how many there are.
    pub operation: &'static str,
    /// The field of its response that does, a number.
    pub field: &'static str,
    /// How many there may be by the documents.
    pub keys: u64,
}
