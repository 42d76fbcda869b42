//! One fault and the requests that it is aimed at, as text.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

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

/// What can go wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// `latency=50ms` or `latency=10ms..200ms`: the response is late. The effect is there before.
    Latency {
        /// The least delay.
        shortest: Duration,
        /// The greatest delay.
        longest: Duration,
    },
    /// `drop-before`: the connection is closed without a response and without an effect.
    DropBefore,
    /// `drop-after`: the connection is closed without a response, but the effect is there.
    DropAfter,
    /// `internal-error`: the cloud's own error for a failure inside it, without an effect.
    InternalError,
    /// `unavailable`: the cloud's own error for a service that is down, without an effect.
    Unavailable,
    /// `throttle=CODE[,retry-after=SECONDS]`: one of the cloud's errors for too many requests, without an effect.
    Throttle {
        /// The error code.
        code: String,
        /// The seconds in the header `Retry-After` and in the cloud's own.
        retry_after: Option<u32>,
    },
    /// `garbage`: the body of the response is neither JSON nor XML. The effect is there.
    Garbage,
    /// `truncate`: the response breaks off in the middle of its body. The effect is there.
    Truncate,
    /// `stale=500ms`: reads show the state before the last change when that is younger than this (in real time).
    Stale(Duration),
    /// `skew=-1200`: the server's clock is so many seconds ahead (or behind), in the header Date and when a request's
    /// timestamp is checked.
    Skew(i32),
}

/// What is wrong with a fault rule.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ParseFaultError {
    /// The first part.
    #[error(
        "unknown fault `{0}` (one of latency=DURATION, latency=DURATION..DURATION, drop-before, drop-after, \
         internal-error, unavailable, throttle=CODE, garbage, truncate, stale=DURATION, skew=SECONDS)"
    )]
    Fault(String),
    /// A fault that says nothing without a value.
    #[error("the fault `{0}` needs a value: {0}={1}")]
    NoValue(&'static str, &'static str),
    /// A fault that has no value.
    #[error("the fault `{0}` takes no value")]
    Value(String),
    /// A duration.
    #[error("`{0}` is not a duration like 50ms or 2s, of at most one day")]
    Duration(String),
    /// The two durations of a latency are the wrong way round.
    #[error("the latency `{0}` ends before it begins")]
    Range(String),
    /// The code of a throttle.
    #[error("unknown throttle code `{code}` (one of {known})")]
    Throttle {
        /// The code.
        code: String,
        /// Those of the cloud.
        known: String,
    },
    /// A later part.
    #[error(
        "unknown part `{0}` of a fault (operation=NAME, nth=N, probability=P, and for throttle retry-after=SECONDS)"
    )]
    Part(String),
    /// A part that is there already.
    #[error("`{0}` is given twice")]
    Twice(String),
    /// A number.
    #[error("`{0}` is not a {1}")]
    Number(String, &'static str),
    /// The operation.
    #[error("unknown operation `{operation}` (one of {known}){}", meant(suggestion))]
    Operation {
        /// The name.
        operation: String,
        /// Those of the cloud.
        known: String,
        /// The most similar name.
        suggestion: Option<&'static str>,
    },
}

fn meant(suggestion: &Option<&'static str>) -> String {
    suggestion.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
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

impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        match (name, value) {
            ("latency", Some(value)) => {
                let (shortest, longest) = value.split_once("..").unwrap_or((value, value));
                let (shortest, longest) = (read_duration(shortest)?, read_duration(longest)?);
                if shortest > longest {
                    return Err(ParseFaultError::Range(value.to_owned()));
                }
                Ok(Fault::Latency { shortest, longest })
            }
            ("drop-before", None) => Ok(Fault::DropBefore),
            ("drop-after", None) => Ok(Fault::DropAfter),
            ("internal-error", None) => Ok(Fault::InternalError),
            ("unavailable", None) => Ok(Fault::Unavailable),
            ("throttle", Some(value)) => Ok(Fault::Throttle { code: value.to_owned(), retry_after: None }),
            ("garbage", None) => Ok(Fault::Garbage),
            ("truncate", None) => Ok(Fault::Truncate),
            ("stale", Some(value)) => read_duration(value).map(Fault::Stale),
            ("skew", Some(value)) => read_number(value, "number of seconds such as -1200").map(Fault::Skew),
            ("latency", None) => Err(ParseFaultError::NoValue("latency", "50ms")),
            ("throttle", None) => Err(ParseFaultError::NoValue("throttle", "CODE")),
            ("stale", None) => Err(ParseFaultError::NoValue("stale", "200ms")),
            ("skew", None) => Err(ParseFaultError::NoValue("skew", "-1200")),
            ("drop-before" | "drop-after" | "internal-error" | "unavailable" | "garbage" | "truncate", Some(_)) => {
                Err(ParseFaultError::Value(name.to_owned()))
            }
            _ => Err(ParseFaultError::Fault(text.to_owned())),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Latency { shortest, longest } if shortest == longest => {
                write!(formatter, "latency={}ms", shortest.as_millis())
            }
            Fault::Latency { shortest, longest } => {
                write!(formatter, "latency={}ms..{}ms", shortest.as_millis(), longest.as_millis())
            }
            Fault::DropBefore => formatter.write_str("drop-before"),
            Fault::DropAfter => formatter.write_str("drop-after"),
            Fault::InternalError => formatter.write_str("internal-error"),
            Fault::Unavailable => formatter.write_str("unavailable"),
            Fault::Throttle { code, retry_after: None } => write!(formatter, "throttle={code}"),
            Fault::Throttle { code, retry_after: Some(seconds) } => {
                write!(formatter, "throttle={code},retry-after={seconds}")
            }
            Fault::Garbage => formatter.write_str("garbage"),
            Fault::Truncate => formatter.write_str("truncate"),
            Fault::Stale(duration) => write!(formatter, "stale={}ms", duration.as_millis()),
            Fault::Skew(seconds) => write!(formatter, "skew={seconds}"),
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

fn read_number<T: FromStr>(text: &str, what: &'static str) -> Result<T, ParseFaultError> {
    text.parse().map_err(|_| ParseFaultError::Number(text.to_owned(), what))
}

fn read_duration(text: &str) -> Result<Duration, ParseFaultError> {
    const MOST_MILLISECONDS: u64 = 86_400_000;
    let (number, milliseconds) = match text.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => (text.strip_suffix('s').unwrap_or_default(), 1000),
    };
    let total = number.parse::<u64>().ok().and_then(|number| number.checked_mul(milliseconds));
    let total = total.filter(|total| *total <= MOST_MILLISECONDS);
    total.map(Duration::from_millis).ok_or_else(|| ParseFaultError::Duration(text.to_owned()))
}

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
