//! `kms.yaml`.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::Map;

/// `kms.yaml`: the words of one cloud's service, its states, and how keys are made, driven, watched and removed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("title" = "Service"))]
pub struct ServiceFile {
    /// The version of this format: 1.
    pub format: u32,
    /// The provider that speaks to this service; ids begin with it.
    pub provider: String,
    /// The service, such as `kms`.
    pub service: String,
    /// The version of the service's API.
    pub api_version: String,
    /// What an answer may be: `Success` and every error code that the case files expect.
    pub outcomes: Map<OutcomeFile>,
    /// The states of a key, in the order of the published table.
    pub states: Vec<String>,
    /// The kinds of key that the table tells apart. The first is the default; ids leave it out.
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
    /// How keys are found again whose making was never answered, if they can be.
    #[serde(default)]
    pub sweep: Option<SweepFile>,
    /// How the state of a key is observed.
    pub observation: ObservationFile,
    /// What successful operations do to the state of a key. An operation that is not listed leaves it as it is.
    pub transitions: Vec<TransitionFile>,
    /// Changes of state that happen only on routes which name them: a call with a request of its own, or time.
    #[serde(default)]
    pub stages: Map<StageFile>,
    /// Ways into a state besides the shortest one: state → name → way. Each cell is a case of its own for each of them.
    #[serde(default)]
    pub routes: Map<Map<RouteFile>>,
    /// What can be prepared for a case besides a state.
    #[serde(default)]
    pub fixtures: Map<FixtureFile>,
    /// How lists are paged.
    pub paging: PagingFile,
}

/// An outcome: an error code, or `Success`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeFile {
    /// The HTTP status that goes with it.
    pub status: u16,
    /// The clause that publishes it.
    pub clause: String,
    /// Other spellings that the documents print; they are taken as the same and noted.
    #[serde(default)]
    pub also_spelled: Vec<String>,
    /// Why an error with this code may name no parameter where a case says which one is meant (`names`). Unless given,
    /// it must.
    #[serde(default)]
    pub nameless: Option<String>,
    /// What a reader should know.
    #[serde(default)]
    pub note: Option<String>,
}

/// A class of keys.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyClassFile {
    /// The state of a new key.
    pub new_key_is: String,
    /// What a new key has, out of the words that transitions `give` and `take`.
    #[serde(default)]
    pub has: Vec<String>,
    /// The states that a key of this class can be in.
    pub states: Vec<String>,
    /// Why it can't be in the others: state → reason.
    #[serde(default)]
    pub impossible: Map<String>,
}

/// An operation that is not in the table.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OtherOperationFile {
    /// The clause that publishes it.
    pub clause: String,
    /// Its parameters, unless a step gives others.
    #[serde(default)]
    pub request: Map<Value>,
}

/// How a key is made: by the request of this operation's matrix file.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateFile {
    /// The operation.
    pub operation: String,
    /// What is kept of the answer: name → path; `id` must be among them. Templates say `${key.id}`.
    pub capture: Map<String>,
}

/// How a key is removed: by the request of this operation's matrix file, when the table allows it in its state.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveFile {
    /// The operation.
    pub operation: String,
    /// The codes that mean that the key is gone already.
    pub gone: Vec<String>,
}

/// How keys are found again whose making was never answered: all keys are listed, and those that the run has not noted
/// are described; one with the run's mark is removed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SweepFile {
    /// The operation that lists keys, by the request of its matrix file.
    pub operation: String,
    /// The path of the list in its answer.
    pub list: String,
    /// The path of a key's id in an entry of the list.
    pub id: String,
    /// The path of the text with the mark in the answer that describes a key.
    pub mark: String,
}

/// How the state of a key is observed: by what the service says of it, and by how it behaves.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObservationFile {
    /// The operation whose response names the state.
    pub describe: DescribeFile,
    /// For each class of keys, the operations whose responses tell its states apart by the table itself. The first one
    /// that responds as the table knows it counts; a later one is sent only where those before it say nothing.
    pub behaviour: Map<Vec<String>>,
}

/// The operation whose response names the state.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DescribeFile {
    /// The operation.
    pub operation: String,
    /// The path of the state in its answer.
    pub state: String,
    /// The paths that must not change when a request is refused.
    pub unchanged: Vec<String>,
}

