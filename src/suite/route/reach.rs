//! Which states keys of each class can be driven to, and what can be made for them on the way.

use std::collections::{HashMap, HashSet, VecDeque};

use super::graph::{Node, StateGraph};
use super::marks::Marks;
use crate::suite::name::{ClassName, FixtureName, OperationName, State};
use crate::suite::row::Row;
use crate::suite::service::Service;

/// How many nodes of a class are looked at; a service that a person wrote has a few dozen.
const MOST_NODES: usize = 20_000;

/// What can be reached from a new key of each class.
#[derive(Debug)]
pub(in crate::suite) struct Reach {
    graph: StateGraph,
    /// Nodes of keys that have every fixture that can be made on the way: more never stand in the way.
    reached: HashMap<ClassName, HashSet<Node>>,
}

impl Reach {
    /// Looks at every way. `row` finds the row of an operation; operations beside the table always succeed.
    pub(in crate::suite) fn new<'a>(service: &Service, row: impl Fn(&OperationName) -> Option<&'a Row>) -> Self {
        let graph = StateGraph::new(service, row);
        let nodes = service.classes.keys().map(|class| (class.clone(), explore(&graph, service, class)));
        let reached = nodes.filter_map(|(class, nodes)| Some((class, nodes?))).collect();
        Self { graph, reached }
    }

    /// Whether a key of a class can be driven to a state, with these fixtures made on the way. What is not known has been
    /// told elsewhere, so nothing is in its way.
    pub(in crate::suite) fn reaches<'a>(
        &self,
        class: &ClassName,
        state: &State,
        fixtures: impl IntoIterator<Item = &'a FixtureName>,
    ) -> bool {
        let (Some(nodes), Some(state)) = (self.reached.get(class), self.graph.state(state)) else { return true };
        let wanted = self.graph.fixture_marks(fixtures);
        nodes.iter().any(|node| node.state == state && node.made.has(wanted))
    }
}

fn explore(graph: &StateGraph, service: &Service, name: &ClassName) -> Option<HashSet<Node>> {
    let class = service.classes.get(name)?;
    let index = graph.class(name)?;
    let may_be: HashSet<usize> = class.states.iter().filter_map(|state| graph.state(state)).collect();
    let new = Node { state: graph.state(&class.new_key_is)?, has: graph.marks(&class.has), made: Marks::default() };
    let start = furnished(graph, index, new);
    let mut seen = HashSet::from([start]);
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front()
        && seen.len() < MOST_NODES
    {
        for edge in &graph.drives {
            if edge.applies(at) && at.made.has(edge.needs) && edge.allowed.is(index, at.state) {
                let next = furnished(graph, index, edge.after(at));
                if may_be.contains(&next.state) && seen.insert(next) {
                    queue.push_back(next);
                }
            }
        }
    }
    Some(seen)
}

/// The node with everything made that can be made there.
fn furnished(graph: &StateGraph, class: usize, at: Node) -> Node {
    let mut made = at.made;
    loop {
        let ready = graph.prepares.iter().enumerate();
        let ready = ready.filter(|(_, prepare)| made.has(prepare.needs) && prepare.allowed.is(class, at.state));
        let more = made.with(ready.map(|(index, _)| index).collect());
        if more == made {
            return Node { made, ..at };
        }
        made = more;
    }
}
