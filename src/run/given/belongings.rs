//! What a given key has besides its state, and how that is put back.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tokio::time::sleep;

use super::Found;
use crate::client::Response;
use crate::event::Purpose;
use crate::ledger;
use crate::plan::Position;
use crate::run::bindings::Context;
use crate::run::failure::Failure;
use crate::run::inventory::Inventory;
use crate::run::pages::Pages;
use crate::run::requester::{Request, Requester};
use crate::suite::name::{KeyName, OperationName};
use crate::suite::service::{Belonging, BelongingCall, Entry, Service};
use crate::verdict::Kind;

impl<'a> Inventory<'a> {
    /// What a key has besides its state. What the service does not show is left out: a key of its class may not have it.
    ///
    /// # Errors
    ///
    /// When a usable response is not received.
    pub(super) async fn belongings(
        &self,
        requester: &mut Requester<'a>,
        name: &KeyName,
        description: &Value,
    ) -> Result<BTreeMap<String, Vec<Entry>>, Failure> {
        let mut found = BTreeMap::new();
        for (what, belonging) in &self.run.suite.service.belongings {
            let entries = match &belonging.look {
                None => belonging.entries(description),
                Some(_) => self.entries(requester, name, belonging).await?,
            };
            found.extend(entries.map(|entries| (what.clone(), entries)));
        }
        Ok(found)
    }

    /// Puts back what requests have changed of a given key besides its state.
    ///
    /// # Errors
    ///
    /// What is not as it was. It is tried again the next time.
    pub(in crate::run) async fn put_back(
        &mut self,
        requester: &mut Requester<'a>,
        name: &KeyName,
    ) -> Result<(), Failure> {
        let given = |requester: &Requester<'a>| {
            requester.bindings().keys.get(name)?.given.as_ref().map(|found| found.changed.clone())
        };
        let Some(changed) = given(requester) else { return Ok(()) };
        let run = self.run;
        let mut first = None;
        for (what, belonging) in run.suite.service.belongings.iter().filter(|(what, _)| changed.contains(*what)) {
            match self.put_one_back(requester, name, what, belonging).await {
                Ok(()) => {
                    if let Some(found) = found_mut(requester, name) {
                        found.changed.remove(what);
                        found.undone.extend(belonging.changed_by.iter().cloned());
                    }
                }
                Err(failure) => {
                    let reason = format!("its {what} may not be as before: {}", failure.reason);
                    first.get_or_insert(Failure { reason, ..failure });
                }
            }
        }
        first.map_or(Ok(()), Err)
    }

    /// Gives a key what cases count on with a new one.
    pub(super) async fn renew(&mut self, requester: &mut Requester<'a>, name: &KeyName) -> Result<(), Failure> {
        let run = self.run;
        for (what, belonging) in &run.suite.service.belongings {
            let is = found_mut(requester, name).and_then(|found| found.belongings.get(what).cloned());
            let Some((call, new)) = is.and_then(|is| belonging.renew(&is)) else { continue };
            self.bring_where_allowed(requester, name, &call.operation).await?;
            self.undo_by(requester, name, call, &new).await?;

            let mut pacer = run.options.settle.pacer();
            let renewed = loop {
                let is = self.entries(requester, name, belonging).await?.unwrap_or_default();
                if belonging.renew(&is).is_none() {
                    break is;
                }
                if pacer.ends() {
                    let reason = format!("its {what} does not become that of a new key");
                    return Err(wrong(&reason));
                }
                sleep(pacer.pause()).await;
            };
            if let Some(found) = found_mut(requester, name) {
                found.renewed.insert(what.clone(), renewed);
            }
        }
        Ok(())
    }

    async fn put_one_back(
        &mut self,
        requester: &mut Requester<'a>,
        name: &KeyName,
        what: &str,
        belonging: &Belonging,
    ) -> Result<(), Failure> {
        let was = found_mut(requester, name)
            .and_then(|found| found.renewed.get(what).or_else(|| found.belongings.get(what)).cloned());
        let was = was.ok_or_else(|| wrong("it could not be read before the run"))?;
        let is = self.entries(requester, name, belonging).await?.ok_or_else(|| wrong("it can't be read"))?;
        let undoing = belonging.undo(&was, &is);
        for (call, entry) in &undoing.calls {
            self.bring_where_allowed(requester, name, &call.operation).await?;
            self.undo_by(requester, name, call, entry).await?;
        }
        if undoing.stays {
            return Err(wrong("no operation puts it back"));
        }

        // What is shown may be late.
        let mut pacer = self.run.options.settle.pacer();
        while !undoing.calls.is_empty() {
            let is = self.entries(requester, name, belonging).await?.unwrap_or_default();
            let left = belonging.undo(&was, &is);
            if left.calls.is_empty() && !left.stays {
                break;
            }
            if pacer.ends() {
                return Err(wrong("the calls that put it back had no effect"));
            }
            sleep(pacer.pause()).await;
        }
        Ok(())
    }

    async fn undo_by(
        &self,
        requester: &mut Requester<'a>,
        name: &KeyName,
        call: &BelongingCall,
        was: &Entry,
    ) -> Result<(), Failure> {
        let operation = &call.operation;
        let key = requester.bindings_mut().keys.get_mut(name).ok_or_else(|| wrong("there is no such key"))?;
        key.seen = None;
        let parameters = call.parameters(&key.captures, was);
        let request =
            Request { purpose: Purpose::Teardown, operation, parameters: &parameters, on: name, region: None };
        let response = requester.send(request).await?;
        match &response.content.code {
            // An attempt before, whose response was lost, may have done it: what is shown then decides.
            Some(code) if !response.lost_before => {
                Err(wrong(&format!("{operation} responded {code} ({})", response.content.status)))
            }
            _ => Ok(()),
        }
    }

    /// What a key has of something now; none if the service does not show it.
    async fn entries(
        &self,
        requester: &mut Requester<'a>,
        name: &KeyName,
        belonging: &Belonging,
    ) -> Result<Option<Vec<Entry>>, Failure> {
        let run = self.run;
        let operation = belonging.look.as_ref().unwrap_or(&run.suite.service.observation.describe);
        let response = requester.observe(Purpose::Settle, operation, name).await?;
        let Response { content, .. } = response;
        if content.code.is_some() {
            return Ok(None);
        }
        let Some(mut all) = belonging.entries(&content.fields) else { return Ok(None) };
        let Some(list) = &belonging.list else { return Ok(Some(all)) };

        let parameters = requester.default_parameters(operation, Context::on(name))?;
        let mut pages = Pages::new(operation, Purpose::Settle, parameters);
        let mut fields = content.fields;
        while let Some(entries) = list.find(&fields).and_then(Value::as_array) {
            let next = pages.next(run, requester, &fields, entries).await;
            let Some(next) = next.map_err(|unread| unread.failure)? else { break };
            all.extend(belonging.entries(&next).unwrap_or_default());
            fields = next;
        }
        Ok(Some(all))
    }
}

