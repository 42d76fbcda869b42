//! A case plan: the keys of a case with their routes, and what it costs. The steps after that stand in the suite.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::Cost;
use crate::suite::Suite;
use crate::suite::case::{Case, Subject};
use crate::suite::name::{ClassName, FixtureName, KeyName, OperationName, RouteName, State};
use crate::suite::region::{fixture_spans, row_spans, scenario_spans};
use crate::suite::route::fixture_needs::{self, Needs};
use crate::suite::route::{NoRoute, Position, Route, RouteStep};
use crate::suite::scenario::ScenarioKey;
use crate::suite::service::Basis;
use crate::suite::step::Action;

/// The keys that a case owns and how they come into their states.
#[derive(Debug, Clone)]
pub struct CasePlan {
    /// The keys, in the order in which they are made and driven.
    pub keys: Vec<PlannedKey>,
    /// How old the keys must be before they are driven.
    pub age: Option<Duration>,
    /// Whether the case moves the target's clock, so that it must run alone.
    pub moves_clock: bool,
    /// Whether the case needs regions besides that of the target.
    pub spans_regions: bool,
    /// What it costs.
    pub cost: Cost,
}

/// A key of a case plan.
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
    /// The fixtures that the case itself needs of it, and not only its route.
    pub fixtures: BTreeSet<FixtureName>,
}

/// Plans cases; routes are found once.
#[derive(Debug)]
pub struct Planner {
    suite: Arc<Suite>,
    routes: Mutex<HashMap<Destination, Result<Arc<Route>, NoRoute>>>,
}

type Destination = (ClassName, State, BTreeSet<FixtureName>, Option<RouteName>);

/// A key of a case: name, class, state, and the route if it is not the shortest.
type Wanted<'a> = (KeyName, ClassName, State, Option<&'a RouteName>);

impl Planner {
    /// A planner for a suite.
    pub fn new(suite: Arc<Suite>) -> Self {
        Self { suite, routes: Mutex::default() }
    }

    /// The suite.
    pub fn suite(&self) -> &Suite {
        &self.suite
    }

