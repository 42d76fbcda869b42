//! The deviations of AWS KMS: each wraps an operation, the gateway or a response from outside.
//!
//! ```
//! use kms_conformance::mock::AwsDeviation;
//!
//! let deviation: AwsDeviation = "Encrypt:Disabled=Success".parse()?;
//! assert_eq!(deviation.to_string(), "Encrypt:Disabled=Success");
//! "Sign:Enabled/via-cancel@RSA_2048=400/DisabledException".parse::<AwsDeviation>()?;
//! "Encrypt:success-is-201".parse::<AwsDeviation>()?;
//! "cancel-enables".parse::<AwsDeviation>()?;
//! # Ok::<(), kms_conformance::mock::ParseAwsDeviationError>(())
//! ```

mod alias;
mod cell;
mod creation;
mod data;
mod deletion;
mod describe;
mod error;
mod gateway;
mod grant;
mod import;
mod list;
mod named;
mod policy;
mod replica;
mod response_form;
mod rotation;
mod set;
mod step;
mod subject;
mod switch;
mod tag;

use std::fmt;
use std::str::FromStr;

use self::cell::CellDeviation;
pub use self::error::ParseAwsDeviationError;
use self::named::{Named, Part};
use self::response_form::{GeneralFault, ResponseFault};
use super::repertoire::CloudDeviation;
use super::text::{Readable, read};
use crate::mock::aws::service::api::Operation;

/// Something that the mock of AWS KMS does otherwise than the documents say. It is read from its name, as for
/// `mock --provider aws --deviate`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsDeviation(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// A cell of the table has another outcome.
    Cell(CellDeviation),
    /// A wrong effect, or a response that is wrong in what it says: `disable-does-nothing`.
    Named(&'static Named),
    /// The responses of one operation have a wrong form: `Encrypt:success-is-201`.
    Response(Operation, ResponseFault),
    /// The responses of all operations have a wrong form: `error-without-type`.
    Responses(GeneralFault),
}

impl CloudDeviation for AwsDeviation {
    fn named() -> impl Iterator<Item = Self> {
        let general = GeneralFault::ALL.iter().copied().map(Kind::Responses);
        Named::all().map(Kind::Named).chain(general).map(Self)
    }

    fn description(&self) -> String {
        match &self.0 {
            Kind::Cell(cell) => cell.description(),
            Kind::Named(named) => named.description.to_owned(),
            Kind::Response(operation, fault) => fault.description(*operation),
            Kind::Responses(fault) => fault.description().to_owned(),
        }
    }

    fn operations(&self) -> Option<Vec<&'static str>> {
        match &self.0 {
            Kind::Cell(cell) => Some(vec![cell.operation.name()]),
            Kind::Response(operation, _) => Some(vec![operation.name()]),
            Kind::Named(Named { part: Part::Call(operations, _), .. }) => {
                Some(operations.iter().map(|operation| operation.name()).collect())
            }
            Kind::Named(_) | Kind::Responses(_) => None,
        }
    }
}

impl fmt::Display for AwsDeviation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Cell(cell) => cell.fmt(formatter),
            Kind::Named(named) => formatter.write_str(named.name),
            Kind::Response(operation, fault) => write!(formatter, "{operation}:{}", fault.name()),
            Kind::Responses(fault) => formatter.write_str(fault.name()),
        }
    }
}

impl Readable for AwsDeviation {
    type Operation = Operation;

    fn response_faults() -> impl Iterator<Item = &'static str> {
        ResponseFault::ALL.iter().map(|fault| fault.name())
    }

    fn cell(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Kind::Cell).map(Self)
    }

    fn response(operation: Operation, fault: &str) -> Option<Self> {
        let known = ResponseFault::ALL.iter().find(|known| known.name() == fault)?;
        Some(Self(Kind::Response(operation, *known)))
    }

    fn misshapen(text: String) -> Self::Err {
        ParseAwsDeviationError::Shape(text)
    }

    fn unknown(name: String, suggestion: Option<String>) -> Self::Err {
        ParseAwsDeviationError::Unknown { name, suggestion }
    }
}

impl FromStr for AwsDeviation {
    type Err = ParseAwsDeviationError;

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
            "UpdateAlias:PendingDeletion=400/DisabledException",
            "Encrypt:Disabled@EXTERNAL=Success",
            "Sign:Enabled/via-enable@ECC_NIST_P256=400/DisabledException",
            "Encrypt:PendingImport/via-expiry@PRIMARY=Success",
            "Encrypt:error-without-type",
            "disable-does-nothing",
        ] {
            assert_eq!(text.parse::<AwsDeviation>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn an_error_names_the_wrong_part_and_what_is_allowed() {
        let error = |text: &str| text.parse::<AwsDeviation>().unwrap_err().to_string();
        assert!(error("Encrypt:Disabled").contains("OPERATION:STATE="));
        assert!(error("Encrypt=Success").contains("OPERATION:STATE="));
        assert!(error("encrypt:Disabled=Success").contains("`encrypt`"));
        assert!(error("Encrypt:Off=Success").contains("`Off` (one of Enabled, Disabled"));
        assert!(error("Encrypt:Disabled=Maybe").contains("`Maybe` (Success, or STATUS/CODE"));
        assert!(error("Encrypt:Disabled@OTHER=Success").contains("`OTHER`"));
        assert!(error("Encrypt:Enabled/via-enabel=Success").contains("`via-enabel` (one of via-enable"));
        assert!(error("ListKeys:Enabled=Success").contains("ListKeys is about no key"));
        assert!(error("disable-does-nothin").contains("did you mean `disable-does-nothing`?"));
        assert!(error("Encrypt:success-is-210").contains("did you mean `Encrypt:success-is-201`?"));
    }
}
