//! Requests by operation, and keys by class.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::AddAssign;

use super::serving::Serving;
use super::{Leg, TourPlan};
use crate::plan::{CasePlan, PlannedKey, Planner, Position, RouteStep};
use crate::suite::Suite;
use crate::suite::case::Subject;
use crate::suite::name::{ClassName, FixtureName, KeyName, OperationName};
use crate::suite::row::Row;
use crate::suite::step::{Action, Makes, Step};

/// How often keys are observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Observing {
    /// How often in a row a state must be confirmed.
    pub(crate) confirmations: usize,
    /// Whether the removal of each key is verified.
    pub(crate) removals: bool,
}

impl Observing {
    /// Whether a key is observed after each call that moves it, and not only where a case needs it.
    pub(crate) fn each_move(self) -> bool {
        self.confirmations > 1
    }
}

/// Requests by operation, and new keys by class, if nothing goes wrong. A list is counted as one page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) calls: BTreeMap<OperationName, usize>,
    pub(crate) keys: BTreeMap<ClassName, usize>,
    /// What else is made and removed again, by the operation that makes it.
    pub(crate) others: BTreeMap<OperationName, usize>,
}

/// Counts the requests of cases.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counter<'a> {
    planner: &'a Planner,
    observing: Observing,
}

impl Tally {
    /// All requests.
    pub(crate) fn requests(&self) -> usize {
        self.calls.values().sum()
    }

    /// All new keys.
    pub(crate) fn new_keys(&self) -> usize {
        self.keys.values().sum()
    }

    fn call(&mut self, operation: &OperationName) {
        *self.calls.entry(operation.clone()).or_default() += 1;
    }
}

impl AddAssign<&Self> for Tally {
    fn add_assign(&mut self, other: &Self) {
        for (operation, count) in &other.calls {
            *self.calls.entry(operation.clone()).or_default() += count;
        }
        for (class, count) in &other.keys {
            *self.keys.entry(class.clone()).or_default() += count;
        }
        for (operation, count) in &other.others {
            *self.others.entry(operation.clone()).or_default() += count;
        }
    }
}

impl<'a> Counter<'a> {
    pub(crate) fn new(planner: &'a Planner, observing: Observing) -> Self {
        Self { planner, observing }
    }

