//! The graph of states in numbers, made once for a suite.

use std::collections::BTreeSet;

use crate::suite::map::{IndexMap, IndexSet};

use super::edge::{Allowed, Edge, Prepare};
use super::goal::{Goal, Pass};
use super::search::Taken;
use super::small_set::SmallSet;
use super::{Position, RouteStep, fixture_needs};
use crate::suite::name::{ClassName, FixtureName, OperationName, StageName, State};
use crate::suite::row::Row;
use crate::suite::service::Basis;
use crate::suite::service::{Cause, DeclaredRoute, KeyClass, Service, Waypoint};

/// A key as far as routes are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Node {
    /// The index of its state.
    pub state: usize,
    /// What it has.
    pub has: SmallSet,
    /// The fixtures that were made for it.
    pub made: SmallSet,
}

/// The states and what leads from one to another.
#[derive(Debug, Clone)]
pub(in crate::suite) struct StateGraph {
    states: IndexSet<State>,
    classes: IndexMap<ClassName, Class>,
    /// What keys can have.
    words: IndexSet<String>,
    fixtures: IndexSet<FixtureName>,
    /// By the index of the fixture.
    pub(super) prepares: Vec<Prepare>,
    /// By the index of the transition.
    pub(super) drives: Vec<Edge>,
    pub(super) stages: IndexMap<StageName, Edge>,
    /// The fixtures that some transition needs.
    pub(super) driving: SmallSet,
    causes: Vec<Cause>,
}

/// A class of keys, in the numbers of the graph.
#[derive(Debug, Clone)]
struct Class {
    /// A new key.
    new: Option<Node>,
    /// The states that such a key can be driven to.
    can_be: Vec<bool>,
}

