//! Removes what a case made: first what belongs to keys, then the keys. It goes on after an error.

use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio::time::sleep;

use super::RunContext;
use super::bindings::{Context, KeyBinding};
use super::failure::Failure;
use super::inventory::{Inventory, name_in};
use super::leak::Leak;
use super::observer::LONGEST_STATE;
use super::requester::{Request, Requester};
use crate::client::Response;
use crate::event::Purpose;
use crate::ledger::Item;
use crate::provider::ErrorClass;
use crate::suite::case::Case;
use crate::suite::field_path::text_of;
use crate::suite::name::{Code, FixtureName, KeyName, OperationName};
use crate::suite::region::OtherRegion;
use crate::suite::step::{Expected, Undo};
use crate::verdict::Kind;

/// How often a removal is tried, each time with the client's own retries: a key that is left behind costs more than a
/// few requests.
pub(super) const REMOVAL_ATTEMPTS: u32 = 3;

/// The call that removes something other than a key of the target's region.
#[derive(Debug)]
pub(super) struct UndoRequest {
    pub(super) operation: OperationName,
    /// The region to which it is sent, if it is not that of the target.
    pub(super) region: Option<OtherRegion>,
    /// The name of that region.
    pub(super) region_name: Option<String>,
    /// Whether what it removes is a key, in another region.
    pub(super) removes_key: bool,
    pub(super) parameters: Map<String, Value>,
}

impl UndoRequest {
    pub(super) fn new(run: &RunContext, undo: &Undo, parameters: Map<String, Value>) -> Self {
        let regions = run.client.target().other_regions();
        let region_name = undo.region.and_then(|region| regions.get(region as usize)).map(|name| (*name).to_owned());
        let (operation, removes_key) = (undo.operation.clone(), run.suite.service.removes_key(undo));
        Self { operation, region: undo.region, region_name, removes_key, parameters }
    }

    /// The name of what it removes.
    pub(super) fn name(&self) -> String {
        match &self.region_name {
            Some(region) => {
                let texts: Vec<&str> = self.parameters.values().filter_map(Value::as_str).collect();
                format!("{} in {region}", texts.join(" "))
            }
            None => name_in(&self.parameters),
        }
    }
}

/// A call that removes something other than a key of the target's region, and what is known of that.
#[derive(Debug)]
pub(super) struct Removal {
    /// What it removes, as the ledger knows it.
    pub(super) item: Item,
    pub(super) undo: UndoRequest,
    /// Whether the case itself has sent it and it succeeded, so that there may be nothing left to remove.
    pub(super) done_by_case: bool,
    pub(super) existence: Existence,
    /// The key and the fixture of it that it removes, if that is a fixture which other cases may have too.
    pub(super) fixture: Option<(KeyName, FixtureName)>,
}

/// Whether there is something to remove.
#[derive(Debug)]
pub(super) enum Existence {
    Certain,
    /// The request that makes it got no response at first. When it was sent again, it was rejected with this code.
    Unknown(Option<String>),
}

impl Removal {
    /// The removal of a fixture that other cases may have too.
    pub(super) fn of_fixture(self, key: &KeyName, fixture: &FixtureName) -> Self {
        Self { fixture: Some((key.clone(), fixture.clone())), ..self }
    }
}

/// Removes what a case made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Teardown<'a> {
    run: &'a RunContext,
    case: &'a Case,
}

