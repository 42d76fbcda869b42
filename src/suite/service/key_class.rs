//! The classes of keys that the table distinguishes.

use std::collections::BTreeSet;

use crate::suite::map::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::ServiceFile;
use crate::suite::Map;
use crate::suite::check::{FileChecker, Message, TemplateScope};
use crate::suite::name::{KeyName, State};
use crate::suite::request::RequestTemplate;
use crate::yaml::Path;

/// What is imported into a key: `${key.material}`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MaterialForm {
    /// 32 random bytes.
    #[default]
    Bytes,
    /// A private key on the curve P-256, PKCS#8.
    P256,
    /// An RSA private key of 2048 bits, PKCS#8.
    Rsa2048,
}

/// A class of keys.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyClassFile {
    /// The state of a new key.
    pub new_key_is: String,
    /// What a new key has, out of the words that transitions `give` and `take`.
    #[serde(default)]
    pub has: Vec<String>,
    /// What a request that makes a key of this class has besides the parameters that all have, or instead of some.
    #[serde(default)]
    pub create: Map<Value>,
    /// What requests of every operation need to know of a key of this class: name → text. Templates say `${key.algorithm}`.
    /// Each class that can be made has the same names.
    #[serde(default)]
    pub values: Map<String>,
    /// What is imported into a key of this class, if anything is.
    #[serde(default)]
    pub material: MaterialForm,
    /// Why no key of this class can be made in a run, if so. Its cases are listed and skipped.
    #[serde(default)]
    pub not_made: Option<String>,
    /// The states that a key of this class can be in.
    pub states: Vec<String>,
    /// The states among these to which no key can be driven in a run: state → reason. Their cases are listed and skipped.
    #[serde(default)]
    pub undrivable: Map<String>,
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
    /// What a request that makes such a key has besides the parameters that all have, or instead of some.
    pub create: RequestTemplate,
    /// What requests need to know of such a key.
    pub values: IndexMap<String, String>,
    /// What is imported into such a key.
    pub material: MaterialForm,
    /// Why no such key can be made in a run, if so.
    pub not_made: Option<String>,
    /// The states that such a key can be in.
    pub states: Vec<State>,
    /// The states among these to which no key can be driven in a run, and why.
    pub undrivable: IndexMap<State, String>,
    /// Why it can't be in the others.
    pub impossible: IndexMap<State, String>,
}

impl KeyClass {
    /// Why no key of the class comes into a state in a run, if so.
    pub fn why_not_driven(&self, state: &State) -> Option<&str> {
        self.not_made.as_ref().or_else(|| self.undrivable.get(state)).map(String::as_str)
    }
}

/// Every state is either one that a key of the class can be in, or it is said why not.
pub(super) fn check_class(checker: &mut FileChecker<'_>, at: &Path<'_>, name: &str, file: &KeyClassFile) -> KeyClass {
    let states_at = at.key("states");
    checker.once(&states_at, &file.states);
    let states = file.states.iter().enumerate().map(|(index, state)| checker.state(&states_at.item(index), state));
    let states: Vec<_> = states.collect();

    let new_key_is = checker.state(&at.key("new_key_is"), &file.new_key_is);
    // An unknown state is reported already.
    if checker.vocabulary.states.contains(&new_key_is) && !states.contains(&new_key_is) {
        checker.error_at_value(&at.key("new_key_is"), format!("`{new_key_is}` is not under `states`"));
    }

    let impossible_at = at.key("impossible");
    let mut impossible = IndexMap::default();
    for (state, reason) in &file.impossible {
        let place = impossible_at.key(state);
        checker.sentence(&place, reason);
        let Some(state) = checker.state_key(&place, state) else { continue };
        if states.contains(&state) {
            checker.error_at_key(&place, format!("`{state}` is under `states` too"));
        }
        impossible.insert(state, reason.clone());
    }

    // A state that is left out could be forgotten as well as impossible.
    for state in &checker.vocabulary.states {
        if !states.contains(state) && !impossible.contains_key(state) {
            let message = format!("the class `{name}` says nothing of the state `{state}`");
            let help = "add it to `states`, or to `impossible` with the reason".to_owned();
            checker.error_at_key(at, Message::from(message).help(Some(help)));
        }
    }

    let undrivable_at = at.key("undrivable");
    let mut undrivable = IndexMap::default();
    for (state, reason) in &file.undrivable {
        let place = undrivable_at.key(state);
        checker.sentence(&place, reason);
        let Some(state) = checker.state_key(&place, state) else { continue };
        if !states.contains(&state) {
            checker.error_at_key(&place, format!("`{state}` is not under `states`"));
        }
        undrivable.insert(state, reason.clone());
    }
    if let Some(reason) = &file.not_made {
        checker.sentence(&at.key("not_made"), reason);
    }

    let values_at = at.key("values");
    for value in file.values.keys() {
        checker.name(&values_at.key(value), value);
    }

    let has = file.has.iter().cloned().collect();
    let create = checker.request(&at.key("create"), &file.create, &TemplateScope::new().with_key(KeyName::SUBJECT));
    let (values, not_made) = (file.values.clone(), file.not_made.clone());
    let material = file.material;
    KeyClass { new_key_is, has, create, values, material, not_made, states, undrivable, impossible }
}

/// Every class that can be made has the values that any has: a row may use them for all its classes.
pub(super) fn check_values(checker: &mut FileChecker<'_>, at: &Path<'_>, file: &ServiceFile) {
    let captured = &file.create.capture;
    let mut names: IndexMap<&str, &str> = IndexMap::default();
    for (class, of) in &file.key_classes {
        for name in of.values.keys() {
            names.entry(name).or_insert(class);
            if captured.contains_key(name) || name == "material" {
                let place = at.key(class);
                let place = place.key("values");
                checker.error_at_key(&place.key(name), format!("a key has another `{name}` already"));
            }
        }
    }

    for (class, of) in file.key_classes.iter().filter(|(_, of)| of.not_made.is_none()) {
        for (name, other) in names.iter().filter(|(name, _)| !of.values.contains_key(**name)) {
            let message = format!("the class `{class}` has no value `{name}`, which `{other}` has");
            checker.error_at_key(&at.key(class), message);
        }
    }
}
