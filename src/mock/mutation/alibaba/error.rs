//! What is wrong with the text of a deviation.

use super::Deviation;
use super::ResponseFault;
use crate::mock::alibaba::service::api::{Operation, ParseOperationError};
use crate::mock::alibaba::service::arrival::ParseArrivalError;
use crate::mock::alibaba::service::state::ParseKeyStateError;
use crate::mock::mutation::cell::CellError;
use crate::mock::mutation::repertoire::CloudDeviation as _;
use crate::near::nearest;

/// What is wrong with the text of a deviation.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ParseDeviationError {
    /// A separator is missing.
    #[error("deviation `{0}` does not read OPERATION:STATE=Success or OPERATION:STATE=STATUS/CODE")]
    Shape(String),
    /// There is no such name.
    #[error("unknown deviation `{name}`; {}`mock --list-deviations` shows all", meant(suggestion))]
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

fn meant(suggestion: &Option<String>) -> String {
    suggestion.as_ref().map(|name| format!("did you mean `{name}`? ")).unwrap_or_default()
}

impl ParseDeviationError {
    /// There is no deviation of this name.
    pub(super) fn unknown(text: &str) -> Self {
        let names: Vec<String> = Deviation::named().map(|deviation| deviation.to_string()).collect();
        let suggestion = nearest(text, names.iter().map(String::as_str)).map(str::to_owned);
        Self::Unknown { name: text.to_owned(), suggestion }
    }

    /// The operation is known; what follows its colon is nearly a fault of responses, or a cell without an outcome.
    pub(super) fn shape_or_fault(text: &str) -> Self {
        let Some((operation, fault)) = text.split_once(':') else { return Self::unknown(text) };
        match nearest(fault, ResponseFault::ALL.iter().map(|fault| fault.name())) {
            Some(near) => Self::Unknown { name: text.to_owned(), suggestion: Some(format!("{operation}:{near}")) },
            None => Self::Shape(text.to_owned()),
        }
    }
}
