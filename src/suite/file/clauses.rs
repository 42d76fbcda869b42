//! `clauses.yaml`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Map;

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
