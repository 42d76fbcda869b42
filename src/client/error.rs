//! Why a call has no response that says something about the key.

use thiserror::Error;

use super::Unusable;
use crate::provider::{EncodeError, ErrorClass};

/// Why a call has no response that says something about the key.
#[derive(Debug, Error)]
pub enum CallError {
    /// The call can't be put on the wire.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The endpoint gave no usable response, also not when the request was sent again.
    #[error("{cause} ({})", attempts_text(*attempts))]
    NoResponse {
        /// The last trouble, in one line.
        cause: String,
        /// How often the request was sent.
        attempts: u32,
        /// Whether one of the attempts may have had its effect.
        lost: bool,
        /// Whether the service has ever responded, to this call or to another.
        responded: bool,
        /// What was received, if it was the same each time the request was sent.
        repeated: Option<Unusable>,
    },
    /// The endpoint rejects this account as a whole.
    #[error("{code} ({status}): {message}")]
    Denied {
        /// Credentials, account or quota.
        class: ErrorClass,
        /// The code.
        code: String,
        /// The HTTP status.
        status: u16,
        /// The message, or the empty text.
        message: String,
        /// How many seconds the local clock was ahead of the endpoint's when the response came, if it had a date.
        clock_skew_seconds: Option<i64>,
    },
    /// The run was stopped before a response came.
    #[error("the run was stopped")]
    Stopped,
}

fn attempts_text(attempts: u32) -> String {
    if attempts == 1 { "1 attempt".to_owned() } else { format!("{attempts} attempts") }
}
