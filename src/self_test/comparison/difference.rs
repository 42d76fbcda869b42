//! Two verdicts of a case: on fresh keys, and on keys of a tour.

use std::fmt;

use crate::event::CaseResult;
use crate::verdict::Verdict;

/// A case whose verdicts differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) case: String,
    pub(crate) fresh: Judged,
    pub(crate) tour: Judged,
}

/// What became of a case in one of the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) verdict: Verdict,
    /// Why; empty for a pass.
    pub(crate) reason: String,
    /// Whether it names what kept it from being judged.
    pub(crate) is_blocked: bool,
}

/// A difference that must be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contradiction {
    /// It fails on fresh keys alone.
    Unseen,
    /// It fails in the tour alone.
    FalseAlarm,
    /// One of the two could not judge it, and does not say what kept it from that.
    Unsettled,
}

impl Difference {
    /// The difference between the two results of a case; none if it has the same verdict in both.
    pub(super) fn of(fresh: &CaseResult, tour: &CaseResult) -> Option<Self> {
        let judged = |result: &CaseResult| Judged {
            verdict: result.verdict,
            reason: result.reason.clone(),
            is_blocked: result.verdict == Verdict::Inconclusive && result.blocked_by.is_some(),
        };
        (fresh.verdict != tour.verdict).then(|| Self {
            case: fresh.id.to_string(),
            fresh: judged(fresh),
            tour: judged(tour),
        })
    }

    /// How the two contradict each other, if they do: not where one passed, and the other did not get as far.
    pub(crate) fn contradiction(&self) -> Option<Contradiction> {
        let Self { fresh, tour, .. } = self;
        match (fresh.verdict, tour.verdict) {
            (Verdict::Fail, _) => Some(Contradiction::Unseen),
            (_, Verdict::Fail) => Some(Contradiction::FalseAlarm),
            (Verdict::Pass, _) if tour.is_blocked => None,
            (_, Verdict::Pass) if fresh.is_blocked => None,
            _ => Some(Contradiction::Unsettled),
        }
    }
}

impl fmt::Display for Contradiction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Unseen => "not seen in the tour",
            Self::FalseAlarm => "fails in the tour alone",
            Self::Unsettled => "not judged, and not blocked",
        })
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { case, fresh, tour } = self;
        write!(formatter, "{case}: {} on fresh keys", fresh.verdict)?;
        if !fresh.reason.is_empty() {
            write!(formatter, " ({})", fresh.reason)?;
        }
        write!(formatter, ", {} on keys of the tour", tour.verdict)?;
        if tour.reason.is_empty() { Ok(()) } else { write!(formatter, " ({})", tour.reason) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_that_one_of_the_two_did_not_come_to_is_no_contradiction() {
        let judged = |verdict, is_blocked| Judged { verdict, reason: String::new(), is_blocked };
        let (fail, pass) = (judged(Verdict::Fail, false), judged(Verdict::Pass, false));
        let (blocked, unstable) = (judged(Verdict::Inconclusive, true), judged(Verdict::Inconclusive, false));
        for (fresh, tour, wanted) in [
            (&pass, &blocked, None),
            (&blocked, &pass, None),
            (&fail, &pass, Some(Contradiction::Unseen)),
            (&fail, &blocked, Some(Contradiction::Unseen)),
            (&pass, &fail, Some(Contradiction::FalseAlarm)),
            (&blocked, &fail, Some(Contradiction::FalseAlarm)),
            (&pass, &unstable, Some(Contradiction::Unsettled)),
            (&unstable, &pass, Some(Contradiction::Unsettled)),
        ] {
            let difference = Difference { case: String::new(), fresh: fresh.clone(), tour: tour.clone() };
            assert_eq!(difference.contradiction(), wanted, "{difference:?}");
        }
    }
}
