//! Parameters that no operation reads, counted, so that it can be seen what a client sends in vain.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::mock::host::view::IgnoredParameter;
use crate::mock::locked;

/// The most names that are counted: whoever sends ever new ones must not fill the memory.
const MOST_NAMES: usize = 1000;

/// The most characters of a name that are kept.
const MOST_CHARACTERS: usize = 100;

/// How many requests had each parameter, by operation.
#[derive(Debug)]
pub(crate) struct Ignored<O>(Mutex<BTreeMap<(O, String), u64>>);

impl<O: Ord> Default for Ignored<O> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<O: Copy + Ord> Ignored<O> {
    /// Counts a parameter of a request.
    pub(crate) fn count(&self, operation: O, name: &str) {
        let mut counts = locked(&self.0);
        let place = (operation, name.chars().take(MOST_CHARACTERS).collect());
        if counts.len() < MOST_NAMES || counts.contains_key(&place) {
            *counts.entry(place).or_default() += 1;
        }
    }

    /// All that was counted, in the order of the operations.
    pub(crate) fn list(&self, operation_name: fn(O) -> &'static str) -> Vec<IgnoredParameter> {
        let counts = locked(&self.0);
        let ignored = counts.iter().map(|((operation, parameter), requests)| IgnoredParameter {
            operation: operation_name(*operation),
            parameter: parameter.clone(),
            requests: *requests,
        });
        ignored.collect()
    }

    /// Begins again.
    pub(crate) fn clear(&self) {
        locked(&self.0).clear();
    }
}