/// What a successful operation does to the state of a key.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TransitionFile {
    /// The operation.
    pub operation: String,
    /// The states before.
    pub from: Vec<String>,
    /// The state after.
    pub to: String,
    /// Only for keys that have this.
    #[serde(default)]
    pub has: Option<String>,
    /// Only for keys that lack this.
    #[serde(default)]
    pub lacks: Option<String>,
    /// What the key has afterwards.
    #[serde(default)]
    pub gives: Option<String>,
    /// What the key lacks afterwards.
    #[serde(default)]
    pub takes: Option<String>,
    /// Other states afterwards that the documents leave room for: they pass as lenient.
    #[serde(default)]
    pub accept: Vec<AcceptedStateFile>,
    /// Whether a document says so, or it was inferred.
    pub basis: Basis,
    /// The clause that says so.
    #[serde(default)]
    pub clause: Option<String>,
    /// What a reader should know.
    #[serde(default)]
    pub note: Option<String>,
}

/// A state after a transition that the documents leave room for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptedStateFile {
    /// The state.
    pub to: String,
    /// Only for keys that were in this state before they came into the one that the transition leaves.
    pub before: String,
    /// Why the documents leave room.
    pub why: String,
}

/// A change of state that happens only on routes which name it: by a call with a request of its own, or by time.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StageFile {
    /// The operation; either this or `advance`.
    #[serde(default)]
    pub operation: Option<String>,
    /// The parameters of the operation.
    #[serde(default)]
    pub request: Option<Map<Value>>,
    /// How far the target's clock is moved, such as `2h`. Cases of a route with such a stage run alone, after the others.
    #[serde(default)]
    pub advance: Option<String>,
    /// The states before.
    pub from: Vec<String>,
    /// The state after.
    pub to: String,
    /// Only for keys that have this.
    #[serde(default)]
    pub has: Option<String>,
    /// What the key has afterwards.
    #[serde(default)]
    pub gives: Vec<String>,
    /// What the key lacks afterwards.
    #[serde(default)]
    pub takes: Vec<String>,
    /// The clause that says so.
    pub clause: String,
}

/// A way into a state. The calls are derived: the fewest that lead through all of it, with the fixtures of the case.
///
/// A class of keys that can't take the way has no case of it, nor has one whose calls are those of the shortest way or
/// of a way above. Once the key has come to the end, only fixtures are made.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteFile {
    /// The states and stages that the key passes, in this order, before the call that brings it into its state. The
    /// state of a new key counts.
    pub through: Vec<String>,
    /// What the key must have in the end.
    #[serde(default)]
    pub has: Option<String>,
    /// What the key must lack in the end.
    #[serde(default)]
    pub lacks: Option<String>,
    /// What a reader should know.
    #[serde(default)]
    pub note: Option<String>,
}

/// Where a fact comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// A published document says so.
    Stated,
    /// No document says so; a mismatch is recorded and is no deviation.
    Inferred,
}

/// What can be prepared for a case besides a state: one call on a key, made once, where the table allows it.
///
/// A template that says `${alias.name}` needs the fixture `alias` of the key `key`; `${other.alias.name}` that of the
/// key `other`. Rows and keys can also name it under `needs`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FixtureFile {
    /// The operation that makes it.
    pub operation: String,
    /// Values that are computed before the call: name → template. The request can use them as `${alias.name}`.
    #[serde(default)]
    pub values: Map<String>,
    /// Its parameters; those of the operation's matrix file unless given.
    #[serde(default)]
    pub request: Option<Map<Value>>,
    /// What is kept of the answer: name → path.
    #[serde(default)]
    pub capture: Map<String>,
    /// How it is removed, before its key is.
    #[serde(default)]
    pub undo: Option<UndoFile>,
}

/// A call that removes what a case made.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoFile {
    /// The operation.
    pub operation: String,
    /// Its parameters.
    pub request: Map<Value>,
}

/// How lists are paged.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PagingFile {
    /// The parameter with the number of the page, from 1.
    pub number: String,
    /// The field with the number of all entries.
    pub total: String,
    /// The field with the number of entries on a full page, and the parameter that asks for it.
    pub size: String,
    /// The most entries of a page that may be requested.
    #[schemars(range(min = 1))]
    pub largest: std::num::NonZeroU64,
    /// Operations whose lists come whole, without a counter.
    #[serde(default)]
    pub unpaged: Vec<String>,
}
