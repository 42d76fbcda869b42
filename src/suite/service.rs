//! What is common to all cases of a cloud's service: its words, states, classes of keys, transitions and fixtures.

use std::collections::BTreeSet;
use std::time::Duration;

use indexmap::{IndexMap, IndexSet};

use super::field_path::FieldPath;
use super::file::Basis;
use super::name::{ClassName, ClauseId, Code, FixtureName, OperationName, RouteName, StageName, State};
use super::request::RequestTemplate;
use super::template::Template;

/// A cloud's service, checked.
#[derive(Debug, Clone)]
pub struct Service {
    /// The provider that speaks to it; ids begin with it.
    pub provider: String,
    /// The service, such as `kms`.
    pub name: String,
    /// The version of its API.
    pub api_version: String,
    /// Every outcome that the case files expect.
    pub outcomes: IndexMap<Code, Outcome>,
    /// The states, in the order of the table.
    pub states: Vec<State>,
    /// The classes of keys; the first is the default.
    pub classes: IndexMap<ClassName, KeyClass>,
    /// The operations of the table, in its order.
    pub operations: Vec<OperationName>,
    /// The request of every operation that the case files know, in or beside the table.
    pub requests: IndexMap<OperationName, RequestTemplate>,
    /// How a key is made.
    pub create: Create,
    /// How a key is removed.
    pub remove: Remove,
    /// How keys are found again whose making was never answered, if they can be.
    pub sweep: Option<Sweep>,
    /// How the state of a key is observed.
    pub observation: Observation,
    /// What successful operations do to the state of a key.
    pub transitions: Vec<Transition>,
    /// Changes of state that happen only on routes which name them.
    pub stages: IndexMap<StageName, Stage>,
    /// Ways into a state besides the shortest one.
    pub routes: IndexMap<State, IndexMap<RouteName, DeclaredRoute>>,
    /// What can be prepared besides a state.
    pub fixtures: IndexMap<FixtureName, Fixture>,
    /// How lists are paged.
    pub paging: Paging,
}

/// An outcome.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The HTTP status.
    pub status: u16,
    /// The clause that publishes it.
    pub clause: ClauseId,
    /// Other spellings that the documents print.
    pub also_spelled: Vec<String>,
    /// Why an error with this code may name no parameter, if it may.
    pub nameless: Option<String>,
}

/// A class of keys.
#[derive(Debug, Clone)]
pub struct KeyClass {
    /// The state of a new key.
    pub new_key_is: State,
    /// What a new key has.
    pub has: BTreeSet<String>,
    /// The states that such a key can be in.
    pub states: Vec<State>,
    /// Why it can't be in the others.
    pub impossible: IndexMap<State, String>,
}

/// How a key is made.
#[derive(Debug, Clone)]
pub struct Create {
    /// The operation.
    pub operation: OperationName,
    /// What is kept of the answer; `id` is there.
    pub capture: IndexMap<String, FieldPath>,
}

/// How a key is removed.
#[derive(Debug, Clone)]
pub struct Remove {
    /// The operation.
    pub operation: OperationName,
    /// The codes that mean that the key is gone already.
    pub gone: Vec<Code>,
}

/// How keys are found again whose making was never answered.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// The operation that lists keys.
    pub operation: OperationName,
    /// The list in its answer.
    pub list: FieldPath,
    /// A key's id in an entry of the list.
    pub id: FieldPath,
    /// The text with the mark in the answer that describes a key.
    pub mark: FieldPath,
}

/// How the state of a key is observed.
#[derive(Debug, Clone)]
pub struct Observation {
    /// The operation whose response names the state.
    pub describe: OperationName,
    /// The path of the state in its response.
    pub state: FieldPath,
    /// The paths that a rejected request must leave alone.
    pub unchanged: Vec<FieldPath>,
    /// For each class of keys, operations whose responses tell its states apart; the first that says something counts.
    pub behaviour: IndexMap<ClassName, Vec<OperationName>>,
}

