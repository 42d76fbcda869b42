//! A failure is repeated on fresh keys before it is reported.

use std::time::Duration;

use super::{Attempted, CaseRunner};
use crate::event::Outcome;
use crate::run::case_notes::CaseNotes;
use crate::run::failure::Failure;
use crate::verdict::{Kind, Verdict};

impl CaseRunner<'_> {
    /// Confirms a failure on fresh keys.
    pub(super) async fn confirm(&mut self, mut latest: Attempted) -> Result<Attempted, Failure> {
        for _ in 0..self.run.options.confirm_failures {
            // Whatever is not a deviation of the endpoint needs no confirmation.
            let Some(failure) = latest.failure.take_if(|failure| self.wants_confirmation(failure)) else { break };
            let actual = actual_of(&failure, &latest.notes);
            // Another case may have confirmed the same failure, by another route to the same cell. Whether this attempt was the
            // last one is then known too late to keep its keys.
            self.wait_for_earlier().await;
            if !self.run.options.keep_keys
                && self.run.knowledge.is_confirmed(self.number, &self.cell(), &failure, actual.as_ref())
            {
                latest.failure = Some(failure);
                break;
            }

            if !self.may_make_keys() {
                latest.notes.notes.push("not confirmed on fresh keys, for --max-keys allows no more".to_owned());
                latest.failure = Some(failure);
                break;
            }

            let again = match self.attempt_until_responded(self.pause()).await {
                Ok(attempted) => attempted,
                Err(stopped) => return Err(stopped),
            };
            if !is_confirmed_by(&failure, actual.as_ref(), &again) {
                latest = unstable(failure, actual, again);
                break;
            }
            self.run.knowledge.confirm(self.number, &self.cell(), &failure, actual.as_ref());

            // A confirmation by a blocked setup does not show the failure itself.
            latest = if again.failure.as_ref().is_some_and(|second| second.is_like(&failure)) {
                again
            } else {
                Attempted { failure: Some(failure), ..latest }
            };
        }
        Ok(latest)
    }

    /// How long to wait before a failure is confirmed: a target that is eventually consistent may be late.
    fn pause(&self) -> Duration {
        let settle = &self.run.options.settle;
        if settle.confirmations > 1 { settle.timeout } else { Duration::ZERO }
    }

    pub(super) fn wants_confirmation(&self, failure: &Failure) -> bool {
        failure.verdict == Verdict::Fail && !self.status.stop.is_cancelled()
    }
}

/// The outcome that decided.
pub(super) fn actual_of(failure: &Failure, notes: &CaseNotes) -> Option<Outcome> {
    failure.actual.clone().or_else(|| notes.actual.clone())
}

/// Whether a second attempt confirms a failure: it is the same, or the setup is blocked by the very response that was the
/// failure. That happens if the operation is part of the route, or if what is left of the first attempt disturbs.
pub(super) fn is_confirmed_by(first: &Failure, actual: Option<&Outcome>, again: &Attempted) -> bool {
    let Some(second) = &again.failure else { return false };
    if second.is_like(first) {
        return true;
    }
    let blocking = second.blocked_by.as_ref().and_then(|by| Some((by.operation.as_deref()?, by.response.as_ref()?)));
    match (blocking, actual) {
        (Some((operation, response)), Some(actual)) => {
            first.aspect == format!("response of {operation}")
                && (response.code.as_str(), response.status) == (actual.code.as_str(), actual.status)
        }
        _ => false,
    }
}

/// A failure that was not confirmed on fresh keys: what the first key got, and what the next one got.
pub(super) fn unstable(first: Failure, first_actual: Option<Outcome>, again: Attempted) -> Attempted {
    let (then, actual) = match &again.failure {
        None => ("the next key passed".to_owned(), None),
        Some(second) if second.verdict == Verdict::Fail => {
            (format!("with the next key {}", second.reason), second.actual.clone())
        }
        // What keeps a failure from being confirmed is what keeps the case from being judged.
        Some(second) => {
            let reason = format!("{}; it could not be confirmed: {}", first.reason, second.reason);
            let failure = Failure { reason, ..second.clone() };
            return Attempted { failure: Some(failure), ..again };
        }
    };

    let reason = format!("with one key {}; {then}", first.reason);
    let failure =
        Failure { expected: first.expected, actual, first_actual, ..Failure::inconclusive(Kind::Unstable, reason) };
    Attempted { failure: Some(failure), ..again }
}
