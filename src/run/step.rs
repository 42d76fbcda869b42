//! The steps of scenarios, and what rows look for after their probe.

use serde_json::Value;
use tokio::time::sleep;

use super::binding::Context;
use super::check::{Checked, Wrong, unreadable};
use super::finding::{Finding, answered};
use super::walker::Walker;
use super::witness::Testimony;
use crate::client::{Envelope, Reply};
use crate::event::{Answered, Purpose};
use crate::suite::case::Subject;
use crate::suite::name::{Code, KeyName, State};
use crate::suite::step::{Action, Call, Step};
use crate::verdict::Kind;

impl Walker<'_> {
    /// Does one step. `Ok` if it went as it must.
    pub(super) async fn step(&mut self, step: &Step) -> Result<(), Finding> {
        match &step.action {
            Action::Call(call) if call.judged => self.judged_call(call, &step.on).await,
            Action::Call(call) => self.look(call, &step.on).await,
            Action::State { is, record } => self.state(&step.on, is, record.as_deref()).await,
            Action::Drive(to) => self.drive_on(&step.on, to).await,
            Action::Advance { by, becomes } => {
                self.advance(*by).await?;
                for (name, key) in &mut self.bindings.keys {
                    let has = key.position.take().map(|position| position.has);
                    if *name == step.on
                        && let (Some(state), Some(has)) = (becomes, has)
                    {
                        key.position = Some(crate::plan::Position { state: state.clone(), has });
                    }
                }
                Ok(())
            }
        }
    }

    /// A call whose answer is judged.
    async fn judged_call(&mut self, call: &Call, on: &KeyName) -> Result<(), Finding> {
        let parameters = self.parameters(&call.request, Context::on(on))?;
        let earlier = call.replay.as_ref().and_then(|name| self.sent.get(name)).cloned();
        let envelope = match (&call.replay, &earlier, call.tamper) {
            (Some(_), Some(sent), _) => Envelope::Replayed(sent),
            (Some(name), None, _) => {
                return Err(Finding::inconclusive(Kind::Fixture, format!("the request of `{name}` was not sent")));
            }
            (None, _, Some(tamper)) => Envelope::Tampered(tamper),
            (None, _, None) => Envelope::Right,
        };
        let reply = self.making(envelope, Purpose::Probe, &call.operation, &parameters, call.makes.as_ref()).await?;
        self.expected = call.expect.outcomes.first().map(answered);
        self.also_accepted = self.others(&call.expect);
        let code = reply.answer.code.clone().unwrap_or_else(|| Code::SUCCESS.to_owned());
        self.actual = Some(Answered { code, status: reply.answer.status });
        let found = self.judge(&call.operation, &call.expect, &reply);
        let success = match self.admit(found) {
            Ok(success) => success,
            Err(finding) => {
                let cell = self.cell_of(call, on);
                return Err(held_against(call, Finding { cell, ..*finding }));
            }
        };
        let cell = self.cell_of(call, on);
        if let Some(binding) = self.bindings.keys.get_mut(on)
            && success
            && let Some(position) = &binding.position
        {
            binding.position = Some(self.shared.planner.after(&call.operation, position).0);
        }
        let wrong = self.check_reply(Purpose::Effect, call, &parameters, &reply, on).await?;
        self.keep_answer(call, reply);
        let wrong = wrong.map(|wrong| Finding { cell, ..Finding::fail(wrong.kind, wrong.text) });
        wrong.map_or(Ok(()), |wrong| Err(held_against(call, wrong)))
    }

    /// The case of the table that asks the same as a call, the same operation in the same state: with the same
    /// expectation, or where the state allows it and something else must be the reason of the refusal.
    fn cell_of(&self, call: &Call, on: &KeyName) -> Option<usize> {
        // The table says nothing about requests that are wrong beside what they ask.
        if call.tamper.is_some() || call.replay.is_some() {
            return None;
        }
        let suite = &self.shared.suite;
        let key = self.bindings.keys.get(on)?;
        let at = &key.position.as_ref()?.state;
        let cell = &suite.cell(&call.operation, at)?.expect;
        let by_the_table = self.actual.as_ref().is_some_and(|actual| actual.code == Code::SUCCESS);
        if cell.outcomes != call.expect.outcomes && (!cell.is_success() || by_the_table) {
            return None;
        }
        suite.cases.iter().position(|case| match &case.subject {
            Subject::Cell { row, class, state, route } => {
                route.is_none()
                    && suite.rows[*row].operation == call.operation
                    && *class == key.class
                    && state == at
                    && suite.not_applicable(case).is_none()
            }
            Subject::Move { row, target, .. } => {
                suite.rows[*row].operation == call.operation && target.0 == key.class && target.1 == *at
            }
            Subject::Scenario { .. } => false,
        })
    }

    /// A call that looks for an effect: its answer must be as expected, else the case says nothing; what the answer
    /// holds is judged, and may be late.
    async fn look(&mut self, call: &Call, on: &KeyName) -> Result<(), Finding> {
        let parameters = self.parameters(&call.request, Context::on(on))?;
        let mut patience = self.shared.options.settle.patience();
        loop {
            let makes = call.makes.as_ref();
            let reply = self.making(Envelope::Right, Purpose::Effect, &call.operation, &parameters, makes).await?;
            let found = self.judge(&call.operation, &call.expect, &reply);
            if let Err(finding) = self.admit(found) {
                let reason = format!("the effect can't be seen: {}", finding.reason);
                return Err(Finding { again: finding.again, ..Finding::inconclusive(Kind::Effect, reason) });
            }
            if let Some(why) = unreadable(&reply.answer.fields, &call.checks) {
                let reason = format!("the effect can't be seen: in the answer of {}, {why}", call.operation);
                return Err(Finding::inconclusive(Kind::Effect, reason));
            }
            let wrong = self.check_reply(Purpose::Effect, call, &parameters, &reply, on).await?;
            let Some(wrong) = wrong else {
                self.keep_answer(call, reply);
                return Ok(());
            };
            if patience.ends() || self.stop.is_cancelled() {
                return Err(Finding::fail(Kind::Effect, wrong.text));
            }
            sleep(patience.pause()).await;
        }
    }

    async fn check_reply(
        &mut self,
        purpose: Purpose,
        call: &Call,
        parameters: &serde_json::Map<String, Value>,
        reply: &Reply,
        on: &KeyName,
    ) -> Result<Option<Wrong>, Finding> {
        let checked = Checked { purpose, operation: &call.operation, parameters, answer: &reply.answer.fields, on };
        self.check(checked, &call.checks).await
    }

    fn keep_answer(&mut self, call: &Call, reply: Reply) {
        if let Some(name) = &call.answer {
            self.bindings.answers.insert(name.clone(), reply.answer.fields);
            self.sent.insert(name.clone(), reply.sent);
        }
    }

    async fn state(&mut self, on: &KeyName, is: &State, record: Option<&str>) -> Result<(), Finding> {
        let seen = self.settle(Purpose::Effect, on, is).await?;
        match (seen.testimony, record) {
            (Testimony::Holds, _) => Ok(()),
            (Testimony::Otherwise(says) | Testimony::Unclear(says), Some(why)) => {
                self.notes.push(format!("the key is not {is}: {says}; {why}"));
                Ok(())
            }
            (Testimony::Otherwise(says), None) => {
                Err(Finding::fail(Kind::Effect, format!("the key is not {is}: {says}")))
            }
            (Testimony::Unclear(says), None) => {
                let reason = format!("it is unclear whether the key is {is}: {says}");
                Err(Finding::inconclusive(Kind::Effect, reason))
            }
        }
    }

    async fn drive_on(&mut self, on: &KeyName, to: &State) -> Result<(), Finding> {
        let Some(binding) = self.bindings.keys.get(on) else {
            return Err(Finding::inconclusive(Kind::Fixture, format!("there is no key `{on}` yet")));
        };
        let Some(position) = binding.position.clone() else {
            return Err(Finding::inconclusive(Kind::Fixture, format!("where the key `{on}` is, is not known")));
        };
        let route = self.shared.planner.onward(&binding.class, &position, &binding.made(), to);
        let route = route.map_err(|error| Finding::inconclusive(Kind::Fixture, error.to_string()))?;
        self.follow(on, &route.legs, to).await?;
        let seen = self.settle(Purpose::Settle, on, to).await?;
        match seen.testimony {
            Testimony::Holds => Ok(()),
            Testimony::Otherwise(says) | Testimony::Unclear(says) => {
                Err(Finding::inconclusive(Kind::Fixture, format!("the key could not be driven to {to}: {says}")))
            }
        }
    }
}

/// What a call shows of the steps before it: where the step says what must hold, a deviation is a wrong effect.
fn held_against(call: &Call, finding: Finding) -> Finding {
    match &call.holds {
        Some(holds) if finding.kind != Kind::Unsupported => {
            Finding { kind: Kind::Effect, reason: format!("{}; what must hold: {holds}", finding.reason), ..finding }
        }
        _ => finding,
    }
}
