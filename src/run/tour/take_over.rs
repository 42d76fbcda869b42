//! How a case gets keys of the tour, and gives them back.

use std::collections::HashMap;

use serde_json::Value;

use super::shared_key::Instance;
use super::{Lease, LeasedKey, SharedKey};
use crate::event::Purpose;
use crate::plan::{Need, Position, RouteStep};
use crate::run::RunContext;
use crate::run::attempt::Attempt;
use crate::run::bindings::KeyBinding;
use crate::run::failure::Failure;
use crate::run::observer::{Described, Seen, StateObserver};
use crate::run::setup::{LastChange, Setup};
use crate::suite::name::{FixtureName, KeyName};
use crate::verdict::Kind;

impl Setup<'_, '_> {
    /// Takes keys of the tour over, and brings each to where the case needs it; gives what was observed of them there.
    ///
    /// # Errors
    ///
    /// When a key can't be made, or does not come to where it is needed.
    pub(in crate::run) async fn take_over(
        mut self,
        lease: &mut Lease,
        case: usize,
    ) -> Result<HashMap<KeyName, Seen>, Failure> {
        for leased in &mut lease.keys {
            match &mut leased.key {
                Some(key) => {
                    if let Some(binding) = key.binding.take() {
                        self.requester.made_before(key.made);
                        self.requester.bindings_mut().keys.insert(leased.name.clone(), binding);
                    }
                }
                None => leased.key = Some(self.make_shared(&leased.name, leased, case).await?),
            }
        }

        let mut seen = HashMap::new();
        for leased in &mut lease.keys {
            seen.insert(leased.name.clone(), self.bring(leased).await?);
        }
        Ok(seen)
    }

    /// Makes a key that outlives the case.
    async fn make_shared(&mut self, name: &KeyName, leased: &LeasedKey, case: usize) -> Result<SharedKey, Failure> {
        let class = &leased.usage.need.class;
        let mark = if self.run.given.is_on() {
            self.inventory.borrow_key(self.requester, name, class).await?;
            None
        } else if self.inventory.take_over_key(self.requester, name, class).await? {
            None
        } else {
            let made = self.inventory.make_key(self.requester, name, class).await?;
            mark_of(self.run, Some(&made.content.fields))
        };
        let own = self.inventory.keys.iter().position(|(own, _)| own == name);
        let item = own.map(|own| self.inventory.keys.remove(own).1);
        let position = self.requester.bindings().keys.get(name).and_then(|key| key.position().cloned());
        let (Some(item), Some(position)) = (item, position) else {
            return Err(Failure::inconclusive(Kind::Fixture, format!("there is no key `{name}`")));
        };
        Ok(SharedKey { mark, ..SharedKey::new(class.clone(), position, item, case) })
    }

    /// Brings a key to where the case needs it, unless it is there and was seen there.
    async fn bring(&mut self, leased: &mut LeasedKey) -> Result<Seen, Failure> {
        let LeasedKey { name, key, steps, usage } = leased;
        let Some(key) = key else { return Err(Failure::inconclusive(Kind::Fixture, "there is no such key")) };
        self.bind_fixtures(name, key);
        // What a case has left unseen may be elsewhere than the table says, and then the steps would not lead where they do.
        let is_given = self.run.given.is_on();
        let moves = |steps: &[RouteStep]| steps.iter().any(|step| step.position().is_some());
        if key.seen.is_none() && !key.unused && (is_given || moves(steps)) {
            let last = LastChange::none(self.run, self.requester, name);
            match self.arrive(name, &key.standing.position.state, last).await {
                Ok(seen) => key.seen = Some(seen).filter(|_| is_given),
                // There is no other key in its place.
                Err(failure) if is_given => *steps = self.find_way(name, key, &usage.need, failure).await?,
                Err(failure) => return Err(failure),
            }
        }

        let mut last = None;
        for (at, step) in steps.iter().enumerate() {
            match step {
                RouteStep::Prepare(fixture) => self.stock(name, key, fixture).await?,
                RouteStep::Drive { .. } | RouteStep::Advance { .. } => {
                    key.seen = None;
                    key.show_youngest_fixtures();
                    self.bind_fixtures(name, key);
                    let is_last = at + 1 == steps.len();
                    last = self.go(name, step, &usage.need.position.state, is_last).await?.or(last);
                    self.note_moves(name, key);
                }
            }
        }
        key.show_fixtures(&usage.need);
        self.bind_fixtures(name, key);
        self.watch_fixtures(name, key);

        let seen = match (last, key.seen.take()) {
            (None, Some(seen)) => seen,
            (last, _) => {
                let last = last.unwrap_or_else(|| LastChange::none(self.run, self.requester, name));
                self.arrive(name, &usage.need.position.state, last).await?
            }
        };
        // Scenarios judge that calls leave the rest of a key alone, which shows only while it has that.
        if usage.need.recent.is_none() {
            must_bear_its_mark(self.run, key, &seen)?;
        }
        Ok(seen)
    }

