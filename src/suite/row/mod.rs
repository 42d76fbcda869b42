//! One row of the published table: a file of `matrix/`.

mod cells;
pub(super) mod check;
pub(super) mod shape;

use std::time::Duration;

use crate::suite::map::IndexMap;

pub use self::cells::{Cell, Cells};
use super::name::{ClassName, ClauseId, Edition, FixtureName, KeyName, OperationName, State};
use super::request::RequestTemplate;
use super::scenario::ScenarioKey;
use super::step::{Checks, Makes, Step, Values};

/// A row, checked: one operation in every state.
#[derive(Debug, Clone)]
pub struct Row {
    /// The operation.
    pub operation: OperationName,
    /// What distinguishes this row from others of the same operation; it is a part of the ids.
    pub variant: Option<String>,
    /// The clause that the row stands for.
    pub clause: ClauseId,
    /// Further clauses that it covers.
    pub also: Vec<ClauseId>,
    /// The edition of the document that has the row.
    pub edition: Edition,
    /// What the row means.
    pub why: String,
    /// The classes of key that have cases.
    pub classes: Vec<ClassName>,
    /// Classes whose cells can't be run, and why.
    pub not_applicable: IndexMap<ClassName, String>,
    /// States in which no key can have what the row needs, and why.
    pub undrivable: IndexMap<State, String>,
    /// The key that a move leaves.
    pub from: Option<From>,
    /// Further keys of each case, whose states are given.
    pub keys: IndexMap<KeyName, ScenarioKey>,
    /// How old the key must be before it is driven.
    pub age: Option<Duration>,
    /// Fixtures that no template names.
    pub needs: Vec<FixtureName>,
    /// Values that are computed once per case.
    pub values: Values,
    /// The parameters of the probe.
    pub request: RequestTemplate,
    /// The parameters of the probe where the table rejects it.
    pub rejected_request: RequestTemplate,
    /// What the probe makes.
    pub makes: Option<Makes>,
    /// The cells, in the order of the states.
    pub cells: Cells,
    /// What the response to a success must hold.
    pub checks: Checks,
    /// What a success must also mean.
    pub then: Vec<Step>,
    /// What a rejected request must not have done.
    pub refused: Vec<Step>,
}

impl Row {
    /// The parameters of the probe in a cell.
    pub fn request_of(&self, cell: &Cell) -> &RequestTemplate {
        if cell.expect.may_succeed() { &self.request } else { &self.rejected_request }
    }

    /// The keys of a case besides the subject: the one that a move leaves, and those whose states are given.
    pub fn other_keys(&self) -> impl Iterator<Item = &KeyName> {
        self.from.iter().map(|from| &from.key).chain(self.keys.keys())
    }
}

/// The key that a move leaves.
#[derive(Debug, Clone)]
pub struct From {
    /// Its name in templates.
    pub key: KeyName,
    /// The first part of the ids of the row.
    pub id: String,
    /// Fixtures that it needs and that no template names.
    pub needs: Vec<FixtureName>,
}
