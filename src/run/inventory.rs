//! What a case makes, written down before it is made, and how it is removed: first what hangs on the keys, then the
//! keys. Tear-down goes on after an error.

use serde_json::{Map, Value};
use tokio::time::sleep;

use super::RunContext;
use super::bindings::{Context, KeyBinding};
use super::failure::{Failure, blocking_response};
use super::judge::Judge;
use super::requester::{Request, Requester, captured};
use crate::client::{Envelope, Response};
use crate::event::Purpose;
use crate::ledger::LedgerEntry;
use crate::provider::ErrorClass;
use crate::suite::case::Case;
use crate::suite::field_path::text_of;
use crate::suite::name::{ClassName, KeyName, OperationName};
use crate::suite::service::Undo;
use crate::suite::step::Makes;
use crate::verdict::Kind;

/// How often it is tried to remove a key, each time with the client's own retries: a key that is left behind costs more
/// than a few requests.
pub(super) const REMOVAL_ATTEMPTS: u32 = 3;

/// How much of the name of a state is shown, in characters.
const LONGEST_STATE: usize = 60;

/// Something that stays although it should have been removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leak {
    /// What stays: `key 5f1c…`, or `alias/…`.
    pub(super) what: String,
    /// The case that made it.
    pub(super) case: String,
    /// Why it stays.
    pub(super) reason: String,
}

/// What one attempt at a case has made.
#[derive(Debug)]
pub(super) struct Inventory<'a> {
    run: &'a RunContext,
    case: &'a Case,
    /// What has to be removed before the keys, the last made first.
    undo: Vec<Removal>,
    /// The keys that were made, in order.
    keys: Vec<KeyName>,
}

/// A call that removes something.
#[derive(Debug)]
struct Removal {
    operation: OperationName,
    parameters: Map<String, Value>,
    /// Whether the case itself has sent it and it succeeded, so that there may be nothing left to remove.
    done: bool,
}

impl<'a> Inventory<'a> {
    pub(super) fn new(run: &'a RunContext, case: &'a Case) -> Self {
        Self { run, case, undo: Vec::new(), keys: Vec::new() }
    }

    /// Makes a key of a class. The response comes back.
    pub(super) async fn make_key(
        &mut self,
        requester: &mut Requester<'_>,
        name: &KeyName,
        class: &ClassName,
    ) -> Result<Response, Failure> {
        let operation = &self.run.suite.service.create.operation;
        if let Some(most) = self.run.options.max_keys
            && self.run.key_counts.made() >= most
        {
            let reason = format!("the run may make no more than {most} keys: see --max-keys");
            return Err(Failure::inconclusive(Kind::Unavailable, reason));
        }
        let parameters =
            requester.default_parameters(operation, Context { class: Some(class), ..Context::on(name) })?;
        self.note(LedgerEntry::Making, operation, None)?;
        let request = Request { purpose: Purpose::Setup, operation, parameters: &parameters, on: name };
        let with_class = |mut failure: Failure| {
            if let Some(by) = &mut failure.blocked_by {
                by.key_class = Some(class.to_string());
            }
            failure
        };
        let response = requester.send(request).await.map_err(with_class)?;
        if let Some(code) = &response.content.code {
            let reason = format!("{operation} responded {code} ({}), so there is no key", response.content.status);
            let by = requester.blame(Purpose::Setup, operation, name).rejected(&response);
            return Err(with_class(Failure::blocked(Kind::Fixture, by, reason)));
        }
        self.keep_key(requester, name, class, &response).map_err(with_class)?;
        Ok(response)
    }

    /// Takes note of a key that was made.
    fn keep_key(
        &mut self,
        requester: &mut Requester<'_>,
        name: &KeyName,
        class: &ClassName,
        response: &Response,
    ) -> Result<(), Failure> {
        let create = &self.run.suite.service.create;
        let mut key = KeyBinding::new(class.clone(), self.run.planner.new_key(class));
        for (capture, path) in &create.capture {
            if let Some(value) = captured(&response.content.fields, path) {
                key.captures.insert(capture.clone(), value);
            }
        }
        let id = key.id().to_owned();
        if id.is_empty() {
            let by = requester.blame(Purpose::Setup, &create.operation, name);
            let by = by.blocked("names no key", Some(blocking_response(response)));
            return Err(Failure::blocked(
                Kind::Fixture,
                by,
                format!("the response of {} names no key", create.operation),
            ));
        }

        self.run.key_counts.key_made(&id);
        self.keys.push(name.clone());
        requester.bindings_mut().keys.insert(name.clone(), key);
        requester.something_was_made();
        self.note(LedgerEntry::Made, &create.operation, Some(&id))
    }

