//! Observes the state of a key: how it is described, and how it behaves.
//!
//! - `seen`: what was observed of a key at one time;
//! - `look`: the requests by which a key is observed once;
//! - `conclusion`: whether a key is in a state, by what was observed;
//! - `change`: how a rejected request changed the state.
//!
//! Here a key is observed until it is in its state.

mod change;
mod conclusion;
mod look;
mod seen;
#[cfg(test)]
mod tests;

use tokio::time::sleep;

pub(super) use self::change::state_changed;
pub(super) use self::conclusion::Conclusion;
use self::conclusion::conclude;
pub(super) use self::seen::{Described, Seen};
use super::RunContext;
use super::failure::Failure;
use super::knowledge::RequestCell;
use super::requester::Requester;
use crate::event::Purpose;
use crate::suite::name::{KeyName, OperationName, State};
use crate::suite::service::AcceptedState;

/// How much of a state's name is shown, in characters.
pub(super) const LONGEST_STATE: usize = 60;

/// The result of observing a key until it is in its state.
#[derive(Debug)]
pub(super) struct Observation {
    pub(super) conclusion: Conclusion,
    pub(super) seen: Seen,
    /// The state that it is in instead, and that the documents leave room for.
    pub(super) instead: Option<AcceptedState>,
}

/// A state that a key is expected in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'e> {
    pub(super) state: &'e State,
    /// Other states that the documents leave room for.
    pub(super) accept: &'e [AcceptedState],
    /// What was seen before a request that was rejected, which must have changed nothing.
    pub(super) before: Option<&'e Seen>,
}

impl<'e> Expected<'e> {
    /// This state and no other.
    pub(super) fn just(state: &'e State) -> Self {
        Self { state, accept: &[], before: None }
    }
}

/// Observes keys.
#[derive(Debug, Clone, Copy)]
pub(super) struct StateObserver<'a> {
    run: &'a RunContext,
}

impl<'a> StateObserver<'a> {
    pub(super) fn new(run: &'a RunContext) -> Self {
        Self { run }
    }

    /// The operation that describes keys.
    pub(super) fn describe_operation(&self) -> &'a OperationName {
        &self.run.suite.service.observation.describe
    }

    /// Observes a key until it is in a state, confirmed as often in a row as the options say, or until the time is over.
    ///
    /// # Errors
    ///
    /// When a request gets no usable response, unless it is the same unusable one each time.
    pub(super) async fn settle(
        &self,
        requester: &mut Requester<'_>,
        purpose: Purpose,
        key: &KeyName,
        expected: Expected<'_>,
    ) -> Result<Observation, Failure> {
        let settle = &self.run.options.settle;
        let mut pacer = settle.pacer();
        let mut confirmed = 0;
        loop {
            let seen = self.observe(requester, purpose, key).await?;
            let observation = self.observation(seen, expected);

            // A description of another state may be late. So may the undoing of a change that should not be there.
            let late = match &observation.seen.described {
                Described::Names(state) => state != expected.state && observation.instead.is_none(),
                Described::Gone => true,
                Described::Hidden(_) => false,
            };
            let changed = expected
                .before
                .is_some_and(|before| state_changed(before, &observation.seen, expected.state).is_some());

            let good = matches!(observation.conclusion, Conclusion::Reached(_)) && !late && !changed;
            // An endpoint of several nodes may show both states in turn, so confirmations must come in a row.
            confirmed = if good { confirmed + 1 } else { 0 };
            if confirmed >= settle.confirmations {
                return Ok(observation);
            }

            let cell = self.request_cell(requester, key, expected.state);
            let shown = observation.seen.says(self.describe_operation());
            // A good observation that lacks confirmations goes on, even after the time.
            if !good && (pacer.ends() || self.run.knowledge.is_waiting_futile(&cell, &shown)) {
                // Without a time to wait, nothing was learned about waiting.
                if settle.timeout > std::time::Duration::ZERO {
                    self.run.knowledge.waited_without_effect(cell, shown);
                }
                return Ok(observation);
            }
            tokio::select! {
                () = requester.stopped() => return Ok(observation),
                () = sleep(pacer.pause()) => {}
            }
        }
    }

    /// What was observed, concluded for the expected state or else for one that the documents leave room for.
    fn observation(&self, seen: Seen, expected: Expected<'_>) -> Observation {
        let conclusion = conclude(&seen, expected.state);
        // Other states count only if the key is certainly not in the expected one.
        if conclusion != Conclusion::NotReached {
            return Observation { conclusion, seen, instead: None };
        }
        let instead = expected.accept.iter().find_map(|accepted| match conclude(&seen, &accepted.to) {
            Conclusion::Reached(contradiction) => Some((accepted.clone(), contradiction)),
            Conclusion::NotReached | Conclusion::Unclear => None,
        });
        match instead {
            Some((accepted, contradiction)) => {
                Observation { conclusion: Conclusion::Reached(contradiction), seen, instead: Some(accepted) }
            }
            None => Observation { conclusion, seen, instead: None },
        }
    }

    fn request_cell(&self, requester: &Requester<'_>, key: &KeyName, state: &State) -> RequestCell {
        let class = requester.class_of(key);
        RequestCell { operation: self.describe_operation().clone(), class: Some(class), state: Some(state.clone()) }
    }
}
