//! Executes the walk of one case: make and drive the keys, settle, ask, look for the effect.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use super::Shared;
use super::binding::{Bindings, Context, NoValue};
use super::check::Checked;
use super::finding::{Finding, answered};
use super::witness::Testimony;
use crate::client::{CallError, Envelope, Reply, Sent, Transcript};
use crate::event::{Answered, Lenient, Purpose};
use crate::plan::{PlannedKey, Walk};
use crate::provider::ErrorClass;
use crate::suite::case::{Case, Subject};
use crate::suite::field_path::{FieldPath, text_of};
use crate::suite::name::{Code, KeyName, OperationName};
use crate::suite::row::Row;
use crate::suite::template::Template;
use crate::verdict::Kind;

/// Asks one case.
pub(super) struct Walker<'a> {
    pub(super) shared: &'a Shared,
    pub(super) case: &'a Case,
    pub(super) bindings: Bindings,
    pub(super) transcript: Transcript,
    pub(super) stop: CancellationToken,
    /// What has to be removed before the keys, with its parameters; the last made first.
    pub(super) undo: Vec<(OperationName, Map<String, Value>)>,
    /// The keys that were made, in order.
    pub(super) made: Vec<KeyName>,
    pub(super) notes: Vec<String>,
    pub(super) lenient: Vec<Lenient>,
    /// The first operation that the endpoint does not know.
    pub(super) unknown: Option<OperationName>,
    /// The requests of answers that later steps know by name.
    pub(super) sent: HashMap<String, Sent>,
    /// What the case judges: what may come, and what came.
    pub(super) expected: Option<Answered>,
    pub(super) also_accepted: Vec<Answered>,
    pub(super) actual: Option<Answered>,
}

impl<'a> Walker<'a> {
    pub(super) fn new(
        shared: &'a Shared,
        case: &'a Case,
        prefix: String,
        random: fastrand::Rng,
        stop: CancellationToken,
    ) -> Self {
        let (class, state) = match &case.subject {
            Subject::Cell { class, state, .. } => (class, Some(state)),
            Subject::Move { target: (class, state), .. } => (class, Some(state)),
            Subject::Scenario { class, .. } => (class, None),
        };
        let vault = shared.client.vault().clone();
        let bindings = Bindings::new(class.clone(), state.cloned(), &shared.options.mark, prefix, random, vault);
        Self {
            shared,
            case,
            bindings,
            transcript: Transcript::default(),
            stop,
            undo: Vec::new(),
            made: Vec::new(),
            notes: Vec::new(),
            lenient: Vec::new(),
            unknown: None,
            sent: HashMap::new(),
            expected: None,
            also_accepted: Vec::new(),
            actual: None,
        }
    }

    /// Asks the case. `Ok` is a pass.
    pub(super) async fn ask(&mut self, walk: &Walk) -> Result<(), Finding> {
        for key in &walk.keys {
            self.make_key(Purpose::Drive, &key.name, &key.class).await?;
        }
        if let Some(age) = walk.age {
            self.advance(age).await?;
        }
        let mut before = HashMap::new();
        for key in &walk.keys {
            self.drive(key).await?;
            let seen = self.settle(Purpose::Settle, &key.name, &key.state).await?;
            before.insert(key.name.clone(), self.reached(key, seen)?);
        }
        match &self.case.subject {
            Subject::Cell { row, .. } | Subject::Move { row, .. } => {
                let row = &self.shared.suite.rows[*row];
                self.compute(&row.values)?;
                self.probe(row, walk, &before).await
            }
            Subject::Scenario { scenario, .. } => {
                let scenario = &self.shared.suite.scenarios[*scenario];
                self.compute(&scenario.values)?;
                for step in &scenario.steps {
                    self.step(step).await?;
                }
                Ok(())
            }
        }
    }

    /// Sends the probe of a row and judges answer and effect.
    async fn probe(&mut self, row: &Row, walk: &Walk, before: &HashMap<KeyName, Option<Value>>) -> Result<(), Finding> {
        let subject = KeyName::subject();
        let state = self.bindings.state.clone();
        let Some(cell) = state.as_ref().and_then(|state| row.cells.get(state)) else {
            return Err(Finding::inconclusive(Kind::Fixture, "the table has no such cell"));
        };
        self.expected = cell.expect.outcomes.first().map(answered);
        self.also_accepted = self.others(&cell.expect);
        let operation = &row.operation;
        let parameters = self.parameters(&row.request, Context::on(&subject))?;
        let reply = self.making(Envelope::Right, Purpose::Probe, operation, &parameters, row.makes.as_ref()).await?;
        let code = reply.answer.code.clone().unwrap_or_else(|| Code::SUCCESS.to_owned());
        self.actual = Some(Answered { code, status: reply.answer.status });
        let found = self.judge(operation, &cell.expect, &reply);
        let success = self.admit(found).map_err(|finding| *finding)?;
        let follow_ups = if success {
            self.bindings.answers.insert("answer".to_owned(), reply.answer.fields.clone());
            self.sent.insert("answer".to_owned(), reply.sent.clone());
            let call = Checked {
                purpose: Purpose::Effect,
                operation,
                parameters: &parameters,
                answer: &reply.answer.fields,
                on: &subject,
            };
            if let Some(wrong) = self.check(call, &row.checks).await? {
                return Err(Finding::fail(wrong.kind, wrong.text));
            }
            &row.then
        } else {
            &row.refused
        };
        for key in &walk.keys {
            let moved = success && key.name == subject;
            self.effect(key, operation, moved, before.get(&key.name).and_then(Option::as_ref)).await?;
        }
        for step in follow_ups {
            self.step(step).await?;
        }
        Ok(())
    }

