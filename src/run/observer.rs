//! Observes the state of a key: how it is described, and how it behaves.
//!
//! What the describing operation says is the document's own statement of the state. How other operations respond is
//! circumstantial, for an endpoint may not look at states at all. So:
//!
//! | described | behaviour | the key is in the expected state? |
//! | --- | --- | --- |
//! | names it | names it, or none | yes |
//! | names it | names another | yes; the contradiction is a note, and belongs to the cells of the operations that contradict |
//! | names another | names it, and not that other one | yes; it belongs to the cell of the describing operation |
//! | names another | names another, both, or none | no |
//! | can't be had | names it, or none | yes, on the word of the calls |
//! | can't be had | names another | unclear: blocked by the describing operation |

use serde_json::Value;
use tokio::time::sleep;

use super::RunContext;
use super::failure::{Blame, Failure, blocking_response, unusable_problem, unusable_response};
use super::knowledge::RequestCell;
use super::requester::Requester;
use crate::client::Response;
use crate::event::{BlockedBy, BlockingResponse, Purpose};
use crate::provider::ErrorClass;
use crate::suite::field_path::text_of;
use crate::suite::name::{Code, KeyName, OperationName, State};
use crate::suite::service::AcceptedState;

/// How much of a state's name is shown, in characters.
pub(super) const LONGEST_STATE: usize = 60;

/// What the describing operation says of the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Described {
    /// It names a state of the table.
    Names(State),
    /// It says that there is no such key.
    Gone,
    /// It does not show the state; what it does instead.
    Hidden(String),
}

/// How a key behaves: the states that the response of an operation fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Behaviour {
    operation: OperationName,
    /// The response in a few words.
    response: String,
    states: Vec<State>,
    /// Whether the response says that there is no such key.
    gone: bool,
}

/// What was observed of a key at one time.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) described: Described,
    pub(super) behaviour: Option<Behaviour>,
    /// The fields that describe the key, if the operation succeeded.
    pub(super) description: Option<Value>,
    /// Its response in the form of a blocker.
    describing: Option<BlockingResponse>,
}

/// Whether a key is in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Conclusion {
    /// It is; and what contradicts that, if anything does.
    Reached(Option<String>),
    /// It is in another state, or gone.
    NotReached,
    /// It can't be known.
    Unclear,
}

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

impl Seen {
    /// What was seen, in one line.
    pub(super) fn says(&self, describe: &OperationName) -> String {
        let described = match &self.described {
            Described::Names(state) => format!("{describe} says {state}"),
            Described::Gone => format!("{describe} says that there is no such key"),
            Described::Hidden(why) => format!("{describe} {why}"),
        };
        match &self.behaviour {
            Some(behaviour) => format!("{described}, {} {}", behaviour.operation, behaviour.response),
            None => described,
        }
    }

    /// Whether the key behaves as in a state, as far as that was seen.
    fn behaves_as(&self, state: &State) -> bool {
        self.behaviour.as_ref().is_some_and(|behaviour| behaviour.states.contains(state))
    }

    /// The blocker if the describing operation does not show the state.
    pub(super) fn hidden(&self, blame: &Blame) -> BlockedBy {
        blame.blocked("does not show the state of the key", self.describing.clone())
    }
}

/// Whether a key is in a state, by what was observed: the table at the top of this file.
pub(super) fn conclude(seen: &Seen, expected: &State) -> Conclusion {
    let names_it = seen.behaviour.as_ref().map(|behaviour| behaviour.states.contains(expected));
    let behaves = || {
        let behaviour = seen.behaviour.as_ref()?;
        Some(format!("{} {}", behaviour.operation, behaviour.response))
    };

    match (&seen.described, names_it) {
        (Described::Names(state), Some(false)) if state == expected => {
            Conclusion::Reached(behaves().map(|behaves| format!("it is described as {expected}, but {behaves}")))
        }
        (Described::Names(state), _) if state == expected => Conclusion::Reached(None),
        // Where the table has one column for both states, behaviour contradicts no description.
        (Described::Names(state), Some(true)) if !seen.behaves_as(state) => {
            Conclusion::Reached(behaves().map(|behaves| format!("it is described as {state}, but {behaves}")))
        }
        (Described::Gone, Some(true)) => {
            Conclusion::Reached(behaves().map(|behaves| format!("it is described as gone, but {behaves}")))
        }
        (Described::Names(_), Some(_) | None) | (Described::Gone, Some(false) | None) => Conclusion::NotReached,
        (Described::Hidden(_), Some(true) | None) => Conclusion::Reached(None),
        (Described::Hidden(_), Some(false)) => Conclusion::Unclear,
    }
}

