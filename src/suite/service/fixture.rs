//! What can be prepared for a case besides a state.

use crate::suite::map::{IndexMap, IndexSet};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::suite::Map;
use crate::suite::check::{FileChecker, TemplateScope};
use crate::suite::field_path::FieldPath;
use crate::suite::name::{KeyName, OperationName};
use crate::suite::request::RequestTemplate;
use crate::suite::step::Undo;
use crate::suite::step::makes::{UndoFile, check_undo};
use crate::suite::template::Template;
use crate::yaml::Path;

/// What can be prepared for a case besides a state: one call on a key, made once, where the table allows it.
///
/// A template that says `${alias.name}` needs the fixture `alias` of the key `key`; `${other.alias.name}` that of the
/// key `other`. Rows and keys can also name it under `needs`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FixtureFile {
    /// The operation that makes it.
    pub operation: String,
    /// Values that are computed before the call: name → template. The request can use them as `${alias.name}`.
    #[serde(default)]
    pub values: Map<String>,
    /// Its parameters; those of the operation's matrix file unless given.
    #[serde(default)]
    pub request: Option<Map<Value>>,
    /// What is kept of the response: name → path.
    #[serde(default)]
    pub capture: Map<String>,
    /// What the key has from then on, out of the words that transitions look for.
    #[serde(default)]
    pub gives: Option<String>,
    /// How it is removed, before its key is.
    #[serde(default)]
    pub undo: Option<UndoFile>,
}

/// What can be prepared besides a state.
#[derive(Debug, Clone)]
pub struct Fixture {
    /// The operation that makes it.
    pub operation: OperationName,
    /// Values computed before the call.
    pub values: IndexMap<String, Template>,
    /// Its parameters.
    pub request: RequestTemplate,
    /// What is kept of the response.
    pub capture: IndexMap<String, FieldPath>,
    /// What the key has from then on.
    pub gives: Option<String>,
    /// How it is removed.
    pub undo: Option<Undo>,
}

pub(super) fn check_fixture(checker: &mut FileChecker<'_>, at: &Path<'_>, name: &str, file: &FixtureFile) -> Fixture {
    checker.root_name(at, name);
    if checker.vocabulary.key.contains(name) || name == KeyName::SUBJECT {
        checker.error_at_key(at, format!("`{name}` means something else after a key: choose another name"));
    }

    let mut scope = TemplateScope::new().with_key(KeyName::SUBJECT);
    let mut own = IndexSet::default();
    let values_at = at.key("values");
    let mut values = IndexMap::default();

    for (value, text) in &file.values {
        let place = values_at.key(value);
        checker.name(&place, value);
        // Each may use those above it, and no other part of the fixture, which is not there yet.
        scope.own = Some((name.to_owned(), own.clone()));
        values.insert(value.clone(), checker.template(&place, text, &scope));
        own.insert(value.clone());
    }

    scope.own = Some((name.to_owned(), own));
    let request = match &file.request {
        Some(parameters) => checker.request(&at.key("request"), parameters, &scope),
        // The request of the row is borrowed once all rows are read.
        None => RequestTemplate::default(),
    };

    for name in file.capture.keys().filter(|name| file.values.contains_key(*name)) {
        checker.error_at_key(&at.key("capture").key(name), format!("`{name}` is under `values` too"));
    }
    let capture = checker.capture(&at.key("capture"), &file.capture);

    // The fixture is there when it is undone, and its values are known like to any other step.
    scope.own = None;
    Fixture {
        operation: checker.operation(&at.key("operation"), &file.operation),
        values,
        request,
        capture,
        gives: file.gives.clone(),
        undo: file.undo.as_ref().map(|file| check_undo(checker, &at.key("undo"), file, &scope)),
    }
}