    /// The way to where a case needs a key that is elsewhere than it was left by the table.
    async fn find_way(
        &mut self,
        name: &KeyName,
        key: &mut SharedKey,
        need: &Need,
        failure: Failure,
    ) -> Result<Vec<RouteStep>, Failure> {
        let place = self.inventory.locate(self.requester, name).await?;
        if place == key.standing.position {
            return Err(failure);
        }
        if let Some(binding) = self.requester.bindings_mut().keys.get_mut(name) {
            binding.trail.clear();
        }
        key.found_at(&place);
        self.run.suite.lead(&key.standing, &key.planned().stock, need).ok_or(failure)
    }

    /// Makes one more of a fixture.
    async fn stock(&mut self, name: &KeyName, key: &mut SharedKey, fixture: &FixtureName) -> Result<(), Failure> {
        let before = self.inventory.removals.len();
        self.make_fixture(name, fixture).await?;
        let removal = (self.inventory.removals.len() > before).then(|| self.inventory.removals.pop()).flatten();
        let made = self.requester.bindings_mut().keys.get_mut(name).and_then(|key| key.fixtures.remove(fixture));
        let instance = Instance { values: made.unwrap_or_default(), age: Some(0), removal };
        key.stock.entry(fixture.clone()).or_default().push(instance);
        self.bind_fixtures(name, key);
        Ok(())
    }

    /// Notes where the key was led, before its next fixture is made.
    fn note_moves(&mut self, name: &KeyName, key: &mut SharedKey) {
        if let Some(binding) = self.requester.bindings_mut().keys.get_mut(name) {
            key.go_along(&std::mem::take(&mut binding.trail));
        }
    }

    fn bind_fixtures(&mut self, name: &KeyName, key: &SharedKey) {
        if let Some(binding) = self.requester.bindings_mut().keys.get_mut(name) {
            binding.fixtures = key.fixtures();
        }
    }

    /// Lets the inventory notice whether the case itself removes a fixture.
    fn watch_fixtures(&mut self, name: &KeyName, key: &mut SharedKey) {
        for (fixture, instances) in &mut key.stock {
            let removal = instances.first_mut().and_then(|instance| instance.removal.take());
            self.inventory.removals.extend(removal.map(|removal| removal.of_fixture(name, fixture)));
        }
    }
}

/// What a description marks a key by.
fn mark_of(run: &RunContext, description: Option<&Value>) -> Option<Value> {
    run.suite.service.sweep.as_ref()?.mark.find(description?).cloned()
}

/// A key that calls of earlier cases have changed in passing is not what a fresh one is.
fn must_bear_its_mark(run: &RunContext, key: &mut SharedKey, seen: &Seen) -> Result<(), Failure> {
    let mark = mark_of(run, seen.description.as_ref());
    match (&key.mark, mark) {
        (Some(was), Some(is)) if *was != is => Err(Failure::inconclusive(
            Kind::Fixture,
            "calls that brought the key to earlier cases have changed its description",
        )),
        (Some(_), None) if seen.description.is_some() => Err(Failure::inconclusive(
            Kind::Fixture,
            "calls that brought the key to earlier cases have removed its description",
        )),
        (None, mark) => {
            key.mark = mark;
            Ok(())
        }
        _ => Ok(()),
    }
}

