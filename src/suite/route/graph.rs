//! The graph of states in numbers, made once for a suite.

use std::collections::BTreeSet;

use indexmap::{IndexMap, IndexSet};

use super::marks::Marks;
use super::search::Taken;
use super::{Position, RouteStep, needs};
use crate::suite::file::Basis;
use crate::suite::name::{ClassName, FixtureName, OperationName, StageName, State};
use crate::suite::row::Row;
use crate::suite::service::{Cause, DeclaredRoute, Service, Waypoint};

/// A key as far as routes are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Node {
    /// The index of its state.
    pub state: usize,
    /// What it has.
    pub has: Marks,
    /// The fixtures that were made for it.
    pub made: Marks,
}

/// The states and what leads from one to another.
#[derive(Debug, Clone)]
pub(in crate::suite) struct StateGraph {
    states: IndexSet<State>,
    classes: IndexSet<ClassName>,
    /// What keys can have.
    words: IndexSet<String>,
    fixtures: IndexSet<FixtureName>,
    /// By the index of the fixture.
    pub(super) prepares: Vec<Prepare>,
    /// By the index of the transition.
    pub(super) drives: Vec<Edge>,
    pub(super) stages: IndexMap<StageName, Edge>,
    /// The fixtures that some transition needs.
    driving: Marks,
    causes: Vec<Cause>,
}

/// Where a fixture can be made.
#[derive(Debug, Clone)]
pub(super) struct Prepare {
    pub needs: Marks,
    pub allowed: Allowed,
}

/// What leads from one state to another.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    /// None: time does it.
    pub operation: Option<OperationName>,
    from: Vec<bool>,
    to: usize,
    has: Option<Marks>,
    lacks: Option<Marks>,
    gives: Marks,
    takes: Marks,
    /// The fixtures that its request names.
    pub needs: Marks,
    pub is_stated: bool,
    pub allowed: Allowed,
}

/// Where the table lets an operation succeed: by class, then by state.
#[derive(Debug, Clone)]
pub(super) struct Allowed(Vec<Vec<bool>>);

/// Where a way leads, in the numbers of the graph.
#[derive(Debug)]
pub(super) struct Goal {
    pub through: Vec<Pass>,
    state: usize,
    has: Marks,
    lacks: Marks,
    fixtures: Marks,
}

/// What a key passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    State(usize),
    Stage(usize),
}

