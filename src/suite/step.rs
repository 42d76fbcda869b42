//! The steps of scenarios, and what rows look for after their probe.

use std::time::Duration;

use indexmap::IndexMap;

use super::field_path::FieldPath;
use super::name::{Code, KeyName, OperationName, State};
use super::request::RequestTemplate;
use super::service::Undo;
use super::template::Template;
use crate::event::Source;
use crate::provider::Tamper;

/// One step.
#[derive(Debug, Clone)]
pub struct Step {
    /// The key that the step is about.
    pub on: KeyName,
    /// What is done.
    pub action: Action,
    /// Where it stands.
    pub source: Source,
}

/// What a step does.
#[derive(Debug, Clone)]
pub enum Action {
    /// Sends a request.
    Call(Box<Call>),
    /// Observes the state of the key.
    State {
        /// The state that it must be in.
        is: State,
        /// Why another state is only noted, if so.
        record: Option<String>,
    },
    /// Drives the key to a state by the shortest route.
    Drive(State),
    /// Moves the target's clock.
    Advance {
        /// How far.
        by: Duration,
        /// The state of the key afterwards, if it is said.
        becomes: Option<State>,
    },
}

/// A request and what its answer must be.
#[derive(Debug, Clone)]
pub struct Call {
    /// Whether another answer is a deviation. If not, it makes the case inconclusive.
    pub judged: bool,
    /// The operation.
    pub operation: OperationName,
    /// Its parameters.
    pub request: RequestTemplate,
    /// The earlier answer whose request is sent once more, instead of one of its own.
    pub replay: Option<String>,
    /// What is wrong with the request beside what it asks.
    pub tamper: Option<Tamper>,
    /// What may come.
    pub expect: Expectation,
    /// What must hold after the steps before; if the call shows otherwise, that is a wrong effect of those.
    pub holds: Option<String>,
    /// What the answer must hold, if it is one of the expected.
    pub checks: Checks,
    /// The name by which later steps know the answer.
    pub answer: Option<String>,
    /// What the call makes.
    pub makes: Option<Makes>,
}

/// The outcomes that may come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The published outcomes; never empty.
    pub outcomes: Vec<Expected>,
    /// Further ones that the documents leave room for.
    pub accept: Vec<Accepted>,
}

/// A code and its HTTP status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The code.
    pub code: Code,
    /// The HTTP status.
    pub status: u16,
}

/// An outcome that the documents leave room for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The outcome.
    pub outcome: Expected,
    /// Why.
    pub why: String,
}

/// What an answer must hold.
#[derive(Debug, Clone, Default)]
pub struct Checks {
    /// Fields that must be there and not be empty.
    pub present: Vec<FieldPath>,
    /// Fields and their values; the empty text also stands for no field.
    pub fields: Vec<(FieldPath, Template)>,
    /// Fields and values that they must not have.
    pub differs: Vec<(FieldPath, Template)>,
    /// What a list must hold, on whatever page.
    pub contains: Option<Entry>,
    /// What a list must not hold, on no page.
    pub lacks: Option<Entry>,
}

/// An entry of a list.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The list.
    pub list: FieldPath,
    /// Fields of the entry and their values.
    pub fields: Vec<(FieldPath, Template)>,
}

/// What a request makes.
#[derive(Debug, Clone)]
pub struct Makes {
    /// A key, by this name.
    pub key: Option<KeyName>,
    /// Something else, and how it is removed.
    pub undo: Option<Undo>,
}

/// Values that are computed once per case.
pub type Values = IndexMap<String, Template>;

impl Expectation {
    /// Whether success is the published outcome.
    pub fn is_success(&self) -> bool {
        self.outcomes.iter().all(|expected| expected.code.is_success())
    }
}

impl Checks {
    /// Every template of the checks.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        let entries = self.contains.iter().chain(&self.lacks).flat_map(|entry| &entry.fields);
        self.fields.iter().chain(&self.differs).chain(entries).map(|(_, template)| template)
    }
}

impl Step {
    /// Every path that the templates of the step name.
    pub fn paths(&self) -> Vec<&[String]> {
        match &self.action {
            Action::Call(call) => {
                let mut paths = call.request.paths();
                paths.extend(call.checks.templates().flat_map(Template::paths));
                paths
            }
            Action::State { .. } | Action::Drive(_) | Action::Advance { .. } => Vec::new(),
        }
    }
}
