//! The grammar of the case files: what a person writes, as it is written.
//!
//! These types are the source of the JSON Schemas in `cases/schemas/`. They say nothing about whether a file makes
//! sense; [`super::load`] does.

use std::fmt;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::provider::Tamper;

/// A map that keeps the order of the file.
pub type Map<T> = IndexMap<String, T>;

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
    /// How the state of a key is found out.
    pub witnesses: WitnessesFile,
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

/// How the state of a key is found out.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WitnessesFile {
    /// The operation whose answer names the state.
    pub describe: DescribeFile,
    /// Operations whose answers tell the states apart, by the table itself. They are asked in this order; the later
    /// ones only when the earlier witnesses contradict each other.
    pub behaviour: Vec<String>,
}

/// The operation whose answer names the state.
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
    /// Whether a document says so, or it was inferred.
    pub basis: Basis,
    /// The clause that says so.
    #[serde(default)]
    pub clause: Option<String>,
    /// What a reader should know.
    #[serde(default)]
    pub note: Option<String>,
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
    /// The most entries of a page that may be asked for.
    #[schemars(range(min = 1))]
    pub largest: std::num::NonZeroU64,
}

/// `matrix/*.yaml`: one row of the published table.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("title" = "Row"))]
pub struct RowFile {
    /// The version of this format: 1.
    pub format: u32,
    /// The operation.
    pub operation: String,
    /// The clause that the row stands for.
    pub clause: String,
    /// The edition of the document that has the row.
    pub edition: String,
    /// How many cases the file defines, so that none goes missing unnoticed; those by further routes are not counted.
    pub cases: usize,
    /// What the row means, in one sentence.
    pub why: String,
    /// The classes of key that are asked; all unless given.
    #[serde(default)]
    pub classes: Option<Vec<String>>,
    /// Cells that can't be asked: class → reason. They are listed and skipped.
    #[serde(default)]
    pub not_applicable: Map<String>,
    /// Makes the row a move between two keys: every state of the key that is left × every state of the target.
    #[serde(default)]
    pub from: Option<FromFile>,
    /// How old the key must be before it is driven, such as `7d`. Needs a clock that can be moved.
    #[serde(default)]
    pub age: Option<String>,
    /// Fixtures that no template names.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Values that are computed once per case: name → template; used as `${values.name}`.
    #[serde(default)]
    pub values: Map<String>,
    /// The parameters of the request. Also used when the operation drives a key.
    #[serde(default)]
    pub request: Map<Value>,
    /// What the request makes and how it is removed afterwards.
    #[serde(default)]
    pub makes: Option<MakesFile>,
    /// State → outcome. Every state must be there.
    pub expect: Map<OneOrMany>,
    /// Where the documents leave room: other outcomes that are accepted, and why.
    #[serde(default)]
    pub accept: Vec<AcceptFile>,
    /// Fields that the answer to a success must have.
    #[serde(default)]
    pub present: Vec<String>,
    /// Fields of the answer to a success and their values: path → template. The empty text also stands for no field.
    #[serde(default)]
    pub fields: Map<String>,
    /// What the list in the answer to a success must hold.
    #[serde(default)]
    pub contains: Option<EntryFile>,
    /// What a success must also mean. The answer is `${answer.Path}`.
    #[serde(default)]
    pub then: Vec<StepFile>,
    /// What a refusal must not have done.
    #[serde(default)]
    pub refused: Vec<StepFile>,
}

/// The key that a move leaves.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FromFile {
    /// Its name in templates.
    pub key: String,
    /// The first part of the ids of the row, such as `update-alias`.
    pub id: String,
    /// Fixtures that it needs and that no template names.
    #[serde(default)]
    pub needs: Vec<String>,
}

/// What a request makes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MakesFile {
    /// A key; the name by which steps and templates know it.
    #[serde(default)]
    pub key: Option<String>,
    /// Something else, and how it is removed.
    #[serde(default)]
    pub undo: Option<UndoFile>,
}

/// Another outcome that is accepted.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptFile {
    /// The state in which it is accepted; in a step, none.
    #[serde(default)]
    pub state: Option<String>,
    /// The outcome.
    pub outcome: String,
    /// Why the documents leave room for it.
    pub why: String,
}

/// An entry of a list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryFile {
    /// The path of the list in the answer.
    pub list: String,
    /// Fields of the entry and their values: path → template.
    #[serde(rename = "where")]
    pub fields: Map<String>,
}

/// `scenarios/*.yaml`: what is not one row of the table.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("title" = "Scenario"))]
pub struct ScenarioFile {
    /// The version of this format: 1.
    pub format: u32,
    /// The name, which is the id without the provider: kebab-case.
    pub scenario: String,
    /// The clause that it stands for.
    pub clause: String,
    /// Further clauses that it covers.
    #[serde(default)]
    pub also: Vec<String>,
    /// The edition of the document that has the clause.
    pub edition: String,
    /// How many cases the file defines.
    pub cases: usize,
    /// What it means, in one sentence.
    pub why: String,
    /// One case for each of these classes; the default class unless given.
    #[serde(default)]
    pub classes: Option<Vec<String>>,
    /// The keys that are there when the steps begin. A key named `key` is of the case's class unless it says otherwise.
    #[serde(default)]
    pub keys: Map<KeyFile>,
    /// Values that are computed once per case: name → template; used as `${values.name}`.
    #[serde(default)]
    pub values: Map<String>,
    /// What is done and asked, in order.
    pub steps: Vec<StepFile>,
}

