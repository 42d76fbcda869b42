//! What is wrong with the text of a deviation.

use super::AwsDeviation;
use super::response_form::ResponseFault;
use crate::mock::aws::access_key::UnknownAwsOperation;
use crate::mock::aws::service::arrival::Arrival;
use crate::mock::aws::service::state::KeyState;
use crate::mock::mutation::cell::CellError;
use crate::mock::mutation::repertoire::CloudDeviation as _;
use crate::near::nearest;

/// What is wrong with the text of a deviation of AWS KMS.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ParseAwsDeviationError {
    /// A separator is missing.
    #[error("deviation `{0}` does not read OPERATION:STATE=Success or OPERATION:STATE=STATUS/CODE")]
    Shape(String),
    /// There is no such name.
    #[error("unknown deviation `{name}`; {}`mock --provider aws --list-deviations` shows all", meant(suggestion))]
    Unknown {
        /// The name.
        name: String,
        /// What could be meant.
        suggestion: Option<String>,
    },
    /// The part before the colon.
    #[error(transparent)]
    Operation(#[from] UnknownAwsOperation),
    /// The part between colon and equals sign.
    #[error("unknown key state `{0}` (one of {names})", names = KeyState::NAMES.join(", "))]
    State(String),
    /// The part after the state and a slash.
    #[error("unknown route `{0}` (one of {names})", names = Arrival::NAMES.join(", "))]
    Route(String),
    /// The part after the at sign.
    #[error("unknown class of keys `{0}`: an origin such as EXTERNAL, a key spec such as RSA_2048, PRIMARY or REPLICA")]
    Class(String),
    /// The operation is about no key.
    #[error("{0} is about no key, so no state of one is a cell of it")]
    NoSubject(String),
    /// The part after the equals sign.
    #[error(transparent)]
    Outcome(#[from] CellError),
}

fn meant(suggestion: &Option<String>) -> String {
    suggestion.as_ref().map(|name| format!("did you mean `{name}`? ")).unwrap_or_default()
}

impl ParseAwsDeviationError {
    /// There is no deviation of this name.
    pub(super) fn unknown(text: &str) -> Self {
        let names: Vec<String> = AwsDeviation::named().map(|deviation| deviation.to_string()).collect();
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
