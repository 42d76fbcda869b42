//! The tour of a run, case by case.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::{Lease, LeasedKey, SharedKey};
use crate::event::Event;
use crate::plan::forecast::{Held, spare_keys};
use crate::plan::tour::{Leg, Serving, Tour};
use crate::run::case_runner::Done;
use crate::run::execution::Execution;
use crate::run::failure::Failure;
use crate::run::leak::Leak;
use crate::run::order::Planned;
use crate::run::outcome::CaseOutcome;
use crate::run::runner::Runner;
use crate::suite::name::ClassName;
use crate::verdict::Kind;

/// The cases that keys of the tour serve.
#[derive(Debug, Default)]
pub(in crate::run) struct Journey {
    servings: Vec<Serving>,
    /// By the index of the serving.
    planned: Vec<Planned>,
    /// How many keys may be made that no other case needs.
    spare: usize,
    /// How many keys of earlier runs may be used, by class.
    usable: BTreeMap<ClassName, usize>,
}

impl Journey {
    /// The tour of the selected cases; without cases if the run makes none.
    pub(in crate::run) fn new(runner: &Runner) -> Self {
        let options = &runner.context.options;
        let mut journey = Self::default();
        if !options.tour {
            return journey;
        }

        let mut others = 0;
        for (position, index) in runner.selection.iter().enumerate() {
            let plan = runner.plan(&runner.context.suite.cases[*index]);
            let Ok(of_case) = &plan else { continue };
            match Serving::of(&runner.context.planner, *index, of_case) {
                Ok(serving) => {
                    journey.servings.push(serving);
                    journey.planned.push(Planned { position, index: *index, plan });
                }
                Err(_) => others += of_case.cost.keys,
            }
        }
        let given = &runner.context.given;
        let usable = if given.is_on() { given.counts().clone() } else { runner.context.pool.usable(&runner.context) };
        let held = Held { usable, waiting: runner.context.pool.waiting() };
        journey.spare = spare_keys(&journey.servings, others, options.max_keys, &held);
        journey.usable = held.usable;
        journey
    }

    /// The places in the selection of its cases.
    pub(in crate::run) fn positions(&self) -> HashSet<usize> {
        self.planned.iter().map(|planned| planned.position).collect()
    }
}

impl<E: FnMut(Event)> Execution<'_, E> {
    /// Runs the cases of a tour, one after the other, and removes its keys.
    pub(in crate::run) async fn run_tour(&mut self, journey: Journey) {
        let Journey { servings, mut planned, spare, usable } = journey;
        let context = Arc::clone(&self.runner.context);
        let permits = Arc::new(Semaphore::new(1));
        let mut tour = Tour::new(&context.suite, &servings, spare).with_usable(usable);
        let mut keys: Vec<Option<SharedKey>> = Vec::new();
        let mut retired: Vec<SharedKey> = Vec::new();

        while !self.status.stop.is_cancelled()
            && let Some(leg) = tour.next()
        {
            let serving = &servings[leg.serving];
            let lease = lease(serving, &leg, &mut keys);
            let new_keys = serving.makes.len() + lease.keys.iter().filter(|leased| leased.key.is_none()).count();
            let done = self.run_leased(planned[leg.serving].clone(), lease, &permits).await;
            tour.done(&leg);

            let Some((done, lease)) = done else {
                // A panic is a bug of this program; what it had is lost.
                leg.keys.iter().for_each(|key| tour.set_key(key.key, None));
                keys.resize_with(tour.keys().len(), || None);
                continue;
            };
            for (leg_key, leased) in leg.keys.iter().zip(lease.keys) {
                let (key, gone) = match leased.key {
                    Some(key) if key.retired => (None, Some(key)),
                    key => (key, None),
                };
                tour.set_key(leg_key.key, key.as_ref().map(SharedKey::planned));
                keys.resize_with(tour.keys().len(), || None);
                keys[leg_key.key] = key;
                retired.extend(gone);
            }
            for key in lease.adopted {
                tour.set_key(keys.len(), Some(key.planned()));
                keys.push(Some(key));
            }
            self.finish_planned(done, new_keys);
        }

        let stopped = self.status.stop.is_cancelled();
        for index in tour.remaining().clone() {
            let failure = if stopped {
                Failure::not_run(self.status.why_not_judged())
            } else {
                let reason = "it would make a key that no other case needs, which this run may not: see --max-keys";
                Failure::skipped(Kind::Unavailable, reason)
            };
            let planned = Planned { plan: planned[index].plan.clone(), ..planned[index].clone() };
            self.finish_planned(Done { planned, outcome: CaseOutcome::not_begun(failure), lease: None }, 0);
        }

        planned.clear();
        for key in retired.into_iter().chain(keys.into_iter().flatten()) {
            let Some(leaks) = self.unless_abandoned(key.release(&context)).await else { break };
            self.outcomes.leaks.extend(leaks);
        }
    }

    /// Runs a case with keys of the tour. None if its task panicked.
    async fn run_leased(&mut self, planned: Planned, lease: Lease, permits: &Arc<Semaphore>) -> Option<(Done, Lease)> {
        let context = &self.runner.context;
        // If the task panics, this is all that is known of its keys.
        let ids: Vec<String> =
            lease.keys.iter().filter_map(|leased| leased.key.as_ref()).map(|key| key.id().to_owned()).collect();
        let case = context.suite.cases[planned.index].id.to_string();
        self.spawn(planned, permits, Some(lease));

        match self.next_end().await? {
            Ok(mut done) => {
                let lease = done.lease.take()?;
                Some((done, lease))
            }
            Err(error) => {
                // What is held when the clean-up is abandoned is named when the run is over.
                if error.is_panic() {
                    let reason = error.to_string();
                    let leak =
                        |id: String| Leak { what: format!("key {id}"), case: case.clone(), reason: reason.clone() };
                    self.outcomes.leaks.extend(ids.into_iter().map(leak));
                }
                self.finish_unfinished(&error);
                None
            }
        }
    }
}

/// The keys of a leg, taken from the tour.
fn lease(serving: &Serving, leg: &Leg, keys: &mut [Option<SharedKey>]) -> Lease {
    let leased = leg.keys.iter().zip(&serving.uses).map(|(leg_key, usage)| LeasedKey {
        name: usage.name.clone(),
        key: keys.get_mut(leg_key.key).and_then(Option::take),
        steps: leg_key.steps.clone(),
        usage: usage.clone(),
    });
    Lease { keys: leased.collect(), adopts: leg.adopts, adopted: Vec::new() }
}
