//! How requests are sent.

use super::{Connection, RateLimits, RetryPolicy};
use crate::redact::SecretRegistry;

/// How requests are sent.
#[derive(Debug, Clone, Default)]
pub struct ClientOptions {
    /// Time-outs and certificates.
    pub connection: Connection,
    /// When a request is sent again.
    pub retry: RetryPolicy,
    /// How many requests may be sent in a second.
    pub rate: RateLimits,
    /// How many requests may be sent at all.
    pub max_requests: Option<u64>,
    /// Where secrets are handed in: the credentials, and what responses hold.
    pub secrets: SecretRegistry,
}
