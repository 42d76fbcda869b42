//! The ways of a new key into a state, with fixtures made on the way, derived from the table and the transitions.
//!
//! A transition is taken where the table lets its operation succeed and a document states it, a fixture is made where
//! the table lets its operation succeed. Of the shortest ways the first in the order of the files is taken.

mod graph;
mod marks;
pub(crate) mod needs;
mod reach;
mod search;

use std::collections::BTreeSet;
use std::time::Duration;

use thiserror::Error;

pub(super) use self::graph::StateGraph;
pub(super) use self::marks::Marks;
pub(super) use self::reach::Reach;
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

/// One step on the way.
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

/// A way from a new key to a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The steps after the call that makes the key.
    pub steps: Vec<RouteStep>,
    /// Where the key is at the end.
    pub end: Position,
}

impl Route {
    /// How many calls it takes, the one that makes the key included.
    pub fn calls(&self) -> usize {
        1 + self.steps.iter().filter(|step| !matches!(step, RouteStep::Advance { .. })).count()
    }

    /// Whether the target's clock is moved on the way.
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

    /// The states, beside the one that the table says, that the documents leave room for after a successful operation on
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
    /// When there is no such way.
    pub fn route(
        &self,
        class: &ClassName,
        state: &State,
        fixtures: &BTreeSet<FixtureName>,
        route: Option<&RouteName>,
    ) -> Result<Route, NoRoute> {
        let nowhere = || NoRoute {
            class: class.clone(),
            state: state.clone(),
            route: route.cloned(),
            fixtures: fixtures.iter().cloned().collect(),
        };
        let declared = match route {
            Some(name) => {
                let declared = self.service.routes.get(state).and_then(|routes| routes.get(name));
                Some(declared.ok_or_else(nowhere)?)
            }
            None => None,
        };
        let from = self.new_key(class).ok_or_else(nowhere)?;
        self.search(class, &from, &BTreeSet::new(), (state, fixtures, declared)).ok_or_else(nowhere)
    }

    /// The shortest way of a key from a position to a state.
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
        let found = self.search(class, from, made, (to, &BTreeSet::new(), None));
        let nowhere = || NoRoute { class: class.clone(), state: to.clone(), route: None, fixtures: Vec::new() };
        found.ok_or_else(nowhere)
    }

    fn search(
        &self,
        class: &ClassName,
        from: &Position,
        made: &BTreeSet<FixtureName>,
        (state, fixtures, declared): (&State, &BTreeSet<FixtureName>, Option<&DeclaredRoute>),
    ) -> Option<Route> {
        let goal = self.graph.goal(state, fixtures, declared)?;
        let steps = search::shortest(&self.graph, self.graph.class(class)?, self.graph.node(from, made)?, &goal)?;
        let steps: Vec<RouteStep> = steps.into_iter().map(|(edge, node)| self.graph.route_step(edge, node)).collect();
        let end = steps.iter().rev().find_map(|step| match step {
            RouteStep::Prepare(_) => None,
            RouteStep::Drive { to, .. } | RouteStep::Advance { to, .. } => Some(to.clone()),
        });
        Some(Route { end: end.unwrap_or_else(|| from.clone()), steps })
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

    #[test]
    fn what_has_no_route_is_told() {
        let mut missing =
            NoRoute { class: "EXTERNAL".into(), state: "Enabled".into(), route: None, fixtures: Vec::new() };
        assert_eq!(missing.to_string(), "no route leads a key of class EXTERNAL to Enabled");
        missing.route = Some("via-expiry".into());
        missing.fixtures = vec!["alias".into(), "import".into()];
        assert_eq!(
            missing.to_string(),
            "no route via-expiry leads a key of class EXTERNAL to Enabled with alias, import"
        );
    }
}
