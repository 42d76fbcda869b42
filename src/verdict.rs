//! The verdict on a case, and what went wrong.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The verdict on one case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The endpoint behaved as documented.
    Pass,
    /// It failed, or could not be judged, as the list of known failures says.
    KnownFailure,
    /// It was not run, for the reason that is given.
    Skipped,
    /// The run ended before the case was begun.
    NotRun,
    /// It could not be judged.
    Inconclusive,
    /// A listed known failure passed.
    UnexpectedPass,
    /// The endpoint did not behave as documented.
    Fail,
}

impl Verdict {
    /// Every verdict, from the most harmless to the worst.
    pub const ALL: [Self; 7] = [
        Self::Pass,
        Self::KnownFailure,
        Self::Skipped,
        Self::NotRun,
        Self::Inconclusive,
        Self::UnexpectedPass,
        Self::Fail,
    ];

    /// The name as it stands in files and on the terminal.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::KnownFailure => "known-failure",
            Self::Skipped => "skipped",
            Self::NotRun => "not-run",
            Self::Inconclusive => "inconclusive",
            Self::UnexpectedPass => "unexpected-pass",
            Self::Fail => "fail",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// What went wrong, or why a case was not judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The request succeeded where the table rejects it.
    Allowed,
    /// The request was rejected where the table allows it.
    #[serde(rename = "refused")]
    Rejected,
    /// The request was rejected with another code.
    Code,
    /// The code is right, the HTTP status is not.
    Status,
    /// The code and status are right, but a field of the response is missing or wrong.
    Body,
    /// The response is right, the effect is not.
    Effect,
    /// The endpoint does not know the operation.
    Unsupported,
    /// The same server error each time, on fresh keys too, from a service that responds well otherwise.
    Crash,
    /// A response that can't be read, or whose fields have another form than the documents say, each time.
    Malformed,
    /// Two fresh keys got different responses; inconclusive.
    Unstable,
    /// The state could not be reached or a fixture not be made; inconclusive, never a pass.
    Fixture,
    /// No usable response was received; inconclusive.
    Transport,
    /// The endpoint rejected the request for a reason that is not the key's state: credentials, quota, permissions.
    #[serde(rename = "refusal")]
    Denied,
    /// The run ended before the case was judged.
    Cut,
    /// The limits of the run left no room for the case; a later run judges it.
    Later,
    /// The table has no such cell for this key class.
    NotApplicable,
    /// The target lacks something that the case needs, such as a clock that can be moved.
    Unavailable,
}

impl Kind {
    /// The name as it stands in files and on the terminal.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Rejected => "refused",
            Self::Code => "code",
            Self::Status => "status",
            Self::Body => "body",
            Self::Effect => "effect",
            Self::Unsupported => "unsupported",
            Self::Crash => "crash",
            Self::Malformed => "malformed",
            Self::Unstable => "unstable",
            Self::Fixture => "fixture",
            Self::Transport => "transport",
            Self::Denied => "refusal",
            Self::Cut => "cut",
            Self::Later => "later",
            Self::NotApplicable => "not-applicable",
            Self::Unavailable => "unavailable",
        }
    }

    /// What the kind means, for people who don't know the name.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Allowed => "it succeeded where the table rejects",
            Self::Rejected => "it was rejected where the table allows",
            Self::Code => "it was rejected with another code",
            Self::Status => "right code, other HTTP status",
            Self::Body => "a field of the response is missing or wrong",
            Self::Effect => "right response, wrong effect",
            Self::Unsupported => "the endpoint does not know the operation",
            Self::Crash => "the service failed each time",
            Self::Malformed => "the response has another form than the documents say",
            Self::Unstable => "two keys got different responses",
            Self::Fixture => "the state could not be reached",
            Self::Transport => "no usable response was received",
            Self::Denied => "it was rejected for a reason that is not the key's state",
            Self::Cut => "the run ended before the case was judged",
            Self::Later => "the limits of the run left no room for it",
            Self::NotApplicable => "the table has no such cell",
            Self::Unavailable => "the target lacks something that the case needs",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_equal_to_the_serialised_form() {
        for verdict in Verdict::ALL {
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.name());
        }
        for kind in [Kind::Allowed, Kind::Rejected, Kind::Denied, Kind::NotApplicable, Kind::Unsupported, Kind::Cut] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
    }
}
