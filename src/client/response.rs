//! What came back for a call.

use super::Sent;
use crate::provider::{ApiResponse, ErrorClass};

/// A response of the service, and what it took to get it.
#[derive(Debug)]
pub struct Response {
    /// What it says: a success, or a rejection that says something about the key.
    pub content: ApiResponse,
    /// What kind of rejection it is; none for a success.
    pub class: Option<ErrorClass>,
    /// Whether an earlier attempt got no usable response, so that it may have had its effect.
    pub lost_before: bool,
    /// The length of its body in bytes.
    pub length: usize,
    /// The request that was sent.
    pub sent: Sent,
}

/// A response that says nothing about a key, and that a service of this kind must not give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// The HTTP status.
    pub status: u16,
    /// The error code, or the empty text.
    pub code: String,
    /// The service's message, or the empty text.
    pub message: String,
    /// What is wrong with its form, in a few words; none for a server error with a code.
    pub malformed: Option<String>,
}

impl Unusable {
    /// Whether two are the same but for their messages, which may name the key.
    pub fn is_like(&self, other: &Self) -> bool {
        (self.status, &self.code, &self.malformed) == (other.status, &other.code, &other.malformed)
    }
}