    /// Sends a call that may make something, and takes note of what it made. `missing` is whether that something is not
    /// found is one of the outcomes.
    pub(super) async fn send(
        &mut self,
        requester: &mut Requester<'_>,
        envelope: Envelope<'_>,
        request: Request<'_>,
        makes: Option<&Makes>,
        missing: bool,
    ) -> Result<Response, Failure> {
        let Some(makes) = makes else {
            let response = requester.send_until_found(envelope, request, missing).await?;
            if response.content.code.is_none() {
                self.undone_by_case(request);
            }
            return Ok(response);
        };

        self.note(LedgerEntry::Making, request.operation, None)?;
        let response = requester.send_until_found(envelope, request, missing).await?;
        if response.content.code.is_some() {
            return Ok(response);
        }
        if let Some(name) = &makes.key {
            let class = requester.class_of(&KeyName::subject());
            self.keep_key(requester, name, &class, &response).map_err(|failure| {
                match (request.purpose, failure.kind) {
                    // What the response to the probe holds is what the case is about.
                    (Purpose::Probe, Kind::Fixture) => {
                        Failure::fail(Kind::Body, "the key that it names", failure.reason)
                    }
                    _ => failure,
                }
            })?;
        }
        if let Some(Undo { operation, request: undo }) = &makes.undo {
            let parameters = requester.parameters(undo, Context::on(&KeyName::subject()))?;
            self.made_with_undo(requester, request.operation, (operation.clone(), parameters))?;
        }
        Ok(response)
    }

    /// Takes note of something that is about to be made, and how it would be removed.
    pub(super) fn making(&self, made_by: &OperationName, undo: &Map<String, Value>) -> Result<(), Failure> {
        self.note(LedgerEntry::Making, made_by, Some(&name_in(undo)))
    }

    /// Takes note of something that was made and how it is removed.
    pub(super) fn made_with_undo(
        &mut self,
        requester: &mut Requester<'_>,
        made_by: &OperationName,
        (operation, parameters): (OperationName, Map<String, Value>),
    ) -> Result<(), Failure> {
        let name = name_in(&parameters);
        self.undo.push(Removal { operation, parameters, done: false });
        requester.something_was_made();
        self.note(LedgerEntry::Made, made_by, Some(&name))
    }

    /// Takes note of a request of the case that removes what the case made.
    fn undone_by_case(&mut self, request: Request<'_>) {
        let same = |removal: &&mut Removal| {
            removal.operation == *request.operation && removal.parameters == *request.parameters
        };
        for removal in self.undo.iter_mut().filter(same) {
            removal.done = true;
        }
    }

    /// Removes everything that was made; what could not be removed comes back.
    pub(super) async fn tear_down(&mut self, requester: &mut Requester<'_>) -> Vec<Leak> {
        // What a run made is removed also after it was told to stop.
        requester.outlive_the_stop();
        let mut leaks = Vec::new();
        while let Some(removal) = self.undo.pop() {
            let mut removed = self.remove(requester, &removal).await;
            for _ in 1..REMOVAL_ATTEMPTS {
                match removed {
                    Err(RemovalError { again: true, .. }) => removed = self.remove(requester, &removal).await,
                    _ => break,
                }
            }
            if let Err(RemovalError { reason, .. }) = removed {
                leaks.push(self.leak(name_in(&removal.parameters), reason));
            }
        }
        for name in std::mem::take(&mut self.keys) {
            if let Err(reason) = self.remove_key(requester, &name).await {
                self.run.key_counts.key_left();
                let id = requester.bindings().keys.get(&name).map_or("", |key| key.id()).to_owned();
                leaks.push(self.leak(format!("key {id}"), reason));
            }
        }
        leaks
    }

    fn leak(&self, what: String, reason: String) -> Leak {
        Leak { what, case: self.case.id.to_string(), reason }
    }

    /// Removes something that is no key.
    async fn remove(&self, requester: &mut Requester<'_>, removal: &Removal) -> Result<(), RemovalError> {
        let Removal { operation, parameters, done } = removal;
        if self.run.knowledge.is_unknown(operation) {
            return Err(RemovalError { reason: format!("the endpoint does not know {operation}"), again: false });
        }
        let subject = KeyName::subject();
        let request = Request { purpose: Purpose::Teardown, operation, parameters, on: &subject };
        let response = requester.send(request).await.map_err(RemovalError::of)?;
        // What the case itself removed is not found any more, under whatever code.
        let gone = *done || response.class == Some(ErrorClass::NotFound);
        match &response.content.code {
            Some(code) if !gone => {
                let reason = format!("{operation} responded {code} ({})", response.content.status);
                Err(RemovalError { reason, again: false })
            }
            _ => {
                self.note_removed(operation, &name_in(parameters));
                Ok(())
            }
        }
    }

    /// Removes a key, and does not give up easily.
    pub(super) async fn remove_key(&self, requester: &mut Requester<'_>, name: &KeyName) -> Result<(), String> {
        let mut removed = self.try_to_remove_key(requester, name).await;
        for _ in 1..REMOVAL_ATTEMPTS {
            match removed {
                Err(RemovalError { again: true, .. }) => removed = self.try_to_remove_key(requester, name).await,
                _ => break,
            }
        }
        removed.map_err(|unremoved| unremoved.reason)
    }

