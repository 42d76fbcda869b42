//! What is wrong with the text of a deviation.

use crate::mock::aws::access_key::UnknownAwsOperation;
use crate::mock::aws::service::arrival::Arrival;
use crate::mock::aws::service::state::KeyState;
use crate::mock::mutation::cell::CellError;
use crate::mock::mutation::text::did_you_mean;

/// What is wrong with the text of a deviation of AWS KMS.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ParseAwsDeviationError {
    /// A separator is missing.
    #[error("deviation `{0}` does not read OPERATION:STATE=Success or OPERATION:STATE=STATUS/CODE")]
    Shape(String),
    /// There is no such name.
    #[error(
        "unknown deviation `{name}`; {}`mock --provider aws --list-deviations` shows all",
        did_you_mean(suggestion)
    )]
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
