//! What can be wrong with a fault rule.

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
    /// The first duration of a latency is longer than the second.
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
