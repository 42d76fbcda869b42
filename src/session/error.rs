//! Why a run can't be put together.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::client::ClientError;
#[cfg(feature = "mock")]
use crate::mock::{DeviationError, StartError};

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
    /// A run on an account that was not allowed to make that many keys.
    #[error(
        "the run would make {keys} keys at {endpoint}, and each counts against the account's quota until its deletion, a week later at the soonest; allow it with --max-keys {keys}, or select fewer cases"
    )]
    TooManyKeys {
        /// The endpoint.
        endpoint: String,
        /// How many keys.
        keys: usize,
    },
}

/// An error and its cause in one line.
#[cfg(feature = "mock")]
pub(crate) fn with_source(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
