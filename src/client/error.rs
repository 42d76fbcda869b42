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
        /// What was received, if the request was not sent as often as it might have been: nobody knows whether it would be the
        /// same each time.
        once: Option<Unusable>,
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
        /// Whether one of the attempts before may have had its effect.
        lost: bool,
    },
    /// The client may send no more requests.
    #[error("no more than {most} requests may be sent")]
    Spent {
        /// How many it may send.
        most: u64,
        /// Whether one of the attempts before may have had its effect.
        lost: bool,
    },
    /// The run was stopped before a response came.
    #[error("the run was stopped")]
    Stopped {
        /// Whether one of the attempts before may have had its effect.
        lost: bool,
    },
}

impl CallError {
    /// Whether one of the attempts may have had its effect.
    pub fn is_lost(&self) -> bool {
        match self {
            Self::Encode(_) => false,
            Self::NoResponse { lost, .. }
            | Self::Denied { lost, .. }
            | Self::Spent { lost, .. }
            | Self::Stopped { lost } => *lost,
        }
    }
}

fn attempts_text(attempts: u32) -> String {
    if attempts == 1 { "1 attempt".to_owned() } else { format!("{attempts} attempts") }
}