    fn suite(&self) -> &'a Suite {
        self.planner.suite()
    }

    /// A case on fresh keys, from their making to their removal.
    pub(crate) fn fresh(&self, index: usize, plan: &CasePlan) -> Tally {
        let mut tally = self.own(index, plan, true);
        for key in &plan.keys {
            self.make(&mut tally, &key.class);
            self.steps(&mut tally, &key.class, &key.route.steps);
            self.observe(&mut tally, &key.class);
            for step in &key.route.steps {
                self.undo(&mut tally, step);
            }
            self.remove(&mut tally);
        }
        tally
    }

    /// A tour, from the making of its keys to their removal.
    pub(crate) fn tour(&self, tour: &TourPlan, plan: impl Fn(usize) -> Option<std::sync::Arc<CasePlan>>) -> Tally {
        let mut tally = Tally::default();
        let mut keys = super::Tour::new(self.suite(), &tour.servings, usize::MAX);
        for leg in &tour.legs {
            let serving = &tour.servings[leg.serving];
            self.leg(&mut tally, &keys, leg, serving);
            if let Some(plan) = plan(serving.case) {
                tally += &self.own(serving.case, &plan, !leg.adopts);
            }
            keys.go(leg);
        }

        // What is left of the fixtures goes with the keys.
        for key in keys.keys().iter().flatten() {
            for (fixture, count) in key.stock.counts() {
                let undo = self.suite().service.fixtures.get(fixture).and_then(|fixture| fixture.undo.as_ref());
                if let Some(undo) = undo {
                    (0..count).for_each(|_| tally.call(&undo.operation));
                }
            }
            self.remove(&mut tally);
        }
        tally
    }

    /// How the keys of a case come to it, and what is removed of them after it.
    fn leg(&self, tally: &mut Tally, keys: &super::Tour<'_>, leg: &Leg, serving: &Serving) {
        for (leg_key, one) in leg.keys.iter().zip(&serving.uses) {
            let class = &one.need.class;
            let key = keys.keys().get(leg_key.key).and_then(Option::as_ref);
            let moves = leg_key.steps.iter().any(|step| step.position().is_some());
            match key {
                None => self.make(tally, class),
                // Where a case has left it unseen.
                Some(key) if moves && !key.observed && !key.unused => self.observe(tally, class),
                Some(_) => {}
            }
            let drives = self.steps(tally, class, &leg_key.steps);
            if drives || !key.is_some_and(|key| key.observed) {
                self.observe(tally, class);
            }
            for fixture in &one.uses_up {
                let undo = self.suite().service.fixtures.get(fixture).and_then(|fixture| fixture.undo.as_ref());
                // What the case itself has removed is not removed again.
                let removed = |undo: &OperationName| self.judges(serving.case, undo);
                if let Some(undo) = undo.filter(|undo| !removed(&undo.operation)) {
                    tally.call(&undo.operation);
                }
            }
        }
    }

    /// Whether a case itself sends an operation.
    fn judges(&self, case: usize, operation: &OperationName) -> bool {
        match &self.suite().cases[case].subject {
            Subject::Cell { row, .. } | Subject::Move { row, .. } => self.suite().rows[*row].operation == *operation,
            Subject::Scenario { scenario, .. } => {
                let steps = &self.suite().scenarios[*scenario].steps;
                steps.iter().any(|step| matches!(&step.action, Action::Call(call) if call.operation == *operation))
            }
        }
    }

    /// What a case sends itself, wherever its keys come from. `removes` says whether the keys that it makes are removed.
    pub(crate) fn own(&self, index: usize, plan: &CasePlan, removes: bool) -> Tally {
        let mut tally = Tally::default();
        match &self.suite().cases[index].subject {
            Subject::Cell { row, .. } | Subject::Move { row, .. } => {
                self.probe(&mut tally, &self.suite().rows[*row], plan, removes);
            }
            Subject::Scenario { scenario, class } => {
                self.scenario(&mut tally, &self.suite().scenarios[*scenario].steps, class, plan);
            }
        }
        tally
    }

    fn probe(&self, tally: &mut Tally, row: &Row, plan: &CasePlan, removes: bool) {
        let subject = plan.keys.iter().find(|key| key.name.as_str() == KeyName::SUBJECT);
        let cell = subject.and_then(|key| row.cells.get(&key.state, &key.class));
        tally.call(&row.operation);
        if cell.is_some_and(|cell| cell.expect.may_succeed())
            && let Some(subject) = subject
        {
            self.made(tally, &row.operation, row.makes.as_ref(), &subject.class, removes);
        }
        for key in &plan.keys {
            self.observe(tally, &key.class);
        }
        let succeeds = cell.is_some_and(|cell| cell.expect.is_success());
        for step in if succeeds { &row.then } else { &row.refused } {
            if let Action::Call(call) = &step.action {
                tally.call(&call.operation);
            }
        }
    }

    fn scenario(&self, tally: &mut Tally, steps: &[Step], class: &ClassName, plan: &CasePlan) {
        let mut at: HashMap<&KeyName, (&PlannedKey, Position)> =
            plan.keys.iter().map(|key| (&key.name, (key, key.route.end.clone()))).collect();
        let mut made: HashMap<&KeyName, BTreeSet<FixtureName>> =
            plan.keys.iter().map(|key| (&key.name, prepared(&key.route.steps).collect())).collect();

        for step in steps {
            match &step.action {
                Action::Call(call) => {
                    tally.call(&call.operation);
                    if call.expect.may_succeed() {
                        self.made(tally, &call.operation, call.makes.as_ref(), class, true);
                    }
                    if call.expect.is_success()
                        && call.tamper.is_none()
                        && let Some((_, position)) = at.get_mut(&step.on)
                    {
                        *position = self.planner.after(&call.operation, position).0;
                    }
                }
                Action::State { .. } => {
                    let class = at.get(&step.on).map_or(class, |(key, _)| &key.class);
                    self.observe(tally, class);
                }
                Action::Drive(to) => {
                    let Some((key, position)) = at.get_mut(&step.on) else { continue };
                    let made = made.entry(&step.on).or_default();
                    if let Ok(route) = self.planner.onward(&key.class, position, made, to) {
                        made.extend(prepared(&route.steps));
                        self.steps(tally, &key.class, &route.steps);
                        *position = route.end;
                    }
                    self.observe(tally, &key.class);
                }
                Action::Advance { .. } => {}
            }
        }
    }

    fn made(&self, tally: &mut Tally, by: &OperationName, makes: Option<&Makes>, class: &ClassName, removes: bool) {
        let Some(makes) = makes else { return };
        if makes.key.is_some() {
            *tally.keys.entry(class.clone()).or_default() += 1;
            if removes {
                self.remove(tally);
            }
        }
        if let Some(undo) = &makes.undo {
            tally.call(&undo.operation);
            *tally.others.entry(by.clone()).or_default() += 1;
        }
    }

    fn make(&self, tally: &mut Tally, class: &ClassName) {
        tally.call(&self.suite().service.create.operation);
        *tally.keys.entry(class.clone()).or_default() += 1;
    }

    fn remove(&self, tally: &mut Tally) {
        let service = &self.suite().service;
        tally.call(&service.remove.operation);
        if self.observing.removals {
            tally.call(&service.observation.describe);
        }
    }

    /// Counts the steps of a key, and says whether they move it. Where the last step leads is observed apart.
    fn steps(&self, tally: &mut Tally, class: &ClassName, steps: &[RouteStep]) -> bool {
        let service = &self.suite().service;
        let mut moves = 0;
        for (at, step) in steps.iter().enumerate() {
            match step {
                RouteStep::Prepare(fixture) => {
                    if let Some(fixture) = service.fixtures.get(fixture) {
                        tally.call(&fixture.operation);
                        if fixture.undo.is_some() {
                            *tally.others.entry(fixture.operation.clone()).or_default() += 1;
                        }
                    }
                }
                RouteStep::Drive { operation, .. } => {
                    tally.call(operation);
                    moves += 1;
                    if self.observing.each_move() && at + 1 < steps.len() {
                        self.observe(tally, class);
                    }
                }
                RouteStep::Advance { .. } => {}
            }
        }
        moves > 0
    }

    fn undo(&self, tally: &mut Tally, step: &RouteStep) {
        let RouteStep::Prepare(fixture) = step else { return };
        let undo = self.suite().service.fixtures.get(fixture).and_then(|fixture| fixture.undo.as_ref());
        if let Some(undo) = undo {
            tally.call(&undo.operation);
        }
    }

    /// One observation: how the key is described, and how it behaves.
    pub(crate) fn observe(&self, tally: &mut Tally, class: &ClassName) {
        let observation = &self.suite().service.observation;
        let behaviour = observation.behaviour.get(class).and_then(|operations| operations.first());
        for _ in 0..self.observing.confirmations {
            tally.call(&observation.describe);
            behaviour.into_iter().for_each(|operation| tally.call(operation));
        }
    }
}

/// The fixtures that are made on a route.
fn prepared(steps: &[RouteStep]) -> impl Iterator<Item = FixtureName> + '_ {
    steps.iter().filter_map(|step| match step {
        RouteStep::Prepare(fixture) => Some(fixture.clone()),
        RouteStep::Drive { .. } | RouteStep::Advance { .. } => None,
    })
}
