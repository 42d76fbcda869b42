//! Deviations: answers that the published table does not allow, given on purpose.
//!
//! ```
//! use kms_conformance::mock::Deviation;
//!
//! let deviation: Deviation = "Encrypt:Disabled=Success".parse()?;
//! assert_eq!(deviation.to_string(), "Encrypt:Disabled=Success");
//! "Decrypt:PendingImport=409/Rejected.Disabled".parse::<Deviation>()?;
//! # Ok::<(), kms_conformance::mock::ParseDeviationError>(())
//! ```

use std::fmt;
use std::str::FromStr;

use super::operation::{Operation, ParseOperationError};
use super::refusal::Refusal;
use super::state::{KeyState, ParseKeyStateError};

/// One cell of the table that the mock answers otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// The operation.
    pub operation: Operation,
    /// The state of the operation's subject. For an operation without one (CreateKey, ListKeys, ListAliases,
    /// DescribeRegions) the cell is met when the account holds a key in this state.
    pub state: KeyState,
    /// What the mock does in that cell.
    pub answer: DeviantAnswer,
}

/// What a deviation does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviantAnswer {
    /// As if the state allowed the operation, with its effect.
    Success,
    /// This error, and no effect.
    Refusal {
        /// The HTTP status, 200 to 599.
        status: u16,
        /// The error code.
        code: String,
    },
}

impl fmt::Display for Deviation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}=", self.operation, self.state)?;
        match &self.answer {
            DeviantAnswer::Success => formatter.write_str("Success"),
            DeviantAnswer::Refusal { status, code } => write!(formatter, "{status}/{code}"),
        }
    }
}

/// What is wrong with the text of a deviation.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ParseDeviationError {
    /// A separator is missing.
    #[error("deviation `{0}` does not read OPERATION:STATE=Success or OPERATION:STATE=STATUS/CODE")]
    Shape(String),
    /// The part before the colon.
    #[error(transparent)]
    Operation(#[from] ParseOperationError),
    /// The part between colon and equals sign.
    #[error(transparent)]
    State(#[from] ParseKeyStateError),
    /// The part after the equals sign is neither `Success` nor has a slash.
    #[error("unknown answer `{0}` (Success, or STATUS/CODE as in 409/Rejected.Disabled)")]
    Answer(String),
    /// The status.
    #[error("status `{0}` is no number from 200 to 599")]
    Status(String),
    /// The code.
    #[error("code `{0}` is not made of letters, digits, `.`, `_` and `-`")]
    Code(String),
}

impl FromStr for Deviation {
    type Err = ParseDeviationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shape = || ParseDeviationError::Shape(text.to_owned());
        let (cell, answer) = text.split_once('=').ok_or_else(shape)?;
        let (operation, state) = cell.split_once(':').ok_or_else(shape)?;
        Ok(Self { operation: operation.parse()?, state: state.parse()?, answer: answer.parse()? })
    }
}

impl FromStr for DeviantAnswer {
    type Err = ParseDeviationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "Success" {
            return Ok(DeviantAnswer::Success);
        }
        let (status, code) = text.split_once('/').ok_or_else(|| ParseDeviationError::Answer(text.to_owned()))?;
        let number = status.parse().ok().filter(|number| (200..600).contains(number));
        let number = number.ok_or_else(|| ParseDeviationError::Status(status.to_owned()))?;
        let legible = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if code.is_empty() || !code.bytes().all(legible) {
            return Err(ParseDeviationError::Code(code.to_owned()));
        }
        Ok(DeviantAnswer::Refusal { status: number, code: code.to_owned() })
    }
}

impl DeviantAnswer {
    /// The deviation as the outcome of a check of the state.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        match self {
            DeviantAnswer::Success => Ok(()),
            DeviantAnswer::Refusal { status, code } => Err(Refusal {
                status: *status,
                code: code.clone().into(),
                message: "The request was rejected by a deviation of the mock.".into(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deviation_reads_as_it_is_written() {
        for text in ["Encrypt:Disabled=Success", "UpdateAlias:PendingDeletion=409/Rejected.StateModifiedFailed"] {
            assert_eq!(text.parse::<Deviation>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn an_error_names_the_wrong_part_and_what_is_allowed() {
        let error = |text: &str| text.parse::<Deviation>().unwrap_err().to_string();
        assert!(error("Encrypt:Disabled").contains("OPERATION:STATE="));
        assert!(error("Encrypt=Success").contains("OPERATION:STATE="));
        assert!(error("encrypt:Disabled=Success").starts_with("unknown operation `encrypt` (one of CreateKey, "));
        assert!(error("Encrypt:Off=Success").contains("`Off` (one of Enabled, Disabled"));
        assert!(error("Encrypt:Disabled=Maybe").contains("`Maybe` (Success, or STATUS/CODE"));
        assert!(error("Encrypt:Disabled=99/X").contains("status `99`"));
        assert!(error("Encrypt:Disabled=409/").contains("code ``"));
        assert!(error("Encrypt:Disabled=409/a b").contains("code `a b`"));
    }
}
