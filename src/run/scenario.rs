//! Runs the steps of a scenario, and the steps that verify the effect of a probe.

use tokio::time::sleep;

use super::attempt::AttemptContext;
use super::bindings::Context;
use super::checks::unreadable;
use super::content::Content;
use super::failure::Failure;
use super::judge::Judgement;
use super::observer::{Conclusion, Expected, StateObserver};
use super::requester::Request;
use super::setup::Setup;
use crate::client::{Envelope, Response};
use crate::event::{BlockedStep, Purpose};
use crate::plan::Position;
use crate::suite::case::Subject;
use crate::suite::name::{Code, KeyName, State};
use crate::suite::step::{Action, Call, Step};
use crate::verdict::Kind;

impl AttemptContext<'_, '_> {
    /// Runs steps one after the other.
    ///
    /// # Errors
    ///
    /// The failure of the first step that deviates or can't be judged.
    pub(super) async fn run_steps(&mut self, steps: &[Step]) -> Result<(), Failure> {
        for step in steps {
            match &step.action {
                Action::Call(call) if call.judged => self.judged_call(call, &step.on).await?,
                Action::Call(call) => self.verifying_call(call, &step.on).await?,
                Action::State { is, record } => self.state(&step.on, is, record.as_deref()).await?,
                Action::Drive(to) => self.drive(&step.on, to).await?,
                Action::Advance { by, becomes } => self.advance(&step.on, *by, becomes.as_ref()).await?,
            }
        }
        Ok(())
    }

    /// A call whose response is judged.
    async fn judged_call(&mut self, call: &Call, on: &KeyName) -> Result<(), Failure> {
        let operation = &call.operation;
        let parameters = self.requester.parameters(&call.request, Context::on(on))?;
        let accept = self.requester.accepted_after(operation, on);
        let at = self.requester.bindings().keys.get(on).and_then(|key| key.position().cloned());

        let request = Request { purpose: Purpose::Probe, operation, parameters: &parameters, on, region: call.region };
        let sent = self.send_judged_call(call, request).await;
        let (response, judgement) = sent.map_err(|failure| Failure { cell: self.cell_of(call, on), ..failure })?;

        let admitted = self.notes.admit(self.run.judge().judge_name(call, &response, judgement));
        let cell = self.cell_of(call, on);
        let success = admitted.map_err(|failure| as_effect(call, Failure { cell, ..*failure }))?;

        // A rejected call leaves the key where it is.
        if let (true, Some(at)) = (success, at) {
            let position = self.run.planner.after(operation, &at).0;
            if let Some(key) = self.requester.bindings_mut().keys.get_mut(on) {
                key.move_to(position);
                key.leave_room_after(operation, accept);
            }
        }

        let content = Content { checks: &call.checks, format: call.format };
        let reads = self.reads(call);
        let (response, mismatch) = self.check_until_settled(content, request, response, reads).await?;
        self.keep(call, &response);
        match mismatch {
            None => Ok(()),
            Some(mismatch) => Err(as_effect(call, Failure { cell, ..mismatch.into_failure() })),
        }
    }

    /// Sends the request of a judged call, or another one in its place.
    async fn send_judged_call(&mut self, call: &Call, request: Request<'_>) -> Result<(Response, Judgement), Failure> {
        let earlier = call.replay.as_ref().and_then(|name| self.requester.request_of(name)).cloned();
        let envelope = match (&call.replay, &earlier, call.tamper) {
            (Some(_), Some(sent), _) => Envelope::Replayed(sent),
            (Some(name), None, _) => {
                return Err(Failure::inconclusive(Kind::Fixture, format!("the request of `{name}` was not sent")));
            }
            (None, _, Some(tamper)) => Envelope::Tampered(tamper),
            (None, _, None) => call.format.map_or(Envelope::Right, Envelope::Formed),
        };

        self.send_judged(envelope, request, &call.expect, call.makes.as_ref()).await
    }

