//! Makes the keys of a case and drives them into their states, with the fixtures that they need.

use std::collections::HashMap;
use std::time::Duration;

use super::RunContext;
use super::attempt::AttemptContext;
use super::bindings::Context;
use super::case_notes::CaseNotes;
use super::failure::{Blame, Failure, blocking_response};
use super::inventory::Inventory;
use super::observer::{Conclusion, Expected, Observation, Seen, StateObserver};
use super::requester::{Request, Requester, captured};
use super::route_prefix::{PrefixBuilder, RoutePrefix};
use super::teardown::UndoRequest;
use crate::client::{Envelope, Response};
use crate::event::{BlockedBy, BlockedStep, BlockingResponse, Purpose};
use crate::plan::{CasePlan, PlannedKey, Position, RouteStep};
use crate::suite::name::{FixtureName, KeyName, OperationName, StageName, State};
use crate::suite::service::{AcceptedState, Cause};
use crate::verdict::Kind;

/// Makes and drives the keys of one attempt at a case.
pub(super) struct Setup<'s, 'a> {
    pub(super) run: &'a RunContext,
    pub(super) requester: &'s mut Requester<'a>,
    pub(super) inventory: &'s mut Inventory<'a>,
    notes: &'s mut CaseNotes,
    /// The number at which the case was begun.
    number: usize,
}

/// What changed a key last on its route: a call, or time.
pub(super) struct LastChange {
    /// What it was, for messages.
    what: String,
    /// The blocker to report if it had no effect.
    by: BlockedBy,
    /// Other states that the documents leave room for.
    accept: Vec<AcceptedState>,
}

impl LastChange {
    fn call(blame: &Blame, response: Option<BlockingResponse>, accept: Vec<AcceptedState>) -> Self {
        Self { what: blame.operation.to_string(), by: blame.blocked("had no effect", response), accept }
    }

    /// Nothing changed the key: it is observed where it is.
    pub(super) fn none(run: &RunContext, requester: &Requester<'_>, name: &KeyName) -> Self {
        let blame = requester.blame(Purpose::Setup, &run.suite.service.observation.describe, name);
        Self::call(&blame, None, Vec::new())
    }

    fn time(class: Option<String>, by: Duration) -> Self {
        let what = format!("{} s", by.as_secs());
        let by = BlockedBy {
            step: BlockedStep::Setup,
            operation: None,
            key_class: class,
            state: None,
            response: None,
            problem: format!("the key did not change with time, {what} later"),
        };
        Self { what, by, accept: Vec::new() }
    }
}

impl<'s, 'a> Setup<'s, 'a> {
    /// `number` is the one at which the case was begun.
    pub(super) fn new(context: AttemptContext<'s, 'a>, number: usize) -> Self {
        let AttemptContext { run, requester, inventory, notes } = context;
        Self { run, requester, inventory, notes, number }
    }

    /// Makes the keys of a case and drives each into its state; gives what was observed of them there.
    ///
    /// # Errors
    ///
    /// When a call of a route gets another response than the table says, or a key is not in its state at the end.
    pub(super) async fn prepare(mut self, plan: &CasePlan) -> Result<HashMap<KeyName, Seen>, Failure> {
        let mut made_keys = Vec::new();
        for key in &plan.keys {
            let mut builder = PrefixBuilder::new(&key.class);
            let prefix = builder.make(&self.run.suite);

            let made = self.inventory.make_key(self.requester, &key.name, &key.class).await;
            let response = self.at_prefix(&prefix, made)?;

            let blame = self.requester.blame(Purpose::Setup, &self.run.suite.service.create.operation, &key.name);
            let made = LastChange::call(&blame, Some(blocking_response(&response)), Vec::new());
            made_keys.push((builder, prefix, made));
        }

        // The clock moves for all keys, so all of them are made before it does.
        if let Some(age) = plan.age {
            self.requester.advance(BlockedStep::Setup, age).await?;
        }

        let mut seen = HashMap::new();
        for (key, (builder, prefix, made)) in plan.keys.iter().zip(made_keys) {
            seen.insert(key.name.clone(), self.drive(key, builder, prefix, made).await?);
        }
        Ok(seen)
    }

