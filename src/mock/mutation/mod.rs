//! Deviations: answers and effects that the published documents do not allow, made on purpose, so that a test of them can
//! be seen to fail.
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

mod answer;
mod catalogue;
mod cell;
mod effect;
mod error;
mod in_state;
mod quirks;
mod set;

use std::fmt;
use std::str::FromStr;

pub use answer::{AnswerFault, GeneralFault};
pub(crate) use answer::{distort_answer, distort_rejection, distort_success};
pub use catalogue::{CatalogueEntry, Family, catalogue};
pub use cell::{CellDeviation, DeviantAnswer};
pub use effect::Effect;
pub use error::ParseDeviationError;
pub use in_state::StateEffect;
pub(crate) use in_state::another_state;
pub(crate) use quirks::{AtExpiry, Quirks, Removal, Rotating};
pub(crate) use set::Deviations;

use crate::mock::alibaba::service::operation::Operation;
use crate::mock::alibaba::service::state::KeyState;

/// Something that the mock does otherwise than the documents say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deviation {
    /// A cell of the table is answered otherwise.
    Cell(CellDeviation),
    /// A wrong effect, or an answer that is wrong in what it says.
    Effect(Effect),
    /// The same for keys in one state: `list-keys-omits-disabled`.
    InState(StateEffect, KeyState),
    /// The answers of one operation have a wrong form: `Encrypt:success-is-201`.
    Answer(Operation, AnswerFault),
    /// The answers of all operations have a wrong form: `status-400-for-409`.
    Answers(GeneralFault),
}

impl fmt::Display for Deviation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cell(cell) => cell.fmt(formatter),
            Self::Effect(effect) => formatter.write_str(effect.name()),
            Self::InState(effect, state) => formatter.write_str(&effect.name(*state)),
            Self::Answer(operation, fault) => write!(formatter, "{operation}:{}", fault.name()),
            Self::Answers(fault) => formatter.write_str(fault.name()),
        }
    }
}

impl FromStr for Deviation {
    type Err = ParseDeviationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains('=') {
            return text.parse().map(Self::Cell);
        }
        if let Some((operation, fault)) = text.split_once(':') {
            let operation: Operation = operation.parse()?;
            let fault = AnswerFault::ALL.iter().copied().find(|known| known.name() == fault);
            return match fault {
                Some(fault) => Ok(Self::Answer(operation, fault)),
                None => Err(ParseDeviationError::shape_or_fault(text)),
            };
        }
        let effects = Effect::ALL.iter().copied().map(Self::Effect);
        let general = GeneralFault::ALL.iter().copied().map(Self::Answers);
        let mut named =
            effects.chain(general).chain(StateEffect::all().map(|(effect, state)| Self::InState(effect, state)));
        named.find(|deviation| deviation.to_string() == text).ok_or_else(|| ParseDeviationError::unknown(text))
    }
}

/// The names of all deviations that have one for the whole service.
fn names() -> Vec<String> {
    let effects = Effect::ALL.iter().map(|effect| effect.name().to_owned());
    let general = GeneralFault::ALL.iter().map(|fault| fault.name().to_owned());
    effects.chain(general).chain(StateEffect::all().map(|(effect, state)| effect.name(state))).collect()
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
        for name in names() {
            assert_eq!(name.parse::<Deviation>().unwrap().to_string(), name);
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
        assert!(error("Encrypt:Disabled@OTHER=Success").contains("`OTHER` (one of Aliyun_KMS, EXTERNAL)"));
        assert!(error("Encrypt:Enabled/via-enabel=Success").contains("did you mean `via-enable`?"));
        assert!(error("ListKeys:Enabled@EXTERNAL=Success").contains("ListKeys is about no single key"));
        assert!(error("disable-does-nothin").contains("did you mean `disable-does-nothing`?"));
        assert!(error("Encrypt:success-is-210").contains("did you mean `Encrypt:success-is-201`?"));
        assert_eq!(error("xyzzy"), "unknown deviation `xyzzy`; `mock --list-deviations` shows all");
    }
}
