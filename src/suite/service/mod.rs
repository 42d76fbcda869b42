//! What is common to all cases of a cloud's service: `kms.yaml`. A file for each of its parts, with its YAML shape, its
//! value and its checks.

mod belonging;
pub(super) mod check;
mod declared_route;
mod fixture;
mod key_class;
mod lifecycle;
mod observation;
mod outcome;
mod paging;
mod reuse;
mod stage;
mod transition;

use crate::suite::map::{IndexMap, IndexSet};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use self::belonging::BelongingFile;
pub use self::belonging::{Belonging, BelongingCall, Entry};
use self::declared_route::RouteFile;
pub(super) use self::declared_route::check_words;
pub use self::declared_route::{DeclaredRoute, Waypoint};
pub use self::fixture::Fixture;
use self::fixture::FixtureFile;
use self::key_class::KeyClassFile;
pub use self::key_class::{KeyClass, MaterialForm};
pub use self::lifecycle::{AliasSweep, Create, Remove, Sweep};
use self::lifecycle::{CreateFile, RemoveFile, SweepFile};
pub use self::observation::Observation;
use self::observation::ObservationFile;
pub use self::outcome::Outcome;
use self::outcome::OutcomeFile;
use self::paging::PagingFile;
pub use self::paging::{Paging, PagingBy};
pub use self::reuse::Reuse;
use self::reuse::ReuseFile;
use self::stage::StageFile;
pub use self::stage::{Cause, Stage};
use self::transition::TransitionFile;
pub use self::transition::{AcceptedState, Basis, Transition};
use super::Map;
use super::name::{ClassName, Code, FixtureName, OperationName, RouteName, StageName, State};
use super::request::RequestTemplate;
pub use super::step::Undo;

/// `kms.yaml`: the words of one cloud's service, its states, and how keys are made, driven, watched and removed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("title" = "Service"))]
pub(crate) struct ServiceFile {
    /// The version of this format: 1.
    pub format: u32,
    /// The provider that speaks to this service; ids begin with it.
    pub provider: String,
    /// The service, such as `kms`.
    pub service: String,
    /// The version of the service's API.
    pub api_version: String,
    /// What a response may be: `Success` and every error code that the case files expect.
    pub outcomes: Map<OutcomeFile>,
    /// The states of a key, in the order of the published table.
    pub states: Vec<String>,
    /// The kinds of key that the table distinguishes. The first is the default; ids leave it out.
    pub key_classes: Map<KeyClassFile>,
    /// The operations of the published table in its order, later editions last. Each has a file in `matrix/`.
    pub operations: Vec<String>,
    /// Operations that scenarios use and that the table does not have.
    #[serde(default)]
    pub other_operations: Map<OtherOperationFile>,
    /// How a key is made.
    pub create: CreateFile,
    /// How a key is removed when a case is over.
    pub remove: RemoveFile,
    /// How keys are found again whose making got no response, if they can be.
    #[serde(default)]
    pub sweep: Option<SweepFile>,
    /// How keys of earlier runs are used again that wait for their deletion, if they can be.
    #[serde(default)]
    pub reuse: Option<ReuseFile>,
    /// How the state of a key is observed.
    pub observation: ObservationFile,
    /// What successful operations do to the state of a key. An operation that is not listed leaves it as it is.
    pub transitions: Vec<TransitionFile>,
    /// Changes of state that happen only on routes which name them: a call with a request of its own, or time.
    #[serde(default)]
    pub stages: Map<StageFile>,
    /// Routes into a state besides the shortest one: state → name → route. Each makes a case of its own of every cell.
    #[serde(default)]
    pub routes: Map<Map<RouteFile>>,
    /// What can be prepared for a case besides a state.
    #[serde(default)]
    pub fixtures: Map<FixtureFile>,
    /// What a key has besides its state and cases change. A key that a run is given has it again in the end.
    #[serde(default)]
    pub belongings: Map<BelongingFile>,
    /// How lists are paged.
    pub paging: PagingFile,
}

/// An operation that is not in the table.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OtherOperationFile {
    /// The clause that publishes it.
    pub clause: String,
    /// Its parameters, unless a step gives others.
    #[serde(default)]
    pub request: Map<Value>,
}

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
    /// The request of every operation that the case files know, in the table or outside it.
    pub requests: IndexMap<OperationName, RequestTemplate>,
    /// How a key is made.
    pub create: Create,
    /// How a key is removed.
    pub remove: Remove,
    /// How keys are found again whose making got no response, if they can be.
    pub sweep: Option<Sweep>,
    /// How keys of earlier runs are used again that wait for their deletion, if they can be.
    pub reuse: Option<Reuse>,
    /// How the state of a key is observed.
    pub observation: Observation,
    /// What successful operations do to the state of a key.
    pub transitions: Vec<Transition>,
    /// Changes of state that happen only on routes which name them.
    pub stages: IndexMap<StageName, Stage>,
    /// Routes into a state besides the shortest one.
    pub routes: IndexMap<State, IndexMap<RouteName, DeclaredRoute>>,
    /// What can be prepared besides a state.
    pub fixtures: IndexMap<FixtureName, Fixture>,
    /// What a key has besides its state and cases change.
    pub belongings: IndexMap<String, Belonging>,
    /// How lists are paged.
    pub paging: Paging,
}

impl Service {
    /// The request that makes a key of a class.
    pub fn creation(&self, class: &ClassName) -> RequestTemplate {
        let of_all = self.requests.get(&self.create.operation).cloned().unwrap_or_default();
        match self.classes.get(class) {
            Some(class) => of_all.with(class.create.clone()),
            None => of_all,
        }
    }

    /// Whether what a call removes is a key too, such as a counterpart in another region.
    pub fn removes_key(&self, undo: &Undo) -> bool {
        undo.operation == self.remove.operation
    }

    /// What templates know of every key of a class, by name.
    pub fn values_of(&self, class: &ClassName) -> impl Iterator<Item = (String, String)> {
        let values = self.classes.get(class).into_iter().flat_map(|class| &class.values);
        values.map(|(name, value)| (name.clone(), value.clone()))
    }

    /// What keys can have or lack, each once.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let classes = self.classes.values().flat_map(|class| &class.has);
        let transitions = self.transitions.iter().flat_map(|transition| {
            transition.has.iter().chain(&transition.lacks).chain(&transition.gives).chain(&transition.takes)
        });
        let stages = self.stages.values();
        let stages = stages.flat_map(|stage| stage.has.iter().chain(&stage.gives).chain(&stage.takes));
        let fixtures = self.fixtures.values().filter_map(|fixture| fixture.gives.as_ref());
        let words = classes.chain(transitions).chain(stages).chain(fixtures);
        let words: IndexSet<&str> = words.map(String::as_str).collect();
        words.into_iter()
    }
}
