//! A case: a cell for one class of keys, a move, or a scenario.

pub(super) mod enumerate;

use super::name::{CaseId, ClassName, RouteName, State};

/// A case. Its substance stands in a row or scenario of the suite; a case is small.
#[derive(Debug, Clone)]
pub struct Case {
    /// The stable id.
    pub id: CaseId,
    /// What is judged.
    pub subject: Subject,
}

/// What a case judges.
#[derive(Debug, Clone)]
pub enum Subject {
    /// A cell of a row.
    Cell {
        /// The index of the row.
        row: usize,
        /// The class of the key.
        class: ClassName,
        /// The state of the key.
        state: State,
        /// How the key comes into it, unless by the shortest route.
        route: Option<CaseRoute>,
    },
    /// A cell of a row that moves something from one key to another.
    Move {
        /// The index of the row.
        row: usize,
        /// The class of the key that is left, and its state.
        original: (ClassName, State),
        /// The class of the target key, and its state.
        target: (ClassName, State),
    },
    /// A scenario.
    Scenario {
        /// The index of the scenario.
        scenario: usize,
        /// The class of the case.
        class: ClassName,
    },
}

/// A route into a state besides the shortest one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRoute {
    /// Its name.
    pub name: RouteName,
    /// How many calls it takes, the one that makes the key included.
    pub calls: usize,
}