    /// Drives a key along its route and verifies its state.
    async fn drive(
        &mut self,
        key: &PlannedKey,
        mut builder: PrefixBuilder,
        made: RoutePrefix,
        mut last: LastChange,
    ) -> Result<Seen, Failure> {
        let mut prefixes = vec![made];
        for (at, step) in key.route.steps.iter().enumerate() {
            let prefix = builder.step(&self.run.suite, step);
            let is_last = at + 1 == key.route.steps.len();
            let went = match self.go(&key.name, step, &key.state, is_last).await {
                Err(failure) if failure.rejected => {
                    // A call that is rejected because the one before had no effect is not to blame.
                    let earlier = self.failure_of_last_change(&key.name, &last).await;
                    let before = prefixes.last().filter(|_| earlier.is_some());
                    let failure = earlier.unwrap_or(failure);
                    return self.at_prefix(before.unwrap_or(&prefix), Err(failure));
                }
                went => self.at_prefix(&prefix, went)?,
            };
            match (step, went) {
                // A fixture leaves the key where it is.
                (RouteStep::Prepare(_), _) => self.run.sequence.passed(self.number, &prefix),
                (RouteStep::Drive { .. } | RouteStep::Advance { .. }, change) => {
                    last = change.unwrap_or(last);
                    prefixes.push(prefix);
                }
            }
        }

        let arrival = builder.arrival();
        let seen = match self.arrive(&key.name, &key.state, last).await {
            // That the state is not shown here says nothing of longer routes.
            Err(failure) if failure.hidden => self.at_prefix(&arrival, Err(failure))?,
            seen => self.at_prefix(prefixes.last().unwrap_or(&arrival), seen)?,
        };

        prefixes.push(arrival);

        // The calls before had their effects only if the key is seen in its state.
        for prefix in &prefixes {
            self.run.sequence.passed(self.number, prefix);
        }
        Ok(seen)
    }

    /// The failure that the last change of a key had no effect, if the key is not in the state that it should have reached.
    async fn failure_of_last_change(&mut self, name: &KeyName, last: &LastChange) -> Option<Failure> {
        let state = self.requester.bindings().keys.get(name)?.state()?.clone();
        let observer = StateObserver::new(self.run);
        let expected = Expected { accept: &last.accept, ..Expected::just(&state) };
        let observation = observer.settle(self.requester, Purpose::Settle, name, expected).await.ok()?;

        match observation.conclusion {
            Conclusion::NotReached => self.conclude(name, &state, last, observation).err(),
            // The rejection itself is all that is certain.
            Conclusion::Reached(_) | Conclusion::Unclear => None,
        }
    }

    /// Drives a key on in the middle of a scenario, along steps that lead to a state.
    pub(super) async fn drive_on(&mut self, name: &KeyName, steps: &[RouteStep], state: &State) -> Result<(), Failure> {
        let last = LastChange::none(self.run, self.requester, name);
        let last = self.follow(name, steps, state, last).await?;
        self.arrive(name, state, last).await.map(|_| ())
    }

    /// Goes along steps; the last change comes back.
    async fn follow(
        &mut self,
        name: &KeyName,
        steps: &[RouteStep],
        state: &State,
        mut last: LastChange,
    ) -> Result<LastChange, Failure> {
        for (at, step) in steps.iter().enumerate() {
            if let Some(call) = self.go(name, step, state, at + 1 == steps.len()).await? {
                last = call;
            }
        }
        Ok(last)
    }

    /// Verifies that a key has reached its state. If the documents leave room for another one, it is driven on from there.
    pub(super) async fn arrive(&mut self, name: &KeyName, state: &State, last: LastChange) -> Result<Seen, Failure> {
        let seen = self.arrive_or_go_on(name, state, last).await?;
        if let Some(key) = self.requester.bindings_mut().keys.get_mut(name) {
            key.see(&seen);
        }
        Ok(seen)
    }

