//! How a key comes into its state: leg by leg along its route, with fixtures made on the way.

use std::collections::HashMap;

use serde_json::Value;

use super::binding::Context;
use super::finding::Finding;
use super::make::name_in;
use super::walker::{Walker, captured};
use super::witness::{Observation, Testimony};
use crate::client::Reply;
use crate::event::Purpose;
use crate::ledger::LedgerEntry;
use crate::plan::{Leg, PlannedKey, Position};
use crate::suite::name::{FixtureName, KeyName, OperationName, StageName, State};
use crate::suite::service::Cause;
use crate::verdict::Kind;

impl Walker<'_> {
    /// Drives a key along its route.
    pub(super) async fn drive(&mut self, key: &PlannedKey) -> Result<(), Finding> {
        self.follow(&key.name, &key.route.legs, &key.state).await
    }

    /// Follows the legs of a route.
    pub(super) async fn follow(&mut self, name: &KeyName, legs: &[Leg], target: &State) -> Result<(), Finding> {
        for leg in legs {
            match leg {
                Leg::Prepare(fixture) => self.prepare(name, fixture).await?,
                Leg::Drive { operation, stage, to } => {
                    let reply = self.drive_by(operation, stage.as_ref(), Context::on(name)).await?;
                    if let Some(code) = &reply.answer.code
                        && !reply.lost_before
                    {
                        let status = reply.answer.status;
                        let reason = format!("{operation}, on the way to {target}, answered {code} ({status})");
                        return Err(Finding::inconclusive(Kind::Fixture, reason));
                    }
                    self.passed(name, to).await?;
                }
                Leg::Advance { by, to } => {
                    self.advance(*by).await?;
                    self.passed(name, to).await?;
                }
            }
        }
        Ok(())
    }

    /// Takes note of where a key has come to on its way.
    async fn passed(&mut self, name: &KeyName, to: &Position) -> Result<(), Finding> {
        if let Some(binding) = self.bindings.keys.get_mut(name) {
            binding.position = Some(to.clone());
        }
        if self.shared.options.settle.confirmations > 1 {
            self.settle(Purpose::Settle, name, &to.state).await?;
        }
        Ok(())
    }

    /// Sends a driving operation with the request of its stage, or of its row.
    async fn drive_by(
        &mut self,
        operation: &OperationName,
        stage: Option<&StageName>,
        context: Context<'_>,
    ) -> Result<Reply, Finding> {
        let stage = stage.and_then(|stage| self.shared.suite.service.stages.get(stage));
        let Some(Cause::Call { request, .. }) = stage.map(|stage| &stage.cause) else {
            return self.default_call(Purpose::Drive, operation, context).await;
        };
        let parameters = self.parameters(request, context)?;
        self.send(Purpose::Drive, operation, &parameters).await
    }

    /// Makes a fixture of a key.
    async fn prepare(&mut self, key: &KeyName, name: &FixtureName) -> Result<(), Finding> {
        let suite = &self.shared.suite;
        let Some(fixture) = suite.service.fixtures.get(name) else {
            return Err(Finding::inconclusive(Kind::Fixture, format!("there is no fixture `{name}`")));
        };
        let mut values = HashMap::new();
        for (value, template) in &fixture.values {
            values.insert(value.clone(), self.evaluate(template, Context::on(key))?);
        }
        let operation = &fixture.operation;
        let context = Context { fixture: Some((name, &values)), ..Context::on(key) };
        let parameters = self.parameters(&fixture.request, context)?;
        let undo = match &fixture.undo {
            Some(undo) => Some((undo.operation.clone(), self.parameters(&undo.request, context)?)),
            None => None,
        };
        if let Some((_, parameters)) = &undo {
            self.note(LedgerEntry::Making, operation, Some(&name_in(parameters)))?;
        }
        let reply = self.send(Purpose::Drive, operation, &parameters).await?;
        if let Some(code) = &reply.answer.code {
            let mut finding = Finding::inconclusive(
                Kind::Fixture,
                format!("{operation}, for the fixture `{name}`, answered {code} ({})", reply.answer.status),
            );
            finding.again = reply.lost_before;
            return Err(finding);
        }
        if let Some(undo) = undo {
            self.made_with_undo(operation, undo)?;
        }
        for (capture, path) in &fixture.capture {
            let Some(value) = captured(&reply.answer.fields, path) else {
                let reason = format!("the answer of {operation}, for the fixture `{name}`, has no {path}");
                return Err(Finding::inconclusive(Kind::Fixture, reason));
            };
            values.insert(capture.clone(), value);
        }
        if let Some(binding) = self.bindings.keys.get_mut(key) {
            binding.fixtures.insert(name.clone(), values);
        }
        Ok(())
    }

    /// Whether a key has come into its state; its description if it has one.
    pub(super) fn reached(&self, key: &PlannedKey, seen: Observation) -> Result<Option<Value>, Finding> {
        let state = &key.state;
        let last = key.last(&self.shared.suite);
        match seen.testimony {
            Testimony::Holds => Ok(seen.described),
            Testimony::Otherwise(says) => {
                let reason = format!("after {last} the key is not {state}: {says}");
                Err(Finding::inconclusive(Kind::Fixture, reason))
            }
            Testimony::Unclear(says) => {
                let reason = format!("after {last} it is unclear whether the key is {state}: {says}");
                Err(Finding::inconclusive(Kind::Fixture, reason))
            }
        }
    }
}
