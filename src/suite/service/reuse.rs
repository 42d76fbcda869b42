//! How a key of an earlier run is used again that waits for its deletion.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::suite::Map;
use crate::suite::check::{FileChecker, TemplateScope};
use crate::suite::field_path::FieldPath;
use crate::suite::name::{KeyName, OperationName};
use crate::suite::request::RequestTemplate;
use crate::yaml::Path;

/// How a key of an earlier run is used again that waits for its deletion, instead of making a new one.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReuseFile {
    /// The operation that cancels the deletion, by the request of its row.
    pub operation: String,
    /// The path of the time when the key will be gone, in the response that describes it.
    pub date: String,
    /// How long after that time the key may still be there, such as `24h`.
    pub late: String,
    /// How the key gets the mark of the run that uses it.
    pub mark: ReuseMarkFile,
    /// The scenario that says that a key is gone after that: what its first call of the describing operation expects is
    /// expected of keys whose time was over between two runs.
    #[serde(default)]
    pub promise: Option<String>,
    /// The operations whose success leaves on a key what a new one does not have: such a key is not used again.
    #[serde(default)]
    pub not_after: Vec<String>,
}

/// How a key gets the mark of the run that uses it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReuseMarkFile {
    /// The operation.
    pub operation: String,
    /// Its parameters.
    pub request: Map<Value>,
}

/// How a key of an earlier run is used again.
#[derive(Debug, Clone)]
pub struct Reuse {
    /// The operation that cancels the deletion.
    pub operation: OperationName,
    /// The time when the key will be gone, in the response that describes it.
    pub date: FieldPath,
    /// How long after that time the key may still be there.
    pub late: Duration,
    /// The operation that gives the key the mark of the run, and its parameters.
    pub mark: (OperationName, RequestTemplate),
    /// The scenario that says that a key is gone after that.
    pub promise: Option<String>,
    /// The operations whose success leaves on a key what a new one does not have.
    pub not_after: Vec<OperationName>,
}

pub(super) fn check_reuse(checker: &mut FileChecker<'_>, file: &ReuseFile) -> Reuse {
    let root = Path::Root;
    let at = root.key("reuse");
    let (mark_at, not_after_at) = (at.key("mark"), at.key("not_after"));
    let scope = TemplateScope::new().with_key(KeyName::SUBJECT);
    checker.once(&not_after_at, &file.not_after);
    let not_after = file.not_after.iter().enumerate();
    Reuse {
        operation: checker.row_operation(&at.key("operation"), &file.operation),
        date: checker.field_path(&at.key("date"), &file.date, false).unwrap_or_else(FieldPath::any),
        late: checker.duration(&at.key("late"), &file.late),
        promise: file.promise.clone(),
        not_after: not_after.map(|(index, name)| checker.operation(&not_after_at.item(index), name)).collect(),
        mark: (
            checker.operation(&mark_at.key("operation"), &file.mark.operation),
            checker.request(&mark_at.key("request"), &file.mark.request, &scope),
        ),
    }
}
