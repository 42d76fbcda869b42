//! Scenarios as a person writes them.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::suite::Map;
use crate::suite::step::shape::StepFile;

/// `scenarios/*.yaml`: what is not one row of the table, a file for each subject.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("title" = "Scenarios"))]
pub(crate) struct ScenariosFile {
    /// The version of this format: 1.
    pub format: u32,
    /// The clause of the scenarios that name no other.
    #[serde(default)]
    pub clause: Option<String>,
    /// The edition of the scenarios that name no other.
    #[serde(default)]
    pub edition: Option<String>,
    /// The classes of the scenarios that name no others.
    #[serde(default)]
    pub classes: Option<Vec<String>>,
    /// The scenarios: name, which is the id without the provider, in kebab-case → what is done and judged.
    pub scenarios: Map<ScenarioFile>,
}

/// A scenario.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScenarioFile {
    /// The clause that it stands for; that of the file unless given.
    #[serde(default)]
    pub clause: Option<String>,
    /// Further clauses that it covers.
    #[serde(default)]
    pub also: Vec<String>,
    /// The edition of the document that has the clause; that of the file unless given.
    #[serde(default)]
    pub edition: Option<String>,
    /// What it means, in one sentence.
    pub why: String,
    /// One case for each of these classes; those of the file unless given, else the default class.
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

/// A key that is given.
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