/// A key of a scenario.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    /// Its class; that of the case unless given.
    #[serde(default)]
    pub class: Option<String>,
    /// The state that it is driven to.
    pub state: String,
    /// Fixtures that no template names.
    #[serde(default)]
    pub needs: Vec<String>,
}

/// One step: exactly one of `call`, `look`, `state`, `drive`, `advance`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepFile {
    /// An operation that is judged: another answer than the expected one is a deviation.
    #[serde(default)]
    pub call: Option<String>,
    /// An operation that looks for an effect: its fields are judged, but if it does not answer as expected, the case
    /// is inconclusive, for the deviation belongs to another case.
    #[serde(default)]
    pub look: Option<String>,
    /// The state that the key must be in, by its witnesses.
    #[serde(default)]
    pub state: Option<String>,
    /// The state that the key is driven to by the shortest route; if that fails, the case is inconclusive.
    #[serde(default)]
    pub drive: Option<String>,
    /// Moves the target's clock, such as `7d` or `24h`.
    #[serde(default)]
    pub advance: Option<String>,
    /// The key that the step is about: `key` unless given. In the templates of the step, `key` is this key.
    #[serde(default)]
    pub on: Option<String>,
    /// The parameters; those of the operation's matrix file unless given.
    #[serde(default)]
    pub request: Option<Map<Value>>,
    /// The outcome, or several of which one must come: `Success` unless given.
    #[serde(default)]
    pub expect: Option<OneOrMany>,
    /// Where the documents leave room: other outcomes that are accepted, and why.
    #[serde(default)]
    pub accept: Vec<AcceptFile>,
    /// With `call`: the name of an earlier answer (`as`), whose request is sent once more, byte by byte.
    #[serde(default)]
    pub replay: Option<String>,
    /// With `call`: what is wrong with the request beside what it asks. Such a request must be refused.
    #[serde(default)]
    pub tamper: Option<Tamper>,
    /// With `call`: what must hold after the steps before. If the call shows otherwise, those had a wrong effect.
    #[serde(default)]
    pub holds: Option<String>,
    /// Fields that the answer must have.
    #[serde(default)]
    pub present: Vec<String>,
    /// Fields of the answer and their values: path → template. The empty text also stands for no field.
    #[serde(default)]
    pub fields: Map<String>,
    /// Fields of the answer and values that they must not have: path → template.
    #[serde(default)]
    pub differs: Map<String>,
    /// What the list in the answer must hold, on whatever page.
    #[serde(default)]
    pub contains: Option<EntryFile>,
    /// What the list in the answer must not hold, on no page.
    #[serde(default)]
    pub lacks: Option<EntryFile>,
    /// The name by which later steps know the answer: `${name.Path}`.
    #[serde(default, rename = "as")]
    pub answer: Option<String>,
    /// What the call makes and how it is removed afterwards.
    #[serde(default)]
    pub makes: Option<MakesFile>,
    /// With `state`: another state is noted and is no deviation. Why the documents leave it open.
    #[serde(default)]
    pub record: Option<String>,
    /// With `advance`: the state of the key afterwards; unknown unless given.
    #[serde(default)]
    pub becomes: Option<String>,
    /// What the step is for, in one sentence.
    #[serde(default)]
    pub why: Option<String>,
}

/// `clauses.yaml`: the sentences and rows of the published documents, each with its id.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("title" = "Clauses"))]
pub struct ClausesFile {
    /// The version of this format: 1.
    pub format: u32,
    /// The documents: name → what it is.
    pub documents: Map<DocumentFile>,
    /// The clauses: id → what it says. The id begins with the name of its document.
    pub clauses: Map<ClauseFile>,
}

/// A published document.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentFile {
    /// Its title.
    pub title: String,
    /// Where it was published.
    pub source: String,
    /// Its editions: name → which one it is.
    pub editions: Map<String>,
}

/// A sentence or row of a document.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClauseFile {
    /// The section or table it stands in.
    pub section: String,
    /// The edition that has it.
    pub edition: String,
    /// What it says, in our words.
    pub says: String,
    /// Why no case stands for it, if none does.
    #[serde(default)]
    pub no_case: Option<String>,
}

/// One text, or a list of texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OneOrMany(pub Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = OneOrMany;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an outcome or a list of outcomes")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany(vec![text.to_owned()]))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<OneOrMany, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = items.next_element()? {
                    texts.push(text);
                }
                Ok(OneOrMany(texts))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for OneOrMany {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "OneOrMany".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "One outcome, or a list of outcomes of which one must come.",
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]
        })
    }
}
