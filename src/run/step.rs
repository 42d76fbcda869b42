//! The steps of scenarios, and what rows look for after their probe.

use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::binding::Context;
use super::check::{Checked, unreadable};
use super::finding::{Finding, answered};
use super::judge::Match;
use super::walker::Walker;
use super::witness::Testimony;
use crate::client::Reply;
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
        let reply = self.making(Purpose::Probe, &call.operation, &parameters, call.makes.as_ref()).await?;
        self.expected = call.expect.outcomes.first().map(answered);
        let code = reply.answer.code.clone().unwrap_or_else(|| Code::SUCCESS.to_owned());
        self.actual = Some(Answered { code, status: reply.answer.status });
        let success = match self.judge(&call.operation, &call.expect, &reply) {
            Match::Published { success, note } => {
                self.notes.extend(note);
                success
            }
            Match::Lenient { success, note } => {
                self.notes.push(note);
                success
            }
            Match::Deviation(mut finding) => {
                finding.cell = self.cell_of(call, on);
                return Err(*finding);
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
        wrong.map_or(Ok(()), |wrong| Err(Finding { cell, ..Finding::fail(Kind::Body, wrong) }))
    }

    /// The case of the table that asks the same as a call, the same operation in the same state: with the same
    /// expectation, or where the state allows it and something else must be the reason of the refusal.
    fn cell_of(&self, call: &Call, on: &KeyName) -> Option<usize> {
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
        let settle = self.shared.options.settle.clone();
        let deadline = Instant::now() + settle.timeout;
        let mut pause = settle.poll;
        loop {
            let reply = self.making(Purpose::Effect, &call.operation, &parameters, call.makes.as_ref()).await?;
            if let Match::Deviation(finding) = self.judge(&call.operation, &call.expect, &reply) {
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
            if Instant::now() >= deadline || self.stop.is_cancelled() {
                return Err(Finding::fail(Kind::Effect, wrong));
            }
            sleep(pause).await;
            pause = (pause * 2).min(settle.poll * 16);
        }
    }

    async fn check_reply(
        &mut self,
        purpose: Purpose,
        call: &Call,
        parameters: &serde_json::Map<String, Value>,
        reply: &Reply,
        on: &KeyName,
    ) -> Result<Option<String>, Finding> {
        let checked = Checked { purpose, operation: &call.operation, parameters, answer: &reply.answer.fields, on };
        self.check(checked, &call.checks).await
    }

    fn keep_answer(&mut self, call: &Call, reply: Reply) {
        if let Some(name) = &call.answer {
            self.bindings.answers.insert(name.clone(), reply.answer.fields);
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
