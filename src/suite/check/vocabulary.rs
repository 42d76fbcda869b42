//! The words that the case files of a provider may use.

use indexmap::{IndexMap, IndexSet};

use crate::suite::clause::Clause;
use crate::suite::name::{ClassName, ClauseId, Code, Edition, FixtureName, OperationName, State};
use crate::suite::service::ServiceFile;

/// Every word that a case file may use.
#[derive(Debug, Default)]
pub(in crate::suite) struct Vocabulary {
    pub states: IndexSet<State>,
    /// The classes, and the states that a key of each can be in.
    pub classes: IndexMap<ClassName, IndexSet<State>>,
    /// The codes and their HTTP statuses.
    pub outcomes: IndexMap<Code, u16>,
    /// The operations of the table.
    pub operations: IndexSet<OperationName>,
    /// The operations beside the table.
    pub others: IndexSet<OperationName>,
    /// The fixtures, and the names that each gives to templates.
    pub fixtures: IndexMap<FixtureName, IndexSet<String>>,
    /// What is known of every key besides its fixtures.
    pub key: IndexSet<String>,
    /// The clauses; none if they could not be read.
    pub clauses: Option<IndexMap<ClauseId, Clause>>,
    pub editions: IndexSet<Edition>,
}

impl Vocabulary {
    pub fn new(
        service: &ServiceFile,
        clauses: Option<IndexMap<ClauseId, Clause>>,
        editions: IndexSet<Edition>,
    ) -> Self {
        let states: IndexSet<State> = service.states.iter().map(|state| State::from(state.as_str())).collect();
        let classes = service.key_classes.iter().map(|(name, class)| {
            let possible = class.states.iter().filter_map(|state| states.get(state.as_str()).cloned());
            (ClassName::from(name.as_str()), possible.collect())
        });
        let fixtures = service.fixtures.iter().map(|(name, fixture)| {
            let names = fixture.values.keys().chain(fixture.capture.keys());
            (FixtureName::from(name.as_str()), names.cloned().collect())
        });
        Self {
            classes: classes.collect(),
            outcomes: service.outcomes.iter().map(|(code, outcome)| (code.as_str().into(), outcome.status)).collect(),
            operations: service.operations.iter().map(|operation| operation.as_str().into()).collect(),
            others: service.other_operations.keys().map(|operation| operation.as_str().into()).collect(),
            fixtures: fixtures.collect(),
            // Every key has material of its own to import, whether or not it is ever imported.
            key: service.create.capture.keys().cloned().chain(["material".to_owned()]).collect(),
            states,
            clauses,
            editions,
        }
    }
}
