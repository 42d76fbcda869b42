//! The case files: YAML → checked values.
//!
//! One file or folder for each noun: its shape as a person writes it (`…File`), its value, which can't be wrong, and the
//! checks that make the one of the other. `load` puts the nouns together.

pub mod case;
mod check;
pub mod clause;
pub mod coverage;
pub mod field_path;
pub mod files;
pub mod form;
mod hash;
pub mod load;
pub mod map;
pub mod name;
mod one_or_many;
pub mod prices;
pub mod region;
pub mod request;
pub mod route;
pub mod route_limit;
pub mod row;
pub mod scenario;
pub mod schema;
pub mod selector;
pub mod service;
pub mod step;
pub mod summary;
pub mod template;

use std::collections::HashMap;

use self::map::IndexMap;

use case::{Case, Subject};
use clause::Clause;
use hash::SuiteHash;
use name::{CaseId, ClassName, ClauseId, Edition, KeyName, OperationName, State};
use prices::Prices;
use route::StateGraph;
use row::{Cell, Row};
use scenario::{Scenario, ScenarioKey};
use service::Service;

use crate::event::Source;

/// A map that keeps the order of the file.
pub(crate) type Map<T> = IndexMap<String, T>;

/// Everything that the case files say, checked.
#[derive(Debug, Clone)]
pub struct Suite {
    /// What is common to all cases.
    pub service: Service,
    /// The rows of the published table, in its order.
    pub rows: Vec<Row>,
    /// The scenarios, by name.
    pub scenarios: Vec<Scenario>,
    /// The clauses of the published documents.
    pub clauses: IndexMap<ClauseId, Clause>,
    /// The cases, by id.
    pub cases: Vec<Case>,
    /// What keys and requests cost, if the case files say so.
    pub prices: Option<Prices>,
    hash: SuiteHash,
    row_of: HashMap<OperationName, usize>,
    graph: StateGraph,
}

impl Suite {
    /// A suite without cases.
    fn new(
        service: Service,
        rows: Vec<Row>,
        scenarios: Vec<Scenario>,
        clauses: IndexMap<ClauseId, Clause>,
        hash: SuiteHash,
    ) -> Self {
        // The row without a variant is the one whose request others borrow.
        let row_of = rows.iter().enumerate().filter(|(_, row)| row.variant.is_none());
        let row_of: HashMap<OperationName, usize> = row_of.map(|(index, row)| (row.operation.clone(), index)).collect();
        let graph = StateGraph::new(&service, |operation| row_of.get(operation).and_then(|index| rows.get(*index)));
        Self { service, rows, scenarios, clauses, cases: Vec::new(), prices: None, hash, row_of, graph }
    }

    /// SHA-256 of all case files, hex.
    pub fn hash(&self) -> &str {
        self.hash.as_str()
    }

    /// The row of an operation without a variant, if the table has one.
    pub fn row(&self, operation: &OperationName) -> Option<&Row> {
        self.row_of.get(operation).and_then(|index| self.rows.get(*index))
    }

    /// What the table says of an operation in a state, for a class of keys.
    pub fn cell(&self, operation: &OperationName, state: &State, class: &ClassName) -> Option<&Cell> {
        self.row(operation)?.cells.get(state, class)
    }

    /// The states in which the table lets an operation succeed on keys of a class. Of one that is not in the table no more is
    /// known than that it is there for new keys.
    pub fn states_for(&self, operation: &OperationName, class: &ClassName) -> Vec<State> {
        match self.row(operation) {
            Some(row) => {
                let cells = row.cells.of_class(class).filter(|(_, cell)| cell.expect.is_success());
                cells.map(|(state, _)| state.clone()).collect()
            }
            None => self.new_key(class).map(|new| new.state).into_iter().collect(),
        }
    }

    /// The case with an id.
    pub fn case(&self, id: &str) -> Option<&Case> {
        // Cases are in the order of their ids.
        let index = self.cases.binary_search_by(|case| case.id.as_str().cmp(id)).ok()?;
        self.cases.get(index)
    }

    /// The place of a case among all.
    pub fn index_of(&self, case: &Case) -> Option<usize> {
        self.cases.binary_search_by(|other| other.id.as_str().cmp(case.id.as_str())).ok()
    }

