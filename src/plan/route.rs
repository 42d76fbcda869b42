//! The shortest way of a new key into a state, with fixtures made on the way.

use std::collections::{BTreeSet, HashSet, VecDeque};

use thiserror::Error;

use super::needs;
use crate::suite::Suite;
use crate::suite::file::Basis;
use crate::suite::name::{ClassName, FixtureName, KeyName, OperationName, State};
use crate::suite::service::Transition;

/// What is known of a key while it is driven.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Position {
    /// Its state.
    pub state: State,
    /// What it has, such as key material.
    pub has: BTreeSet<String>,
}

/// One call on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leg {
    /// Makes a fixture; the state stays.
    Prepare(FixtureName),
    /// Changes the state, or what the key has.
    Drive {
        /// The operation.
        operation: OperationName,
        /// Where the key is afterwards.
        to: Position,
    },
}

/// A way from a new key to a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The calls after the one that makes the key.
    pub legs: Vec<Leg>,
    /// Where the key is at the end.
    pub end: Position,
}

/// No sequence of calls that the table lets succeed leads there.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no route leads a key of class {class} to {state}{}", with_fixtures(fixtures))]
pub struct NoRoute {
    /// The class of the key.
    pub class: ClassName,
    /// The state.
    pub state: State,
    /// The fixtures that were wanted.
    pub fixtures: Vec<FixtureName>,
}

fn with_fixtures(fixtures: &[FixtureName]) -> String {
    match fixtures {
        [] => String::new(),
        _ => format!(" with {}", fixtures.iter().map(FixtureName::as_str).collect::<Vec<_>>().join(", ")),
    }
}

/// Where a new key of a class is.
pub(super) fn new_key(suite: &Suite, class: &ClassName) -> Option<Position> {
    let class = suite.service.classes.get(class)?;
    Some(Position { state: class.new_key_is.clone(), has: class.has.clone() })
}

/// Where a key is after a successful operation; `None` if the operation leaves it where it is.
pub(super) fn transition<'a>(suite: &'a Suite, operation: &OperationName, at: &Position) -> Option<&'a Transition> {
    suite.service.transitions.iter().find(|transition| {
        transition.operation == *operation
            && transition.from.contains(&at.state)
            && transition.has.as_ref().is_none_or(|has| at.has.contains(has))
            && transition.lacks.as_ref().is_none_or(|lacks| !at.has.contains(lacks))
    })
}

/// Where a key is after a transition.
pub(super) fn after(transition: &Transition, at: &Position) -> Position {
    let mut has = at.has.clone();
    has.extend(transition.gives.clone());
    if let Some(takes) = &transition.takes {
        has.remove(takes);
    }
    Position { state: transition.to.clone(), has }
}

/// The shortest route from a position to a state with fixtures; the first in the order of the files if there are
/// several.
///
/// # Errors
///
/// When there is none.
pub(super) fn shortest(
    suite: &Suite,
    class: &ClassName,
    from: &Position,
    made: &BTreeSet<FixtureName>,
    state: &State,
    fixtures: &BTreeSet<FixtureName>,
) -> Result<Route, NoRoute> {
    struct Visit {
        at: Position,
        made: BTreeSet<FixtureName>,
        legs: Vec<Leg>,
    }
    let wanted = needs::closure(suite, fixtures);
    let mut seen: HashSet<(Position, BTreeSet<FixtureName>)> = HashSet::from([(from.clone(), made.clone())]);
    let mut queue = VecDeque::from([Visit { at: from.clone(), made: made.clone(), legs: Vec::new() }]);
    while let Some(visit) = queue.pop_front() {
        if visit.at.state == *state && fixtures.is_subset(&visit.made) {
            return Ok(Route { legs: visit.legs, end: visit.at });
        }
        let mut step = |leg: Leg, at: Position, made: BTreeSet<FixtureName>| {
            if seen.insert((at.clone(), made.clone())) {
                let mut legs = visit.legs.clone();
                legs.push(leg);
                queue.push_back(Visit { at, made, legs });
            }
        };
        for (name, fixture) in &suite.service.fixtures {
            let ready = needs::of_fixture(suite, name, fixture).is_subset(&visit.made);
            let useful = wanted.contains(name) || needs::drives_with(suite, name);
            if useful
                && !visit.made.contains(name)
                && ready
                && succeeds(suite, &fixture.operation, &visit.at.state)
                && row_asks(suite, &fixture.operation, class)
            {
                let mut made = visit.made.clone();
                made.insert(name.clone());
                step(Leg::Prepare(name.clone()), visit.at.clone(), made);
            }
        }
        for candidate in &suite.service.transitions {
            let operation = &candidate.operation;
            let applies = transition(suite, operation, &visit.at).is_some_and(|found| std::ptr::eq(found, candidate));
            let ready = needs::of_operation(suite, operation).is_subset(&visit.made);
            if candidate.basis == Basis::Stated
                && applies
                && ready
                && succeeds(suite, operation, &visit.at.state)
                && row_asks(suite, operation, class)
            {
                let to = after(candidate, &visit.at);
                step(Leg::Drive { operation: operation.clone(), to: to.clone() }, to, visit.made.clone());
            }
        }
    }
    let fixtures = fixtures.iter().cloned().collect();
    Err(NoRoute { class: class.clone(), state: state.clone(), fixtures })
}

/// Whether the table lets an operation succeed in a state; operations beside the table always do.
fn succeeds(suite: &Suite, operation: &OperationName, state: &State) -> bool {
    suite.row(operation).is_none_or(|row| row.cells.get(state).is_some_and(|cell| cell.expect.is_success()))
}

/// Whether the table has the operation for keys of a class.
fn row_asks(suite: &Suite, operation: &OperationName, class: &ClassName) -> bool {
    suite.row(operation).is_none_or(|row| row.classes.contains(class) && !row.not_applicable.contains_key(class))
}

/// The key that a fixture or request is about when a path names none.
pub(super) fn owner(path: &[String], keys: &[KeyName]) -> Option<KeyName> {
    keys.iter().find(|key| path.first().is_some_and(|root| root == key.as_str())).cloned()
}