impl StateGraph {
    /// The graph of a service. `row` finds the row of an operation; operations beside the table always succeed.
    pub(in crate::suite) fn new<'a>(service: &Service, row: impl Fn(&OperationName) -> Option<&'a Row>) -> Self {
        let mut graph = Self {
            states: service.states.iter().cloned().collect(),
            classes: service.classes.keys().cloned().collect(),
            words: service.words().take(Marks::MOST).map(str::to_owned).collect(),
            fixtures: service.fixtures.keys().take(Marks::MOST).cloned().collect(),
            prepares: Vec::new(),
            drives: Vec::new(),
            stages: IndexMap::new(),
            driving: Marks::default(),
            causes: service.stages.values().map(|stage| stage.cause.clone()).collect(),
        };
        let fixtures = service.fixtures.iter().take(Marks::MOST);
        let prepares = fixtures.map(|(name, fixture)| Prepare {
            needs: graph.fixture_marks(&needs::of_fixture(service, name, fixture)),
            allowed: graph.allowed(row(&fixture.operation)),
        });
        graph.prepares = prepares.collect();
        let drives = service.transitions.iter().map(|transition| Edge {
            from: graph.flags(&transition.from, &transition.to),
            to: graph.state(&transition.to).unwrap_or(0),
            has: transition.has.as_ref().map(|word| graph.mark(word)),
            lacks: transition.lacks.as_ref().map(|word| graph.mark(word)),
            gives: transition.gives.as_ref().map_or_else(Marks::default, |word| graph.mark(word)),
            takes: transition.takes.as_ref().map_or_else(Marks::default, |word| graph.mark(word)),
            needs: graph.fixture_marks(&needs::of_operation(
                service,
                &transition.operation,
                row(&transition.operation),
            )),
            is_stated: transition.basis == Basis::Stated,
            allowed: graph.allowed(row(&transition.operation)),
            operation: Some(transition.operation.clone()),
        });
        graph.drives = drives.collect();
        graph.driving = graph.drives.iter().map(|edge| edge.needs).fold(Marks::default(), Marks::with);
        let stages = service.stages.iter().map(|(name, stage)| {
            let (operation, needs) = match &stage.cause {
                Cause::Call { operation, request } => (Some(operation), needs::of_request(service, request)),
                Cause::Time(_) => (None, BTreeSet::new()),
            };
            let edge = Edge {
                from: graph.flags(&stage.from, &stage.to),
                to: graph.state(&stage.to).unwrap_or(0),
                has: stage.has.as_ref().map(|word| graph.mark(word)),
                lacks: None,
                gives: graph.marks(&stage.gives),
                takes: graph.marks(&stage.takes),
                needs: graph.fixture_marks(&needs),
                is_stated: true,
                allowed: graph.allowed(operation.and_then(&row)),
                operation: operation.cloned(),
            };
            (name.clone(), edge)
        });
        graph.stages = stages.collect();
        graph
    }

    pub(super) fn class(&self, class: &ClassName) -> Option<usize> {
        self.classes.get_index_of(class)
    }

    pub(super) fn node(&self, at: &Position, made: &BTreeSet<FixtureName>) -> Option<Node> {
        let state = self.states.get_index_of(&at.state)?;
        Some(Node { state, has: self.marks(&at.has), made: self.fixture_marks(made) })
    }

    /// Where a way leads; `None` if something on it is not known.
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
        let mark = |word: Option<&String>| word.map_or_else(Marks::default, |word| self.mark(word));
        Some(Goal {
            through: through.unwrap_or_else(|| Some(Vec::new()))?,
            state: self.states.get_index_of(state)?,
            has: mark(declared.and_then(|declared| declared.has.as_ref())),
            lacks: mark(declared.and_then(|declared| declared.lacks.as_ref())),
            fixtures: self.fixture_marks(fixtures),
        })
    }

    /// A step in the words of the suite, and where it leads.
    pub(super) fn route_step(&self, step: Taken, to: Node) -> RouteStep {
        let has = self.words.iter().enumerate().filter(|(index, _)| to.has.has(Marks::one(*index)));
        let to = || Position { state: self.states[to.state].clone(), has: has.map(|(_, word)| word.clone()).collect() };
        match step {
            Taken::Prepare(index) => RouteStep::Prepare(self.fixtures[index].clone()),
            Taken::Drive(index) => {
                let operation = self.drives[index].operation.clone();
                RouteStep::Drive { operation: operation.unwrap_or_else(|| "".into()), stage: None, to: to() }
            }
            Taken::Stage(index) => match &self.causes[index] {
                Cause::Call { operation, .. } => {
                    let stage = self.stages.get_index(index).map(|(name, _)| name.clone());
                    RouteStep::Drive { operation: operation.clone(), stage, to: to() }
                }
                Cause::Time(by) => RouteStep::Advance { by: *by, to: to() },
            },
        }
    }

    /// From which states a way leads to another; from none if that is not known.
    fn flags(&self, from: &[State], to: &State) -> Vec<bool> {
        self.states.iter().map(|state| self.states.contains(to) && from.contains(state)).collect()
    }

    /// The index of a state.
    pub(super) fn state(&self, state: &State) -> Option<usize> {
        self.states.get_index_of(state)
    }

    fn mark(&self, word: &str) -> Marks {
        self.words.get_index_of(word).into_iter().collect()
    }

    pub(super) fn marks<'a>(&self, words: impl IntoIterator<Item = &'a String>) -> Marks {
        words.into_iter().filter_map(|word| self.words.get_index_of(word)).collect()
    }

    pub(super) fn fixture_marks<'a>(&self, fixtures: impl IntoIterator<Item = &'a FixtureName>) -> Marks {
        fixtures.into_iter().filter_map(|fixture| self.fixtures.get_index_of(fixture)).collect()
    }

    fn allowed(&self, row: Option<&Row>) -> Allowed {
        let succeeds = |state: &State| match row {
            Some(row) => row.cells.get(state).is_some_and(|cell| cell.expect.is_success()),
            None => true,
        };
        let asks = |class: &ClassName| {
            row.is_none_or(|row| row.classes.contains(class) && !row.not_applicable.contains_key(class))
        };
        let states = |class| self.states.iter().map(|state| asks(class) && succeeds(state)).collect();
        Allowed(self.classes.iter().map(states).collect())
    }
}

impl Edge {
    /// Whether it leads away from a node.
    pub(super) fn applies(&self, at: Node) -> bool {
        self.from[at.state]
            && self.has.is_none_or(|has| at.has.meets(has))
            && self.lacks.is_none_or(|lacks| !at.has.meets(lacks))
    }

    /// Where it leads.
    pub(super) fn after(&self, at: Node) -> Node {
        Node { state: self.to, has: at.has.with(self.gives).without(self.takes), made: at.made }
    }
}

impl Allowed {
    pub(super) fn is(&self, class: usize, state: usize) -> bool {
        self.0[class][state]
    }
}

impl Goal {
    /// The fixtures that are worth making on the way: those that are wanted, with what they need, and those by which
    /// keys are driven.
    pub(super) fn useful(&self, graph: &StateGraph) -> Marks {
        let mut useful = self.fixtures;
        loop {
            let needed = graph.prepares.iter().enumerate().filter(|(index, _)| useful.has(Marks::one(*index)));
            let more = needed.map(|(_, prepare)| prepare.needs).fold(useful, Marks::with);
            if more == useful {
                break;
            }
            useful = more;
        }
        let stages = self.through.iter().filter_map(|pass| match pass {
            Pass::Stage(index) => graph.stages.get_index(*index),
            Pass::State(_) => None,
        });
        stages.map(|(_, edge)| edge.needs).fold(useful.with(graph.driving), Marks::with)
    }

    /// Whether a key at a node passes the waypoint with this index.
    pub(super) fn passes_state(&self, index: usize, node: Node) -> bool {
        self.through.get(index) == Some(&Pass::State(node.state))
    }

    /// Whether a node is at the end of the way.
    pub(super) fn is_end(&self, node: Node) -> bool {
        node.state == self.state && node.has.has(self.has) && !node.has.meets(self.lacks)
    }

    /// Whether the way is over: the end is reached, by all its waypoints, and every fixture is there.
    pub(super) fn is_reached(&self, node: Node, arrived: bool) -> bool {
        (arrived || self.through.is_empty()) && self.is_end(node) && node.made.has(self.fixtures)
    }
}
