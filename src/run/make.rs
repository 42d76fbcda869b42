//! Makes keys and what belongs to them, and writes it down before.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use serde_json::{Map, Value};

use super::binding::{Context, KeyBinding};
use super::finding::Finding;
use super::walker::{Walker, captured};
use crate::client::{Envelope, Reply};
use crate::event::Purpose;
use crate::ledger::LedgerEntry;
use crate::suite::field_path::text_of;
use crate::suite::name::{ClassName, KeyName, OperationName};
use crate::suite::service::Undo;
use crate::suite::step::Makes;
use crate::verdict::Kind;

impl Walker<'_> {
    /// Makes a key of a class.
    pub(super) async fn make_key(
        &mut self,
        purpose: Purpose,
        name: &KeyName,
        class: &ClassName,
    ) -> Result<(), Finding> {
        let suite = &self.shared.suite;
        let operation = &suite.service.create.operation;
        let Some(request) = suite.service.requests.get(operation) else {
            return Err(Finding::inconclusive(Kind::Fixture, format!("no request is known for {operation}")));
        };
        let context = Context { class: Some(class), ..Context::on(name) };
        let parameters = self.parameters(request, context)?;
        self.note(LedgerEntry::Making, operation, None)?;
        let reply = self.send(purpose, operation, &parameters).await?;
        if let Some(code) = &reply.answer.code {
            let reason = format!("{operation} answered {code} ({}), so there is no key", reply.answer.status);
            return Err(Finding::inconclusive(Kind::Fixture, reason));
        }
        self.keep_key(name, class, &reply.answer.fields)
    }

    /// Takes note of a key that was made.
    fn keep_key(&mut self, name: &KeyName, class: &ClassName, answer: &Value) -> Result<(), Finding> {
        let create = &self.shared.suite.service.create;
        let mut key = KeyBinding::new(class.clone(), self.shared.planner.new_key(class));
        for (capture, path) in &create.capture {
            if let Some(value) = captured(answer, path) {
                key.captures.insert(capture.clone(), value);
            }
        }
        let id = key.id().to_owned();
        if id.is_empty() {
            let reason = format!("the answer of {} names no key", create.operation);
            return Err(Finding::inconclusive(Kind::Fixture, reason));
        }
        self.shared.keys_created.fetch_add(1, Ordering::Relaxed);
        self.shared.noted.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone());
        self.made.push(name.clone());
        self.bindings.keys.insert(name.clone(), key);
        self.note(LedgerEntry::Made, &create.operation, Some(&id))
    }

    /// Sends a call that may make something, and takes note of what it made.
    pub(super) async fn making(
        &mut self,
        envelope: Envelope<'_>,
        purpose: Purpose,
        made_by: &OperationName,
        parameters: &Map<String, Value>,
        makes: Option<&Makes>,
    ) -> Result<Reply, Finding> {
        let Some(makes) = makes else { return self.send_in(envelope, purpose, made_by, parameters).await };
        self.note(LedgerEntry::Making, made_by, None)?;
        let reply = self.send_in(envelope, purpose, made_by, parameters).await?;
        if reply.answer.code.is_some() {
            return Ok(reply);
        }
        if let Some(name) = &makes.key {
            let class = self.bindings.class.clone();
            self.keep_key(name, &class, &reply.answer.fields).map_err(|finding| match (purpose, finding.kind) {
                // What the probe answers is what the case is about.
                (Purpose::Probe, Kind::Fixture) => Finding::fail(Kind::Body, finding.reason),
                _ => finding,
            })?;
        }
        if let Some(Undo { operation, request }) = &makes.undo {
            let parameters = self.parameters(request, Context::on(&KeyName::subject()))?;
            self.made_with_undo(made_by, (operation.clone(), parameters))?;
        }
        Ok(reply)
    }

    /// Takes note of something that was made and how it is removed.
    pub(super) fn made_with_undo(
        &mut self,
        made_by: &OperationName,
        undo: (OperationName, Map<String, Value>),
    ) -> Result<(), Finding> {
        let name = name_in(&undo.1);
        self.undo.push(undo);
        self.note(LedgerEntry::Made, made_by, Some(&name))
    }

    /// Writes a line into the ledger. Without it nothing is made.
    pub(super) fn note(
        &self,
        entry: LedgerEntry,
        operation: &OperationName,
        name: Option<&str>,
    ) -> Result<(), Finding> {
        let noted = self.shared.ledger.note(entry, operation.as_str(), self.case.id.as_str(), name);
        noted.map_err(|error| {
            let mut finding = Finding::inconclusive(Kind::Unavailable, format!("the ledger can't be written: {error}"));
            finding.fatal = Some(format!("the ledger can't be written ({error}), so nothing more is made"));
            finding
        })
    }
}

/// The name of what a request removes: that is all that such a request says.
pub(super) fn name_in(parameters: &Map<String, Value>) -> String {
    parameters.values().map(text_of).collect::<Vec<_>>().join(" ")
}
