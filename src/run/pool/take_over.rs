//! How a case gets a key that an earlier run made.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;
use tokio::time::sleep;

use super::is_too_near;
use crate::client::Response;
use crate::event::Purpose;
use crate::ledger::{LedgerEntry, Waiting, mark_in};
use crate::plan::{Need, Position, RouteStep, Standing, Stock};
use crate::provider::ErrorClass;
use crate::run::RunContext;
use crate::run::bindings::{Context, KeyBinding};
use crate::run::failure::Failure;
use crate::run::inventory::{Inventory, note_in_ledger, unwritten};
use crate::run::leak::Leak;
use crate::run::requester::{Request, Requester, captured};
use crate::run::teardown::Teardown;
use crate::suite::field_path::text_of;
use crate::suite::name::{ClassName, KeyName, OperationName, State};
use crate::suite::service::Reuse;

/// Why a key of the pool is not used.
enum NotTaken {
    /// It stays as it is.
    Left,
    /// It was touched, and is removed again.
    Touched,
    /// The run is stopped.
    Stopped(Box<Failure>),
}

impl Inventory<'_> {
    /// Takes over a key of an earlier run that waits for its deletion, as a new key of a class; whether there was one.
    ///
    /// # Errors
    ///
    /// When the run is stopped, or the ledger can't be written. A key that can't be used is none.
    pub(in crate::run) async fn take_over_key(
        &mut self,
        requester: &mut Requester<'_>,
        name: &KeyName,
        class: &ClassName,
    ) -> Result<bool, Failure> {
        let run = self.run;
        let Some(reuse) = run.suite.service.reuse.as_ref().filter(|_| run.pool.is_on()) else { return Ok(false) };
        while let Some(waiting) = run.pool.next(run, class) {
            match self.try_to_take(requester, name, class, &waiting, reuse).await {
                Ok(()) => return Ok(true),
                Err(NotTaken::Stopped(failure)) => {
                    requester.outlive_the_stop();
                    self.give_back(requester, name).await;
                    return Err(*failure);
                }
                Err(NotTaken::Left) => {
                    requester.bindings_mut().keys.remove(name);
                }
                Err(NotTaken::Touched) => self.give_back(requester, name).await,
            }
        }
        Ok(false)
    }

    async fn try_to_take(
        &mut self,
        requester: &mut Requester<'_>,
        name: &KeyName,
        class: &ClassName,
        waiting: &Waiting,
        reuse: &Reuse,
    ) -> Result<(), NotTaken> {
        let run = self.run;
        let mut key = KeyBinding::new(class.clone(), None);
        key.captures.insert("id".to_owned(), waiting.id.clone());
        requester.bindings_mut().keys.insert(name.clone(), key);
        let description = self.description(requester, name, waiting, reuse).await?;

        // From here on the key is this run's.
        let noted = run.ledger.taking_over(reuse.operation.as_str(), self.case.id.as_str(), waiting);
        let item = noted.map_err(|error| NotTaken::Stopped(Box::new(unwritten(&error))))?;
        run.pool.take();
        run.key_counts.key_taken(&waiting.id);
        run.holdings.key_made(&waiting.id, self.case.id.as_str());
        run.client.keep_back(run.removal_requests());
        let position = run.planner.new_key(class);
        let mut key = KeyBinding::described(&run.suite.service, class, position, &description);
        key.item = Some(item);
        if let Some(seed) = &run.options.material {
            key.derive_material(seed);
        }
        let new = key.position().cloned();
        requester.bindings_mut().keys.insert(name.clone(), key);
        self.keys.push((name.clone(), item));

        let Some(new) = new else { return Err(NotTaken::Touched) };
        self.make_like_new(requester, name, class, &new, reuse, &state_of(run, &description)).await?;
        requester.something_was_made();
        let noted = note_in_ledger(run, self.case, LedgerEntry::Made, Some(item), &reuse.operation, Some(&waiting.id));
        noted.map_err(|failure| NotTaken::Stopped(Box::new(failure)))
    }

    /// What describes a key of the pool, if it may be used.
    async fn description(
        &self,
        requester: &mut Requester<'_>,
        name: &KeyName,
        waiting: &Waiting,
        reuse: &Reuse,
    ) -> Result<Value, NotTaken> {
        let run = self.run;
        let describe = &run.suite.service.observation.describe;
        let sent = requester.send_default(Purpose::Setup, describe, Context::on(name)).await;
        let response = sent.map_err(|failure| stopped_or(requester, failure, NotTaken::Left))?;
        if response.class == Some(ErrorClass::NotFound) {
            run.pool.gone();
            let noted = run.ledger.gone(describe.as_str(), waiting);
            noted.map_err(|error| NotTaken::Stopped(Box::new(unwritten(&error))))?;
            return Err(NotTaken::Left);
        }
        if response.content.code.is_some() {
            return Err(NotTaken::Left);
        }

        let fields = response.content.fields;
        let sweep = run.suite.service.sweep.as_ref();
        let text = sweep.and_then(|sweep| sweep.mark.find(&fields)).map(text_of).unwrap_or_default();
        let is_ours = mark_in(&text).is_some_and(|mark| waiting.marks.iter().any(|known| known == mark));
        let date = reuse.date.find(&fields).map(text_of).and_then(|text| run.clock_form().read(&text));
        let now = run.options.clock.now().await.unwrap_or_else(Timestamp::now);
        let id = run.suite.service.create.capture.get("id");
        let is_same = id.and_then(|path| captured(&fields, path)).as_deref() == Some(&*waiting.id);
        let is_near = date.is_some_and(|date| is_too_near(date, now));
        if is_ours && is_same && !is_near { Ok(fields) } else { Err(NotTaken::Left) }
    }

    /// The state that a description names.
    pub(in crate::run) fn state_of(&self, description: &Value) -> String {
        state_of(self.run, description)
    }

    /// Brings a key back, gives it the mark of the run, and brings it to where a new key is.
    async fn make_like_new(
        &self,
        requester: &mut Requester<'_>,
        name: &KeyName,
        class: &ClassName,
        new: &Position,
        reuse: &Reuse,
        before: &str,
    ) -> Result<(), NotTaken> {
        let run = self.run;
        // One that is not on its way out, whatever the ledger says, needs no calling back.
        if waits(run, before) {
            self.change(requester, name, &reuse.operation).await?;
        }
        let (operation, request) = &reuse.mark;
        let parameters = requester.parameters(request, Context::on(name)).map_err(|_| NotTaken::Touched)?;
        let request = Request { purpose: Purpose::Setup, operation, parameters: &parameters, on: name, region: None };

        let at = self.wait_for(requester, name, |state| !waits(run, state)).await?;
        let sent = requester.send(request).await;
        succeeded(requester, sent)?;
        let at = self.position(class, &at).ok_or(NotTaken::Touched)?;
        let need =
            Need { class: class.clone(), position: new.clone(), had: None, fixtures: BTreeSet::new(), recent: None };
        let steps = run.suite.lead(&Standing::new(at), &Stock::default(), &need).ok_or(NotTaken::Touched)?;
        for step in &steps {
            let RouteStep::Drive { operation, stage: None, .. } = step else { return Err(NotTaken::Touched) };
            self.change(requester, name, operation).await?;
        }
        if !steps.is_empty() {
            self.wait_for(requester, name, |state| state == new.state.as_str()).await?;
        }
        Ok(())
    }

    /// Sends an operation on a key by the request of its row.
    async fn change(
        &self,
        requester: &mut Requester<'_>,
        name: &KeyName,
        operation: &OperationName,
    ) -> Result<(), NotTaken> {
        let sent = requester.send_default(Purpose::Setup, operation, Context::on(name)).await;
        succeeded(requester, sent)
    }

    /// Waits until a key is described in a state that is wanted, and gives that.
    async fn wait_for(
        &self,
        requester: &mut Requester<'_>,
        name: &KeyName,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<String, NotTaken> {
        let describe = &self.run.suite.service.observation.describe;
        let mut pacer = self.run.options.settle.pacer();
        loop {
            let sent = requester.send_default(Purpose::Settle, describe, Context::on(name)).await;
            let response = sent.map_err(|failure| stopped_or(requester, failure, NotTaken::Touched))?;
            let state = state_of(self.run, &response.content.fields);
            if response.content.code.is_none() && wanted(&state) {
                return Ok(state);
            }
            if pacer.ends() {
                return Err(NotTaken::Touched);
            }
            sleep(pacer.pause()).await;
        }
    }

    /// Where a key of a class is that is in a state: what it has there follows from the state.
    fn position(&self, class: &ClassName, state: &str) -> Option<Position> {
        self.places(class, state).next()
    }

    /// Where a key of a class may be that is in a state, the likeliest place first: with what a new one has.
    pub(in crate::run) fn places(&self, class: &ClassName, state: &str) -> impl Iterator<Item = Position> {
        let run = self.run;
        let of = |has: BTreeSet<String>| Position { state: State::from(state), has };
        let new = run.planner.new_key(class).map(|new| of(new.has));
        let words = run.suite.service.words().map(|word| of([word.to_owned()].into()));
        let places: Vec<Position> = new.into_iter().chain(words).collect();
        places.into_iter().filter(|place| run.planner.is_place(class, place))
    }

    /// Removes a key again that could not be used.
    async fn give_back(&mut self, requester: &mut Requester<'_>, name: &KeyName) {
        let Some(at) = self.keys.iter().rposition(|(own, _)| own == name) else { return };
        let (_, item) = self.keys.remove(at);
        let removed = Teardown::new(self.run, self.case).remove_key(requester, name, Some(item)).await;
        self.run.client.release(self.run.removal_requests());
        let leak = removed.err().map(|reason| {
            let id = requester.bindings().keys.get(name).map_or("", KeyBinding::id);
            Leak { what: format!("key {id}"), case: self.case.id.to_string(), reason }
        });
        self.run.pool.give_back(leak);
        requester.bindings_mut().keys.remove(name);
    }
}

/// What a failure to send a request means for a key of the pool.
fn stopped_or(requester: &Requester<'_>, failure: Failure, otherwise: NotTaken) -> NotTaken {
    if requester.is_stopped() || failure.ends_run.is_some() { NotTaken::Stopped(Box::new(failure)) } else { otherwise }
}

/// Whether a change of a key succeeded. One whose first response was lost may be rejected for it: the observation decides.
fn succeeded(requester: &Requester<'_>, sent: Result<Response, Failure>) -> Result<(), NotTaken> {
    match sent {
        Ok(response) if response.content.code.is_none() || response.lost_before => Ok(()),
        Ok(_) => Err(NotTaken::Touched),
        Err(failure) => Err(stopped_or(requester, failure, NotTaken::Touched)),
    }
}

/// The state that a description names.
fn state_of(run: &RunContext, description: &Value) -> String {
    run.suite.service.observation.state.find(description).map(text_of).unwrap_or_default()
}

/// Whether a state is that of a key which waits for its deletion.
fn waits(run: &RunContext, state: &str) -> bool {
    let service = &run.suite.service;
    let mut removes = service.transitions.iter().filter(|one| one.operation == service.remove.operation);
    removes.any(|transition| transition.to.as_str() == state)
}
