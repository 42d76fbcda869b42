//! A walk: the keys of a case with their routes, and what it costs. The steps after that stand in the suite.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::needs;
use super::route::{self, Leg, NoRoute, Position, Route};
use crate::suite::Suite;
use crate::suite::case::{Case, Subject};
use crate::suite::name::{ClassName, FixtureName, KeyName, OperationName, State};
use crate::suite::step::{Action, Step};

/// The keys that a case owns and how they come into their states.
#[derive(Debug, Clone)]
pub struct Walk {
    /// The keys, in the order in which they are made and driven.
    pub keys: Vec<PlannedKey>,
    /// How old the keys must be before they are driven.
    pub age: Option<Duration>,
    /// Whether the walk moves the target's clock, so that it must run alone.
    pub moves_clock: bool,
    /// What it costs.
    pub cost: Cost,
}

/// A key of a walk.
#[derive(Debug, Clone)]
pub struct PlannedKey {
    /// Its name in templates.
    pub name: KeyName,
    /// Its class.
    pub class: ClassName,
    /// The state that it is driven to.
    pub state: State,
    /// How it comes there.
    pub route: Arc<Route>,
}

/// What a walk costs when nothing goes wrong; lists are counted as one page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Requests.
    pub requests: usize,
    /// Keys.
    pub keys: usize,
}

/// Plans walks; routes are found once.
#[derive(Debug)]
pub struct Planner {
    suite: Arc<Suite>,
    routes: Mutex<HashMap<Destination, Result<Arc<Route>, NoRoute>>>,
}

type Needs = BTreeMap<KeyName, BTreeSet<FixtureName>>;

type Destination = (ClassName, State, BTreeSet<FixtureName>);

impl Planner {
    /// A planner for a suite.
    pub fn new(suite: Arc<Suite>) -> Self {
        Self { suite, routes: Mutex::default() }
    }

    /// The suite.
    pub fn suite(&self) -> &Suite {
        &self.suite
    }

    /// The walk of a case.
    ///
    /// # Errors
    ///
    /// When a key of the case can't come into its state.
    pub fn walk(&self, case: &Case) -> Result<Walk, NoRoute> {
        match &case.subject {
            Subject::Cell { row, class, state } => {
                let keys = [(KeyName::subject(), class.clone(), state.clone())];
                self.row_walk(*row, &keys)
            }
            Subject::Move { row, original, target } => {
                let Some(from) = &self.suite.rows[*row].from else { return self.row_walk(*row, &[]) };
                let keys = [
                    (from.key.clone(), original.0.clone(), original.1.clone()),
                    (KeyName::subject(), target.0.clone(), target.1.clone()),
                ];
                self.row_walk(*row, &keys)
            }
            Subject::Scenario { scenario, class } => self.scenario_walk(*scenario, class),
        }
    }

