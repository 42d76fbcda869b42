//! What is wrong with the text of a deviation.

use crate::mock::alibaba::service::api::{Operation, ParseOperationError};
use crate::mock::alibaba::service::arrival::ParseArrivalError;
use crate::mock::alibaba::service::state::ParseKeyStateError;
use crate::mock::mutation::cell::CellError;
use crate::mock::mutation::text::did_you_mean;

/// What is wrong with the text of a deviation.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ParseDeviationError {
    /// A separator is missing.
    #[error("deviation `{0}` does not read OPERATION:STATE=Success or OPERATION:STATE=STATUS/CODE")]
    Shape(String),
    /// There is no such name.
    #[error("unknown deviation `{name}`; {}`mock --list-deviations` shows all", did_you_mean(suggestion))]
    Unknown {
        /// The name.
        name: String,
        /// What could be meant.
        suggestion: Option<String>,
    },
    /// The part before the colon.
    #[error(transparent)]
    Operation(#[from] ParseOperationError),
    /// The part between colon and equals sign.
    #[error(transparent)]
    State(#[from] ParseKeyStateError),
    /// The part after the state and a slash.
    #[error(transparent)]
    Route(#[from] ParseArrivalError),
    /// The part after the at sign.
    #[error("unknown origin `{0}` (one of Aliyun_KMS, EXTERNAL)")]
    Origin(String),
    /// An origin or a route is given where no key has it.
    #[error("{0} is about no single key, so it can't deviate for an origin or a route only")]
    NoSubject(Operation),
    /// The part after the equals sign.
    #[error(transparent)]
    Outcome(#[from] CellError),
}
