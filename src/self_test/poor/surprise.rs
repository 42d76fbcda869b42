//! Where a run against a poor emulator differs from what the data says.

use std::fmt;

use crate::diagnostic::counted;
use crate::verdict::{Kind, Verdict};

/// A difference between a run and what the data says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PoorSurprise {
    /// A case that must fail did not.
    Missed {
        /// The id of the case.
        case: String,
        /// Its verdict.
        verdict: Verdict,
        /// Why, in one line; empty for a pass.
        reason: String,
    },
    /// A case failed as it must, but was called something else.
    OtherKind {
        /// The id of the case.
        case: String,
        /// The kind that the data names.
        wanted: Kind,
        /// The kind of the failure.
        actual: Option<Kind>,
        /// Why it failed, in one line.
        reason: String,
    },
    /// A case failed that responds by the table, or that can't be judged.
    Unexpected {
        /// The id of the case.
        case: String,
        /// Why, in one line.
        reason: String,
    },
    /// A case could not be judged, as it should, but something else was named as the cause.
    Misattributed {
        /// The id of the case.
        case: String,
        /// The cause that the data names.
        wanted: String,
        /// What was named, or why there is no verdict.
        actual: String,
    },
    /// A case was judged that can't be.
    Judged {
        /// The id of the case.
        case: String,
        /// Its verdict.
        verdict: Verdict,
        /// What should have blocked it.
        wanted: String,
    },
    /// A case that can be reached and responds by the table did not pass.
    Lost {
        /// The id of the case.
        case: String,
        /// Its verdict.
        verdict: Verdict,
        /// Why, in one line.
        reason: String,
    },
    /// Nothing came of some cases.
    Unreported {
        /// How many they are.
        cases: usize,
    },
    /// The run sent more requests than it may.
    Expensive {
        /// How many it sent.
        requests: u64,
        /// How many it may send.
        most: u64,
    },
}

impl PoorSurprise {
    /// A number for each kind of surprise, by which they are counted.
    pub(super) const fn sort(&self) -> u8 {
        match self {
            Self::Missed { .. } => 0,
            Self::OtherKind { .. } => 1,
            Self::Unexpected { .. } => 2,
            Self::Misattributed { .. } => 3,
            Self::Judged { .. } => 4,
            Self::Lost { .. } => 5,
            Self::Unreported { .. } => 6,
            Self::Expensive { .. } => 7,
        }
    }
}

impl fmt::Display for PoorSurprise {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let because = |reason: &str| if reason.is_empty() { String::new() } else { format!(": {reason}") };

        match self {
            Self::Missed { case, verdict, reason } => {
                write!(formatter, "must not be {verdict}: {case}{}", because(reason))
            }
            Self::OtherKind { case, wanted, actual, reason } => {
                let actual = actual.map_or("no kind", Kind::name);
                write!(formatter, "must fail as {wanted}, and fails as {actual}: {case}{}", because(reason))
            }
            Self::Unexpected { case, reason } => write!(formatter, "should not have failed: {case}{}", because(reason)),
            Self::Misattributed { case, wanted, actual } => {
                write!(formatter, "is blocked by {wanted}: {case}, which says: {actual}")
            }
            Self::Judged { case, verdict, wanted } => {
                write!(formatter, "is blocked by {wanted}, and has the verdict {verdict}: {case}")
            }
            Self::Lost { case, verdict, reason } => {
                write!(formatter, "must pass, and is {verdict}: {case}{}", because(reason))
            }
            Self::Unreported { cases } => {
                write!(formatter, "nothing came of {}", counted(*cases, "case", "cases"))
            }
            Self::Expensive { requests, most } => {
                write!(formatter, "sent {requests} requests, and may send {most}")
            }
        }
    }
}
