//! Sends the probe of a row, judges the response, and has its effect verified.

use std::collections::HashMap;

use super::RunContext;
use super::bindings::Context;
use super::case_notes::CaseNotes;
use super::checks::{Checked, Checker};
use super::failure::Failure;
use super::inventory::Inventory;
use super::judge::Judge;
use super::judged_request::JudgedRequest;
use super::observer::Seen;
use super::requester::{Request, Requester};
use super::scenario::StepRunner;
use super::verifier::{Destination, Sent, Verifier};
use crate::client::Envelope;
use crate::event::Purpose;
use crate::plan::CasePlan;
use crate::suite::name::{Code, KeyName, State};
use crate::suite::row::Row;
use crate::verdict::Kind;

/// The probe of one attempt at a case of a row.
pub(super) struct Probe<'s, 'a> {
    pub(super) run: &'a RunContext,
    pub(super) requester: &'s mut Requester<'a>,
    pub(super) inventory: &'s mut Inventory<'a>,
    pub(super) notes: &'s mut CaseNotes,
}

impl<'a> Probe<'_, 'a> {
    /// Sends the probe in a state; `before` is what was seen of the keys in their states.
    ///
    /// # Errors
    ///
    /// A failure if the response or its effect is not as the table says, or can't be judged.
    pub(super) async fn run(
        self,
        row: &'a Row,
        state: &State,
        plan: &CasePlan,
        before: &HashMap<KeyName, Seen>,
    ) -> Result<(), Failure> {
        let Some(cell) = row.cells.get(state) else {
            return Err(Failure::inconclusive(Kind::Fixture, "the table has no such cell"));
        };
        self.requester.compute(&row.values)?;
        let subject = KeyName::subject();
        let accept = self.requester.accepted_after(&row.operation, &subject);
        let parameters = self.requester.parameters(row.request_of(cell), Context::on(&subject))?;
        let request =
            Request { purpose: Purpose::Probe, operation: &row.operation, parameters: &parameters, on: &subject };
        let makes = row.makes.as_ref();
        let (run, requester) = (self.run, &mut *self.requester);
        let (inventory, notes) = (&mut *self.inventory, &mut *self.notes);
        let judged = JudgedRequest { run, requester, inventory, notes };
        let response = judged.send(Envelope::Right, request, &cell.expect, makes).await?;
        let judge = Judge::new(&self.run.suite.service, self.run.options.strict);
        let judgement = judge.judge(&row.operation, &cell.expect, self.requester.class(), &response);
        let success = self.notes.admit(judgement).map_err(|failure| *failure)?;

        if success {
            self.requester.keep("answer", &response);
            let call = Checked {
                purpose: Purpose::Verification,
                operation: &row.operation,
                parameters: &parameters,
                answer: &response.content.fields,
                on: &subject,
            };
            if let Some(wrong) = Checker::new(self.run, self.requester).check(call, &row.checks).await? {
                return Err(wrong.into_failure());
            }
        }

        for key in &plan.keys {
            let moved = success && key.name == subject;
            let Some(position) =
                self.requester.bindings().keys.get(&key.name).and_then(|binding| binding.position().cloned())
            else {
                continue;
            };
            let destination = if moved {
                let (position, stated) = self.run.planner.after(&row.operation, &position);
                Destination { position, stated, accept: accept.clone() }
            } else {
                Destination { position, stated: true, accept: Vec::new() }
            };
            let rejected = self.notes.actual.as_ref().is_some_and(|actual| actual.code != Code::SUCCESS);
            let sent = Sent { operation: &row.operation, rejected };
            let mut verifier = Verifier::new(self.run, self.requester, self.notes);
            verifier.verify(&key.name, sent, destination, before.get(&key.name)).await?;
        }

        let follow_ups = if success { &row.then } else { &row.refused };
        let Self { run, requester, inventory, notes } = self;
        StepRunner { run, requester, inventory, notes }.run(follow_ups).await
    }
}
