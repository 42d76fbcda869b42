//! The one search over the graph of states: `check` and the planner both go by what it finds.

use std::collections::HashSet;

use foldhash::fast::FixedState;

use super::goal::{Goal, Pass};
use super::graph::{Node, StateGraph};
use super::small_set::SmallSet;

/// A step of a route: an index of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// Makes this fixture.
    Prepare(usize),
    /// Takes this transition.
    Drive(usize),
    /// Passes this stage.
    Stage(usize),
}

/// Which transitions a route may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// Those that a document states. Keys are driven by nothing else.
    Stated,
    /// Those that are only inferred too: to say what a route would need.
    Inferred,
}

/// How many nodes are looked at for one route; a service that a person wrote has some hundreds.
const MOST_NODES: usize = 100_000;

/// Where a key is on its route, and how much of the route lies behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Visit {
    node: Node,
    /// How many waypoints it has passed.
    passed: usize,
    /// Whether it has come to the end of a route with waypoints; then only fixtures are made.
    arrived: bool,
}

/// The nodes that were found, each with the place of the one before it: the list is the queue.
struct Visits {
    list: Vec<(Visit, usize, Option<Taken>)>,
    /// A key of numbers needs no hash that withstands an attack, and this one takes a third of the time.
    seen: HashSet<Visit, FixedState>,
}

impl Visits {
    fn add(&mut self, step: Taken, to: Visit, from: usize) {
        if self.list.len() < MOST_NODES && self.seen.insert(to) {
            self.list.push((to, from, Some(step)));
        }
    }

    /// The steps that lead to a place of the list.
    fn steps_to(&self, end: usize) -> Vec<(Taken, Node)> {
        let mut steps = Vec::new();
        let mut at = end;
        while let Some((visit, before, Some(step))) = self.list.get(at).copied() {
            steps.push((step, visit.node));
            at = before;
        }
        steps.reverse();
        steps
    }
}

/// Where a key begins its route, and how much of the route it has behind it already.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    pub node: Node,
    /// How many waypoints it has passed.
    pub passed: usize,
    /// Whether it has come to the end by all of them, so that only fixtures are made.
    pub arrived: bool,
}

impl Start {
    /// A key that has passed nothing but the state that it is in.
    pub(super) fn at(node: Node, goal: &Goal) -> Self {
        Self { node, passed: usize::from(goal.passes_state(0, node)), arrived: false }
    }
}

/// The steps of the shortest route, each with where it leads. The first found is taken: fixtures are made as early as
/// they can be, and transitions are tried in the order of the file.
pub(super) fn shortest(
    graph: &StateGraph,
    class: usize,
    from: Start,
    goal: &Goal,
    trust: Trust,
) -> Option<Vec<(Taken, Node)>> {
    // What can never be a step of this route is not looked at again at every node.
    let useful = goal.useful(graph);
    let prepares = graph.prepares.iter().enumerate().map(|(index, prepare)| (index, SmallSet::one(index), prepare));
    let prepares: Vec<_> =
        prepares.filter(|(_, fixture, prepare)| useful.has(*fixture) && !prepare.gives.meets(goal.never)).collect();
    let drives = graph.drives.iter().enumerate().filter(|(_, edge)| {
        let trusted = edge.is_stated || trust == Trust::Inferred;
        trusted && !edge.gives.meets(goal.never) && graph.can_be(class, edge.to)
    });
    let drives: Vec<_> = drives.collect();

    let Start { node, passed, arrived } = from;
    let start = Visit { node, passed, arrived };
    let mut visits = Visits { list: vec![(start, 0, None)], seen: HashSet::from_iter([start]) };

    let mut next = 0;
    while let Some((visit, ..)) = visits.list.get(next).copied() {
        if goal.is_reached(visit.node, visit.arrived) {
            return Some(visits.steps_to(next));
        }

        let at = visit.node;
        for (index, fixture, prepare) in &prepares {
            if !at.made.has(*fixture) && prepare.is_possible(class, at) {
                let node = prepare.after(at, *fixture);
                visits.add(Taken::Prepare(*index), Visit { node, ..visit }, next);
            }
        }

        if !visit.arrived {
            for (index, edge) in &drives {
                let is_first = || !edge.before.iter().any(|other| graph.drives[*other].applies(at));
                if edge.is_possible(class, at) && is_first() {
                    visits.add(Taken::Drive(*index), landed(goal, edge.after(at), visit.passed), next);
                }
            }
            if let Some(Pass::Stage(index)) = goal.through.get(visit.passed)
                && let Some((_, edge)) = graph.stages.get_index(*index)
                && edge.is_possible(class, at)
                && graph.can_be(class, edge.to)
            {
                visits.add(Taken::Stage(*index), landed(goal, edge.after(at), visit.passed + 1), next);
            }
        }
        next += 1;
    }
    None
}

/// Where a key is that a call has brought to a node: it has passed the next waypoint, or come to the end.
fn landed(goal: &Goal, node: Node, passed: usize) -> Visit {
    let arrived = !goal.through.is_empty() && passed == goal.through.len() && goal.is_end(node);
    Visit { node, passed: passed + usize::from(goal.passes_state(passed, node)), arrived }
}