/// How a rejected request changed the state, in one line: the description or the behaviour changed away from the expected
/// state. A change towards it was late.
pub(super) fn state_changed(before: &Seen, after: &Seen, expected: &State) -> Option<String> {
    if let (Described::Names(was), Described::Names(is)) = (&before.described, &after.described)
        && was != is
        && is != expected
    {
        return Some(format!("it was described as {was} and is described as {is}"));
    }
    let (was, is) = (before.behaviour.as_ref()?, after.behaviour.as_ref()?);
    let fits = |behaviour: &Behaviour| behaviour.states.contains(expected);
    (was.operation == is.operation && fits(was) && !fits(is))
        .then(|| format!("{} {} before and {} now", is.operation, was.response, is.response))
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

    /// Observes a key once.
    pub(super) async fn observe(
        &self,
        requester: &mut Requester<'_>,
        purpose: Purpose,
        key: &KeyName,
    ) -> Result<Seen, Failure> {
        let service = &self.run.suite.service;
        let (described, description, describing) = self.describe(requester, purpose, key).await?;

        // The first operation whose response fits a state decides; others would only cost requests.
        let class = requester.class_of(key);
        let operations = service.observation.behaviour.get(&class).map(Vec::as_slice).unwrap_or_default();
        let mut behaviour = None;
        for operation in operations {
            behaviour = self.behave(requester, purpose, key, operation).await?;
            if behaviour.is_some() {
                break;
            }
        }
        Ok(Seen { described, behaviour, description, describing })
    }

    /// How the describing operation describes a key, with its fields and its response.
    async fn describe(
        &self,
        requester: &mut Requester<'_>,
        purpose: Purpose,
        key: &KeyName,
    ) -> Result<(Described, Option<Value>, Option<BlockingResponse>), Failure> {
        let operation = self.describe_operation();
        let response = match self.try_request(requester, purpose, key, operation).await? {
            Tried::Response(response) => response,
            Tried::Blocked(by) => {
                let (problem, response) = (by.problem, by.response);
                return Ok((Described::Hidden(problem), None, response));
            }
        };

        let describing = Some(blocking_response(&response));
        if let Some(code) = &response.content.code {
            let described = if self.is_gone(&response) {
                Described::Gone
            } else {
                Described::Hidden(format!("responds {code} ({})", response.content.status))
            };
            return Ok((described, None, describing));
        }

        let observation = &self.run.suite.service.observation;
        let described = match observation.state.find(&response.content.fields).map(text_of) {
            None => Described::Hidden(format!("names no {}", observation.state)),
            Some(text) => {
                let state = State::from(text.as_str());
                // A word that the table does not know says nothing about the table's states.
                if self.run.suite.service.states.contains(&state) {
                    Described::Names(state)
                } else {
                    Described::Hidden(format!("says {}", self.run.brief(&text, LONGEST_STATE)))
                }
            }
        };
        Ok((described, Some(response.content.fields), describing))
    }

    /// How a key behaves by the response of one operation; none if that fits no state.
    async fn behave(
        &self,
        requester: &mut Requester<'_>,
        purpose: Purpose,
        key: &KeyName,
        operation: &OperationName,
    ) -> Result<Option<Behaviour>, Failure> {
        let Tried::Response(response) = self.try_request(requester, purpose, key, operation).await? else {
            return Ok(None);
        };

        let judge = self.run.judge();
        let code = response.content.code.as_deref().unwrap_or(Code::SUCCESS);
        let class = requester.class_of(key);
        let cells = self.run.suite.row(operation).into_iter().flat_map(|row| row.cells.of_class(&class));
        let fitting = cells.filter(|(_, cell)| cell.expect.outcomes.iter().any(|one| judge.is_outcome(one, code)));
        let states: Vec<State> = fitting.map(|(state, _)| state.clone()).collect();

        let gone = self.is_gone(&response);
        let response = format!("responds {code} ({})", response.content.status);
        let says_something = gone || !states.is_empty();
        Ok(says_something.then(|| Behaviour { operation: operation.clone(), response, states, gone }))
    }

    /// Sends a request that may show the state of a key, unless earlier ones showed that it won't.
    async fn try_request(
        &self,
        requester: &mut Requester<'_>,
        purpose: Purpose,
        key: &KeyName,
        operation: &OperationName,
    ) -> Result<Tried, Failure> {
        let knowledge = &self.run.knowledge;
        let blame = requester.blame(purpose, operation, key);
        let unknown = "is not known to the endpoint";
        if let Some(response) = knowledge.how_unknown(operation) {
            return Ok(Tried::Blocked(blame.blocked(unknown, Some(response))));
        }
        let cell = RequestCell { operation: operation.clone(), class: blame.class.clone(), state: blame.state.clone() };
        if let Some(unusable) = knowledge.unusable(&cell) {
            let problem = unusable_problem(&unusable);
            return Ok(Tried::Blocked(blame.blocked(problem, Some(unusable_response(&unusable)))));
        }

        match requester.observe(purpose, operation, key).await {
            Ok(response) if response.class == Some(ErrorClass::Permission) => {
                Ok(Tried::Blocked(blame.not_permitted(&response)))
            }
            Ok(response) if response.class == Some(ErrorClass::UnknownOperation) => {
                Ok(Tried::Blocked(blame.blocked(unknown, Some(blocking_response(&response)))))
            }
            Ok(response) => Ok(Tried::Response(Box::new(response))),
            // The same unusable response each time is a deviation of this operation, and not of the key's state.
            Err(Failure { repeated: Some(_), blocked_by: Some(by), .. }) => Ok(Tried::Blocked(*by)),
            Err(failure) => Err(failure),
        }
    }

    /// Whether a response means that there is no such key any more.
    fn is_gone(&self, response: &Response) -> bool {
        let judge = self.run.judge();
        response.class == Some(ErrorClass::NotFound)
            || response.content.code.as_deref().is_some_and(|code| judge.is_gone(code))
    }
}