impl StateGraph {
    /// The graph of a service. `row` finds the row of an operation; operations outside the table always succeed.
    pub(in crate::suite) fn new<'a>(service: &Service, row: impl Fn(&OperationName) -> Option<&'a Row>) -> Self {
        // Names come first, for all that follows refers to them by their index.
        let mut graph = Self {
            states: service.states.iter().cloned().collect(),
            classes: IndexMap::default(),
            // What is beyond the size of a set is reported by the check of the service.
            words: service.words().take(SmallSet::MOST).map(str::to_owned).collect(),
            fixtures: service.fixtures.keys().take(SmallSet::MOST).cloned().collect(),
            prepares: Vec::new(),
            drives: Vec::new(),
            stages: IndexMap::default(),
            driving: SmallSet::default(),
            causes: service.stages.values().map(|stage| stage.cause.clone()).collect(),
        };

        graph.classes = service.classes.iter().map(|(name, class)| (name.clone(), graph.class_of(class))).collect();

        let fixtures = service.fixtures.iter().take(SmallSet::MOST);
        let prepares = fixtures.map(|(name, fixture)| Prepare {
            needs: graph.fixtures_of(&fixture_needs::of_fixture(service, name, fixture)),
            gives: fixture.gives.as_ref().map_or_else(SmallSet::default, |word| graph.thing(word)),
            allowed: graph.allowed(row(&fixture.operation)),
        });

        graph.prepares = prepares.collect();

        let drives = service.transitions.iter().map(|transition| Edge {
            from: graph.flags(&transition.from, &transition.to),
            to: graph.state(&transition.to).unwrap_or(0),
            has: transition.has.as_ref().map(|word| graph.thing(word)),
            lacks: transition.lacks.as_ref().map(|word| graph.thing(word)),
            gives: transition.gives.as_ref().map_or_else(SmallSet::default, |word| graph.thing(word)),
            takes: transition.takes.as_ref().map_or_else(SmallSet::default, |word| graph.thing(word)),
            needs: graph.fixtures_of(&fixture_needs::of_operation(
                service,
                &transition.operation,
                row(&transition.operation),
            )),
            is_stated: transition.basis == Basis::Stated,
            allowed: graph.allowed(row(&transition.operation)),
            operation: Some(transition.operation.clone()),
            before: Vec::new(),
        });

        graph.drives = drives.collect();
        for index in 0..graph.drives.len() {
            let (before, rest) = graph.drives.split_at_mut(index);
            let same = before.iter().enumerate().filter(|(_, other)| other.operation == rest[0].operation);
            rest[0].before = same.map(|(index, _)| index).collect();
        }
        graph.driving = graph.drives.iter().map(|edge| edge.needs).fold(SmallSet::default(), SmallSet::with);

        let stages = service.stages.iter().map(|(name, stage)| {
            let (operation, needs) = match &stage.cause {
                Cause::Call { operation, request } => (Some(operation), fixture_needs::of_request(service, request)),
                Cause::Time(_) => (None, BTreeSet::new()),
            };
            let edge = Edge {
                from: graph.flags(&stage.from, &stage.to),
                to: graph.state(&stage.to).unwrap_or(0),
                has: stage.has.as_ref().map(|word| graph.thing(word)),
                lacks: None,
                gives: graph.things(&stage.gives),
                takes: graph.things(&stage.takes),
                needs: graph.fixtures_of(&needs),
                // A stage has a clause in any case.
                is_stated: true,
                allowed: graph.allowed(operation.and_then(&row)),
                operation: operation.cloned(),
                // A route names the stage that it passes.
                before: Vec::new(),
            };
            (name.clone(), edge)
        });

        graph.stages = stages.collect();
        graph
    }

    fn class_of(&self, class: &KeyClass) -> Class {
        let new = self.states.get_index_of(&class.new_key_is).filter(|_| class.not_made.is_none());
        let new = new.map(|state| Node { state, has: self.things(&class.has), made: SmallSet::default() });
        let can_be = |state: &State| class.states.contains(state) && class.why_not_driven(state).is_none();
        Class { new, can_be: self.states.iter().map(can_be).collect() }
    }

    pub(super) fn class(&self, class: &ClassName) -> Option<usize> {
        self.classes.get_index_of(class)
    }

    /// A new key of a class.
    pub(super) fn new_key(&self, class: &ClassName) -> Option<Node> {
        self.classes.get(class)?.new
    }

    /// Whether a key of a class can be driven to a state.
    pub(super) fn can_be(&self, class: usize, state: usize) -> bool {
        self.classes.get_index(class).is_some_and(|(_, class)| class.can_be[state])
    }

    pub(super) fn node(&self, at: &Position, made: &BTreeSet<FixtureName>) -> Option<Node> {
        let state = self.states.get_index_of(&at.state)?;
        Some(Node { state, has: self.things(&at.has), made: self.fixtures_of(made) })
    }

    /// Where a route leads; `None` if something on it is not known.
    pub(super) fn goal(
        &self,
        state: &State,
        fixtures: &BTreeSet<FixtureName>,
        declared: Option<&DeclaredRoute>,
    ) -> Option<Goal> {
        let pass = |waypoint: &Waypoint| match waypoint {
            Waypoint::State(state) => self.states.get_index_of(state).map(Pass::State),
            Waypoint::Stage(stage) => self.stages.get_index_of(stage).map(Pass::Stage),
        };
        let through = declared.map(|declared| declared.through.iter().map(pass).collect());
        let mark = |word: Option<&String>| word.map_or_else(SmallSet::default, |word| self.thing(word));

        Some(Goal {
            through: through.unwrap_or_else(|| Some(Vec::new()))?,
            state: self.states.get_index_of(state)?,
            has: mark(declared.and_then(|declared| declared.has.as_ref())),
            lacks: mark(declared.and_then(|declared| declared.lacks.as_ref())),
            never: SmallSet::default(),
            fixtures: self.fixtures_of(fixtures),
        })
    }

    /// A place of a key that was in use before, by a way on which it gets nothing but what it may have had; `None` if
    /// something of it is not known.
    pub(super) fn goal_at(
        &self,
        place: &Position,
        had: Option<&BTreeSet<String>>,
        fixtures: &BTreeSet<FixtureName>,
    ) -> Option<Goal> {
        let has = self.things(&place.has);
        let all: SmallSet = (0..self.words.len()).collect();

        Some(Goal {
            through: Vec::new(),
            state: self.states.get_index_of(&place.state)?,
            has,
            lacks: all.without(has),
            never: had.map_or_else(SmallSet::default, |had| all.without(self.things(had))),
            fixtures: self.fixtures_of(fixtures),
        })
    }

    /// Whether a fixture can be made for a key of a class in a state.
    pub(super) fn can_prepare(&self, class: &ClassName, fixture: &FixtureName, state: &State) -> bool {
        let index = self.fixtures.get_index_of(fixture).and_then(|index| self.prepares.get(index));
        let at = self.class(class).zip(self.states.get_index_of(state));
        index.zip(at).is_some_and(|(prepare, (class, state))| prepare.allowed.is(class, state))
    }

    /// A node in the words of the suite.
    pub(super) fn position(&self, node: Node) -> Position {
        let has = self.words.iter().enumerate().filter(|(index, _)| node.has.has(SmallSet::one(*index)));
        Position { state: self.states[node.state].clone(), has: has.map(|(_, word)| word.clone()).collect() }
    }

    /// A step in the words of the suite, and where it leads.
    pub(super) fn route_step(&self, step: Taken, to: Node) -> RouteStep {
        let to = self.position(to);

        match step {
            Taken::Prepare(index) => RouteStep::Prepare(self.fixtures[index].clone()),
            Taken::Drive(index) => {
                let operation = self.drives[index].operation.clone();
                RouteStep::Drive { operation: operation.unwrap_or_else(|| "".into()), stage: None, to }
            }
            Taken::Stage(index) => match &self.causes[index] {
                Cause::Call { operation, .. } => {
                    let stage = self.stages.get_index(index).map(|(name, _)| name.clone());
                    RouteStep::Drive { operation: operation.clone(), stage, to }
                }
                Cause::Time(by) => RouteStep::Advance { by: *by, to },
            },
        }
    }

    /// From which states there is an edge to another; from none if that is not known.
    fn flags(&self, from: &[State], to: &State) -> Vec<bool> {
        self.states.iter().map(|state| self.states.contains(to) && from.contains(state)).collect()
    }

    fn state(&self, state: &State) -> Option<usize> {
        self.states.get_index_of(state)
    }

    fn thing(&self, word: &str) -> SmallSet {
        self.words.get_index_of(word).into_iter().collect()
    }

    fn things<'a>(&self, words: impl IntoIterator<Item = &'a String>) -> SmallSet {
        words.into_iter().filter_map(|word| self.words.get_index_of(word)).collect()
    }

    fn fixtures_of<'a>(&self, fixtures: impl IntoIterator<Item = &'a FixtureName>) -> SmallSet {
        fixtures.into_iter().filter_map(|fixture| self.fixtures.get_index_of(fixture)).collect()
    }

    fn allowed(&self, row: Option<&Row>) -> Allowed {
        let succeeds = |state: &State, class: &ClassName| match row {
            Some(row) => row.cells.get(state, class).is_some_and(|cell| cell.expect.is_success()),
            None => true,
        };
        let has_cells = |class: &ClassName| {
            row.is_none_or(|row| row.classes.contains(class) && !row.not_applicable.contains_key(class))
        };
        let states = |class| self.states.iter().map(|state| has_cells(class) && succeeds(state, class)).collect();
        Allowed(self.classes.keys().map(states).collect())
    }
}
