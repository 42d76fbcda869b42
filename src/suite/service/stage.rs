//! Changes of state that happen only on routes which name them.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::suite::map::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::ServiceFile;
use crate::suite::Map;
use crate::suite::check::{FileChecker, Message, TemplateScope, is_kebab};
use crate::suite::name::{ClauseId, KeyName, OperationName, StageName, State};
use crate::suite::request::RequestTemplate;
use crate::yaml::Path;

/// A change of state that happens only on routes which name it: by a call with a request of its own, or by time.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StageFile {
    /// The operation; either this or `advance`.
    #[serde(default)]
    pub operation: Option<String>,
    /// The parameters of the operation.
    #[serde(default)]
    pub request: Option<Map<Value>>,
    /// How far the target's clock is moved, such as `2h`. Cases of a route with such a stage run alone, after the others.
    #[serde(default)]
    pub advance: Option<String>,
    /// The states before.
    pub from: Vec<String>,
    /// The state after.
    pub to: String,
    /// Only for keys that have this.
    #[serde(default)]
    pub has: Option<String>,
    /// What the key has afterwards.
    #[serde(default)]
    pub gives: Vec<String>,
    /// What the key lacks afterwards.
    #[serde(default)]
    pub takes: Vec<String>,
    /// The clause that says so.
    pub clause: String,
}

/// A change of state that happens only on routes which name it.
#[derive(Debug, Clone)]
pub struct Stage {
    /// What makes it happen.
    pub cause: Cause,
    /// The states before.
    pub from: Vec<State>,
    /// The state after.
    pub to: State,
    /// Only for keys that have this.
    pub has: Option<String>,
    /// What the key has afterwards.
    pub gives: BTreeSet<String>,
    /// What the key lacks afterwards.
    pub takes: BTreeSet<String>,
    /// The clause that says so.
    pub clause: ClauseId,
}

/// What makes a stage happen.
#[derive(Debug, Clone)]
pub enum Cause {
    /// A call with a request of its own.
    Call {
        /// The operation.
        operation: OperationName,
        /// Its parameters.
        request: RequestTemplate,
    },
    /// Time: the target's clock is moved.
    Time(Duration),
}

/// Checks the stages.
pub(super) fn check_stages(checker: &mut FileChecker<'_>, file: &ServiceFile) -> IndexMap<StageName, Stage> {
    let root = Path::Root;
    let all = root.key("stages");
    let mut stages = IndexMap::default();
    for (name, file) in &file.stages {
        let at = all.key(name);
        if !is_kebab(name) {
            checker.error_at_key(&at, format!("`{name}` is not in kebab-case"));
        }

        // A waypoint is given by its name alone, so no stage may be called like a state.
        if checker.vocabulary.states.contains(name.as_str()) {
            checker.error_at_key(&at, format!("`{name}` is a state"));
        }

        stages.insert(StageName::from(name.as_str()), check_stage(checker, &at, file));
    }
    stages
}

fn check_stage(checker: &mut FileChecker<'_>, at: &Path<'_>, file: &StageFile) -> Stage {
    let from_at = at.key("from");
    if file.from.is_empty() {
        checker.error_at_key(&from_at, "there must be a state");
    }
    checker.once(&from_at, &file.from);

    Stage {
        cause: check_cause(checker, at, file),
        from: file.from.iter().enumerate().map(|(index, state)| checker.state(&from_at.item(index), state)).collect(),
        to: checker.state(&at.key("to"), &file.to),
        has: file.has.clone(),
        gives: file.gives.iter().cloned().collect(),
        takes: file.takes.iter().cloned().collect(),
        clause: checker.clause(&at.key("clause"), &file.clause),
    }
}

fn check_cause(checker: &mut FileChecker<'_>, at: &Path<'_>, file: &StageFile) -> Cause {
    match (&file.operation, &file.advance) {
        (None, Some(by)) => {
            if file.request.is_some() {
                checker.error_at_key(&at.key("request"), "`request` does not go with `advance`");
            }
            Cause::Time(checker.duration(&at.key("advance"), by))
        }
        (operation, advance) => {
            if operation.is_some() && advance.is_some() {
                checker.error_at_key(
                    &at.key("advance"),
                    "a stage is a call or time, and this one has `operation` already",
                );
            }
            // With an unknown field in its place, the missing one was most likely meant by that.
            if operation.is_none() && !checker.outline.is_curtailed_at(at) {
                checker.error_at_key(at, "a stage needs `operation` or `advance`");
            }
            if operation.is_some() && file.request.is_none() {
                let help = "an operation with the request of its row is a transition".to_owned();
                checker
                    .error_at_key(at, Message::from("a stage with an `operation` needs a `request`").help(Some(help)));
            }

            let scope = TemplateScope::new().with_key(KeyName::SUBJECT);
            let request = file.request.as_ref().map(|file| checker.request(&at.key("request"), file, &scope));
            let operation = operation.as_ref().map(|operation| checker.operation(&at.key("operation"), operation));
            Cause::Call {
                operation: operation.unwrap_or_else(|| OperationName::from("")),
                request: request.unwrap_or_default(),
            }
        }
    }
}
