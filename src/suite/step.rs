//! The steps of scenarios, and what rows look for after their probe.

use std::time::Duration;

use indexmap::IndexMap;

use super::field_path::FieldPath;
use super::form::Form;
use super::name::{ClassName, Code, KeyName, OperationName, State};
use super::request::RequestTemplate;
use super::service::Undo;
use super::template::Template;
use crate::event::Source;
use crate::provider::{BodyForm, Tamper};

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
    /// The form of the body that is requested, if it is not that of the run.
    pub format: Option<BodyForm>,
    /// What may come.
    pub expect: Expectation,
    /// The parameters of which a rejection must name one; any that it likes if there is none.
    pub names: Vec<String>,
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
    /// The class of keys for which it is accepted; all if there is none.
    pub class: Option<ClassName>,
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
    /// The form of fields, of each entry within a list.
    pub form: Vec<(FieldPath, Form)>,
    /// How many bytes fields hold that are Base64.
    pub bytes: Vec<(FieldPath, u32)>,
    /// How many entries lists have on the page that came.
    pub entries: Vec<(FieldPath, u32)>,
    /// Between which times fields must be.
    pub between: Vec<(FieldPath, Between)>,
    /// Fields whose values no response before has that is known by a name.
    pub fresh: Vec<FieldPath>,
    /// The list whose page must have as many entries as the counters of the response say.
    pub counted: Option<FieldPath>,
}

/// Two times, both included.
#[derive(Debug, Clone)]
pub struct Between {
    /// The earliest.
    pub from: Template,
    /// The latest.
    pub to: Template,
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

impl Accepted {
    /// In the place of a code: any error of the client. It must name the parameter that is meant.
    pub const ANY_CLIENT_ERROR: &'static str = "4xx";

    /// Whether it covers an error or success that came for a key of a class. `same` says whether a code is the same as
    /// the one that came.
    pub fn covers(&self, class: &ClassName, status: u16, same: impl Fn(&Code) -> bool) -> bool {
        let expected = &self.outcome;
        let any = expected.code.as_str() == Self::ANY_CLIENT_ERROR && (400..500).contains(&status);
        self.class.as_ref().is_none_or(|of| of == class) && (any || (same(&expected.code) && expected.status == status))
    }
}

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
        let times = self.between.iter().flat_map(|(_, between)| [&between.from, &between.to]);
        self.fields.iter().chain(&self.differs).chain(entries).map(|(_, template)| template).chain(times)
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
