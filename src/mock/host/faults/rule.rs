//! One fault and the requests that it is aimed at, as text.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::fault::read_number;
use super::{Fault, ParseFaultError};
use crate::mock::host::cloud::Description;
use crate::near::nearest;

/// A fault and the requests that it strikes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FaultRule {
    /// What goes wrong.
    pub fault: Fault,
    /// Only requests for this operation.
    pub operation: Option<String>,
    /// Only the request with this number, counted from 1 among those for the operation.
    pub nth: Option<NonZeroU64>,
    /// The share of the requests that are struck, 0 to 1.
    pub probability: f64,
}

impl FaultRule {
    /// Checks that the cloud has the operation and the throttle code of the rule.
    pub(super) fn check(&self, cloud: &Description) -> Result<(), ParseFaultError> {
        if let Some(operation) = &self.operation
            && !cloud.operations.contains(&operation.as_str())
        {
            return Err(ParseFaultError::Operation {
                operation: operation.clone(),
                known: cloud.operations.join(", "),
                suggestion: nearest(operation, cloud.operations.iter().copied()),
            });
        }

        match &self.fault {
            Fault::Throttle { code, .. } if !cloud.throttle_codes.contains(&code.as_str()) => {
                Err(ParseFaultError::Throttle { code: code.clone(), known: cloud.throttle_codes.join(", ") })
            }
            _ => Ok(()),
        }
    }
}

impl FromStr for FaultRule {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split(',').map(str::trim);
        let mut fault: Fault = parts.next().unwrap_or_default().parse()?;
        let (mut operation, mut nth, mut probability) = (None, None, None);

        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let twice = match (name, &mut fault) {
                ("operation", _) => operation.replace(value.to_owned()).is_some(),
                ("nth", _) => nth.replace(read_number(value, "number of a request, counted from 1")?).is_some(),
                ("probability", _) => {
                    let number: f64 = read_number(value, PROBABILITY)?;
                    if !(0.0..=1.0).contains(&number) {
                        return Err(ParseFaultError::Number(value.to_owned(), PROBABILITY));
                    }
                    probability.replace(number).is_some()
                }
                ("retry-after", Fault::Throttle { retry_after, .. }) => {
                    retry_after.replace(read_number(value, "number of seconds")?).is_some()
                }
                _ => return Err(ParseFaultError::Part(part.to_owned())),
            };
            if twice {
                return Err(ParseFaultError::Twice(name.to_owned()));
            }
        }

        Ok(Self { fault, operation, nth, probability: probability.unwrap_or(1.0) })
    }
}

impl fmt::Display for FaultRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.fault)?;
        if let Some(operation) = &self.operation {
            write!(formatter, ",operation={operation}")?;
        }
        if let Some(nth) = self.nth {
            write!(formatter, ",nth={nth}")?;
        }
        if self.probability < 1.0 {
            write!(formatter, ",probability={}", self.probability)?;
        }
        Ok(())
    }
}

impl TryFrom<String> for FaultRule {
    type Error = ParseFaultError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<FaultRule> for String {
    fn from(rule: FaultRule) -> Self {
        rule.to_string()
    }
}

const PROBABILITY: &str = "probability from 0 to 1";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reads_as_it_is_written() {
        for text in [
            "latency=50ms",
            "latency=10ms..200ms,operation=Encrypt",
            "drop-before,nth=5",
            "drop-after,operation=ScheduleKeyDeletion,nth=2",
            "internal-error,probability=0.25",
            "unavailable",
            "throttle=Throttling.Api,retry-after=3,operation=CreateKey,nth=1,probability=0.5",
            "garbage",
            "truncate",
            "stale=500ms",
            "skew=-1200",
        ] {
            assert_eq!(text.parse::<FaultRule>().unwrap().to_string(), text);
        }
        assert_eq!("latency=2s".parse::<FaultRule>().unwrap().to_string(), "latency=2000ms");
    }

    #[test]
    fn an_error_names_the_wrong_part() {
        for (text, expected) in [
            ("", "unknown fault ``"),
            ("reset", "unknown fault `reset` (one of latency="),
            ("garbage=1", "the fault `garbage` takes no value"),
            ("throttle", "the fault `throttle` needs a value: throttle=CODE"),
            ("latency=50", "`50` is not a duration"),
            ("latency=99999999s", "of at most one day"),
            ("latency=2s..1s", "`2s..1s` ends before"),
            ("skew=soon", "`soon` is not a number of seconds such as -1200"),
            ("garbage,nth=0", "`0` is not a number of a request, counted from 1"),
            ("garbage,probability=1.5", "`1.5` is not a probability from 0 to 1"),
            ("garbage,probability=NaN", "`NaN` is not a probability from 0 to 1"),
            ("garbage,nth=1,nth=2", "`nth` is given twice"),
            ("garbage,retry-after=1", "unknown part `retry-after=1`"),
        ] {
            let error = text.parse::<FaultRule>().unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
