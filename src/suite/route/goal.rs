//! Where a route leads, in the numbers of the graph.

use super::graph::{Node, StateGraph};
use super::small_set::SmallSet;

/// Where a route leads, and what lies on it.
#[derive(Debug)]
pub(super) struct Goal {
    /// What the key passes, in this order.
    pub through: Vec<Pass>,
    pub state: usize,
    /// What the key has in the end.
    pub has: SmallSet,
    /// What the key lacks in the end.
    pub lacks: SmallSet,
    /// What the key must not get on the way.
    pub never: SmallSet,
    /// The fixtures that are there in the end.
    pub fixtures: SmallSet,
}

/// What a key passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    State(usize),
    Stage(usize),
}

impl Goal {
    /// The fixtures that are worth making on the route: those that are wanted, those by which keys are driven, and
    /// whatever these need.
    pub(super) fn useful(&self, graph: &StateGraph) -> SmallSet {
        let stages = self.through.iter().filter_map(|pass| match pass {
            Pass::Stage(index) => graph.stages.get_index(*index),
            Pass::State(_) => None,
        });
        let mut useful = stages.map(|(_, edge)| edge.needs).fold(self.fixtures.with(graph.driving), SmallSet::with);

        // Some states can only be entered by keys that have what a fixture gives.
        let is_on_the_way = |state: usize| state == self.state || self.through.contains(&Pass::State(state));
        let wanted = graph.drives.iter().filter(|edge| is_on_the_way(edge.to)).filter_map(|edge| edge.has);
        let wanted = wanted.fold(self.has, SmallSet::with);
        for (index, prepare) in graph.prepares.iter().enumerate() {
            if prepare.gives.meets(wanted) {
                useful = useful.with(SmallSet::one(index));
            }
        }

        // Fixtures need fixtures, so the set grows until it holds all of them.
        loop {
            let needed = graph.prepares.iter().enumerate().filter(|(index, _)| useful.has(SmallSet::one(*index)));
            let more = needed.map(|(_, prepare)| prepare.needs).fold(useful, SmallSet::with);
            if more == useful {
                return useful;
            }
            useful = more;
        }
    }

    /// Whether a key at a node passes the waypoint with this index.
    pub(super) fn passes_state(&self, index: usize, node: Node) -> bool {
        self.through.get(index) == Some(&Pass::State(node.state))
    }

    /// Whether a node is at the end of the route.
    pub(super) fn is_end(&self, node: Node) -> bool {
        node.state == self.state && node.has.has(self.has) && !node.has.meets(self.lacks)
    }

    /// Whether the route is over: the end is reached, by all its waypoints, and every fixture is there.
    pub(super) fn is_reached(&self, node: Node, arrived: bool) -> bool {
        (arrived || self.through.is_empty()) && self.is_end(node) && node.made.has(self.fixtures)
    }
}
