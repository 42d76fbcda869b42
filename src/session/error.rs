//! Why a run can't be put together.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use crate::client::ClientError;
#[cfg(feature = "mock")]
use crate::mock::{DeviationError, StartError};
use crate::report::text::duration;

/// Why a run can't be put together.
#[derive(Debug, Error)]
pub enum SessionError {
    /// There is no bundled mock of the provider.
    #[cfg(feature = "mock")]
    #[error("there is no bundled mock of the provider `{provider}`; test an endpoint with --endpoint")]
    NoMock {
        /// The name of the provider.
        provider: &'static str,
    },
    /// The bundled mock does not start.
    #[cfg(feature = "mock")]
    #[error("{}", with_source(.0))]
    Mock(#[from] StartError),
    /// The bundled mock has no such deviation.
    #[cfg(feature = "mock")]
    #[error(transparent)]
    Deviation(#[from] DeviationError),
    /// The endpoint or its certificates are wrong.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The ledger can't be opened.
    #[error("failed to open the ledger {}, in which every key is listed before it is made: {source}", path.display())]
    Ledger {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The run would make more keys than it may.
    #[error("{}", too_many_keys(endpoint, *keys, *most))]
    TooManyKeys {
        /// The endpoint.
        endpoint: String,
        /// How many keys.
        keys: usize,
        /// How many it may make; none if it is an account and no number was given.
        most: Option<u64>,
    },
    /// The run would send more requests than it may.
    #[error(
        "the run would send at least {requests} requests to {endpoint}, and --max-requests allows {most}; allow more, or select fewer cases"
    )]
    TooManyRequests {
        /// The endpoint.
        endpoint: String,
        /// How many requests, if nothing goes wrong.
        requests: usize,
        /// How many it may send.
        most: u64,
    },
    /// The run would take longer than it may.
    #[error(
        "the run would take at least {} at the rate at which {endpoint} is sent requests, and --max-duration allows {}; allow \
         more, select fewer cases, or have some left for later runs with --stalest-first",
        duration(as_milliseconds(*least)),
        duration(as_milliseconds(*most))
    )]
    TooLong {
        /// The endpoint.
        endpoint: String,
        /// How long, if nothing goes wrong.
        least: Duration,
        /// How long it may take.
        most: Duration,
    },
    /// The verdicts of earlier runs can't be read.
    #[error("failed to read verdicts.json beside the ledger, which says when each case was judged last: {source}")]
    Verdicts {
        /// Why.
        source: io::Error,
    },
    /// An account, without the word that it is meant.
    #[error(
        "{endpoint} may be an account of a cloud, where keys cost money and quota: allow the run with --live, or say that it is none with --target-kind emulator"
    )]
    NotLive {
        /// The endpoint.
        endpoint: String,
    },
    /// Signatures would be sent to another host for everyone to read.
    #[error(
        "requests to {endpoint} would be sent to another host without TLS, signed with an access key that is not the example's: use https://, or allow it with --insecure-http if nobody else is on that network"
    )]
    PlainHttp {
        /// The endpoint.
        endpoint: String,
    },
    /// Another run has one of the given keys.
    #[cfg(feature = "cli")]
    #[error(
        "another run has the key {id} of --keys, and each would take what the other made of it for its owner's: begin this one when that \
         is over"
    )]
    KeyInUse {
        /// The key.
        id: String,
    },
    /// The file that keeps runs with given keys apart can't be locked.
    #[cfg(feature = "cli")]
    #[error("failed to lock {}, which keeps runs with the same keys apart: {source}; TMPDIR names another folder", path.display())]
    KeyLock {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another run moves the same clock.
    #[cfg(feature = "cli")]
    #[error(
        "another run moves the clock of {endpoint}, and each would judge the time of the other: begin this one when that is over"
    )]
    ClockInUse {
        /// The endpoint.
        endpoint: String,
    },
    /// The file can't be locked by which runs know of each other.
    #[cfg(feature = "cli")]
    #[error("failed to lock {}, which keeps runs apart that move a clock: {source}; TMPDIR names another folder", path.display())]
    ClockLock {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The clock that the run may move is not there.
    #[error(
        "no mock of this program responds at {endpoint} with an admin API, whose clock --move-clock would move; if it requires a token, give --admin-token-env, and for the clock of something else --clock-hook"
    )]
    NoAdminApi {
        /// The endpoint.
        endpoint: String,
    },
}

fn too_many_keys(endpoint: &str, keys: usize, most: Option<u64>) -> String {
    let plural = if keys == 1 { "key" } else { "keys" };
    match most {
        None => format!(
            "the run would make {keys} {plural} at {endpoint}, and each counts against the account's quota until its deletion, \
             a week later at the soonest; allow it with --max-keys {keys}, or select fewer cases"
        ),
        Some(most) => format!(
            "the run would make {keys} {plural} at {endpoint}, and --max-keys allows {most}; allow it with --max-keys {keys}, \
             or select fewer cases"
        ),
    }
}

/// An error and its cause in one line.
#[cfg(feature = "mock")]
pub(crate) fn with_source(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

fn as_milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