    /// Whether a call only reads what others have written.
    fn reads(&self, call: &Call) -> bool {
        let right = call.tamper.is_none() && call.replay.is_none() && call.makes.is_none() && call.format.is_none();
        right && self.only_reads(&call.operation, &call.checks)
    }

    /// The case of the table that tests the same as a call: the same operation in the same state, with the same expectation,
    /// or in a state that allows it, so that the rejection must have another reason.
    fn cell_of(&self, call: &Call, on: &KeyName) -> Option<usize> {
        // The table says nothing about requests that are tampered with.
        if call.tamper.is_some() || call.replay.is_some() {
            return None;
        }
        let suite = &self.run.suite;
        let key = self.requester.bindings().keys.get(on)?;
        let at = key.state()?;
        let cell = &suite.cell(&call.operation, at, &key.class)?.expect;

        let by_the_table = self.notes.actual.as_ref().is_some_and(|actual| actual.code == Code::SUCCESS);
        if cell.outcomes != call.expect.outcomes && (!cell.is_success() || by_the_table) {
            return None;
        }

        suite.cases.iter().position(|case| match &case.subject {
            Subject::Cell { row, class, state, route } => {
                route.is_none()
                    && suite.rows[*row].operation == call.operation
                    && suite.rows[*row].variant.is_none()
                    && *class == key.class
                    && state == at
                    && suite.why_skipped(case).is_none()
            }
            Subject::Move { row, target, .. } => {
                suite.rows[*row].operation == call.operation && target.0 == key.class && target.1 == *at
            }
            Subject::Scenario { .. } => false,
        })
    }

    /// A call that verifies an effect. If its response is not an expected one, the case can't be judged; its content is
    /// judged, and may be late.
    async fn verifying_call(&mut self, call: &Call, on: &KeyName) -> Result<(), Failure> {
        let operation = &call.operation;
        let parameters = self.requester.parameters(&call.request, Context::on(on))?;
        let judge = self.run.judge();
        let mut pacer = self.run.options.settle.pacer();
        loop {
            let request =
                Request { purpose: Purpose::Verification, operation, parameters: &parameters, on, region: call.region };
            let blame = self.requester.blame(Purpose::Verification, operation, on);
            let makes = call.makes.as_ref();
            // What was just made may not be found everywhere yet.
            let response = self.inventory.send(self.requester, Envelope::Right, request, makes, false).await?;

            let judgement = judge.judge(operation, &call.expect, self.requester.class(), &response);
            if let Err(failure) = self.notes.admit(judgement) {
                let reason = format!("the effect can't be observed: {}", failure.reason);
                let lost = failure.lost;
                return Err(Failure { lost, ..Failure::blocked(Kind::Effect, blame.rejected(&response), reason) });
            }
            if let Some(why) = unreadable(&response.content.fields, &call.checks) {
                let reason = format!("the effect can't be observed: in the response of {operation}, {why}");
                let by = blame.blocked(format!("has an unreadable response: {why}"), None);
                return Err(Failure::blocked(Kind::Effect, by, reason));
            }

            let Some(mismatch) = self.check(&call.checks, request, &response, false).await? else {
                self.keep(call, &response);
                return Ok(());
            };
            if pacer.ends() || self.requester.is_stopped() {
                return Err(Failure { kind: Kind::Effect, ..mismatch.into_failure() });
            }
            sleep(pacer.pause()).await;
        }
    }

    /// Keeps a response under its name for later steps.
    fn keep(&mut self, call: &Call, response: &Response) {
        if let Some(name) = &call.response_name {
            self.requester.keep(name, response);
        }
    }

