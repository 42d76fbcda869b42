//! How keys are made, removed, and found again.

use crate::suite::map::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::ServiceFile;
use crate::suite::Map;
use crate::suite::check::FileChecker;
use crate::suite::field_path::FieldPath;
use crate::suite::name::{Code, OperationName};
use crate::yaml::Path;

/// How a key is made: by the request of this operation, from its row or from `other_operations`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateFile {
    /// The operation.
    pub operation: String,
    /// What is kept of the response: name → path; `id` must be among them. Templates say `${key.id}`.
    pub capture: Map<String>,
}

/// How a key is removed: by the request of this operation's matrix file, when the table allows it in its state.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RemoveFile {
    /// The operation.
    pub operation: String,
    /// The codes that mean that the key is gone already.
    pub gone: Vec<String>,
}

/// How keys are found again whose making got no response: all keys are listed, and those that are not in the ledger of the run
/// are described; one with the run's mark is removed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SweepFile {
    /// The operation that lists keys, by its request in its row or in `other_operations`.
    pub operation: String,
    /// The path of the list in its response.
    pub list: String,
    /// The path of a key's id in an entry of the list.
    pub id: String,
    /// The path of the text with the mark in the response that describes a key.
    pub mark: String,
    /// The path of the time when the key was made in that response.
    #[serde(default)]
    pub created: Option<String>,
    /// How aliases are found again, if they can be.
    #[serde(default)]
    pub aliases: Option<AliasSweepFile>,
}

/// How aliases are found again that a lost ledger named: all are listed, and those whose names begin with the prefix and the mark
/// of a run are removed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AliasSweepFile {
    /// The operation that lists aliases, by its request in its row or in `other_operations`.
    pub operation: String,
    /// The path of the list in its response.
    pub list: String,
    /// The path of an alias's name in an entry of the list.
    pub name: String,
    /// The path of the id of its key there.
    pub key: String,
    /// What stands before the mark in the names of all aliases that cases make.
    pub prefix: String,
    /// The operation that removes an alias.
    pub remove: String,
    /// Its parameter with the name.
    pub parameter: String,
}

/// How a key is made.
#[derive(Debug, Clone)]
pub struct Create {
    /// The operation.
    pub operation: OperationName,
    /// What is kept of the response; `id` is there.
    pub capture: IndexMap<String, FieldPath>,
}

/// How a key is removed.
#[derive(Debug, Clone)]
pub struct Remove {
    /// The operation.
    pub operation: OperationName,
    /// The codes that mean that the key is gone already.
    pub gone: Vec<Code>,
}

/// How keys are found again whose making got no response.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// The operation that lists keys.
    pub operation: OperationName,
    /// The list in its response.
    pub list: FieldPath,
    /// A key's id in an entry of the list.
    pub id: FieldPath,
    /// The text with the mark in the response that describes a key.
    pub mark: FieldPath,
    /// The time when the key was made in that response.
    pub created: Option<FieldPath>,
    /// How aliases are found again.
    pub aliases: Option<AliasSweep>,
}

/// How aliases are found again that a lost ledger named.
#[derive(Debug, Clone)]
pub struct AliasSweep {
    /// The operation that lists aliases.
    pub operation: OperationName,
    /// The list in its response.
    pub list: FieldPath,
    /// An alias's name in an entry of the list.
    pub name: FieldPath,
    /// The id of its key there.
    pub key: FieldPath,
    /// What stands before the mark in the names of all aliases that cases make.
    pub prefix: String,
    /// The operation that removes an alias.
    pub remove: OperationName,
    /// Its parameter with the name.
    pub parameter: String,
}

pub(super) fn check_create(checker: &mut FileChecker<'_>, file: &ServiceFile) -> Create {
    let root = Path::Root;
    let at = root.key("create");
    let capture = checker.capture(&at.key("capture"), &file.create.capture);
    if !file.create.capture.contains_key("id") {
        checker.error_at_key(&at.key("capture"), "`id` must be captured");
    }
    Create { operation: checker.operation(&at.key("operation"), &file.create.operation), capture }
}

pub(super) fn check_remove(checker: &mut FileChecker<'_>, file: &ServiceFile) -> Remove {
    let root = Path::Root;
    let at = root.key("remove");
    let gone_at = at.key("gone");
    let gone = file.remove.gone.iter().enumerate();
    Remove {
        operation: checker.row_operation(&at.key("operation"), &file.remove.operation),
        gone: gone.flat_map(|(index, code)| checker.outcome(&gone_at.item(index), code)).map(|one| one.code).collect(),
    }
}

pub(super) fn check_sweep(checker: &mut FileChecker<'_>, file: &SweepFile) -> Sweep {
    let root = Path::Root;
    let at = root.key("sweep");
    let operation = checker.operation(&at.key("operation"), &file.operation);
    let aliases = file.aliases.as_ref().map(|file| check_alias_sweep(checker, &at.key("aliases"), file));
    let mut path = |name, text: &str| checker.field_path(&at.key(name), text, false).unwrap_or_else(FieldPath::any);
    Sweep {
        operation,
        list: path("list", &file.list),
        id: path("id", &file.id),
        mark: path("mark", &file.mark),
        created: file.created.as_ref().map(|text| path("created", text)),
        aliases,
    }
}

fn check_alias_sweep(checker: &mut FileChecker<'_>, at: &Path<'_>, file: &AliasSweepFile) -> AliasSweep {
    let operation = checker.operation(&at.key("operation"), &file.operation);
    let remove = checker.operation(&at.key("remove"), &file.remove);
    if file.prefix.is_empty() {
        checker.error_at_value(
            &at.key("prefix"),
            "without a prefix, an alias of somebody else could be taken for one of a run",
        );
    }
    let mut path = |name, text: &str| checker.field_path(&at.key(name), text, false).unwrap_or_else(FieldPath::any);
    AliasSweep {
        operation,
        list: path("list", &file.list),
        name: path("name", &file.name),
        key: path("key", &file.key),
        prefix: file.prefix.clone(),
        remove,
        parameter: file.parameter.clone(),
    }
}