    async fn arrive_or_go_on(&mut self, name: &KeyName, state: &State, last: LastChange) -> Result<Seen, Failure> {
        let observer = StateObserver::new(self.run);
        let expected = Expected { accept: &last.accept, ..Expected::just(state) };
        let observation = observer.settle(self.requester, Purpose::Settle, name, expected).await?;
        let (seen, instead) = self.conclude(name, state, &last, observation)?;
        let Some(accepted) = instead else { return Ok(seen) };

        self.notes.admit_state(&last.what, state.as_str(), &accepted);
        let Some(key) = self.requester.bindings_mut().keys.get_mut(name) else { return Ok(seen) };
        let has = key.position().map(|position| position.has.clone()).unwrap_or_default();
        // The planner has to know where the key really is, to find the rest of the route.
        let position = Position { state: accepted.to, has };
        key.move_to(position.clone());
        let route = self.run.planner.onward(&key.class, &position, &key.made(), state);
        let route = route.map_err(|error| Failure::inconclusive(Kind::Fixture, error.to_string()))?;

        let last = self.follow(name, &route.steps, state, LastChange { accept: Vec::new(), ..last }).await?;
        let observation = observer.settle(self.requester, Purpose::Settle, name, Expected::just(state)).await?;
        self.conclude(name, state, &last, observation).map(|(seen, _)| seen)
    }

    /// Goes one step of a route; the change comes back if it is one. After the last step the key is observed anyway.
    pub(super) async fn go(
        &mut self,
        name: &KeyName,
        step: &RouteStep,
        target: &State,
        is_last: bool,
    ) -> Result<Option<LastChange>, Failure> {
        match step {
            RouteStep::Prepare(fixture) => self.make_fixture(name, fixture).await.map(|()| None),
            RouteStep::Drive { operation, stage, to } => {
                let accept = self.requester.accepted_after(operation, name);
                let blame = self.requester.blame(Purpose::Setup, operation, name);
                let response = self.drive_by(operation, stage.as_ref(), name).await?;
                // If an earlier response was lost, that attempt may have changed the state, and this one is rejected
                // for it. The observation at the end of the route decides.
                if let Some(code) = &response.content.code
                    && !response.lost_before
                {
                    let status = response.content.status;
                    let reason = format!("{operation}, on the route to {target}, responded {code} ({status})");
                    let by = blame.rejected(&response);
                    return Err(Failure { rejected: true, ..Failure::blocked(Kind::Fixture, by, reason) });
                }
                self.arrived(name, to, is_last).await?;
                Ok(Some(LastChange::call(&blame, Some(blocking_response(&response)), accept)))
            }
            RouteStep::Advance { by, to } => {
                self.requester.advance(BlockedStep::Setup, *by).await?;
                self.arrived(name, to, is_last).await?;
                Ok(Some(LastChange::time(Some(self.requester.class_of(name).to_string()), *by)))
            }
        }
    }

    /// Notes the position of a key after a change, and waits for it where the target may be late.
    async fn arrived(&mut self, name: &KeyName, to: &Position, is_last: bool) -> Result<(), Failure> {
        if let Some(key) = self.requester.bindings_mut().keys.get_mut(name) {
            key.move_to(to.clone());
        }

        if self.run.options.settle.confirmations > 1 && !is_last {
            let observer = StateObserver::new(self.run);
            observer.settle(self.requester, Purpose::Settle, name, Expected::just(&to.state)).await?;
        }
        Ok(())
    }

    /// Sends an operation of a route with the request of its stage, or of its row.
    async fn drive_by(
        &mut self,
        operation: &OperationName,
        stage: Option<&StageName>,
        name: &KeyName,
    ) -> Result<Response, Failure> {
        let context = Context::on(name);
        let stage = stage.and_then(|stage| self.run.suite.service.stages.get(stage));
        let parameters = match stage.map(|stage| &stage.cause) {
            Some(Cause::Call { request, .. }) => self.requester.parameters(request, context)?,
            _ => self.requester.default_parameters(operation, context)?,
        };

        let request = Request { purpose: Purpose::Setup, operation, parameters: &parameters, on: name, region: None };
        self.requester.send_until_found(Envelope::Right, request, false).await
    }

