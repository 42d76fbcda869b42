//! The deviations of Alibaba Cloud KMS: each wraps an operation, the gateway or a response from outside.
//!
//! ```
//! use kms_conformance::mock::Deviation;
//!
//! let deviation: Deviation = "Encrypt:Disabled=Success".parse()?;
//! assert_eq!(deviation.to_string(), "Encrypt:Disabled=Success");
//! "Decrypt:PendingImport@EXTERNAL=409/Rejected.Disabled".parse::<Deviation>()?;
//! "Encrypt:Enabled/via-cancel=409/Rejected.PendingDeletion".parse::<Deviation>()?;
//! "Encrypt:success-is-201".parse::<Deviation>()?;
//! "disable-does-nothing".parse::<Deviation>()?;
//! # Ok::<(), kms_conformance::mock::ParseDeviationError>(())
//! ```

mod alias;
mod all;
mod cell;
mod creation;
mod data;
mod deletion;
mod describe;
mod description;
mod error;
mod gate;
mod gateway;
mod import;
mod in_state;
mod list;
mod marks;
mod material;
mod named;
mod rejected;
mod response_form;
mod rotation;
mod set;
mod step;
mod subject;
mod switch;
mod tag;
mod time;
mod unchecked;

use std::fmt;
use std::str::FromStr;

pub use cell::CellDeviation;
pub use error::ParseDeviationError;
pub use in_state::StateEffect;
pub use named::Named;
use named::Part;
pub use response_form::{GeneralFault, ResponseFault};

use super::repertoire::CloudDeviation;
use super::text::{Readable, read};
use crate::mock::alibaba::service::api::Operation;
use crate::mock::alibaba::service::state::KeyState;

/// Something that the mock does otherwise than the documents say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deviation {
    /// A cell of the table has another outcome.
    Cell(CellDeviation),
    /// A wrong effect, or a response that is wrong in what it says: `disable-does-nothing`.
    Named(&'static Named),
    /// The same for keys in one state: `list-keys-omits-disabled`.
    InState(StateEffect, KeyState),
    /// The responses of one operation have a wrong form: `Encrypt:success-is-201`.
    Response(Operation, ResponseFault),
    /// The responses of all operations have a wrong form: `status-400-for-409`.
    Responses(GeneralFault),
}

impl Deviation {
    /// What the mock does, in one sentence without its end.
    pub fn description(&self) -> String {
        match self {
            Self::Cell(cell) => cell.description(),
            Self::Named(named) => named.description.to_owned(),
            Self::InState(effect, state) => effect.description(*state),
            Self::Response(operation, fault) => fault.description(*operation),
            Self::Responses(fault) => fault.description().to_owned(),
        }
    }
}

impl CloudDeviation for Deviation {
    fn named() -> impl Iterator<Item = Self> {
        let effects = Named::all().map(Self::Named);
        let general = GeneralFault::ALL.iter().copied().map(Self::Responses);
        effects.chain(general).chain(StateEffect::all().map(|(effect, state)| Self::InState(effect, state)))
    }

    fn description(&self) -> String {
        Self::description(self)
    }

    fn operations(&self) -> Option<Vec<&'static str>> {
        match self {
            Self::Cell(cell) => Some(vec![cell.operation.name()]),
            Self::Response(operation, _) => Some(vec![operation.name()]),
            Self::InState(effect, _) => Some(vec![effect.operation().name()]),
            // One that names none is one of every operation.
            Self::Named(Named { part: Part::Call(operations @ [_, ..], _), .. }) => {
                Some(operations.iter().map(|operation| operation.name()).collect())
            }
            Self::Named(_) | Self::Responses(_) => None,
        }
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cell(cell) => cell.fmt(formatter),
            Self::Named(named) => formatter.write_str(named.name),
            Self::InState(effect, state) => formatter.write_str(&effect.name(*state)),
            Self::Response(operation, fault) => write!(formatter, "{operation}:{}", fault.name()),
            Self::Responses(fault) => formatter.write_str(fault.name()),
        }
    }
}

impl Readable for Deviation {
    type Operation = Operation;

    fn response_faults() -> impl Iterator<Item = &'static str> {
        ResponseFault::ALL.iter().map(|fault| fault.name())
    }

    fn cell(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self::Cell)
    }

    fn response(operation: Operation, fault: &str) -> Option<Self> {
        let known = ResponseFault::ALL.iter().find(|known| known.name() == fault)?;
        Some(Self::Response(operation, *known))
    }

    fn misshapen(text: String) -> Self::Err {
        ParseDeviationError::Shape(text)
    }

    fn unknown(name: String, suggestion: Option<String>) -> Self::Err {
        ParseDeviationError::Unknown { name, suggestion }
    }
}

impl FromStr for Deviation {
    type Err = ParseDeviationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deviation_reads_as_it_is_written() {
        for text in [
            "Encrypt:Disabled=Success",
            "UpdateAlias:PendingDeletion=409/Rejected.StateModifiedFailed",
            "Encrypt:Disabled@EXTERNAL=Success",
            "Encrypt:Enabled/via-enable=409/Rejected.Disabled",
            "Encrypt:PendingImport/via-expiry@EXTERNAL=Success",
            "Encrypt:code-in-lower-case",
            "status-400-for-409",
            "list-keys-omits-pending-deletion",
        ] {
            assert_eq!(text.parse::<Deviation>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_deviation_of_a_cell_describes_its_keys() {
        let description = |text: &str| text.parse::<Deviation>().unwrap().description();
        assert_eq!(description("Encrypt:Disabled=Success"), "Encrypt succeeds for a key in Disabled");
        assert_eq!(
            description("Encrypt:PendingImport/via-expiry@EXTERNAL=409/Rejected.Disabled"),
            "Encrypt is rejected with Rejected.Disabled for a key of Origin EXTERNAL in PendingImport that came there via-expiry"
        );
    }

    #[test]
    fn an_error_names_the_wrong_part_and_what_is_allowed() {
        let error = |text: &str| text.parse::<Deviation>().unwrap_err().to_string();
        assert!(error("Encrypt:Disabled").contains("OPERATION:STATE="));
        assert!(error("Encrypt=Success").contains("OPERATION:STATE="));
        assert!(error("encrypt:Disabled=Success").starts_with("unknown operation `encrypt` (one of CreateKey, "));
        assert!(error("Encrypt:Off=Success").contains("`Off` (one of Enabled, Disabled"));
        assert!(error("Encrypt:Disabled=Maybe").contains("`Maybe` (Success, or STATUS/CODE"));
        assert!(error("Encrypt:Disabled@OTHER=Success").contains("`OTHER` (one of Aliyun_KMS, EXTERNAL)"));
        assert!(error("Encrypt:Enabled/via-enabel=Success").contains("did you mean `via-enable`?"));
        assert!(error("ListKeys:Enabled@EXTERNAL=Success").contains("ListKeys is about no single key"));
        assert!(error("disable-does-nothin").contains("did you mean `disable-does-nothing`?"));
        assert!(error("Encrypt:success-is-210").contains("did you mean `Encrypt:success-is-201`?"));
        assert_eq!(error("xyzzy"), "unknown deviation `xyzzy`; `mock --list-deviations` shows all");
    }
}