fn found_mut<'r>(requester: &'r mut Requester<'_>, name: &KeyName) -> Option<&'r mut Found> {
    requester.bindings_mut().keys.get_mut(name)?.given.as_deref_mut()
}

fn wrong(reason: &str) -> Failure {
    Failure::inconclusive(Kind::Fixture, reason)
}

impl Found {
    pub(super) fn new(at: Position, belongings: BTreeMap<String, Vec<Entry>>) -> Self {
        let (renewed, noted) = (BTreeMap::new(), BTreeSet::new());
        Self { at, belongings, renewed, noted, changed: BTreeSet::new(), undone: BTreeSet::new() }
    }

    /// What the key had that an operation may change, and that the ledger does not have yet.
    pub(in crate::run) fn note_before(&mut self, service: &Service, operation: &OperationName) -> ledger::Belongings {
        let mut found = BTreeMap::new();
        for (what, belonging) in service.belongings.iter().filter(|(_, belonging)| belonging.is_changed_by(operation)) {
            if !belonging.not_swept && self.noted.insert(what.clone()) {
                found.extend(self.belongings.get(what).map(|entries| (what.clone(), entries.clone())));
            }
        }
        found
    }

    /// Notes that a request may have changed what the key has besides its state.
    pub(in crate::run) fn may_be_changed(&mut self, service: &Service, operation: &OperationName) {
        let changed = service.belongings.iter().filter(|(_, belonging)| belonging.is_changed_by(operation));
        self.changed.extend(changed.map(|(what, _)| what.clone()));
    }
}
