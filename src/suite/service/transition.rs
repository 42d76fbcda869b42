//! What successful operations do to the state of a key.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::suite::check::FileChecker;
use crate::suite::name::{ClauseId, OperationName, State};
use crate::yaml::Path;

/// What a successful operation does to the state of a key.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TransitionFile {
    /// The operation.
    pub operation: String,
    /// The states before.
    pub from: Vec<String>,
    /// The state after.
    pub to: String,
    /// Only for keys that have this.
    #[serde(default)]
    pub has: Option<String>,
    /// Only for keys that lack this.
    #[serde(default)]
    pub lacks: Option<String>,
    /// What the key has afterwards.
    #[serde(default)]
    pub gives: Option<String>,
    /// What the key lacks afterwards.
    #[serde(default)]
    pub takes: Option<String>,
    /// Other states afterwards that the documents leave room for: they pass as lenient.
    #[serde(default)]
    pub accept: Vec<AcceptedStateFile>,
    /// Whether a document says so, or it was inferred.
    pub basis: Basis,
    /// The clause that says so.
    #[serde(default)]
    pub clause: Option<String>,
    /// What a reader should know.
    #[serde(default)]
    #[expect(dead_code, reason = "for those who read the file")]
    pub note: Option<String>,
}

/// A state after a transition that the documents leave room for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptedStateFile {
    /// The state.
    pub to: String,
    /// Only for keys that were in this state before they came into the one that the transition leaves.
    pub before: String,
    /// Why the documents leave room.
    pub why: String,
}

/// Where a fact comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// A published document says so.
    Stated,
    /// No document says so; a mismatch is recorded and is not a deviation.
    Inferred,
}

/// What a successful operation does to the state of a key.
#[derive(Debug, Clone)]
pub struct Transition {
    /// The operation.
    pub operation: OperationName,
    /// The states before.
    pub from: Vec<State>,
    /// The state after.
    pub to: State,
    /// Only for keys that have this.
    pub has: Option<String>,
    /// Only for keys that lack this.
    pub lacks: Option<String>,
    /// What the key has afterwards.
    pub gives: Option<String>,
    /// What the key lacks afterwards.
    pub takes: Option<String>,
    /// Other states afterwards that the documents leave room for.
    pub accept: Vec<AcceptedState>,
    /// Whether a document says so.
    pub basis: Basis,
    /// The clause that says so.
    pub clause: Option<ClauseId>,
}

/// A state after a transition that the documents leave room for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedState {
    /// The state.
    pub to: State,
    /// The state that the key was in before the one that the transition leaves.
    pub before: State,
    /// Why.
    pub why: String,
}

pub(super) fn check_transition(checker: &mut FileChecker<'_>, at: &Path<'_>, file: &TransitionFile) -> Transition {
    let from_at = at.key("from");
    if file.from.is_empty() {
        checker.error_at_key(&from_at, "there must be a state");
    }
    checker.once(&from_at, &file.from);

    if file.basis == Basis::Stated && file.clause.is_none() {
        checker.error_at_value(&at.key("basis"), "what is stated needs the `clause` that states it");
    }

    Transition {
        operation: checker.operation(&at.key("operation"), &file.operation),
        from: file.from.iter().enumerate().map(|(index, state)| checker.state(&from_at.item(index), state)).collect(),
        to: checker.state(&at.key("to"), &file.to),
        has: file.has.clone(),
        lacks: file.lacks.clone(),
        gives: file.gives.clone(),
        takes: file.takes.clone(),
        accept: check_accepted_states(checker, &at.key("accept"), file),
        basis: file.basis,
        clause: file.clause.as_ref().map(|clause| checker.clause(&at.key("clause"), clause)),
    }
}

fn check_accepted_states(checker: &mut FileChecker<'_>, at: &Path<'_>, file: &TransitionFile) -> Vec<AcceptedState> {
    let mut accepted = Vec::new();
    for (index, state) in file.accept.iter().enumerate() {
        let at = at.item(index);
        checker.sentence(&at.key("why"), &state.why);
        if state.to == file.to {
            checker.error_at_value(&at.key("to"), format!("`{}` is where the transition leads anyway", state.to));
        }

        accepted.push(AcceptedState {
            to: checker.state(&at.key("to"), &state.to),
            before: checker.state(&at.key("before"), &state.before),
            why: state.why.clone(),
        });
    }
    accepted
}
