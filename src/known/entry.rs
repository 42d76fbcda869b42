//! An entry of the list, checked.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

use crate::event::{ListedKind, Outcome, Source};
use crate::verdict::{Kind, Verdict};

/// An entry of the list.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The id or the pattern of ids.
    pub case: String,
    /// How it fails.
    pub failure: Failure,
    /// Why that is accepted.
    pub reason: String,
    /// A link to where it is tracked.
    pub issue: Option<String>,
    /// The last day on which it is accepted.
    pub until: Date,
    /// Where it stands.
    pub source: Source,
    /// The ids of the cases that it speaks for, in their order: those that have no entry of their own.
    pub cases: Vec<Arc<str>>,
}

/// How a case fails, as far as it is the same each time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The response is not one that the table allows.
    Response(Outcome),
    /// What is wrong is something beyond the response's code and status.
    Beyond {
        /// What is wrong.
        kind: Beyond,
        /// The response; none for a case that judges no single one, or where none could be read.
        response: Option<Outcome>,
    },
    /// The case can't be judged, since another response of the endpoint is wrong.
    Inconclusive,
}

/// What can be wrong with a response beyond its code and status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// A field of it is missing or wrong.
    Body,
    /// It has another effect.
    Effect,
    /// The service fails each time.
    Crash,
    /// It can't be read, or has another form than the documents say.
    Malformed,
}

impl Beyond {
    /// The kind as the list names it.
    pub const fn listed(self) -> ListedKind {
        match self {
            Self::Body => ListedKind::Body,
            Self::Effect => ListedKind::Effect,
            Self::Crash => ListedKind::Crash,
            Self::Malformed => ListedKind::Malformed,
        }
    }

    /// Whether the kind says enough by itself: what a service that fails, or that can't be read, responds is chance.
    const fn is_enough(self) -> bool {
        match self {
            Self::Crash | Self::Malformed => true,
            Self::Body | Self::Effect => false,
        }
    }
}

impl Failure {
    /// How a case failed with this verdict, of this kind and with this response. None if it did not, or if that says
    /// nothing that would be the same in another run.
    pub fn of(verdict: Verdict, kind: Option<Kind>, actual: Option<&Outcome>) -> Option<Self> {
        let beyond = |kind| Some(Self::Beyond { kind, response: actual.cloned() });
        // A response without a code can't be written down; that it has none is what the kind says.
        let whole = actual.filter(|response| !response.code.trim().is_empty() && (100..600).contains(&response.status));
        let broken = |kind| Some(Self::Beyond { kind, response: whole.cloned() });

        match (verdict, kind?) {
            // Blocked by a response that deviates: the same again in another run.
            (
                Verdict::Inconclusive,
                Kind::Fixture | Kind::Effect | Kind::Unsupported | Kind::Crash | Kind::Malformed,
            ) => Some(Self::Inconclusive),
            (Verdict::Fail, Kind::Allowed | Kind::Rejected | Kind::Code | Kind::Status | Kind::Unsupported) => {
                actual.cloned().map(Self::Response)
            }
            (Verdict::Fail, Kind::Body) => beyond(Beyond::Body),
            (Verdict::Fail, Kind::Effect) => beyond(Beyond::Effect),
            (Verdict::Fail, Kind::Crash) => broken(Beyond::Crash),
            (Verdict::Fail, Kind::Malformed) => broken(Beyond::Malformed),
            _ => None,
        }
    }

    /// Whether an entry that says this holds for what was observed.
    pub fn holds_for(&self, observed: &Self) -> bool {
        match (self, observed) {
            (Self::Beyond { kind, response: None }, Self::Beyond { kind: seen, .. }) if kind.is_enough() => {
                kind == seen
            }
            _ => self == observed,
        }
    }

    /// The response.
    pub fn response(&self) -> Option<&Outcome> {
        match self {
            Self::Response(response) => Some(response),
            Self::Beyond { response, .. } => response.as_ref(),
            Self::Inconclusive => None,
        }
    }

    /// What is wrong, if it is not the response.
    pub fn kind(&self) -> Option<ListedKind> {
        match self {
            Self::Response(_) => None,
            Self::Beyond { kind, .. } => Some(kind.listed()),
            Self::Inconclusive => Some(ListedKind::Inconclusive),
        }
    }
}

/// `Success (200)`, `effect with Success (200)`, `inconclusive`.
impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind().map(ListedKind::name), self.response()) {
            (None, Some(response)) => write!(formatter, "{} ({})", response.code, response.status),
            (Some(kind), Some(response)) => write!(formatter, "{kind} with {} ({})", response.code, response.status),
            (Some(kind), None) => write!(formatter, "{kind}"),
            (None, None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_shown_by_its_response_or_by_its_kind() {
        let response = Outcome { code: "Success".to_owned(), status: 200 };
        let failure = Outcome { code: "InternalFailure".to_owned(), status: 500 };
        let nameless = Outcome { code: String::new(), status: 500 };
        let shown = |verdict, kind, actual| Failure::of(verdict, Some(kind), actual).map(|failure| failure.to_string());

        for (verdict, kind, actual, wanted) in [
            (Verdict::Fail, Kind::Allowed, Some(&response), Some("Success (200)")),
            (Verdict::Fail, Kind::Effect, Some(&response), Some("effect with Success (200)")),
            (Verdict::Fail, Kind::Body, None, Some("body")),
            (Verdict::Fail, Kind::Code, None, None),
            (Verdict::Inconclusive, Kind::Fixture, Some(&response), Some("inconclusive")),
            (Verdict::Inconclusive, Kind::Effect, None, Some("inconclusive")),
            (Verdict::Inconclusive, Kind::Transport, Some(&response), None),
            (Verdict::Inconclusive, Kind::Cut, None, None),
            (Verdict::Inconclusive, Kind::Unstable, Some(&response), None),
            (Verdict::NotRun, Kind::Cut, None, None),
            (Verdict::Skipped, Kind::Unavailable, None, None),
            (Verdict::Fail, Kind::Crash, Some(&failure), Some("crash with InternalFailure (500)")),
            (Verdict::Fail, Kind::Crash, None, Some("crash")),
            (Verdict::Fail, Kind::Crash, Some(&nameless), Some("crash")),
            (Verdict::Fail, Kind::Malformed, Some(&response), Some("malformed with Success (200)")),
            (Verdict::Inconclusive, Kind::Crash, Some(&failure), Some("inconclusive")),
        ] {
            assert_eq!(shown(verdict, kind, actual).as_deref(), wanted, "{verdict} {kind}");
        }

        assert_eq!(Failure::of(Verdict::Pass, None, Some(&response)), None);
    }
}
