//! A row as a person writes it.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::cells::CellFile;
use crate::suite::Map;
use crate::suite::form::Form;
use crate::suite::scenario::shape::KeyFile;
use crate::suite::step::expectation::AcceptFile;
use crate::suite::step::makes::MakesFile;
use crate::suite::step::response_checks::EntryFile;
use crate::suite::step::shape::StepFile;

/// `matrix/*.yaml`: one row of the published table.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("title" = "Row"))]
pub(crate) struct RowFile {
    /// The version of this format: 1.
    pub format: u32,
    /// The operation.
    pub operation: String,
    /// What distinguishes this row from others of the same operation, in kebab-case: another request. Ids have it after
    /// the operation. Of the rows of an operation one has none: its request is the one that is sent elsewhere.
    #[serde(default)]
    pub variant: Option<String>,
    /// The clause that the row stands for.
    pub clause: String,
    /// Further clauses that it covers.
    #[serde(default)]
    pub also: Vec<String>,
    /// The edition of the document that has the row.
    pub edition: String,
    /// What the row means, in one sentence.
    pub why: String,
    /// The classes of key that have cases; all unless given.
    #[serde(default)]
    pub classes: Option<Vec<String>>,
    /// Classes whose cells can't be run: class → reason. They are listed and skipped.
    #[serde(default)]
    pub not_applicable: Map<String>,
    /// States in which no key can have what the row needs: state → reason. Their cells are listed and skipped.
    #[serde(default)]
    pub undrivable: Map<String>,
    /// Makes the row a move between two keys: every state of the key that is left × every state of the target.
    #[serde(default)]
    pub from: Option<FromFile>,
    /// Further keys of each case, whose states are given: name in templates → class and state.
    #[serde(default)]
    pub keys: Map<KeyFile>,
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
    /// Parameters that are others where the table rejects the request: such that its effect, if it had one, would
    /// differ from what was there.
    #[serde(default)]
    pub rejected_request: Map<Value>,
    /// What the request makes and how it is removed afterwards.
    #[serde(default)]
    pub makes: Option<MakesFile>,
    /// State → outcome, or state → class → outcome. Every state must be there. The outcome `4xx` stands for a rejection
    /// whose code no document says.
    pub expect: Map<CellFile>,
    /// Where the documents leave room: other outcomes that are accepted, and why.
    #[serde(default)]
    pub accept: Vec<AcceptFile>,
    /// Fields that the response to a success must have.
    #[serde(default)]
    pub present: Vec<String>,
    /// The form of fields of the response to a success: path → form. Within a list, of each entry.
    #[serde(default)]
    pub form: Map<Form>,
    /// How many bytes fields hold that are Base64: path → number.
    #[serde(default)]
    pub bytes: Map<u32>,
    /// The list whose page must have as many entries as the counters of the response say.
    #[serde(default)]
    pub counted: Option<String>,
    /// Fields of the response to a success and their values: path → template. The empty text also stands for no field.
    #[serde(default)]
    pub fields: Map<String>,
    /// Fields of the response to a success and values that they must not have: path → template.
    #[serde(default)]
    pub differs: Map<String>,
    /// What the list in the response to a success must hold.
    #[serde(default)]
    pub contains: Option<EntryFile>,
    /// What a success must also mean. The response is `${answer.Path}`.
    #[serde(default)]
    pub then: Vec<StepFile>,
    /// What a rejected request must not have done.
    #[serde(default)]
    pub refused: Vec<StepFile>,
}

/// The key that a move leaves.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FromFile {
    /// Its name in templates.
    pub key: String,
    /// The first part of the ids of the row, such as `update-alias`.
    pub id: String,
    /// Fixtures that it needs and that no template names.
    #[serde(default)]
    pub needs: Vec<String>,
}
