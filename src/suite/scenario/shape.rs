//! A scenario as a person writes it.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::suite::Map;
use crate::suite::step::shape::StepFile;

/// `scenarios/*.yaml`: what is not one row of the table.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("title" = "Scenario"))]
pub(crate) struct ScenarioFile {
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
    /// What is done and judged, in order.
    pub steps: Vec<StepFile>,
}

/// A key of a scenario.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyFile {
    /// Its class; that of the case unless given.
    #[serde(default)]
    pub class: Option<String>,
    /// The state that it is driven to.
    pub state: String,
    /// Fixtures that no template names.
    #[serde(default)]
    pub needs: Vec<String>,
}
