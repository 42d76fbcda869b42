//! What leads from one state to another, and where it is possible.

use super::graph::Node;
use super::small_set::SmallSet;
use crate::suite::name::OperationName;

/// A transition or a stage, in the numbers of the graph.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    /// None: time does it.
    pub operation: Option<OperationName>,
    /// By the index of the state.
    pub from: Vec<bool>,
    pub to: usize,
    pub has: Option<SmallSet>,
    pub lacks: Option<SmallSet>,
    pub gives: SmallSet,
    pub takes: SmallSet,
    /// The fixtures that its request names.
    pub needs: SmallSet,
    /// Whether a document says so. What is only inferred is never taken by a route.
    pub is_stated: bool,
    pub allowed: Allowed,
    /// The transitions of the same operation that stand before it: of all that apply to a key, the first counts.
    pub before: Vec<usize>,
}

/// Where a fixture can be made.
#[derive(Debug, Clone)]
pub(super) struct Prepare {
    /// The fixtures that its request names.
    pub needs: SmallSet,
    /// What the key has from then on.
    pub gives: SmallSet,
    pub allowed: Allowed,
}

/// Where the table lets an operation succeed: by class, then by state.
#[derive(Debug, Clone)]
pub(super) struct Allowed(pub Vec<Vec<bool>>);

impl Edge {
    /// Whether it leads away from a node.
    pub(super) fn applies(&self, at: Node) -> bool {
        self.from[at.state]
            && self.has.is_none_or(|has| at.has.meets(has))
            && self.lacks.is_none_or(|lacks| !at.has.meets(lacks))
    }

    /// Whether the call can be sent at a node and succeeds there.
    pub(super) fn is_possible(&self, class: usize, at: Node) -> bool {
        self.applies(at) && at.made.has(self.needs) && self.allowed.is(class, at.state)
    }

    /// Where it leads.
    pub(super) fn after(&self, at: Node) -> Node {
        Node { state: self.to, has: at.has.with(self.gives).without(self.takes), made: at.made }
    }
}

impl Prepare {
    /// Whether the fixture can be made at a node.
    pub(super) fn is_possible(&self, class: usize, at: Node) -> bool {
        at.made.has(self.needs) && self.allowed.is(class, at.state)
    }

    /// The key at a node with this fixture.
    pub(super) fn after(&self, at: Node, fixture: SmallSet) -> Node {
        Node { made: at.made.with(fixture), has: at.has.with(self.gives), ..at }
    }
}

impl Allowed {
    pub(super) fn is(&self, class: usize, state: usize) -> bool {
        self.0[class][state]
    }
}
