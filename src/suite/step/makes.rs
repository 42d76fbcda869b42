//! What a request makes, and how it is removed.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::suite::Map;
use crate::suite::check::{FileChecker, TemplateScope};
use crate::suite::name::{KeyName, OperationName};
use crate::suite::region::OtherRegion;
use crate::suite::request::RequestTemplate;
use crate::yaml::Path;

/// What a request makes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MakesFile {
    /// A key; the name by which steps and templates know it.
    #[serde(default)]
    pub key: Option<String>,
    /// Something else, and how it is removed.
    #[serde(default)]
    pub undo: Option<UndoFile>,
}

/// A call that removes what a case made.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UndoFile {
    /// The operation.
    pub operation: String,
    /// The region to which it is sent, if it is not that of the target.
    #[serde(default)]
    pub region: Option<OtherRegion>,
    /// Its parameters.
    pub request: Map<Value>,
}

/// What a request makes.
#[derive(Debug, Clone)]
pub struct Makes {
    /// A key, by this name.
    pub key: Option<KeyName>,
    /// Something else, and how it is removed.
    pub undo: Option<Undo>,
}

/// A call that removes what a case made.
#[derive(Debug, Clone)]
pub struct Undo {
    /// The operation.
    pub operation: OperationName,
    /// The region to which it is sent, if it is not that of the target.
    pub region: Option<OtherRegion>,
    /// Its parameters.
    pub request: RequestTemplate,
}

/// Checks what a request makes; a key that it makes is known afterwards.
pub(in crate::suite) fn check_makes(
    checker: &mut FileChecker<'_>,
    at: &Path<'_>,
    file: &MakesFile,
    scope: &mut TemplateScope,
) -> Makes {
    if file.key.is_none() && file.undo.is_none() {
        checker.error_at_key(at, "`makes` needs a `key` or an `undo`");
    }

    // Before the undo, whose request may name the key that is made.
    if let Some(name) = &file.key {
        checker.root_name(&at.key("key"), name);
        scope.keys.insert(name.as_str().into());
    }

    Makes {
        key: file.key.as_deref().map(KeyName::from),
        undo: file.undo.as_ref().map(|file| check_undo(checker, &at.key("undo"), file, scope)),
    }
}

/// Checks a call that removes something.
pub(in crate::suite) fn check_undo(
    checker: &mut FileChecker<'_>,
    at: &Path<'_>,
    file: &UndoFile,
    scope: &TemplateScope,
) -> Undo {
    Undo {
        operation: checker.operation(&at.key("operation"), &file.operation),
        region: file.region,
        request: checker.request(&at.key("request"), &file.request, scope),
    }
}
