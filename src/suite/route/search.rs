//! The shortest way through the graph of states.

use std::collections::HashSet;

use super::graph::{Edge, Goal, Node, Pass, StateGraph};
use super::marks::Marks;

/// A step on the way: an index of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// Makes this fixture.
    Prepare(usize),
    /// Takes this transition.
    Drive(usize),
    /// Passes this stage.
    Stage(usize),
}

/// How many nodes are looked at for one way; a service that a person wrote has some hundreds.
const MOST_NODES: usize = 100_000;

/// Where a key is on its way, and how much of the way lies behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Visit {
    node: Node,
    /// How many waypoints it has passed.
    passed: usize,
    /// Whether it has come to the end of a way with waypoints; then only fixtures are made.
    arrived: bool,
}

/// The steps of the shortest way, each with where it leads. The first found is taken: fixtures are made as early as they
/// can be, and transitions are tried in the order of the file.
pub(super) fn shortest(graph: &StateGraph, class: usize, from: Node, goal: &Goal) -> Option<Vec<(Taken, Node)>> {
    let useful = goal.useful(graph);
    let start = Visit { passed: usize::from(goal.passes_state(0, from)), node: from, arrived: false };
    let mut seen = HashSet::from([start]);
    // Each with the place of the one before it: the list is the queue.
    let mut visits: Vec<(Visit, usize, Option<Taken>)> = vec![(start, 0, None)];
    let mut next = 0;
    while let Some((visit, ..)) = visits.get(next).copied() {
        if goal.is_reached(visit.node, visit.arrived) {
            return Some(way(&visits, next));
        }
        let mut step = |step: Taken, to: Visit| {
            if visits.len() < MOST_NODES && seen.insert(to) {
                visits.push((to, next, Some(step)));
            }
        };
        let at = visit.node;
        for (index, prepare) in graph.prepares.iter().enumerate() {
            let mark = Marks::one(index);
            let wanted = useful.has(mark) && !at.made.has(mark) && at.made.has(prepare.needs);
            if wanted && prepare.allowed.is(class, at.state) {
                step(Taken::Prepare(index), Visit { node: Node { made: at.made.with(mark), ..at }, ..visit });
            }
        }
        if !visit.arrived {
            for (index, edge) in graph.drives.iter().enumerate() {
                // Of two transitions by the same operation the first that applies counts.
                let taken = |other: &Edge| other.operation == edge.operation && other.applies(at);
                let applies = edge.applies(at) && !graph.drives[..index].iter().any(taken);
                if applies && edge.is_stated && at.made.has(edge.needs) && edge.allowed.is(class, at.state) {
                    step(Taken::Drive(index), landed(goal, edge.after(at), visit.passed));
                }
            }
            if let Some(Pass::Stage(index)) = goal.through.get(visit.passed)
                && let Some((_, edge)) = graph.stages.get_index(*index)
                && edge.applies(at)
                && at.made.has(edge.needs)
                && edge.allowed.is(class, at.state)
            {
                step(Taken::Stage(*index), landed(goal, edge.after(at), visit.passed + 1));
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

fn way(visits: &[(Visit, usize, Option<Taken>)], end: usize) -> Vec<(Taken, Node)> {
    let mut steps = Vec::new();
    let mut at = end;
    while let Some((visit, before, Some(step))) = visits.get(at).copied() {
        steps.push((step, visit.node));
        at = before;
    }
    steps.reverse();
    steps
}