    /// Looks whether a key is where the probe must have left it.
    async fn effect(
        &mut self,
        key: &PlannedKey,
        operation: &OperationName,
        moved: bool,
        before: Option<&Value>,
    ) -> Result<(), Finding> {
        let Some(binding) = self.bindings.keys.get_mut(&key.name) else { return Ok(()) };
        let Some(position) = binding.position.clone() else { return Ok(()) };
        let (position, stated) = if moved { self.shared.planner.after(operation, &position) } else { (position, true) };
        binding.position = Some(position.clone());
        let expected = position.state;
        let seen = self.settle(Purpose::Effect, &key.name, &expected).await?;
        let whose = if key.name.as_str() == KeyName::SUBJECT {
            "the key".to_owned()
        } else {
            format!("the key `{}`", key.name)
        };
        match seen.testimony {
            Testimony::Holds => {}
            Testimony::Otherwise(says) if stated => {
                let reason = format!("after {operation} {whose} is not {expected}: {says}");
                return Err(Finding::fail(Kind::Effect, reason));
            }
            Testimony::Otherwise(says) => {
                self.notes
                    .push(format!("after {operation} {whose} is not {expected}, which no document states: {says}"));
            }
            Testimony::Unclear(says) => {
                let reason = format!("after {operation} it is unclear whether {whose} is {expected}: {says}");
                return Err(Finding::inconclusive(Kind::Effect, reason));
            }
        }
        let refused = self.actual.as_ref().is_some_and(|actual| actual.code != Code::SUCCESS);
        if refused {
            match (before, &seen.described) {
                (Some(before), Some(after)) => {
                    if let Some(change) = self.changed(before, after) {
                        let reason = format!("the refused {operation} had an effect: {change}");
                        return Err(Finding::fail(Kind::Effect, reason));
                    }
                }
                (None, _) | (_, None) => {
                    let describe = &self.shared.suite.service.witnesses.describe;
                    let reason = format!(
                        "whether the refused {operation} changed anything can't be seen: {describe} does not describe the key"
                    );
                    return Err(Finding::inconclusive(Kind::Effect, reason));
                }
            }
        }
        Ok(())
    }

    /// Moves the target's clock.
    pub(super) async fn advance(&mut self, by: std::time::Duration) -> Result<(), Finding> {
        let moved = self.shared.options.clock.advance(by).await;
        moved.map_err(|reason| Finding::inconclusive(Kind::Unavailable, reason))
    }

    /// Computes the values of a case.
    fn compute(&mut self, values: &indexmap::IndexMap<String, Template>) -> Result<(), Finding> {
        let subject = KeyName::subject();
        for (name, template) in values {
            let value = self.evaluate(template, Context::on(&subject))?;
            self.bindings.values.insert(name.clone(), value);
        }
        Ok(())
    }

    /// Sends an operation with the request of its row.
    pub(super) async fn default_call(
        &mut self,
        purpose: Purpose,
        operation: &OperationName,
        context: Context<'_>,
    ) -> Result<Reply, Finding> {
        let Some(request) = self.shared.suite.service.requests.get(operation) else {
            return Err(Finding::inconclusive(Kind::Fixture, format!("no request is known for {operation}")));
        };
        let parameters = self.parameters(request, context)?;
        self.send(purpose, operation, &parameters).await
    }

    pub(super) async fn send(
        &mut self,
        purpose: Purpose,
        operation: &OperationName,
        parameters: &Map<String, Value>,
    ) -> Result<Reply, Finding> {
        self.send_in(Envelope::Right, purpose, operation, parameters).await
    }

    pub(super) async fn send_in(
        &mut self,
        envelope: Envelope<'_>,
        purpose: Purpose,
        operation: &OperationName,
        parameters: &Map<String, Value>,
    ) -> Result<Reply, Finding> {
        let (client, name) = (&self.shared.client, operation.as_str());
        let sent = client.call_in(envelope, purpose, name, parameters, &mut self.transcript, &self.stop).await;
        if sent.as_ref().is_ok_and(|reply| reply.class == Some(ErrorClass::UnknownOperation)) {
            self.unknown.get_or_insert_with(|| operation.clone());
        }
        let lost = match &sent {
            Ok(reply) => reply.lost_before,
            Err(CallError::NoAnswer { lost, .. }) => *lost,
            Err(_) => false,
        };
        if lost && *operation == self.shared.suite.service.create.operation {
            self.shared.unanswered.fetch_add(1, Ordering::Relaxed);
        }
        sent.map_err(|error| Finding::of_call(operation.as_str(), error))
    }

    pub(super) fn parameters(
        &mut self,
        request: &crate::suite::request::RequestTemplate,
        context: Context<'_>,
    ) -> Result<Map<String, Value>, Finding> {
        self.bindings.request(request, context).map_err(no_value)
    }

    pub(super) fn evaluate(&mut self, template: &Template, context: Context<'_>) -> Result<String, Finding> {
        self.bindings.text(template, context).map_err(no_value)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is the shape that map_err wants")]
fn no_value(error: NoValue) -> Finding {
    Finding::inconclusive(Kind::Fixture, error.to_string())
}

/// The longest value of an answer that later requests repeat, in bytes; tokens have some 2 KiB.
const LONGEST_CAPTURE: usize = 64 << 10;

/// A value of an answer that later requests can repeat: no list, no map, and not endless.
pub(super) fn captured(answer: &Value, path: &FieldPath) -> Option<String> {
    let value = path.find(answer)?;
    let text = (!value.is_array() && !value.is_object()).then(|| text_of(value));
    text.filter(|text| text.len() <= LONGEST_CAPTURE)
}