/// What is to be removed.
#[derive(Debug, Clone, Copy)]
enum Removable<'r> {
    Key(&'r KeyName, Option<Item>),
    Other(&'r Removal),
}

/// Why something could not be removed.
struct RemovalError {
    reason: String,
    /// Whether another attempt may help.
    retry: bool,
}

impl<'a> Teardown<'a> {
    pub(super) fn new(run: &'a RunContext, case: &'a Case) -> Self {
        Self { run, case }
    }

    /// Removes everything in an inventory, and gives what could not be removed.
    pub(super) async fn remove_all(&self, requester: &mut Requester<'_>, inventory: &mut Inventory<'_>) -> Vec<Leak> {
        // What a run made is removed also after it was stopped.
        requester.outlive_the_stop();
        let mut leaks = Vec::new();

        while let Some(removal) = inventory.removals.pop() {
            if let Err(reason) = self.remove(requester, Removable::Other(&removal)).await {
                let doubt = match removal.existence {
                    Existence::Certain => "",
                    Existence::Unknown(_) => "it may be there, for its making got no response; ",
                };
                leaks.push(self.leak(removal.undo.name(), format!("{doubt}{reason}")));
            }
            self.run.client.release(1);
        }

        // Keys come last: what belongs to a key may not be removable once the key waits for its deletion.
        for (name, item) in std::mem::take(&mut inventory.keys) {
            if let Err(reason) = self.remove_key(requester, &name, Some(item)).await {
                let id = requester.bindings().keys.get(&name).map_or("", |key| key.id()).to_owned();
                leaks.push(self.leak(format!("key {id}"), reason));
            }
            self.run.client.release(self.run.removal_requests());
        }
        self.run.holdings.attempt_over(self.case.id.as_str());
        leaks
    }

    /// Removes a key; several attempts are made. The ledger knows it as `item`, unless its making got no response.
    pub(super) async fn remove_key(
        &self,
        requester: &mut Requester<'_>,
        name: &KeyName,
        item: Option<Item>,
    ) -> Result<(), String> {
        self.remove(requester, Removable::Key(name, item)).await
    }

    async fn remove(&self, requester: &mut Requester<'_>, what: Removable<'_>) -> Result<(), String> {
        let mut removed = self.try_to_remove(requester, what).await;
        for _ in 1..REMOVAL_ATTEMPTS {
            match removed {
                Err(RemovalError { retry: true, .. }) => removed = self.try_to_remove(requester, what).await,
                Ok(()) | Err(_) => break,
            }
        }
        removed.map_err(|error| error.reason)
    }

    async fn try_to_remove(&self, requester: &mut Requester<'_>, what: Removable<'_>) -> Result<(), RemovalError> {
        match what {
            Removable::Key(name, item) => self.try_to_remove_key(requester, name, item).await,
            Removable::Other(removal) => self.try_to_send(requester, removal).await,
        }
    }

    fn leak(&self, what: String, reason: String) -> Leak {
        Leak { what, case: self.case.id.to_string(), reason }
    }

    /// Sends a removal once.
    async fn try_to_send(&self, requester: &mut Requester<'_>, removal: &Removal) -> Result<(), RemovalError> {
        let Removal { item, undo, done_by_case, existence, fixture: _ } = removal;
        let UndoRequest { operation, region, parameters, .. } = undo;
        self.must_be_known(operation)?;
        let subject = KeyName::subject();
        let request = Request { purpose: Purpose::Teardown, operation, parameters, on: &subject, region: *region };
        let response = requester.send(request).await.map_err(RemovalError::of)?;

        // A name that is rejected for what it is, as it was when the thing was to be made, stands for nothing.
        let is_rejected_alike = match existence {
            Existence::Unknown(Some(code)) => response.content.code.as_ref() == Some(code),
            Existence::Unknown(None) | Existence::Certain => false,
        };
        let was_never_there = is_rejected_alike && response.class == Some(ErrorClass::Other);
        // What the case itself removed is not found any more, and any code may say so.
        let gone = *done_by_case || was_never_there || response.class == Some(ErrorClass::NotFound);
        // What may have been made just now can be found later: a sweep will look for it.
        let may_be_late = self.run.options.account
            && matches!(existence, Existence::Unknown(_))
            && !*done_by_case
            && response.class == Some(ErrorClass::NotFound);
        match &response.content.code {
            _ if may_be_late => Ok(()),
            Some(code) if !gone => {
                let reason = format!("{operation} responded {code} ({})", response.content.status);
                Err(RemovalError { reason, retry: false })
            }
            _ => {
                self.note_removed(operation, Some(*item), &undo.name(), None);
                Ok(())
            }
        }
    }

    /// Sends the removal of a key once, and checks its effect where the response leaves a doubt.
    async fn try_to_remove_key(
        &self,
        requester: &mut Requester<'_>,
        name: &KeyName,
        item: Option<Item>,
    ) -> Result<(), RemovalError> {
        let operation = &self.run.suite.service.remove.operation;
        self.must_be_known(operation)?;
        let sent = requester.send_default(Purpose::Teardown, operation, Context::on(name)).await;
        let response = match sent {
            // The case itself may have scheduled the deletion of a key, and the endpoint crash where it must reject another.
            Err(failure) if failure.repeated.is_some() => {
                let until = self.must_be_removed(requester, name, &failure.reason).await?;
                let id = requester.bindings().keys.get(name).map_or("", |key| key.id());
                self.note_removed(operation, item, id, until);
                return Ok(());
            }
            sent => sent.map_err(RemovalError::of)?,
        };

        let unexpected = response.content.code.as_deref().is_some_and(|code| {
            // The key may be gone already, or wait for its deletion because of the case.
            !self.means_removed(requester, name, code, &response)
        });
        let mut until = None;
        if unexpected || self.run.verifies_removals() {
            let code = response.content.code.as_deref().unwrap_or(Code::SUCCESS);
            let removal = format!("{operation} responded {code} ({})", response.content.status);
            until = self.must_be_removed(requester, name, &removal).await?;
        }

        let id = requester.bindings().keys.get(name).map_or("", |key| key.id());
        self.note_removed(operation, item, id, until);
        Ok(())
    }

    /// Saves requests that the endpoint does not know anyway.
    fn must_be_known(&self, operation: &OperationName) -> Result<(), RemovalError> {
        if self.run.knowledge.is_unknown(operation) {
            return Err(RemovalError { reason: format!("the endpoint does not know {operation}"), retry: false });
        }
        Ok(())
    }

    /// Whether the rejection of a removal means that the key is gone, or waits for its deletion.
    fn means_removed(&self, requester: &Requester<'_>, name: &KeyName, code: &str, response: &Response) -> bool {
        let suite = &self.run.suite;
        let judge = self.run.judge();
        if response.class == Some(ErrorClass::NotFound) || judge.is_gone(code) {
            return true;
        }

        // A removal whose first response was lost may have been done already, whatever the state was before.
        let state = requester.bindings().keys.get(name).and_then(KeyBinding::state);
        let class = requester.class_of(name);
        let row = suite.row(&suite.service.remove.operation);
        let cells = row.into_iter().flat_map(|row| row.cells.of_class(&class));
        let mut cells = cells.filter(|(of, _)| response.lost_before || Some(*of) == state);
        cells.any(|(_, cell)| {
            // Where any rejection is expected, one says nothing of what became of the key.
            let says = |expected: &&Expected| !expected.code.is_success() && !expected.is_any_rejection();
            let mut rejections = cell.expect.outcomes.iter().filter(says);
            rejections.any(|expected| judge.is_code(&expected.code, code))
        })
    }

    /// Observes whether a key is deleted or will be: an endpoint may reject a removal with any code, or accept it
    /// without an effect. `removal` says what came of it, in a few words. The time comes back when it will be gone, if the
    /// service says so.
    async fn must_be_removed(
        &self,
        requester: &mut Requester<'_>,
        name: &KeyName,
        removal: &str,
    ) -> Result<Option<Timestamp>, RemovalError> {
        let service = &self.run.suite.service;
        let operation = &service.remove.operation;
        let failed = |what: String| RemovalError { reason: format!("{removal}, and {what}"), retry: false };

        let describe = &service.observation.describe;
        let mut pacer = self.run.options.settle.pacer();
        loop {
            let described = requester.send_default(Purpose::Teardown, describe, Context::on(name)).await;
            let described = described.map_err(|failure| {
                let RemovalError { reason, retry } = RemovalError::of(failure);
                RemovalError { retry, ..failed(reason) }
            })?;
            if described.class == Some(ErrorClass::NotFound) {
                return Ok(None);
            }
            if let Some(code) = &described.content.code {
                return Err(failed(format!("{describe} responded {code} ({})", described.content.status)));
            }

            let state = service.observation.state.find(&described.content.fields).map(text_of).unwrap_or_default();
            let mut removes = service.transitions.iter().filter(|transition| transition.operation == *operation);
            if removes.any(|transition| transition.to.as_str() == state) {
                let date = service.reuse.as_ref().and_then(|reuse| reuse.date.find(&described.content.fields));
                return Ok(date.map(text_of).and_then(|text| self.run.clock_form().read(&text)));
            }

            // The description may be late.
            if pacer.ends() {
                return Err(failed(format!("the key is {}", self.run.brief(&state, LONGEST_STATE))));
            }
            sleep(pacer.pause()).await;
        }
    }

    /// Notes a removal. The thing is removed either way, so a missing line only costs a person one more look.
    fn note_removed(&self, operation: &OperationName, item: Option<Item>, name: &str, until: Option<Timestamp>) {
        self.run.holdings.removed(name);
        let _ = self.run.ledger.removed(item, operation.as_str(), self.case.id.as_str(), name, until);
    }
}

impl RemovalError {
    /// A removal got no usable response. Neither a rejection nor the same unusable response each time is worth another
    /// attempt.
    fn of(failure: Failure) -> Self {
        Self { retry: failure.repeated.is_none() && failure.kind == Kind::Transport, reason: failure.reason }
    }
}