    /// Makes a fixture of a key.
    pub(super) async fn make_fixture(&mut self, key: &KeyName, name: &FixtureName) -> Result<(), Failure> {
        let suite = &self.run.suite;
        let Some(fixture) = suite.service.fixtures.get(name) else {
            return Err(Failure::inconclusive(Kind::Fixture, format!("there is no fixture `{name}`")));
        };

        let mut values = HashMap::new();
        for (value, template) in &fixture.values {
            values.insert(value.clone(), self.requester.evaluate(template, Context::on(key))?);
        }

        let operation = &fixture.operation;
        let context = Context { fixture: Some((name, &values)), ..Context::on(key) };
        let parameters = self.requester.parameters(&fixture.request, context)?;
        let undo = match &fixture.undo {
            Some(undo) => {
                let parameters = self.requester.parameters(&undo.request, context)?;
                Some(UndoRequest::new(self.run, undo, parameters))
            }
            None => None,
        };

        let blame = self.requester.blame(Purpose::Setup, operation, key);
        let request = Request { purpose: Purpose::Setup, operation, parameters: &parameters, on: key, region: None };
        let response = match undo {
            Some(undo) => self.inventory.send_with_undo(self.requester, Envelope::Right, request, undo, false).await?,
            None => self.requester.send_until_found(Envelope::Right, request, false).await?,
        };

        if let Some(code) = &response.content.code {
            let status = response.content.status;
            let reason = format!("{operation}, for the fixture `{name}`, responded {code} ({status})");
            // If an earlier response was lost, that attempt may have made the fixture, and this one is rejected for it.
            let lost = response.lost_before;
            let by = blame.rejected(&response);
            return Err(Failure { lost, rejected: true, ..Failure::blocked(Kind::Fixture, by, reason) });
        }

        for (capture, path) in &fixture.capture {
            let Some(value) = captured(&response.content.fields, path) else {
                let reason = format!("the response of {operation}, for the fixture `{name}`, has no {path}");
                let by = blame.blocked(format!("has no {path}"), Some(blocking_response(&response)));
                return Err(Failure::blocked(Kind::Fixture, by, reason));
            };
            values.insert(capture.clone(), value);
        }

        if let Some(binding) = self.requester.bindings_mut().keys.get_mut(key) {
            binding.fixtures.insert(name.clone(), values);
            if let (Some(word), Some(position)) = (&fixture.gives, binding.position().cloned())
                && !position.has.contains(word)
            {
                let has = position.has.into_iter().chain([word.clone()]).collect();
                binding.move_to(Position { has, ..position });
            }
        }
        Ok(())
    }

    /// What an observation means for the setup: what was seen of the key, and the state that it is in instead if the
    /// documents leave room for that.
    fn conclude(
        &mut self,
        name: &KeyName,
        state: &State,
        last: &LastChange,
        observation: Observation,
    ) -> Result<(Seen, Option<AcceptedState>), Failure> {
        let Observation { conclusion, seen, instead } = observation;
        let describe = &self.run.suite.service.observation.describe;
        let says = seen.says(describe);
        let what = &last.what;

        match conclusion {
            Conclusion::Reached(contradiction) => {
                if let Some(contradiction) = contradiction {
                    self.notes.note(format!("after {what}, {contradiction}"));
                }
                Ok((seen, instead))
            }
            Conclusion::NotReached => {
                let by = last.by.clone();
                let reason = format!("after {what} the key is not {state}: {says}");
                Err(Failure::blocked(Kind::Fixture, by, reason))
            }
            Conclusion::Unclear => {
                let by = seen.hidden(&self.requester.blame(Purpose::Settle, describe, name));
                let reason = format!("after {what} it is unclear whether the key is {state}: {says}");
                Err(Failure { hidden: true, ..Failure::blocked(Kind::Fixture, by, reason) })
            }
        }
    }

    /// Notes how far a key came on its route before it was blocked.
    fn at_prefix<T>(&self, prefix: &RoutePrefix, result: Result<T, Failure>) -> Result<T, Failure> {
        result.map_err(|failure| Failure { prefix: failure.prefix.or(Some(Box::new(prefix.clone()))), ..failure })
    }
}