    /// The plan of a case.
    ///
    /// # Errors
    ///
    /// When a key of the case can't come into its state.
    pub fn plan(&self, case: &Case) -> Result<CasePlan, NoRoute> {
        match &case.subject {
            Subject::Cell { row, class, state, route } => {
                let route = route.as_ref().map(|route| &route.name);
                let keys = [(KeyName::subject(), class.clone(), state.clone(), route)];
                self.plan_row(*row, &keys)
            }
            Subject::Move { row, original, target } => {
                // Only rows with `from` have moves; any other drives no original.
                let Some(from) = &self.suite.rows[*row].from else { return self.plan_row(*row, &[]) };
                let keys = [
                    (from.key.clone(), original.0.clone(), original.1.clone(), None),
                    (KeyName::subject(), target.0.clone(), target.1.clone(), None),
                ];
                self.plan_row(*row, &keys)
            }
            Subject::Scenario { scenario, class } => self.plan_scenario(*scenario, class),
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
        self.suite.onward(class, from, made, to)
    }

    /// Where a new key of a class is.
    pub fn new_key(&self, class: &ClassName) -> Option<Position> {
        self.suite.new_key(class)
    }

    /// Where a key is after a successful operation, and whether a document says so.
    pub fn after(&self, operation: &OperationName, at: &Position) -> (Position, bool) {
        match self.suite.transition(operation, at) {
            Some(transition) => (transition.after(at), transition.basis == Basis::Stated),
            None => (at.clone(), true),
        }
    }

    /// Whether successful operations can bring a key of a class to a position.
    pub(crate) fn is_place(&self, class: &ClassName, position: &Position) -> bool {
        let mut places: Vec<Position> = self.new_key(class).into_iter().collect();
        let mut at = 0;
        while let Some(place) = places.get(at).cloned() {
            for transition in &self.suite.service.transitions {
                let next = self.after(&transition.operation, &place).0;
                if !places.contains(&next) {
                    places.push(next);
                }
            }
            at += 1;
        }
        places.contains(position)
    }

    fn plan_row(&self, row: usize, keys: &[Wanted<'_>]) -> Result<CasePlan, NoRoute> {
        let row = &self.suite.rows[row];
        // The state of the subject is the column of the table.
        let subject = keys.iter().find(|(name, ..)| name.as_str() == KeyName::SUBJECT);
        let cell = subject.and_then(|(_, class, state, _)| row.cells.get(state, class));
        let of_case = subject.map(|(_, class, ..)| class);
        let given = row.keys.iter().filter_map(|(name, key)| {
            Some((name.clone(), key.class.as_ref().or(of_case)?.clone(), key.state.clone(), None))
        });
        // The subject is driven last, so that the other keys are no longer touched while its state counts.
        let keys: Vec<Wanted<'_>> = given.chain(keys.iter().cloned()).collect();

        let names: Vec<KeyName> = keys.iter().map(|(name, ..)| name.clone()).collect();
        let keys = self.keys(&keys, &fixture_needs::of_row(&self.suite.service, row, &names))?;
        let cost = Cost::of_probe(&self.suite.service, row, cell, &keys);
        let moves_clock = row.age.is_some() || keys.iter().any(|key| key.route.moves_clock());
        let spans_regions = row_spans(row) || self.span_regions(&keys);
        Ok(CasePlan { moves_clock, spans_regions, age: row.age, keys, cost })
    }

    fn plan_scenario(&self, scenario: usize, class: &ClassName) -> Result<CasePlan, NoRoute> {
        let scenario = &self.suite.scenarios[scenario];
        let wanted = fixture_needs::of_scenario(&self.suite.service, scenario);
        let of_key = |(name, key): (&KeyName, &ScenarioKey)| {
            (name.clone(), key.class.clone().unwrap_or_else(|| class.clone()), key.state.clone(), None)
        };
        let keys: Vec<Wanted<'_>> = scenario.keys.iter().map(of_key).collect();
        let keys = self.keys(&keys, &wanted)?;
        let moves_clock = scenario.steps.iter().any(|step| matches!(step.action, Action::Advance { .. }));
        let spans_regions = scenario_spans(scenario) || self.span_regions(&keys);
        let cost = Cost::of_scenario(&self.suite.service, scenario, &keys);
        Ok(CasePlan { age: None, moves_clock, spans_regions, keys, cost })
    }

    /// Whether something is made in another region on the routes of keys.
    fn span_regions(&self, keys: &[PlannedKey]) -> bool {
        let fixtures = keys.iter().flat_map(|key| &key.route.steps).filter_map(|step| match step {
            RouteStep::Prepare(fixture) => self.suite.service.fixtures.get(fixture),
            RouteStep::Drive { .. } | RouteStep::Advance { .. } => None,
        });
        fixtures.into_iter().any(fixture_spans)
    }

    fn keys(&self, keys: &[Wanted<'_>], wanted: &Needs) -> Result<Vec<PlannedKey>, NoRoute> {
        keys.iter()
            .map(|(name, class, state, route)| {
                let fixtures = wanted.get(name).cloned().unwrap_or_default();
                let route = self.route((class.clone(), state.clone(), fixtures.clone(), route.cloned()))?;
                Ok(PlannedKey { name: name.clone(), class: class.clone(), state: state.clone(), route, fixtures })
            })
            .collect()
    }

    fn route(&self, to: Destination) -> Result<Arc<Route>, NoRoute> {
        if let Some(known) = self.routes.lock().unwrap_or_else(PoisonError::into_inner).get(&to) {
            return known.clone();
        }
        let (class, state, fixtures, route) = &to;
        let found = self.suite.route(class, state, fixtures, route.as_ref()).map(Arc::new);
        self.routes.lock().unwrap_or_else(PoisonError::into_inner).insert(to, found.clone());
        found
    }
}

impl PlannedKey {
    /// What brought the key into its state, for messages.
    pub fn last(&self, suite: &Suite) -> String {
        match self.route.steps.last() {
            Some(RouteStep::Advance { by, .. }) => format!("{} s", by.as_secs()),
            _ => self.calls(suite).pop().unwrap_or_default(),
        }
    }

    /// The operations by which the key comes into its state, the one that makes it first.
    pub fn calls(&self, suite: &Suite) -> Vec<String> {
        let make = std::iter::once(&suite.service.create.operation);
        let steps = self.route.steps.iter().filter_map(|step| match step {
            RouteStep::Prepare(fixture) => suite.service.fixtures.get(fixture).map(|fixture| &fixture.operation),
            RouteStep::Drive { operation, .. } => Some(operation),
            RouteStep::Advance { .. } => None,
        });
        make.chain(steps).map(ToString::to_string).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::files::embedded;
    use crate::suite::load::load;

    #[test]
    fn a_case_that_needs_other_regions_counts_the_keys_there() {
        let planner = Planner::new(Arc::new(load(embedded(), Some("aws")).unwrap()));
        let plan = |id: &str| planner.plan(planner.suite().case(id).unwrap()).unwrap();
        for (id, spans, keys) in [
            ("aws/Encrypt/Enabled/multi-region", false, 1),
            ("aws/Encrypt/PendingReplicaDeletion/multi-region", true, 2),
            ("aws/ReplicateKey/Enabled/multi-region", true, 2),
            ("aws/ReplicateKey/PendingReplicaDeletion/multi-region", true, 2),
            ("aws/UpdatePrimaryRegion/Enabled/multi-region", true, 2),
            ("aws/a-key-of-one-region-is-unknown-in-another", true, 1),
        ] {
            let plan = plan(id);
            assert_eq!((plan.spans_regions, plan.cost.keys), (spans, keys), "{id}");
        }
    }
}
