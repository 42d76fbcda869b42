//! What a case makes, written into the ledger before it is made.

use serde_json::{Map, Value};

use super::RunContext;
use super::bindings::{Context, KeyBinding};
use super::failure::{Failure, blocking_response};
use super::requester::{Request, Requester, captured};
use super::teardown::Removal;
use crate::client::{Envelope, Response};
use crate::event::Purpose;
use crate::ledger::LedgerEntry;
use crate::suite::case::Case;
use crate::suite::field_path::text_of;
use crate::suite::name::{ClassName, KeyName, OperationName};
use crate::suite::service::Undo;
use crate::suite::step::Makes;
use crate::verdict::Kind;

/// What one attempt at a case has made.
#[derive(Debug)]
pub(super) struct Inventory<'a> {
    run: &'a RunContext,
    case: &'a Case,
    /// What has to be removed before the keys, the last made last.
    pub(super) removals: Vec<Removal>,
    /// The keys that were made, in order.
    pub(super) keys: Vec<KeyName>,
}

impl<'a> Inventory<'a> {
    pub(super) fn new(run: &'a RunContext, case: &'a Case) -> Self {
        Self { run, case, removals: Vec::new(), keys: Vec::new() }
    }

    /// Makes a key of a class, and gives the response.
    pub(super) async fn make_key(
        &mut self,
        requester: &mut Requester<'_>,
        name: &KeyName,
        class: &ClassName,
    ) -> Result<Response, Failure> {
        let operation = &self.run.suite.service.create.operation;
        // Confirmations and lost responses make more keys than were planned.
        if let Some(most) = self.run.options.max_keys
            && self.run.key_counts.made() >= most
        {
            let reason = format!("the run may make no more than {most} keys: see --max-keys");
            return Err(Failure::inconclusive(Kind::Unavailable, reason));
        }

        let creation = self.run.suite.service.creation(class);
        let parameters = requester.parameters(&creation, Context { class: Some(class), ..Context::on(name) })?;
        self.note(LedgerEntry::Making, operation, None)?;

        // The key is not bound to its name yet, so a failure does not know the class by itself.
        let with_class = |mut failure: Failure| {
            // An account that may make no keys may make none of any class.
            let is_of_class = failure.kind != Kind::Denied;
            if let Some(by) = failure.blocked_by.as_mut().filter(|_| is_of_class) {
                by.key_class = Some(class.to_string());
            }
            failure
        };

        let request = Request { purpose: Purpose::Setup, operation, parameters: &parameters, on: name };
        let response = requester.send(request).await.map_err(with_class)?;
        if let Some(code) = &response.content.code {
            let reason = format!("{operation} responded {code} ({}), so there is no key", response.content.status);
            let by = requester.blame(Purpose::Setup, operation, name).rejected(&response);
            return Err(with_class(Failure::blocked(Kind::Fixture, by, reason)));
        }

        self.keep_key(requester, name, class, &response).map_err(with_class)?;
        Ok(response)
    }

    /// Notes a key that was made.
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

        // A key without an id could neither be used nor removed.
        let id = key.id().to_owned();
        if id.is_empty() {
            let by = requester.blame(Purpose::Setup, &create.operation, name);
            let by = by.blocked("names no key", Some(blocking_response(response)));
            let reason = format!("the response of {} names no key", create.operation);
            return Err(Failure::blocked(Kind::Fixture, by, reason));
        }

        self.run.key_counts.key_made(&id);
        self.keys.push(name.clone());
        requester.bindings_mut().keys.insert(name.clone(), key);
        requester.something_was_made();
        self.note(LedgerEntry::Made, &create.operation, Some(&id))
    }

    /// Sends a call that may make something, and notes what it made. `may_be_missing` says that "not found" is one of
    /// the expected outcomes.
    pub(super) async fn send(
        &mut self,
        requester: &mut Requester<'_>,
        envelope: Envelope<'_>,
        request: Request<'_>,
        makes: Option<&Makes>,
        may_be_missing: bool,
    ) -> Result<Response, Failure> {
        let Some(makes) = makes else {
            let response = requester.send_until_found(envelope, request, may_be_missing).await?;
            if response.content.code.is_none() {
                self.removed_by_case(request);
            }
            return Ok(response);
        };

        self.note(LedgerEntry::Making, request.operation, None)?;
        let response = requester.send_until_found(envelope, request, may_be_missing).await?;
        if response.content.code.is_some() {
            return Ok(response);
        }

        if let Some(name) = &makes.key {
            let class = requester.class_of(&KeyName::subject());
            self.keep_key(requester, name, &class, &response).map_err(|failure| {
                match (request.purpose, failure.kind) {
                    // The fields of the probe's response are what the case is about, so they are not a fixture here.
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

    /// Notes something that is about to be made, by the call that will remove it.
    pub(super) fn making(&self, made_by: &OperationName, undo: &Map<String, Value>) -> Result<(), Failure> {
        self.note(LedgerEntry::Making, made_by, Some(&name_in(undo)))
    }

    /// Notes something that was made, and the call that will remove it.
    pub(super) fn made_with_undo(
        &mut self,
        requester: &mut Requester<'_>,
        made_by: &OperationName,
        (operation, parameters): (OperationName, Map<String, Value>),
    ) -> Result<(), Failure> {
        let name = name_in(&parameters);
        self.removals.push(Removal { operation, parameters, done_by_case: false });
        requester.something_was_made();
        self.note(LedgerEntry::Made, made_by, Some(&name))
    }

    /// Notes that a request of the case itself has removed what the case made.
    fn removed_by_case(&mut self, request: Request<'_>) {
        let same = |removal: &&mut Removal| {
            removal.operation == *request.operation && removal.parameters == *request.parameters
        };
        for removal in self.removals.iter_mut().filter(same) {
            removal.done_by_case = true;
        }
    }

    fn note(&self, entry: LedgerEntry, operation: &OperationName, name: Option<&str>) -> Result<(), Failure> {
        note_in_ledger(self.run, self.case, entry, operation, name)
    }
}

/// Writes a line into the ledger. If that fails the run ends: what is not listed could be left behind unnoticed.
pub(super) fn note_in_ledger(
    run: &RunContext,
    case: &Case,
    entry: LedgerEntry,
    operation: &OperationName,
    name: Option<&str>,
) -> Result<(), Failure> {
    run.ledger.note(entry, operation.as_str(), case.id.as_str(), name).map_err(|error| Failure {
        ends_run: Some(format!("the ledger can't be written ({error}), so nothing more is made")),
        ..Failure::inconclusive(Kind::Unavailable, format!("the ledger can't be written: {error}"))
    })
}

/// The name of what a request removes: its parameters hold nothing else.
pub(super) fn name_in(parameters: &Map<String, Value>) -> String {
    parameters.values().map(text_of).collect::<Vec<_>>().join(" ")
}
