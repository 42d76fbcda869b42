//! What a case makes, written into the ledger before it is made.

use std::io;

use serde_json::{Map, Value};

use super::RunContext;
use super::bindings::{Context, KeyBinding};
use super::failure::{Failure, blocking_response};
use super::material::{MaterialSeed, private_key};
use super::requester::{Request, Requester};
use super::teardown::{Existence, Removal, UndoRequest};
use crate::client::{Envelope, Response};
use crate::event::Purpose;
use crate::ledger::{Item, LedgerEntry, Made};
use crate::suite::case::Case;
use crate::suite::field_path::text_of;
use crate::suite::name::{ClassName, KeyName, OperationName};
use crate::suite::service::{MaterialForm, Undo};
use crate::suite::step::Makes;
use crate::verdict::Kind;

/// What one attempt at a case has made.
#[derive(Debug)]
pub(super) struct Inventory<'a> {
    pub(super) run: &'a RunContext,
    pub(super) case: &'a Case,
    /// What has to be removed before the keys, the last made last.
    pub(super) removals: Vec<Removal>,
    /// The keys that were made, in order.
    pub(super) keys: Vec<(KeyName, Item)>,
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
        let item = self.making_key(operation, class)?;

        // The key is not bound to its name yet, so a failure does not know the class by itself.
        let with_class = |mut failure: Failure| {
            // An account that may make no keys may make none of any class.
            let is_of_class = failure.kind != Kind::Denied;
            if let Some(by) = failure.blocked_by.as_mut().filter(|_| is_of_class) {
                by.key_class = Some(class.to_string());
            }
            failure
        };

        let request = Request { purpose: Purpose::Setup, operation, parameters: &parameters, on: name, region: None };
        let sent = requester.send(request).await;
        self.note_key_if_not_made(item, operation, &sent)?;
        let response = sent.map_err(with_class)?;
        if let Some(code) = &response.content.code {
            let reason = format!("{operation} responded {code} ({}), so there is no key", response.content.status);
            let by = requester.blame(Purpose::Setup, operation, name).rejected(&response);
            return Err(with_class(Failure::blocked(Kind::Fixture, by, reason)));
        }

        self.keep_key(requester, name, class, item, &response).map_err(with_class)?;
        Ok(response)
    }

    /// Notes a key that is about to be made, if the run may make one more. Confirmations and lost responses make more of
    /// them than were planned.
    fn making_key(&self, operation: &OperationName, class: &ClassName) -> Result<Item, Failure> {
        self.count_key()?;
        self.run.client.keep_back(self.run.removal_requests());
        self.making_marked(operation, class)
    }

    /// Counts a key that is about to be made, if the run may make one more.
    fn count_key(&self) -> Result<(), Failure> {
        let RunContext { key_counts, options, pool, .. } = self.run;
        let waiting = pool.waiting();
        // Those of earlier runs that wait for their deletion count too, until they are gone.
        if let Some(most) = options.max_keys
            && !key_counts.request(Some(most.saturating_sub(waiting)))
        {
            let others =
                if waiting > 0 { format!(", with {waiting} of earlier ones that still wait") } else { String::new() };
            let reason = format!("the run may make no more than {most} keys{others}: see --max-keys");
            return Err(Failure::over_a_limit(reason));
        }
        Ok(())
    }

    /// Notes a key that is about to be made, by its mark.
    fn making_marked(&self, operation: &OperationName, class: &ClassName) -> Result<Item, Failure> {
        let options = &self.run.options;
        let seed = options.material.as_ref().map(MaterialSeed::check);
        let made = Made::Key { mark: &options.mark, class: class.as_str(), seed: seed.as_deref() };
        self.making(operation, made)
    }

    /// Notes that a request for a key certainly made none.
    fn note_key_if_not_made(
        &self,
        item: Item,
        operation: &OperationName,
        sent: &Result<Response, Failure>,
    ) -> Result<(), Failure> {
        if maybe_made(sent) {
            return Ok(());
        }
        self.run.key_counts.request_failed();
        self.run.client.release(self.run.removal_requests());
        self.note(LedgerEntry::NotMade, item, operation, None)
    }

    /// Notes a key that was made.
    fn keep_key(
        &mut self,
        requester: &mut Requester<'_>,
        name: &KeyName,
        class: &ClassName,
        item: Item,
        response: &Response,
    ) -> Result<(), Failure> {
        let create = &self.run.suite.service.create;
        let position = self.run.planner.new_key(class);
        let mut key = KeyBinding::described(&self.run.suite.service, class, position, &response.content.fields);
        key.item = Some(item);
        let form = self.run.suite.service.classes.get(class).map_or_else(MaterialForm::default, |class| class.material);
        match (form, &self.run.options.material) {
            (MaterialForm::Bytes, Some(seed)) => key.derive_material(seed),
            (MaterialForm::Bytes, None) => {}
            // No later run can derive a private key.
            (MaterialForm::P256 | MaterialForm::Rsa2048, _) => {
                let material = private_key(form).map_err(|reason| Failure::inconclusive(Kind::Fixture, reason));
                // The key is there, and only a sweep will know of it.
                key.material = material.inspect_err(|_| self.run.key_counts.creation_unconfirmed())?;
            }
        }

        // A key without an id can't be used, and is removed by the sweep, which finds it by its mark.
        let id = key.id().to_owned();
        if id.is_empty() {
            self.run.key_counts.creation_unconfirmed();
            let by = requester.blame(Purpose::Setup, &create.operation, name);
            let by = by.blocked("names no key", Some(blocking_response(response)));
            let reason = format!("the response of {} names no key", create.operation);
            return Err(Failure::blocked(Kind::Fixture, by, reason));
        }

        // An attempt before, whose response was lost, may have made another key with the same mark.
        if response.lost_before {
            self.making_marked(&create.operation, class)?;
        }
        // Whatever the endpoint says: a key of somebody else is neither changed nor removed.
        if self.run.options.only_marked && !self.carries_mark(response) {
            self.run.key_counts.creation_unconfirmed();
            let by = requester.blame(Purpose::Setup, &create.operation, name);
            let by = by.blocked("names a key without the mark of this run", Some(blocking_response(response)));
            let reason = format!(
                "the response of {} names a key that does not carry the mark of this run, so it may be somebody else's and \
                 is left alone; for an emulator that keeps no such text, --target-kind emulator does without it",
                create.operation
            );
            return Err(Failure::blocked(Kind::Fixture, by, reason));
        }

        self.run.key_counts.key_made(&id);
        self.run.holdings.key_made(&id, self.case.id.as_str());
        self.keys.push((name.clone(), item));
        requester.bindings_mut().keys.insert(name.clone(), key);
        requester.something_was_made();
        self.note(LedgerEntry::Made, item, &create.operation, Some(&id))
    }

    /// Whether the response to a request for a key shows the mark that the request carried.
    fn carries_mark(&self, response: &Response) -> bool {
        let RunContext { suite, options, .. } = self.run;
        // A service without a place for a mark can't show one.
        suite.service.sweep.as_ref().is_none_or(|sweep| {
            sweep.mark.find(&response.content.fields).is_some_and(|text| text_of(text).contains(&options.mark))
        })
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
        let run = self.run;
        let undo_of = |requester: &mut Requester<'_>, undo: &Undo| {
            let parameters = requester.parameters(&undo.request, Context::on(&KeyName::subject()))?;
            Ok::<_, Failure>(UndoRequest::new(run, undo, parameters))
        };

        let undo = match &makes.undo {
            Some(undo) if makes.key.is_none() => Some(undo_of(requester, undo)?),
            Some(_) | None => None,
        };

        let Some(name) = &makes.key else {
            return match undo {
                Some(undo) => self.send_with_undo(requester, envelope, request, undo, may_be_missing).await,
                None => requester.send_until_found(envelope, request, may_be_missing).await,
            };
        };

        let class = requester.class_of(&KeyName::subject());
        let item = self.making_key(request.operation, &class)?;
        let sent = requester.send_until_found(envelope, request, may_be_missing).await;
        self.note_key_if_not_made(item, request.operation, &sent)?;
        let response = sent?;

        if response.content.code.is_none() {
            self.keep_key(requester, name, &class, item, &response).map_err(|failure| {
                match (request.purpose, failure.kind) {
                    // The fields of the probe's response are what the case is about, so they are not a fixture here.
                    (Purpose::Probe, Kind::Fixture) => {
                        Failure::fail(Kind::Body, "the key that it names", failure.reason)
                    }
                    _ => failure,
                }
            })?;
            if let Some(undo) = &makes.undo {
                let undo = undo_of(requester, undo)?;
                let name = undo.name();
                let item = self.making_other(request.operation, &undo)?;
                self.run.client.keep_back(1);
                self.run.holdings.alias_made(&name, self.case.id.as_str());
                self.removals.push(Removal {
                    item,
                    undo,
                    done_by_case: false,
                    existence: Existence::Certain,
                    fixture: None,
                });
                self.note(LedgerEntry::Made, item, request.operation, Some(&name))?;
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
        undo: UndoRequest,
        may_be_missing: bool,
    ) -> Result<Response, Failure> {
        let name = undo.name();
        let removes_key = undo.removes_key;
        if removes_key {
            self.count_key()?;
        }
        let item = self.making_other(request.operation, &undo)?;
        self.run.client.keep_back(1);
        self.run.holdings.making_alias(&name, self.case.id.as_str());

        // Before it is sent: if anything goes wrong from now on, the teardown knows of it.
        self.removals.push(Removal {
            item,
            undo,
            done_by_case: false,
            existence: Existence::Unknown(None),
            fixture: None,
        });

        let sent = requester.send_until_found(envelope, request, may_be_missing).await;
        if sent.as_ref().is_ok_and(|response| response.content.code.is_none()) {
            requester.something_was_made();
            if let Some(removal) = self.removals.last_mut() {
                removal.existence = Existence::Certain;
            }
            self.run.holdings.alias_made(&name, self.case.id.as_str());
            if removes_key {
                self.run.key_counts.key_made(&name);
            }
            self.note(LedgerEntry::Made, item, request.operation, Some(&name))?;
        } else if !maybe_made(&sent) {
            self.removals.pop();
            self.run.holdings.removed(&name);
            self.run.client.release(1);
            if removes_key {
                self.run.key_counts.request_failed();
            }
            self.note(LedgerEntry::NotMade, item, request.operation, Some(&name))?;
        } else if let (Ok(response), Some(removal)) = (&sent, self.removals.last_mut()) {
            removal.existence = Existence::Unknown(response.content.code.clone());
        }
        sent
    }

    /// Notes that a request of the case itself has removed what the case made.
    fn removed_by_case(&mut self, request: Request<'_>) {
        let same = |removal: &&mut Removal| {
            let UndoRequest { operation, region, parameters, .. } = &removal.undo;
            operation == request.operation && *region == request.region && parameters == request.parameters
        };
        for removal in self.removals.iter_mut().filter(same) {
            removal.done_by_case = true;
        }
    }

    /// Notes something other than a key of the target's region that is about to be made.
    fn making_other(&self, operation: &OperationName, undo: &UndoRequest) -> Result<Item, Failure> {
        let UndoRequest { region_name, parameters, .. } = undo;
        let (name, undo, region) = (undo.name(), undo.operation.as_str(), region_name.as_deref());
        self.making(operation, Made::Other { name: &name, undo, region, parameters })
    }

    /// Notes something that is about to be made.
    fn making(&self, operation: &OperationName, what: Made<'_>) -> Result<Item, Failure> {
        self.run.ledger.making(operation.as_str(), self.case.id.as_str(), what).map_err(|error| unwritten(&error))
    }

    fn note(
        &self,
        entry: LedgerEntry,
        item: Item,
        operation: &OperationName,
        name: Option<&str>,
    ) -> Result<(), Failure> {
        note_in_ledger(self.run, self.case, entry, Some(item), operation, name)
    }
}

/// Whether a request may have made something.
fn maybe_made(sent: &Result<Response, Failure>) -> bool {
    match sent {
        // The response to an earlier attempt may have been lost.
        Ok(response) => response.content.code.is_none() || response.lost_before,
        Err(failure) => failure.maybe_effect,
    }
}

/// Writes a line into the ledger.
pub(super) fn note_in_ledger(
    run: &RunContext,
    case: &Case,
    entry: LedgerEntry,
    item: Option<Item>,
    operation: &OperationName,
    name: Option<&str>,
) -> Result<(), Failure> {
    let noted = run.ledger.note(entry, item, operation.as_str(), case.id.as_str(), name);
    noted.map_err(|error| unwritten(&error))
}

/// The run ends: what is not listed could be left behind unnoticed.
pub(super) fn unwritten(error: &io::Error) -> Failure {
    Failure {
        ends_run: Some(format!("the ledger can't be written ({error}), so nothing more is made")),
        ..Failure::inconclusive(Kind::Unavailable, format!("the ledger can't be written: {error}"))
    }
}

/// The name of what a request removes: its parameters hold nothing else.
pub(super) fn name_in(parameters: &Map<String, Value>) -> String {
    parameters.values().map(text_of).collect::<Vec<_>>().join(" ")
}
