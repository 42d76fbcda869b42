//! How a cell of a table is written that has another outcome: `OPERATION:STATE=Success`, with a route, a class of keys, and
//! another response than a success.

use std::fmt;
use std::str::FromStr;

/// The parts of `OPERATION:STATE[/ROUTE][@CLASS]=OUTCOME`. Which operations, states, routes and classes there are, only
/// the cloud knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CellText<'a> {
    pub(crate) operation: &'a str,
    pub(crate) state: &'a str,
    /// How keys must have come into the state; by any route if none.
    pub(crate) route: Option<&'a str>,
    /// What the keys must be; any if none.
    pub(crate) class: Option<&'a str>,
    pub(crate) outcome: &'a str,
}

impl<'a> CellText<'a> {
    /// Takes a text apart; none if a separator is missing.
    pub(crate) fn split(text: &'a str) -> Option<Self> {
        let (cell, outcome) = text.split_once('=')?;
        let (operation, place) = cell.split_once(':')?;
        let (place, class) = first_and_rest(place, '@');
        let (state, route) = first_and_rest(place, '/');
        Some(Self { operation, state, route, class, outcome })
    }
}

fn first_and_rest(text: &str, separator: char) -> (&str, Option<&str>) {
    text.split_once(separator).map_or((text, None), |(first, rest)| (first, Some(rest)))
}

impl fmt::Display for CellText<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, state, route, class, outcome } = self;
        write!(formatter, "{operation}:{state}")?;
        if let Some(route) = route {
            write!(formatter, "/{route}")?;
        }
        if let Some(class) = class {
            write!(formatter, "@{class}")?;
        }
        write!(formatter, "={outcome}")
    }
}

/// What a cell comes to that deviates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviantOutcome {
    /// As if the state allowed the operation, with its effect.
    Success,
    /// This error, and no effect.
    Rejection {
        /// The HTTP status, 200 to 599.
        status: u16,
        /// The error code.
        code: String,
    },
}

/// What is wrong with the outcome of a cell.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CellError {
    /// It is neither `Success` nor has a slash.
    #[error("unknown outcome `{0}` (Success, or STATUS/CODE as in 409/Rejected.Disabled)")]
    Outcome(String),
    /// The status.
    #[error("status `{0}` is not a number from 200 to 599")]
    Status(String),
    /// The code.
    #[error("code `{0}` is not made of letters, digits, `.`, `_` and `-`")]
    Code(String),
}

impl FromStr for DeviantOutcome {
    type Err = CellError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "Success" {
            return Ok(Self::Success);
        }
        let (status, code) = text.split_once('/').ok_or_else(|| CellError::Outcome(text.to_owned()))?;
        let number = status.parse().ok().filter(|number| (200..600).contains(number));
        let number = number.ok_or_else(|| CellError::Status(status.to_owned()))?;
        let legible = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if code.is_empty() || !code.bytes().all(legible) {
            return Err(CellError::Code(code.to_owned()));
        }
        Ok(Self::Rejection { status: number, code: code.to_owned() })
    }
}

impl fmt::Display for DeviantOutcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Success => formatter.write_str("Success"),
            Self::Rejection { status, code } => write!(formatter, "{status}/{code}"),
        }
    }
}

impl DeviantOutcome {
    /// What it comes to, as the verb of a sentence.
    pub(super) fn verb(&self) -> String {
        match self {
            Self::Success => "succeeds".to_owned(),
            Self::Rejection { code, .. } => format!("is rejected with {code}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_taken_apart_and_put_together() {
        for text in ["A:B=Success", "A:B/via-c=409/D", "A:B@E=Success", "A:B/via-c@E=409/D"] {
            assert_eq!(CellText::split(text).unwrap().to_string(), text);
        }
        assert_eq!((CellText::split("A:B"), CellText::split("A=Success")), (None, None));
    }

    #[test]
    fn an_outcome_is_strict() {
        let error = |text: &str| text.parse::<DeviantOutcome>().unwrap_err().to_string();
        assert!(error("Maybe").contains("`Maybe` (Success, or STATUS/CODE"));
        assert!(error("99/X").contains("status `99`"));
        assert!(error("409/").contains("code ``"));
        assert!(error("409/a b").contains("code `a b`"));
        assert_eq!("409/D.e".parse::<DeviantOutcome>().unwrap().to_string(), "409/D.e");
    }
}
