//! Verifies the effect of a probe: the key is in the state that it must be in, and a rejected request changed nothing.

use super::RunContext;
use super::case_notes::CaseNotes;
use super::checks::changed;
use super::failure::Failure;
use super::observer::{Conclusion, Described, Expected, Seen, StateObserver, state_changed};
use super::requester::Requester;
use crate::event::Purpose;
use crate::plan::Position;
use crate::suite::name::{KeyName, OperationName, State};
use crate::suite::service::AcceptedState;
use crate::verdict::Kind;

/// The request whose effect is verified.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent<'p> {
    pub(super) operation: &'p OperationName,
    /// Whether it was rejected, so that it must have changed nothing.
    pub(super) rejected: bool,
}

/// Where a key must be.
#[derive(Debug)]
pub(super) struct Destination {
    pub(super) position: Position,
    /// Whether a document states it.
    pub(super) stated: bool,
    /// Other states that the documents leave room for.
    pub(super) accept: Vec<AcceptedState>,
}

/// Verifies effects.
pub(super) struct Verifier<'s, 'a> {
    run: &'a RunContext,
    requester: &'s mut Requester<'a>,
    notes: &'s mut CaseNotes,
}

impl<'s, 'a> Verifier<'s, 'a> {
    pub(super) fn new(run: &'a RunContext, requester: &'s mut Requester<'a>, notes: &'s mut CaseNotes) -> Self {
        Self { run, requester, notes }
    }

    /// Verifies that a key is in its state after a request; `before` is what was observed of it before.
    ///
    /// # Errors
    ///
    /// A failure if it is in another state, or if that can't be observed.
    pub(super) async fn verify(
        &mut self,
        key: &KeyName,
        sent: Sent<'_>,
        destination: Destination,
        before: Option<&Seen>,
    ) -> Result<(), Failure> {
        let Destination { position, stated, accept } = destination;
        let state = position.state.clone();
        if let Some(binding) = self.requester.bindings_mut().keys.get_mut(key) {
            binding.move_to(position.clone());
        }

        // After a success the key may differ in whatever way the operation says.
        let before = before.filter(|_| sent.rejected);
        let observer = StateObserver::new(self.run);
        let expected = Expected { state: &state, accept: &accept, before };
        let observation = observer.settle(self.requester, Purpose::Verification, key, expected).await?;

        let operation = sent.operation;
        let whose = whose(key);
        let says = observation.seen.says(observer.describe_operation());
        let aspect = format!("{state} of {whose} after {operation}");

        match observation.conclusion {
            Conclusion::Reached(contradiction) => {
                if let Some(contradiction) = contradiction {
                    self.notes.note(format!("after {operation}, {contradiction}"));
                }
                if let Some(accepted) = &observation.instead {
                    self.notes.admit_state(operation.as_str(), state.as_str(), accepted);
                    if let Some(binding) = self.requester.bindings_mut().keys.get_mut(key) {
                        binding.move_to(Position { state: accepted.to.clone(), ..position });
                    }
                }
            }
            Conclusion::NotReached if stated => {
                let reason = format!("after {operation} {whose} is not {state}: {says}");
                return Err(Failure::fail(Kind::Effect, aspect, reason));
            }
            // A transition that was only inferred from the documents can't make the endpoint wrong.
            Conclusion::NotReached => {
                let note = format!("after {operation} {whose} is not {state}, which no document states: {says}");
                self.notes.note(note);
            }
            Conclusion::Unclear => {
                let describe = observer.describe_operation();
                let by = observation.seen.hidden(&self.requester.blame(Purpose::Verification, describe, key));
                let reason = format!("after {operation} it is unclear whether {whose} is {state}: {says}");
                return Err(Failure::blocked(Kind::Effect, by, reason));
            }
        }

        if let Some(binding) = self.requester.bindings_mut().keys.get_mut(key) {
            binding.see(&observation.seen);
        }

        match before {
            Some(before) => self.must_be_unchanged(operation, before, &observation.seen, &state),
            None => Ok(()),
        }
    }

    /// A rejected request must have left the key as it was.
    fn must_be_unchanged(
        &mut self,
        operation: &OperationName,
        before: &Seen,
        after: &Seen,
        state: &State,
    ) -> Result<(), Failure> {
        let effect = |aspect: String, change: String| {
            let reason = format!("the rejected {operation} had an effect: {change}");
            Err(Failure::fail(Kind::Effect, format!("{aspect} after the rejected {operation}"), reason))
        };
        if let Some(change) = state_changed(before, after, state) {
            return effect("the state".to_owned(), change);
        }

        // Descriptions in different states differ anyway; one of them was late.
        let comparable = match (&before.described, &after.described) {
            (Described::Names(was), Described::Names(is)) => was == is,
            (was, is) => matches!((was, is), (Described::Hidden(_), Described::Hidden(_))),
        };

        let describe = &self.run.suite.service.observation.describe;
        match (&before.description, &after.description) {
            (Some(before), Some(after)) if comparable => match changed(self.run, before, after) {
                Some((path, change)) => effect(path.to_string(), change),
                None => Ok(()),
            },
            (Some(_), Some(_)) => Ok(()),
            (None, _) | (_, None) => {
                self.notes.note(format!(
                    "{describe} does not describe the key, so an effect of the rejected {operation} could only be seen \
                     in the key's behaviour"
                ));
                Ok(())
            }
        }
    }
}

/// A key as messages name it.
fn whose(key: &KeyName) -> String {
    if key.as_str() == KeyName::SUBJECT { "the key".to_owned() } else { format!("the key `{key}`") }
}