impl Attempt<'_> {
    /// Finds out where keys of the tour are after a case did not pass on them. A key is retired if that is not known, or if
    /// the table does not say what would become of it there.
    /// If there was a wrong effect (`changed`), one that stays where it was is not what it was all the same.
    pub(in crate::run) async fn find_keys(&mut self, lease: &mut Lease, changed: bool) {
        for leased in &mut lease.keys {
            let Some(key) = &mut leased.key else { continue };
            let seen = StateObserver::new(self.run).observe(&mut self.requester, Purpose::Teardown, &leased.name).await;
            let Some(binding) = self.requester.bindings_mut().keys.get_mut(&leased.name) else { continue };

            let Some(at) = binding.position().cloned() else {
                key.retired = true;
                continue;
            };
            match seen {
                Ok(Seen { described: Described::Names(state), .. }) if state == at.state => key.retired = changed,
                Ok(Seen { described: Described::Names(state), .. }) => {
                    let place = Position { state, has: at.has };
                    key.retired = !self.run.planner.is_place(&key.class, &place);
                    binding.move_to(place.clone());
                    // What the calls should have done is not part of its past, but it may have had what they gave.
                    key.go_along(&std::mem::take(&mut binding.trail));
                    key.found_at(&place);
                }
                Ok(_) | Err(_) => key.retired = true,
            }
            binding.seen = None;
        }
    }

    /// Puts back what the case has changed of keys that the run is given: no case meets what another has left on them, and what
    /// is left does not grow. What can't be put back now is tried again when the key is returned.
    pub(in crate::run) async fn put_back(&mut self, lease: &Lease) {
        if self.run.given.is_on() && !self.requester.is_stopped() {
            for leased in &lease.keys {
                let _ = self.inventory.put_back(&mut self.requester, &leased.name).await;
            }
        }
    }

    /// Gives the keys of the tour back.
    pub(in crate::run) fn hand_back(&mut self, lease: &mut Lease, case: usize, passed: bool) {
        for leased in &mut lease.keys {
            let Some(mut binding) = self.requester.bindings_mut().keys.remove(&leased.name) else { continue };
            let Some(key) = &mut leased.key else { continue };

            let trail = std::mem::take(&mut binding.trail);
            key.go_along(&trail);
            // The steps that led to the case were observed; what a scenario did after them may have had no effect.
            if let Some(end) = trail.last().filter(|_| !leased.usage.certain && !leased.usage.path.is_empty()) {
                key.found_at(end);
            }
            key.retired |= binding.position() != Some(&key.standing.position);
            key.seen = binding.seen.take();
            // What was put back takes away what was made of it.
            if let Some(found) = &mut binding.given {
                let undone = std::mem::take(&mut found.undone);
                let fixtures = &self.run.suite.service.fixtures;
                key.stock.retain(|name, _| fixtures.get(name).is_none_or(|one| !undone.contains(&one.operation)));
            } else if leased.usage.redescribes {
                // After a case that describes it otherwise, that is what it is described by.
                key.mark = mark_of(self.run, key.seen.as_ref().and_then(|seen| seen.description.as_ref()));
            }
            key.unused = false;
            binding.fixtures.clear();
            key.binding = Some(binding);
            self.give_fixtures_back(leased, passed);
        }

        if lease.adopts && passed {
            for (name, item) in std::mem::take(&mut self.inventory.keys) {
                let Some(mut binding) = self.requester.bindings_mut().keys.remove(&name) else { continue };
                let Some(position) = binding.position().cloned() else { continue };
                binding.trail.clear();
                let mut key = SharedKey::new(binding.class.clone(), position, item, case);
                key.binding = Some(binding);
                lease.adopted.push(key);
            }
        }
    }

    /// Gives back the fixtures that are still there. What a case may have changed is removed with what it made.
    fn give_fixtures_back(&mut self, leased: &mut LeasedKey, passed: bool) {
        let used_up = leased.uses_up().clone();
        let Some(key) = &mut leased.key else { return };
        let mut watched = Vec::new();
        for removal in std::mem::take(&mut self.inventory.removals) {
            match &removal.fixture {
                Some((name, _)) if *name == leased.name => watched.push(removal),
                _ => self.inventory.removals.push(removal),
            }
        }

        for mut removal in watched {
            let Some((_, fixture)) = removal.fixture.take() else { continue };
            let changed = !passed || used_up.contains(&fixture);
            match key.stock.get_mut(&fixture).and_then(|instances| instances.first_mut()) {
                Some(instance) if !changed => instance.removal = Some(removal),
                _ => {
                    key.use_up(&fixture);
                    // A case that passed has seen that what it removed is gone.
                    if passed && removal.done_by_case {
                        self.note_removed(&removal);
                    } else {
                        self.inventory.removals.push(removal);
                    }
                }
            }
        }

        let removable =
            |fixture: &FixtureName| self.run.suite.service.fixtures.get(fixture).is_some_and(|one| one.undo.is_some());
        for fixture in used_up.iter().filter(|fixture| !removable(fixture)) {
            key.use_up(fixture);
        }
    }
}

impl KeyBinding {
    /// Notes what was observed, and that nothing was sent since.
    pub(in crate::run) fn see(&mut self, seen: &Seen) {
        self.seen = Some(seen.clone());
    }
}