    async fn try_to_remove_key(&self, requester: &mut Requester<'_>, name: &KeyName) -> Result<(), RemovalError> {
        let remove = &self.run.suite.service.remove;
        let operation = &remove.operation;
        if self.run.knowledge.is_unknown(operation) {
            return Err(RemovalError { reason: format!("the endpoint does not know {operation}"), again: false });
        }
        let response = requester.send_default(Purpose::Teardown, operation, Context::on(name)).await;
        let response = response.map_err(RemovalError::of)?;

        let rejected =
            response.content.code.as_deref().filter(|code| !self.is_on_its_way_out(requester, name, code, &response));
        if rejected.is_some() || self.run.options.account {
            self.must_be_removed(requester, name, &response).await?;
        }
        let id = requester.bindings().keys.get(name).map_or("", |key| key.id());
        self.note_removed(operation, id);
        Ok(())
    }

    /// Whether the rejection of a removal means that the key is gone, or waits for its deletion because of the case.
    fn is_on_its_way_out(&self, requester: &Requester<'_>, name: &KeyName, code: &str, response: &Response) -> bool {
        let suite = &self.run.suite;
        let judge = Judge::new(&suite.service, self.run.options.strict);
        if response.class == Some(ErrorClass::NotFound) || judge.is_gone(code) {
            return true;
        }
        let row = suite.row(&suite.service.remove.operation);
        let state = requester.bindings().keys.get(name).and_then(KeyBinding::state);
        // A removal whose first response was lost may have been done already, whatever the state was before.
        let cells = row.into_iter().flat_map(|row| &row.cells);
        let mut cells = cells.filter(|(of, _)| response.lost_before || Some(*of) == state);
        cells.any(|(_, cell)| {
            let mut outcomes = cell.expect.outcomes.iter().filter(|expected| !expected.code.is_success());
            outcomes.any(|expected| judge.is_code(&expected.code, code))
        })
    }

    /// Looks whether a key is really on its way out: an endpoint may reject a removal under any code, or accept it and
    /// do nothing.
    async fn must_be_removed(
        &self,
        requester: &mut Requester<'_>,
        name: &KeyName,
        response: &Response,
    ) -> Result<(), RemovalError> {
        let service = &self.run.suite.service;
        let operation = &service.remove.operation;
        let code = response.content.code.as_deref().unwrap_or("Success");
        let removal = format!("{operation} responded {code} ({})", response.content.status);
        let unremoved = |what: String| RemovalError { reason: format!("{removal}, and {what}"), again: false };

        let describe = &service.observation.describe;
        let mut pacer = self.run.options.settle.pacer();
        loop {
            let described = requester.send_default(Purpose::Teardown, describe, Context::on(name)).await;
            let described = described.map_err(|failure| {
                let RemovalError { reason, again } = RemovalError::of(failure);
                RemovalError { again, ..unremoved(reason) }
            })?;
            if described.class == Some(ErrorClass::NotFound) {
                return Ok(());
            }
            if let Some(code) = &described.content.code {
                return Err(unremoved(format!("{describe} responded {code} ({})", described.content.status)));
            }

            let state = service.observation.state.find(&described.content.fields).map(text_of).unwrap_or_default();
            let mut removes = service.transitions.iter().filter(|transition| transition.operation == *operation);
            if removes.any(|transition| transition.to.as_str() == state) {
                return Ok(());
            }
            // The description may be late.
            if pacer.ends() {
                return Err(unremoved(format!("the key is {}", self.run.brief(&state, LONGEST_STATE))));
            }
            sleep(pacer.pause()).await;
        }
    }

    /// Writes a line into the ledger. Without it nothing is made.
    fn note(&self, entry: LedgerEntry, operation: &OperationName, name: Option<&str>) -> Result<(), Failure> {
        let noted = self.run.ledger.note(entry, operation.as_str(), self.case.id.as_str(), name);
        noted.map_err(|error| Failure {
            ends_run: Some(format!("the ledger can't be written ({error}), so nothing more is made")),
            ..Failure::inconclusive(Kind::Unavailable, format!("the ledger can't be written: {error}"))
        })
    }

    /// What is removed is gone either way; a line that is missing only costs a person one more look.
    fn note_removed(&self, operation: &OperationName, name: &str) {
        let _ = self.note(LedgerEntry::Removed, operation, Some(name));
    }
}

/// Why a key or something else could not be removed.
struct RemovalError {
    reason: String,
    /// Whether another attempt may help.
    again: bool,
}

impl RemovalError {
    /// That a removal got no usable response. The same one each time is not worth another attempt, nor is a refusal.
    fn of(failure: Failure) -> Self {
        Self { again: failure.repeated.is_none() && failure.kind == Kind::Transport, reason: failure.reason }
    }
}

/// The name of what a request removes: that is all that such a request says.
fn name_in(parameters: &Map<String, Value>) -> String {
    parameters.values().map(text_of).collect::<Vec<_>>().join(" ")
}
