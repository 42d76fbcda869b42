//! The words that the case files of a provider may use.

use std::collections::HashSet;

use crate::suite::map::{IndexMap, IndexSet};

use crate::suite::clause::Clause;
use crate::suite::name::{ClassName, ClauseId, Code, Edition, FixtureName, OperationName, State};
use crate::suite::service::ServiceFile;

/// Every word that a case file may use.
#[derive(Debug, Default)]
pub(in crate::suite) struct Vocabulary {
    pub states: IndexSet<State>,
    /// The classes, and the states that a key of each can be in.
    pub classes: IndexMap<ClassName, IndexSet<State>>,
    /// The states of classes to which no key can be driven in a run.
    undriven: HashSet<(ClassName, State)>,
    /// The codes and their HTTP statuses.
    pub outcomes: IndexMap<Code, Vec<u16>>,
    /// The operations of the table.
    pub operations: IndexSet<OperationName>,
    /// The operations outside the table.
    pub others: IndexSet<OperationName>,
    /// The fixtures, and the names that each gives to templates.
    pub fixtures: IndexMap<FixtureName, IndexSet<String>>,
    /// What is known of every key besides its fixtures.
    pub key: IndexSet<String>,
    /// Whether pages say how many entries the whole list has.
    pub counts_entries: bool,
    /// The clauses; none if they could not be read.
    pub clauses: Option<IndexMap<ClauseId, Clause>>,
    pub editions: IndexSet<Edition>,
}

impl Vocabulary {
    /// Whether a key of a class can be driven to a state in a run.
    pub fn is_driven(&self, class: &ClassName, state: &State) -> bool {
        !self.undriven.contains(&(class.clone(), state.clone()))
    }

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
        // A class that is not made is driven to none of its states.
        let undriven = service.key_classes.iter().flat_map(|(name, class)| {
            let states =
                class.states.iter().filter(|state| class.not_made.is_some() || class.undrivable.contains_key(*state));
            states.map(|state| (ClassName::from(name.as_str()), State::from(state.as_str())))
        });

        Self {
            classes: classes.collect(),
            undriven: undriven.collect(),
            outcomes: service
                .outcomes
                .iter()
                .map(|(code, outcome)| (code.as_str().into(), outcome.status.0.clone()))
                .collect(),
            operations: service.operations.iter().map(|operation| operation.as_str().into()).collect(),
            others: service.other_operations.keys().map(|operation| operation.as_str().into()).collect(),
            fixtures: fixtures.collect(),
            key: key_words(service),
            counts_entries: service.paging.total.is_some(),
            states,
            clauses,
            editions,
        }
    }
}

/// What is known of every key besides its fixtures. Each has material of its own to import, whether or not it is ever
/// imported.
fn key_words(service: &ServiceFile) -> IndexSet<String> {
    let of_classes = service.key_classes.values().flat_map(|class| class.values.keys());
    service.create.capture.keys().chain(of_classes).cloned().chain(["material".to_owned()]).collect()
}