    /// The route from a position to a state, for a key that is driven further in the middle of a scenario.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn onward(
        &self,
        class: &ClassName,
        from: &Position,
        made: &BTreeSet<FixtureName>,
        to: &State,
    ) -> Result<Route, NoRoute> {
        route::shortest(&self.suite, class, from, made, to, &BTreeSet::new())
    }

    /// Where a new key of a class is.
    pub fn new_key(&self, class: &ClassName) -> Option<Position> {
        route::new_key(&self.suite, class)
    }

    /// Where a key is after a successful operation, and whether a document says so.
    pub fn after(&self, operation: &OperationName, at: &Position) -> (Position, bool) {
        match route::transition(&self.suite, operation, at) {
            Some(transition) => {
                let stated = transition.basis == crate::suite::file::Basis::Stated;
                (route::after(transition, at), stated)
            }
            None => (at.clone(), true),
        }
    }

    fn row_walk(&self, row: usize, keys: &[(KeyName, ClassName, State)]) -> Result<Walk, NoRoute> {
        let row = &self.suite.rows[row];
        let names: Vec<KeyName> = keys.iter().map(|(name, ..)| name.clone()).collect();
        let mut wanted = Needs::new();
        let probe = row.request.paths().into_iter().chain(row.checks.templates().flat_map(|template| template.paths()));
        merge(&mut wanted, needs::of_paths(&self.suite, probe, &names, &KeyName::subject()));
        merge(&mut wanted, self.step_needs(row.then.iter().chain(&row.refused), &names));
        wanted.entry(KeyName::subject()).or_default().extend(row.needs.iter().cloned());
        if let Some(from) = &row.from {
            wanted.entry(from.key.clone()).or_default().extend(from.needs.iter().cloned());
        }
        let keys = self.keys(keys, &wanted)?;
        let mut cost = cost_of(&keys);
        cost.requests += 1 + row.then.len().max(row.refused.len());
        Ok(Walk { moves_clock: row.age.is_some(), age: row.age, keys, cost })
    }

    fn scenario_walk(&self, scenario: usize, class: &ClassName) -> Result<Walk, NoRoute> {
        let scenario = &self.suite.scenarios[scenario];
        let names: Vec<KeyName> = scenario.keys.keys().cloned().collect();
        let mut wanted = self.step_needs(scenario.steps.iter(), &names);
        let mut keys = Vec::new();
        for (name, key) in &scenario.keys {
            wanted.entry(name.clone()).or_default().extend(key.needs.iter().cloned());
            keys.push((name.clone(), key.class.clone().unwrap_or_else(|| class.clone()), key.state.clone()));
        }
        let keys = self.keys(&keys, &wanted)?;
        let moves_clock = scenario.steps.iter().any(|step| matches!(step.action, Action::Advance { .. }));
        let mut cost = cost_of(&keys);
        for step in &scenario.steps {
            cost.requests += match &step.action {
                Action::Call(call) => {
                    cost.keys += usize::from(call.makes.as_ref().is_some_and(|makes| makes.key.is_some()));
                    1
                }
                Action::State { .. } => 2,
                Action::Drive(_) => 3,
                Action::Advance { .. } => 0,
            };
        }
        Ok(Walk { age: None, moves_clock, keys, cost })
    }

    fn step_needs<'s>(&self, steps: impl Iterator<Item = &'s Step>, keys: &[KeyName]) -> Needs {
        let mut wanted = Needs::new();
        for step in steps {
            merge(&mut wanted, needs::of_paths(&self.suite, step.paths(), keys, &step.on));
        }
        // Keys that the steps make themselves have no fixtures prepared for them.
        wanted.retain(|key, _| keys.contains(key));
        wanted
    }

    fn keys(&self, keys: &[(KeyName, ClassName, State)], wanted: &Needs) -> Result<Vec<PlannedKey>, NoRoute> {
        keys.iter()
            .map(|(name, class, state)| {
                let fixtures = wanted.get(name).cloned().unwrap_or_default();
                let route = self.route(class, state, fixtures)?;
                Ok(PlannedKey { name: name.clone(), class: class.clone(), state: state.clone(), route })
            })
            .collect()
    }

    fn route(&self, class: &ClassName, state: &State, fixtures: BTreeSet<FixtureName>) -> Result<Arc<Route>, NoRoute> {
        let key = (class.clone(), state.clone(), fixtures);
        if let Some(known) = self.routes.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return known.clone();
        }
        let nowhere =
            || NoRoute { class: class.clone(), state: state.clone(), fixtures: key.2.iter().cloned().collect() };
        let found = match route::new_key(&self.suite, class) {
            Some(from) => route::shortest(&self.suite, class, &from, &BTreeSet::new(), state, &key.2).map(Arc::new),
            None => Err(nowhere()),
        };
        self.routes.lock().unwrap_or_else(PoisonError::into_inner).insert(key, found.clone());
        found
    }
}

impl PlannedKey {
    /// The operations by which the key comes into its state, the one that makes it first.
    pub fn calls(&self, suite: &Suite) -> Vec<String> {
        let make = std::iter::once(&suite.service.create.operation);
        let legs = self.route.legs.iter().filter_map(|leg| match leg {
            Leg::Prepare(fixture) => suite.service.fixtures.get(fixture).map(|fixture| &fixture.operation),
            Leg::Drive { operation, .. } => Some(operation),
        });
        make.chain(legs).map(ToString::to_string).collect()
    }
}

fn merge(into: &mut Needs, from: Needs) {
    for (key, fixtures) in from {
        into.entry(key).or_default().extend(fixtures);
    }
}

/// Making, driving, settling and removing the keys, and looking at them after the probe.
fn cost_of(keys: &[PlannedKey]) -> Cost {
    let requests = keys.iter().map(|key| 1 + key.route.legs.len() + 2 + 2 + 1).sum();
    Cost { requests, keys: keys.len() }
}