    /// The operation that a case judges, the state of its subject, and the class of that key.
    pub fn cell_of_case<'s>(&'s self, case: &'s Case) -> (Option<&'s OperationName>, Option<&'s State>, &'s ClassName) {
        match &case.subject {
            Subject::Cell { row, class, state, .. } => (Some(&self.rows[*row].operation), Some(state), class),
            Subject::Move { row, target: (class, state), .. } => (Some(&self.rows[*row].operation), Some(state), class),
            Subject::Scenario { class, .. } => (None, None, class),
        }
    }

    /// The edition that a case belongs to.
    pub fn edition(&self, case: &Case) -> &Edition {
        match &case.subject {
            Subject::Cell { row, .. } | Subject::Move { row, .. } => &self.rows[*row].edition,
            Subject::Scenario { scenario, .. } => &self.scenarios[*scenario].edition,
        }
    }

    /// The clauses that a case covers; the first is the one it stands for.
    pub fn clauses_of(&self, case: &Case) -> Vec<&ClauseId> {
        match &case.subject {
            Subject::Cell { row, .. } | Subject::Move { row, .. } => {
                let row = &self.rows[*row];
                std::iter::once(&row.clause).chain(&row.also).collect()
            }
            Subject::Scenario { scenario, .. } => {
                let scenario = &self.scenarios[*scenario];
                std::iter::once(&scenario.clause).chain(&scenario.also).collect()
            }
        }
    }

    /// Where the expectation of a case stands.
    pub fn source(&self, case: &Case) -> Option<&Source> {
        match &case.subject {
            Subject::Cell { row, state, class, .. } | Subject::Move { row, target: (class, state), .. } => {
                self.rows[*row].cells.get(state, class).map(|cell| &cell.source)
            }
            Subject::Scenario { scenario, .. } => Some(&self.scenarios[*scenario].source),
        }
    }

    /// Why the table has no such case for the class of its key, if so.
    pub fn not_applicable(&self, case: &Case) -> Option<&str> {
        match &case.subject {
            Subject::Cell { row, class, .. } => self.rows[*row].not_applicable.get(class).map(String::as_str),
            Subject::Move { .. } | Subject::Scenario { .. } => None,
        }
    }

    /// Why a key of a case can't be made or driven into its state in a run, if so.
    pub fn not_driven(&self, case: &Case) -> Option<&str> {
        match &case.subject {
            Subject::Cell { row, class, state, .. } => {
                let row = &self.rows[*row];
                let keys = self.keys_not_driven(&row.keys, class).or_else(|| self.key_not_driven(class, state));
                keys.or_else(|| row.undrivable.get(state).map(String::as_str))
            }
            Subject::Move { row, original, target } => {
                // Keys without a class of their own are of the class of the target.
                let companions = self.keys_not_driven(&self.rows[*row].keys, &target.0);
                let mut keys = [original, target].into_iter();
                companions.or_else(|| keys.find_map(|(class, state)| self.key_not_driven(class, state)))
            }
            Subject::Scenario { scenario, class } => {
                let not_made = self.service.classes.get(class).and_then(|class| class.not_made.as_deref());
                not_made.or_else(|| self.keys_not_driven(&self.scenarios[*scenario].keys, class))
            }
        }
    }

    fn key_not_driven(&self, class: &ClassName, state: &State) -> Option<&str> {
        self.service.classes.get(class)?.why_not_driven(state)
    }

    fn keys_not_driven(&self, keys: &IndexMap<KeyName, ScenarioKey>, class: &ClassName) -> Option<&str> {
        keys.values().find_map(|key| self.key_not_driven(key.class.as_ref().unwrap_or(class), &key.state))
    }

    /// Why a case is listed but never run, if so.
    pub fn why_skipped(&self, case: &Case) -> Option<&str> {
        self.not_applicable(case).or_else(|| self.not_driven(case))
    }

    /// How many (cell, class of key, route) there are: the cases of cells, but for those that can't be run.
    pub fn cells_by_route(&self) -> usize {
        let is_cell = |case: &&Case| matches!(case.subject, Subject::Cell { .. });
        self.cases.iter().filter(|case| is_cell(case) && self.why_skipped(case).is_none()).count()
    }

    /// The id of every case, in order.
    pub fn ids(&self) -> impl Iterator<Item = &CaseId> {
        self.cases.iter().map(|case| &case.id)
    }
}
