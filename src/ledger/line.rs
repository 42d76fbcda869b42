//! A line of a ledger.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The version of the format. Lines of version 1 named neither the target nor what was being made.
pub const FORMAT: u32 = 2;

/// The JSON Schema (draft 7) of a line, with a line feed at its end; `reports/ledger.schema.json` is this text.
pub fn schema() -> String {
    let schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<LedgerLine>();
    format!("{:#}\n", schema.to_value())
}

/// A line of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LedgerLine {
    /// The version of the format.
    pub format: u32,
    /// When it was written, RFC 3339 in UTC.
    pub at: String,
    /// The run, by the mark that its keys carry too.
    pub run: String,
    /// What happened.
    pub entry: LedgerEntry,
    /// The thing that it happened to, as a number within the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<u64>,
    /// The operation that makes, removes or looks for something.
    pub operation: String,
    /// The case that it was for.
    pub case: String,
    /// Where it is being made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<LedgerTarget>,
    /// The text that a key carries which is being made, as its id is not known yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// The class of a key that is being made or taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// By what the secret is known from which the key's material is derived; the secret itself is never written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<String>,
    /// The state in which a key was found that is not the run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// When a removed key will be gone, as the service says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// What a key had besides its state when it was found, by name, in the words of the case files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub belongings: Option<Belongings>,
    /// The id of the key or the name of the alias; that of a key is unknown while it is being made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The call that removes it, if it is not a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<UndoCall>,
}

/// What a key has besides its state: by name, the values of each entry, by name too.
pub type Belongings = BTreeMap<String, Vec<BTreeMap<String, Value>>>;

/// What happened to a key or alias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LedgerEntry {
    /// It is about to be made. Without a further line it may be there or not.
    Making,
    /// A key of an earlier run that waits for its deletion is about to be used again.
    TakingOver,
    /// A key that was there before the run is about to be used; it is not the run's.
    Borrowing,
    /// Something that such a key has besides its state is about to be changed.
    Changing,
    /// Such a key is again as it was found.
    Returned,
    /// It was made, or taken over.
    Made,
    /// Something is about to be left on a key that a new one does not have, so it will not be taken over.
    Worn,
    /// It was not made: the service rejected the request, or never got it.
    NotMade,
    /// It was removed, or will be by itself.
    Removed,
    /// A removed key was seen to be gone.
    Gone,
    /// The run has looked for everything whose making got no response: nothing of that is left.
    Settled,
}

/// Where something is made.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LedgerTarget {
    /// The provider's name, such as `alibaba`.
    pub provider: String,
    /// The URL of the endpoint.
    pub endpoint: String,
    /// The region.
    pub region: String,
}

/// A call that removes something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoCall {
    /// The operation.
    pub operation: String,
    /// The region to which it is sent, if it is not that of the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Its parameters.
    pub parameters: Map<String, Value>,
}