/// What a successful operation does to the state of a key.
#[derive(Debug, Clone)]
pub struct Transition {
    /// The operation.
    pub operation: OperationName,
    /// The states before.
    pub from: Vec<State>,
    /// The state after.
    pub to: State,
    /// Only for keys that have this.
    pub has: Option<String>,
    /// Only for keys that lack this.
    pub lacks: Option<String>,
    /// What the key has afterwards.
    pub gives: Option<String>,
    /// What the key lacks afterwards.
    pub takes: Option<String>,
    /// Other states afterwards that the documents leave room for.
    pub accept: Vec<AcceptedState>,
    /// Whether a document says so.
    pub basis: Basis,
    /// The clause that says so.
    pub clause: Option<ClauseId>,
}

/// A state after a transition that the documents leave room for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedState {
    /// The state.
    pub to: State,
    /// The state that the key was in before the one that the transition leaves.
    pub before: State,
    /// Why.
    pub why: String,
}

/// A change of state that happens only on routes which name it.
#[derive(Debug, Clone)]
pub struct Stage {
    /// What makes it happen.
    pub cause: Cause,
    /// The states before.
    pub from: Vec<State>,
    /// The state after.
    pub to: State,
    /// Only for keys that have this.
    pub has: Option<String>,
    /// What the key has afterwards.
    pub gives: BTreeSet<String>,
    /// What the key lacks afterwards.
    pub takes: BTreeSet<String>,
    /// The clause that says so.
    pub clause: ClauseId,
}

/// What makes a stage happen.
#[derive(Debug, Clone)]
pub enum Cause {
    /// A call with a request of its own.
    Call {
        /// The operation.
        operation: OperationName,
        /// Its parameters.
        request: RequestTemplate,
    },
    /// Time: the target's clock is moved.
    Time(Duration),
}

/// A way into a state, by what lies on it.
#[derive(Debug, Clone)]
pub struct DeclaredRoute {
    /// What the key passes, in this order, before the call that brings it into its state.
    pub through: Vec<Waypoint>,
    /// What the key must have in the end.
    pub has: Option<String>,
    /// What the key must lack in the end.
    pub lacks: Option<String>,
}

/// What a key passes on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waypoint {
    /// A state.
    State(State),
    /// A stage.
    Stage(StageName),
}

/// What can be prepared besides a state.
#[derive(Debug, Clone)]
pub struct Fixture {
    /// The operation that makes it.
    pub operation: OperationName,
    /// Values computed before the call.
    pub values: IndexMap<String, Template>,
    /// Its parameters.
    pub request: RequestTemplate,
    /// What is kept of the answer.
    pub capture: IndexMap<String, FieldPath>,
    /// How it is removed.
    pub undo: Option<Undo>,
}

/// A call that removes what a case made.
#[derive(Debug, Clone)]
pub struct Undo {
    /// The operation.
    pub operation: OperationName,
    /// Its parameters.
    pub request: RequestTemplate,
}

/// How lists are paged.
#[derive(Debug, Clone)]
pub struct Paging {
    /// The parameter with the number of the page, from 1.
    pub number: String,
    /// The field with the number of all entries.
    pub total: String,
    /// The field with the number of entries on a full page, and the parameter that asks for it.
    pub size: String,
    /// The most entries of a page that may be requested.
    pub largest: u64,
    /// Operations whose lists come whole.
    pub unpaged: Vec<OperationName>,
}

impl Service {
    /// What keys can have or lack, each once.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let classes = self.classes.values().flat_map(|class| &class.has);
        let transitions = self.transitions.iter().flat_map(|transition| {
            transition.has.iter().chain(&transition.lacks).chain(&transition.gives).chain(&transition.takes)
        });
        let stages = self.stages.values();
        let stages = stages.flat_map(|stage| stage.has.iter().chain(&stage.gives).chain(&stage.takes));
        let words: IndexSet<&str> = classes.chain(transitions).chain(stages).map(String::as_str).collect();
        words.into_iter()
    }
}
