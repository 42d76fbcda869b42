//! The steps of scenarios, and what rows verify after their probe.

pub(super) mod check;
pub(super) mod expectation;
pub(super) mod makes;
pub(super) mod response_checks;
pub(super) mod shape;
pub(super) mod values;

use std::time::Duration;

pub use self::expectation::{Accepted, Expectation, Expected};
pub use self::makes::{Makes, Undo};
pub use self::response_checks::{Between, Checks, Entry};
pub use self::values::Values;
use super::name::{KeyName, OperationName, State};
use super::region::OtherRegion;
use super::request::RequestTemplate;
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
        /// Why another state is only a note, if so.
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

/// A request and what its response must be.
#[derive(Debug, Clone)]
pub struct Call {
    /// Whether another response is a deviation. If not, it makes the case inconclusive.
    pub judged: bool,
    /// The operation.
    pub operation: OperationName,
    /// The region to which it is sent, if it is not that of the target.
    pub region: Option<OtherRegion>,
    /// Its parameters.
    pub request: RequestTemplate,
    /// The earlier response whose request is sent once more, instead of one of its own.
    pub replay: Option<String>,
    /// What is wrong with the request besides its parameters.
    pub tamper: Option<Tamper>,
    /// The form of the body that is requested, if it is not that of the run.
    pub format: Option<BodyForm>,
    /// What may come.
    pub expect: Expectation,
    /// The parameters of which a rejection must name one; any that it likes if there is none.
    pub names: Vec<String>,
    /// What must hold after the steps before; if the call shows otherwise, that is a wrong effect of those.
    pub holds: Option<String>,
    /// What the response must hold, if it is one of the expected.
    pub checks: Checks,
    /// The name by which later steps know the response.
    pub response_name: Option<String>,
    /// What the call makes.
    pub makes: Option<Makes>,
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
