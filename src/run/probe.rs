//! Sends the probe of a row, judges the response, and has its effect verified.

use std::collections::HashMap;

use super::attempt::AttemptContext;
use super::bindings::Context;
use super::content::Content;
use super::failure::{Failure, received_outcome};
use super::observer::Seen;
use super::requester::Request;
use super::verifier::{Destination, Sent, Verifier};
use crate::client::{Envelope, Response};
use crate::event::{Outcome, Purpose};
use crate::plan::CasePlan;
use crate::suite::name::{Code, KeyName, OperationName, State};
use crate::suite::request::RequestTemplate;
use crate::suite::row::{Cell, Row};
use crate::suite::service::AcceptedState;
use crate::suite::step::Expectation;
use crate::verdict::Kind;

impl<'a> AttemptContext<'_, 'a> {
    /// Sends the probe in a state; `before` is what was observed of the keys in their states.
    ///
    /// # Errors
    ///
    /// A failure if the response or its effect is not as the table says, or can't be judged.
    pub(super) async fn run_probe(
        &mut self,
        row: &'a Row,
        state: &State,
        plan: &CasePlan,
        before: &HashMap<KeyName, Seen>,
    ) -> Result<(), Failure> {
        let Some(cell) = row.cells.get(state, self.requester.class()) else {
            return Err(Failure::inconclusive(Kind::Fixture, "the table has no such cell"));
        };
        self.requester.compute(&row.values)?;
        for key in self.requester.bindings_mut().keys.values_mut() {
            key.seen = None;
        }

        // The documents may leave room for other states after the operation: that depends on the state before it.
        let accept = self.requester.accepted_after(&row.operation, &KeyName::subject());
        let success = self.send_probe(row, cell).await?;

        let rejected = self.notes.actual.as_ref().is_some_and(|actual| actual.code != Code::SUCCESS);
        let sent = Sent { operation: &row.operation, rejected };
        for key in &plan.keys {
            let Some(destination) = self.destination(row, &key.name, success, &accept) else { continue };
            let mut verifier = Verifier::new(self.run, self.requester, self.notes);
            verifier.verify(&key.name, sent, destination, before.get(&key.name)).await?;
        }

        // The response of the case is that to its probe, whatever is judged of the effect afterwards.
        let judged = self.notes.judged();
        let follow_ups = if success { &row.then } else { &row.refused };
        self.run_steps(follow_ups).await?;
        self.notes.restore(judged);
        Ok(())
    }

    /// Sends the request, and judges the response by itself; whether it is a success.
    async fn send_probe(&mut self, row: &'a Row, cell: &'a Cell) -> Result<bool, Failure> {
        let subject = KeyName::subject();
        let operation = &row.operation;
        let parameters = self.requester.parameters(&self.probe_request(row, cell), Context::on(&subject))?;
        let request =
            Request { purpose: Purpose::Probe, operation, parameters: &parameters, on: &subject, region: None };
        let sent = self.send_judged(Envelope::Right, request, &cell.expect, row.makes.as_ref()).await?;
        let (response, judgement) = sent;

        let success = self.notes.admit(judgement).map_err(|failure| *failure)?;
        if cell.expect.outcomes.len() > 1 {
            self.notes.note(one_of_several(operation, &cell.expect, &response));
        }
        if !success {
            return Ok(false);
        }

        // Case files know the probe's response by this name.
        self.requester.keep("answer", &response);
        let content = Content { checks: &row.checks, format: None };
        let reads = self.only_reads(operation, &row.checks);
        let (response, mismatch) = self.check_until_settled(content, request, response, reads).await?;
        self.requester.keep("answer", &response);
        match mismatch {
            Some(mismatch) => Err(mismatch.into_failure()),
            None => Ok(true),
        }
    }

    /// The request of the probe. One that makes keys has what keys of the class of the case are made with.
    fn probe_request(&self, row: &Row, cell: &Cell) -> RequestTemplate {
        let request = row.request_of(cell).clone();
        let service = &self.run.suite.service;
        match service.classes.get(self.requester.class()) {
            Some(class) if row.operation == service.create.operation => request.with(class.create.clone()),
            Some(_) | None => request,
        }
    }

    /// Where a key must be after the probe: only the subject of a success moves. None if its position is not known.
    fn destination(&self, row: &Row, key: &KeyName, success: bool, accept: &[AcceptedState]) -> Option<Destination> {
        let position = self.requester.bindings().keys.get(key)?.position()?.clone();
        if success && *key == KeyName::subject() {
            let (position, stated) = self.run.planner.after(&row.operation, &position);
            return Some(Destination { position, stated, accept: accept.to_vec() });
        }
        Some(Destination { position, stated: true, accept: Vec::new() })
    }
}

/// Which of several published outcomes came.
fn one_of_several(operation: &OperationName, expectation: &Expectation, response: &Response) -> String {
    let Outcome { code, status } = received_outcome(response);
    let published: Vec<String> = expectation.outcomes.iter().map(ToString::to_string).collect();
    format!("{operation} responded {code} ({status}), and the documents have {}", published.join(" or "))
}
