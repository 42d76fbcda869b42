//! How the state of a key is observed.

use crate::suite::map::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::ServiceFile;
use crate::suite::Map;
use crate::suite::check::{FileChecker, Message};
use crate::suite::field_path::FieldPath;
use crate::suite::name::{ClassName, OperationName, State};
use crate::yaml::Path;

/// How the state of a key is observed: by what the service says of it, and by how it behaves.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObservationFile {
    /// The operation whose response names the state.
    pub describe: DescribeFile,
    /// For each class of keys, the operations whose responses distinguish its states by the table itself. The first one
    /// that responds as the table knows it counts; a later one is sent only where those before it say nothing.
    pub behaviour: Map<Vec<String>>,
    /// States that have one column of the table, so that no operation distinguishes them: only the description does.
    #[serde(default)]
    pub alike: Vec<Vec<String>>,
}

/// The operation whose response names the state.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DescribeFile {
    /// The operation.
    pub operation: String,
    /// The path of the state in its response.
    pub state: String,
    /// The paths that must not change when a request is rejected.
    pub unchanged: Vec<String>,
}

/// How the state of a key is observed.
#[derive(Debug, Clone)]
pub struct Observation {
    /// The operation whose response names the state.
    pub describe: OperationName,
    /// The path of the state in its response.
    pub state: FieldPath,
    /// The paths that a rejected request must leave alone.
    pub unchanged: Vec<FieldPath>,
    /// For each class of keys, operations whose responses distinguish its states; the first that says something counts.
    pub behaviour: IndexMap<ClassName, Vec<OperationName>>,
    /// States that no operation distinguishes, for the table has one column for them.
    pub alike: Vec<Vec<State>>,
}

pub(super) fn check_observation(checker: &mut FileChecker<'_>, file: &ServiceFile) -> Observation {
    let root = Path::Root;
    let at = root.key("observation");
    let describe_at = at.key("describe");
    let describe = &file.observation.describe;

    let behaviour_at = at.key("behaviour");
    let mut behaviour = IndexMap::default();
    for (class, names) in &file.observation.behaviour {
        let at = behaviour_at.key(class);
        checker.once(&at, names);
        let operations = names.iter().enumerate().map(|(index, name)| checker.row_operation(&at.item(index), name));
        let operations = operations.collect();
        if let Some(class) = checker.class(&at, class, true) {
            behaviour.insert(class, operations);
        }
    }

    // Keys of a class that is not made are never observed.
    let made = file.key_classes.iter().filter(|(_, class)| class.not_made.is_none()).map(|(name, _)| name);
    for class in made.filter(|class| !file.observation.behaviour.contains_key(*class)) {
        let help = Some("an empty list means that no operation distinguishes its states".to_owned());
        checker.error_at_key(&behaviour_at, Message::from(format!("the class `{class}` is missing")).help(help));
    }

    let alike_at = at.key("alike");
    let alike = file.observation.alike.iter().enumerate().map(|(index, states)| {
        let at = alike_at.item(index);
        checker.once(&at, states);
        if states.len() < 2 {
            checker.error_at_value(&at, "there must be two states, or more");
        }
        states.iter().enumerate().map(|(index, state)| checker.state(&at.item(index), state)).collect()
    });
    let alike = alike.collect();

    Observation {
        describe: checker.row_operation(&describe_at.key("operation"), &describe.operation),
        state: checker.field_path(&describe_at.key("state"), &describe.state, false).unwrap_or_else(FieldPath::any),
        unchanged: checker.field_paths(&describe_at.key("unchanged"), &describe.unchanged),
        behaviour,
        alike,
    }
}