/// The result of a request that may show the state of a key.
enum Tried {
    Response(Box<Response>),
    Blocked(BlockedBy),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(described: &str, behaviour: &str) -> Seen {
        let described = match described {
            "hidden" => Described::Hidden("responds 500".to_owned()),
            "gone" => Described::Gone,
            state => Described::Names(state.into()),
        };
        let behaviour = (!behaviour.is_empty()).then(|| Behaviour {
            operation: "Encrypt".into(),
            response: format!("responds as in {behaviour}"),
            states: if behaviour == "gone" { Vec::new() } else { behaviour.split('|').map(State::from).collect() },
            gone: behaviour == "gone",
        });
        Seen { described, behaviour, description: None, describing: None }
    }

    /// Every row of the table at the top of this file.
    #[test]
    fn the_description_outweighs_the_behaviour() {
        let concluded = |described, behaviour| conclude(&seen(described, behaviour), &"Disabled".into());
        let contradicted = |conclusion| matches!(conclusion, Conclusion::Reached(Some(_)));

        assert_eq!(concluded("Disabled", "Disabled"), Conclusion::Reached(None));
        assert_eq!(concluded("Disabled", ""), Conclusion::Reached(None));
        assert_eq!(concluded("PendingDeletion", "Disabled|PendingDeletion"), Conclusion::NotReached);
        assert!(contradicted(concluded("Disabled", "Enabled")));
        assert!(contradicted(concluded("Disabled", "gone")));
        assert!(contradicted(concluded("Enabled", "Disabled")));
        assert!(contradicted(concluded("gone", "Disabled")));
        assert_eq!(concluded("Enabled", "Enabled"), Conclusion::NotReached);
        assert_eq!(concluded("Enabled", "PendingImport"), Conclusion::NotReached);
        assert_eq!(concluded("Enabled", ""), Conclusion::NotReached);
        assert_eq!(concluded("gone", "gone"), Conclusion::NotReached);
        assert_eq!(concluded("gone", ""), Conclusion::NotReached);
        assert_eq!(concluded("hidden", "Disabled"), Conclusion::Reached(None));
        assert_eq!(concluded("hidden", ""), Conclusion::Reached(None));
        assert_eq!(concluded("hidden", "Enabled"), Conclusion::Unclear);
        assert_eq!(concluded("hidden", "gone"), Conclusion::Unclear);
    }

    #[test]
    fn a_response_that_fits_several_states_names_each() {
        assert_eq!(conclude(&seen("hidden", "Enabled|Disabled"), &"Disabled".into()), Conclusion::Reached(None));
    }

    #[test]
    fn a_changed_state_shows_in_the_description_or_the_behaviour() {
        let changed = |before: (&str, &str), after: (&str, &str)| {
            state_changed(&seen(before.0, before.1), &seen(after.0, after.1), &"Disabled".into()).is_some()
        };
        assert!(changed(("Disabled", "Disabled"), ("Enabled", "Disabled")));
        assert!(changed(("Disabled", "Disabled"), ("Disabled", "Enabled")));
        assert!(!changed(("Disabled", "Disabled"), ("Disabled", "Disabled")));
        assert!(!changed(("Enabled", "Disabled"), ("Disabled", "Disabled")), "the description was late");
        assert!(!changed(("Disabled", "Enabled"), ("Disabled", "Disabled")), "the behaviour was late");
        assert!(!changed(("Disabled", "Enabled"), ("Disabled", "Enabled")), "it ignores the state as before");
        assert!(!changed(("hidden", ""), ("Disabled", "Disabled")));
    }

    #[test]
    fn an_observation_is_one_line() {
        let says = |described, behaviour| seen(described, behaviour).says(&"DescribeKey".into());
        assert_eq!(says("Disabled", "Enabled"), "DescribeKey says Disabled, Encrypt responds as in Enabled");
        assert_eq!(says("gone", ""), "DescribeKey says that there is no such key");
        assert_eq!(says("hidden", ""), "DescribeKey responds 500");
    }
}
