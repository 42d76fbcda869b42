//! The routes of a key into a state, with fixtures made on them, derived from the table and the transitions.
//!
//! A transition is taken where the table lets its operation succeed and a document states it, a fixture is made where
//! the table lets its operation succeed. Of the shortest routes the first in the order of the files is taken.

mod edge;
pub(crate) mod fixture_needs;
mod goal;
mod graph;
mod lead;
mod need;
mod search;
mod small_set;
mod standing;
mod stock;

use std::collections::BTreeSet;
use std::time::Duration;

use thiserror::Error;

use self::graph::Node;
pub(super) use self::graph::StateGraph;
pub use self::need::{Need, Recent};
use self::search::{Start, Taken, Trust};
pub(super) use self::small_set::SmallSet;
pub use self::standing::Standing;
pub(crate) use self::stock::{Age, Stock};
use super::Suite;
use super::name::{ClassName, FixtureName, OperationName, RouteName, StageName, State};
use super::service::{AcceptedState, DeclaredRoute, Transition};

/// What is known of a key while it is driven.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Position {
    /// Its state.
    pub state: State,
    /// What it has, such as key material.
    pub has: BTreeSet<String>,
}

/// One step of a route.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RouteStep {
    /// Makes a fixture; the state stays.
    Prepare(FixtureName),
    /// Changes the state, or what the key has, by a call.
    Drive {
        /// The operation.
        operation: OperationName,
        /// The stage whose request is sent, if it is not that of the row.
        stage: Option<StageName>,
        /// Where the key is afterwards.
        to: Position,
    },
    /// Changes the state by time: the target's clock is moved.
    Advance {
        /// How far.
        by: Duration,
        /// Where the key is afterwards.
        to: Position,
    },
}

/// The calls by which a key comes into a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The steps after the call that makes the key.
    pub steps: Vec<RouteStep>,
    /// Where the key is at the end.
    pub end: Position,
}

impl RouteStep {
    /// Where the key is after the step, if that changes it.
    pub fn position(&self) -> Option<&Position> {
        match self {
            Self::Prepare(_) => None,
            Self::Drive { to, .. } | Self::Advance { to, .. } => Some(to),
        }
    }
}

impl Route {
    /// How many calls it takes, the one that makes the key included.
    pub fn calls(&self) -> usize {
        1 + self.steps.iter().filter(|step| !matches!(step, RouteStep::Advance { .. })).count()
    }

    /// Whether the target's clock is moved on the route.
    pub fn moves_clock(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, RouteStep::Advance { .. }))
    }
}

/// No sequence of calls that the table lets succeed leads there.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no route{} leads a key of class {class} to {state}{}", named(route), with_fixtures(fixtures))]
pub struct NoRoute {
    /// The class of the key.
    pub class: ClassName,
    /// The state.
    pub state: State,
    /// The route that was wanted, if not any.
    pub route: Option<RouteName>,
    /// The fixtures that were wanted.
    pub fixtures: Vec<FixtureName>,
    /// The operations of the inferred transitions that would lead there. Keys are only driven by what is stated.
    pub inferred: Vec<OperationName>,
}

fn named(route: &Option<RouteName>) -> String {
    route.as_ref().map(|route| format!(" {route}")).unwrap_or_default()
}

fn with_fixtures(fixtures: &[FixtureName]) -> String {
    match fixtures {
        [] => String::new(),
        _ => format!(" with {}", fixtures.iter().map(FixtureName::as_str).collect::<Vec<_>>().join(", ")),
    }
}

/// Where a key is to come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Destination<'a> {
    pub class: &'a ClassName,
    pub state: &'a State,
    /// The fixtures that are made on the route.
    pub fixtures: &'a BTreeSet<FixtureName>,
    /// The route that is taken, unless the shortest.
    pub route: Option<(&'a RouteName, &'a DeclaredRoute)>,
}

impl Destination<'_> {
    fn unreachable(&self) -> NoRoute {
        NoRoute {
            class: self.class.clone(),
            state: self.state.clone(),
            route: self.route.map(|(name, _)| name.clone()),
            fixtures: self.fixtures.iter().cloned().collect(),
            inferred: Vec::new(),
        }
    }
}

impl StateGraph {
    /// How a new key comes to a destination.
    pub(super) fn route(&self, to: Destination<'_>) -> Result<Route, NoRoute> {
        let from = self.new_key(to.class).ok_or_else(|| to.unreachable())?;
        self.route_from(from, to)
    }

    /// How a key comes to a destination from where it is.
    fn route_from(&self, from: Node, to: Destination<'_>) -> Result<Route, NoRoute> {
        let goal = self.goal(to.state, to.fixtures, to.route.map(|(_, declared)| declared));
        let (Some(goal), Some(class)) = (goal, self.class(to.class)) else { return Err(to.unreachable()) };

        if let Some(steps) = search::shortest(self, class, Start::at(from, &goal), &goal, Trust::Stated) {
            let end = steps.last().map_or(from, |(_, node)| *node);
            let steps = steps.into_iter().map(|(step, node)| self.route_step(step, node)).collect();
            return Ok(Route { steps, end: self.position(end) });
        }

        // Nothing is driven by what is only inferred, but the error says what a document would have to state.
        let inferred =
            search::shortest(self, class, Start::at(from, &goal), &goal, Trust::Inferred).unwrap_or_default();
        let inferred = inferred.into_iter().filter_map(|(step, _)| match step {
            Taken::Drive(index) => self.drives.get(index).filter(|edge| !edge.is_stated)?.operation.clone(),
            Taken::Prepare(_) | Taken::Stage(_) => None,
        });
        Err(NoRoute { inferred: inferred.collect(), ..to.unreachable() })
    }
}

