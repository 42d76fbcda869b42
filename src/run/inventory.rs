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
        let creation = self.run.suite.service.creation(class);
        let parameters = requester.parameters(&creation, Context { class: Some(class), ..Context::on(name) })?;
        self.may_make_key()?;
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
            self.no_key_was_made(&response);
            let reason = format!("{operation} responded {code} ({}), so there is no key", response.content.status);
            let by = requester.blame(Purpose::Setup, operation, name).rejected(&response);
            return Err(with_class(Failure::blocked(Kind::Fixture, by, reason)));
        }

        self.keep_key(requester, name, class, &response).map_err(with_class)?;
        Ok(response)
    }

    /// Whether the run may make one more key. Confirmations and lost responses make more of them than were planned.
    fn may_make_key(&self) -> Result<(), Failure> {
        let RunContext { client, key_counts, options, .. } = self.run;
        if let Some(most) = options.max_keys
            && !key_counts.request(options.max_keys)
        {
            let reason = format!("the run may make no more than {most} keys: see --max-keys");
            return Err(Failure::over_a_limit(reason));
        }
        client.keep_back(self.run.removal_requests());
        Ok(())
    }

    /// Notes that the request for a key was rejected.
    fn no_key_was_made(&self, response: &Response) {
        // An attempt before, whose response was lost, may have made one.
        if !response.lost_before {
            self.run.key_counts.request_failed();
            self.run.client.release(self.run.removal_requests());
        }
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

        // The call that removes it, by the name that is about to be made; it may also need the id of a key that is only
        // known afterwards.
        let undo_of = |requester: &mut Requester<'_>, undo: &Undo| {
            let parameters = requester.parameters(&undo.request, Context::on(&KeyName::subject()))?;
            Ok::<_, Failure>((undo.operation.clone(), parameters))
        };
        let undo = match &makes.undo {
            Some(undo) if makes.key.is_none() => Some(undo_of(requester, undo)?),
            Some(_) | None => None,
        };

        if makes.key.is_some() {
            self.may_make_key()?;
        }
        let response = match undo {
            Some(undo) => self.send_with_undo(requester, envelope, request, undo, may_be_missing).await?,
            None => {
                self.note(LedgerEntry::Making, request.operation, None)?;
                requester.send_until_found(envelope, request, may_be_missing).await?
            }
        };
        if response.content.code.is_some() {
            if makes.key.is_some() {
                self.no_key_was_made(&response);
            }
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
            if let Some(undo) = &makes.undo {
                let (operation, parameters) = undo_of(requester, undo)?;
                let name = name_in(&parameters);
                self.run.client.keep_back(1);
                self.removals.push(Removal { operation, parameters, done_by_case: false, certain: true });
                self.note(LedgerEntry::Made, request.operation, Some(&name))?;
            }
        }
        Ok(response)
    }

    /// Sends a call that makes something other than a key, and notes the call that will remove it. That is kept also if
    /// the response is lost, for the thing may be there all the same.
    pub(super) async fn send_with_undo(
        &mut self,
        requester: &mut Requester<'_>,
        envelope: Envelope<'_>,
        request: Request<'_>,
        (operation, parameters): (OperationName, Map<String, Value>),
        may_be_missing: bool,
    ) -> Result<Response, Failure> {
        let name = name_in(&parameters);
        self.note(LedgerEntry::Making, request.operation, Some(&name))?;
        self.run.client.keep_back(1);
        // Before it is sent: if anything goes wrong from now on, the teardown knows of it.
        self.removals.push(Removal { operation, parameters, done_by_case: false, certain: false });

        let sent = requester.send_until_found(envelope, request, may_be_missing).await;
        let is_there = match &sent {
            Ok(response) if response.content.code.is_none() => {
                requester.something_was_made();
                if let Some(removal) = self.removals.last_mut() {
                    removal.certain = true;
                }
                self.note(LedgerEntry::Made, request.operation, Some(&name))?;
                true
            }
            Ok(response) => response.lost_before,
            Err(failure) => failure.maybe_effect,
        };
        if !is_there {
            self.removals.pop();
            self.run.client.release(1);
        }
        sent
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
