//! The classes of keys that the table distinguishes.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::suite::Map;
use crate::suite::check::{FileChecker, Message};
use crate::suite::name::State;
use crate::yaml::Path;

/// A class of keys.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyClassFile {
    /// The state of a new key.
    pub new_key_is: String,
    /// What a new key has, out of the words that transitions `give` and `take`.
    #[serde(default)]
    pub has: Vec<String>,
    /// The states that a key of this class can be in.
    pub states: Vec<String>,
    /// Why it can't be in the others: state → reason.
    #[serde(default)]
    pub impossible: Map<String>,
}

/// A class of keys.
#[derive(Debug, Clone)]
pub struct KeyClass {
    /// The state of a new key.
    pub new_key_is: State,
    /// What a new key has.
    pub has: BTreeSet<String>,
    /// The states that such a key can be in.
    pub states: Vec<State>,
    /// Why it can't be in the others.
    pub impossible: IndexMap<State, String>,
}

/// Every state is either one that a key of the class can be in, or it is said why not.
pub(super) fn check_class(checker: &mut FileChecker<'_>, at: &Path<'_>, name: &str, file: &KeyClassFile) -> KeyClass {
    let states_at = at.key("states");
    checker.once(&states_at, &file.states);
    let states = file.states.iter().enumerate().map(|(index, state)| checker.state(&states_at.item(index), state));
    let states: Vec<_> = states.collect();
    let new_key_is = checker.state(&at.key("new_key_is"), &file.new_key_is);
    if checker.vocabulary.states.contains(&new_key_is) && !states.contains(&new_key_is) {
        checker.error_at_value(&at.key("new_key_is"), format!("`{new_key_is}` is not under `states`"));
    }
    let impossible_at = at.key("impossible");
    let mut impossible = IndexMap::new();
    for (state, reason) in &file.impossible {
        let place = impossible_at.key(state);
        checker.sentence(&place, reason);
        let Some(state) = checker.state_key(&place, state) else { continue };
        if states.contains(&state) {
            checker.error_at_key(&place, format!("`{state}` is under `states` too"));
        }
        impossible.insert(state, reason.clone());
    }
    for state in &checker.vocabulary.states {
        if !states.contains(state) && !impossible.contains_key(state) {
            let message = format!("the class `{name}` says nothing of the state `{state}`");
            let help = "add it to `states`, or to `impossible` with the reason".to_owned();
            checker.error_at_key(at, Message::from(message).help(Some(help)));
        }
    }
    KeyClass { new_key_is, has: file.has.iter().cloned().collect(), states, impossible }
}
