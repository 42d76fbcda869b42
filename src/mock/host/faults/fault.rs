//! What can go wrong, as text.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::ParseFaultError;

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

impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };

        match (name, value) {
            ("latency", Some(value)) => read_latency(value),
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
            // What is shown can be given again, and a fixed latency is given as one number.
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

pub(super) fn read_number<T: FromStr>(text: &str, what: &'static str) -> Result<T, ParseFaultError> {
    text.parse().map_err(|_| ParseFaultError::Number(text.to_owned(), what))
}

fn read_latency(text: &str) -> Result<Fault, ParseFaultError> {
    let (shortest, longest) = text.split_once("..").unwrap_or((text, text));
    let (shortest, longest) = (read_duration(shortest)?, read_duration(longest)?);
    if shortest > longest {
        return Err(ParseFaultError::Range(text.to_owned()));
    }
    Ok(Fault::Latency { shortest, longest })
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