    /// A key must be in a state; another state is only noted if the step gives a reason for that.
    async fn state(&mut self, on: &KeyName, is: &State, record: Option<&str>) -> Result<(), Failure> {
        // After the last call, the documents may leave room for other states.
        let room = self.requester.bindings().keys.get(on).and_then(|key| key.room().cloned());
        let (after, accept) = room.unzip();
        let accept = accept.unwrap_or_default();

        let observer = StateObserver::new(self.run);
        let expected = Expected { accept: &accept, ..Expected::just(is) };
        let observation = observer.settle(self.requester, Purpose::Verification, on, expected).await?;
        let describe = observer.describe_operation();
        let says = observation.seen.says(describe);

        // A step with a reason to record only takes notes: the documents do not decide there.
        match (observation.conclusion, record) {
            (Conclusion::Reached(contradiction), _) => {
                if let Some(key) = self.requester.bindings_mut().keys.get_mut(on) {
                    key.see(&observation.seen);
                }
                if let Some(contradiction) = contradiction {
                    self.notes.note(contradiction);
                }
                if let Some(accepted) = &observation.instead {
                    let after = after.as_ref().unwrap_or(describe);
                    self.notes.admit_state(after.as_str(), is.as_str(), accepted);
                    self.is_in(on, &accepted.to);
                }
                Ok(())
            }
            (Conclusion::NotReached | Conclusion::Unclear, Some(why)) => {
                self.notes.note(format!("the key is not {is}: {says}; {why}"));
                Ok(())
            }
            (Conclusion::NotReached, None) => {
                Err(Failure::fail(Kind::Effect, format!("{is} of the key"), format!("the key is not {is}: {says}")))
            }
            (Conclusion::Unclear, None) => {
                let by = observation.seen.hidden(&self.requester.blame(Purpose::Verification, describe, on));
                let reason = format!("it is unclear whether the key is {is}: {says}");
                Err(Failure::blocked(Kind::Effect, by, reason))
            }
        }
    }

    /// Notes the state that a key is in.
    fn is_in(&mut self, on: &KeyName, state: &State) {
        if let Some(key) = self.requester.bindings_mut().keys.get_mut(on)
            && let Some(position) = key.position().cloned()
        {
            key.move_to(Position { state: state.clone(), ..position });
        }
    }

    async fn drive(&mut self, on: &KeyName, to: &State) -> Result<(), Failure> {
        let Some(key) = self.requester.bindings().keys.get(on) else {
            return Err(Failure::inconclusive(Kind::Fixture, format!("there is no key `{on}` yet")));
        };
        let Some(position) = key.position() else {
            return Err(Failure::inconclusive(Kind::Fixture, format!("the state of the key `{on}` is not known")));
        };

        let route = self.run.planner.onward(&key.class, position, &key.made(), to);
        let route = route.map_err(|error| Failure::inconclusive(Kind::Fixture, error.to_string()))?;
        // What happens in the middle of a scenario settles nothing for routes of other cases.
        let mut setup = Setup::new(self.reborrow(), usize::MAX);
        setup.drive_on(on, &route.steps, to).await
    }

    /// Moves the target's clock. Afterwards only the state that the step states is known.
    async fn advance(&mut self, on: &KeyName, by: std::time::Duration, becomes: Option<&State>) -> Result<(), Failure> {
        self.requester.advance(BlockedStep::Probe, by).await?;
        for (name, key) in &mut self.requester.bindings_mut().keys {
            // Time passes for every key, and may have changed any of them.
            let has = key.lose_position();
            if name == on
                && let (Some(state), Some(has)) = (becomes, has)
            {
                key.move_to(Position { state: state.clone(), has });
            }
        }
        Ok(())
    }
}

/// If a step says what must hold after the steps before it, its deviation is an effect of those.
fn as_effect(call: &Call, failure: Failure) -> Failure {
    match &call.holds {
        Some(holds) if failure.kind != Kind::Unsupported => {
            Failure { kind: Kind::Effect, reason: format!("{}; what must hold: {holds}", failure.reason), ..failure }
        }
        _ => failure,
    }
}