impl Suite {
    /// Where a new key of a class is.
    pub fn new_key(&self, class: &ClassName) -> Option<Position> {
        let class = self.service.classes.get(class)?;
        Some(Position { state: class.new_key_is.clone(), has: class.has.clone() })
    }

    /// What a successful operation does to a key; `None` if it leaves the key where it is.
    pub fn transition(&self, operation: &OperationName, at: &Position) -> Option<&Transition> {
        self.service.transitions.iter().find(|transition| {
            transition.operation == *operation
                && transition.from.contains(&at.state)
                && transition.has.as_ref().is_none_or(|has| at.has.contains(has))
                && transition.lacks.as_ref().is_none_or(|lacks| !at.has.contains(lacks))
        })
    }

    /// The states, besides the one that the table says, that the documents leave room for after a successful operation on
    /// a key that was in another state before.
    pub fn accepted_after(
        &self,
        operation: &OperationName,
        at: &Position,
        before: Option<&State>,
    ) -> Vec<AcceptedState> {
        let accepted = self.transition(operation, at).into_iter().flat_map(|transition| &transition.accept);
        accepted.filter(|accepted| Some(&accepted.before) == before).cloned().collect()
    }

    /// How a new key of a class comes into a state with fixtures: by a route of that state, or by the shortest one.
    ///
    /// # Errors
    ///
    /// When there is no such route.
    pub fn route(
        &self,
        class: &ClassName,
        state: &State,
        fixtures: &BTreeSet<FixtureName>,
        route: Option<&RouteName>,
    ) -> Result<Route, NoRoute> {
        let shortest = Destination { class, state, fixtures, route: None };
        let Some(name) = route else { return self.graph.route(shortest) };

        let declared = self.service.routes.get(state).and_then(|routes| routes.get_key_value(name));
        let unknown = || NoRoute { route: Some(name.clone()), ..shortest.unreachable() };
        let route = Some(declared.ok_or_else(unknown)?);
        self.graph.route(Destination { route, ..shortest })
    }

    /// The shortest route of a key from a position to a state.
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
        let to = Destination { class, state: to, fixtures: &BTreeSet::new(), route: None };
        let from = self.graph.node(from, made).ok_or_else(|| to.unreachable())?;
        self.graph.route_from(from, to)
    }
}

impl Transition {
    /// Where a key is afterwards.
    pub fn after(&self, at: &Position) -> Position {
        let mut has = at.has.clone();
        has.extend(self.gives.clone());
        if let Some(takes) = &self.takes {
            has.remove(takes);
        }
        Position { state: self.to.clone(), has }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::files::embedded;
    use crate::suite::load::load;

    /// The steps of the shortest route of a multi-Region key, and what it has in the end.
    fn steps(suite: &Suite, state: &str, fixtures: &[&str]) -> Option<(Vec<String>, Position)> {
        let fixtures = fixtures.iter().map(|name| FixtureName::from(*name)).collect();
        let route = suite.route(&"multi-region".into(), &state.into(), &fixtures, None).ok()?;
        let name = |step: &RouteStep| match step {
            RouteStep::Prepare(fixture) => format!("({fixture})"),
            RouteStep::Drive { operation, .. } => operation.to_string(),
            RouteStep::Advance { .. } => "time".to_owned(),
        };
        Some((route.steps.iter().map(name).collect(), route.end))
    }

    #[test]
    fn a_fixture_gives_what_a_transition_looks_for() {
        let suite = load(embedded(), Some("aws")).unwrap();
        let (to_its_own, end) = steps(&suite, "PendingReplicaDeletion", &[]).unwrap();
        assert_eq!(to_its_own, ["(replica)", "ScheduleKeyDeletion"]);
        assert!(end.has.contains("replica"));

        // A key that does not need one gets none, and one that has one goes another way.
        let (other, end) = steps(&suite, "PendingDeletion", &[]).unwrap();
        assert_eq!((other, end.has.contains("replica")), (vec!["ScheduleKeyDeletion".to_owned()], false));
        let (ends_with_it, end) = steps(&suite, "Enabled", &["replica"]).unwrap();
        assert_eq!((ends_with_it, end.has.contains("replica")), (vec!["(replica)".to_owned()], true));
        assert!(steps(&suite, "PendingDeletion", &["replica"]).is_none());
    }

    #[test]
    fn a_missing_route_is_named_with_its_fixtures() {
        let (fixtures, inferred) = (Vec::new(), Vec::new());
        let mut missing =
            NoRoute { class: "EXTERNAL".into(), state: "Enabled".into(), route: None, fixtures, inferred };
        assert_eq!(missing.to_string(), "no route leads a key of class EXTERNAL to Enabled");
        missing.route = Some("via-expiry".into());
        missing.fixtures = vec!["alias".into(), "import".into()];
        assert_eq!(
            missing.to_string(),
            "no route via-expiry leads a key of class EXTERNAL to Enabled with alias, import"
        );
    }
}
