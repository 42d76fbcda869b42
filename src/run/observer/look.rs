//! The requests by which a key is observed once.

use serde_json::Value;

use super::seen::{Behaviour, Described, Seen};
use super::{LONGEST_STATE, StateObserver};
use crate::client::Response;
use crate::event::{BlockedBy, BlockingResponse, Purpose};
use crate::provider::ErrorClass;
use crate::run::failure::{Failure, blocking_response, unusable_problem, unusable_response};
use crate::run::knowledge::RequestCell;
use crate::run::requester::Requester;
use crate::suite::field_path::text_of;
use crate::suite::name::{Code, KeyName, OperationName, State};

/// The result of a request that may show the state of a key.
enum Tried {
    Response(Box<Response>),
    Blocked(BlockedBy),
}

impl StateObserver<'_> {
    /// Observes a key once.
    pub(in crate::run) async fn observe(
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
