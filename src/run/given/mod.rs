//! Keys that a run is given: they were there before it and stay after it, in the state in which they were found.
//!
//! Nothing is made besides them, and none is removed. They serve as the keys of a tour; a case that needs a key of its own is
//! skipped.
//!
//! - `mod` is which keys there are;
//! - `borrow` is how a case gets one of them, and how it is returned.

mod borrow;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::plan::tour::Serving;
use crate::redact::Secret;
use crate::suite::name::ClassName;

/// A key that a run is given.
#[derive(Debug, Clone)]
pub struct GivenKey {
    /// Its id.
    pub id: String,
    /// Its class.
    pub class: ClassName,
    /// The material that was imported into it, Base64; none of a class that takes none.
    pub material: Option<Secret>,
}

/// The keys that a run is given, if it is.
#[derive(Debug, Default)]
pub(super) struct GivenKeys {
    counts: BTreeMap<ClassName, usize>,
    free: Mutex<Vec<GivenKey>>,
}

impl GivenKeys {
    pub(super) fn new(mut keys: Vec<GivenKey>) -> Self {
        let mut counts = BTreeMap::new();
        for key in &keys {
            *counts.entry(key.class.clone()).or_default() += 1;
        }
        // The first one of the file is the first to be used.
        keys.reverse();
        Self { counts, free: Mutex::new(keys) }
    }

    /// Whether the run has these keys and no others.
    pub(super) fn is_on(&self) -> bool {
        !self.counts.is_empty()
    }

    /// How many there are of each class.
    pub(super) fn counts(&self) -> &BTreeMap<ClassName, usize> {
        &self.counts
    }

    /// Why a case is not run with these keys, if so.
    pub(super) fn why_not(&self, serving: Option<&Serving>) -> Option<String> {
        let Some(serving) = serving else {
            return Some("it needs a key of its own, and a run with --keys makes none".to_owned());
        };
        if !serving.makes.is_empty() {
            return Some("it makes a key, and a run with --keys makes none".to_owned());
        }
        let mut wanted: BTreeMap<&ClassName, usize> = BTreeMap::new();
        for one in &serving.uses {
            *wanted.entry(&one.need.class).or_default() += 1;
        }
        let given = |class: &ClassName| self.counts.get(class).copied().unwrap_or_default();
        let short = wanted.into_iter().find(|(class, count)| given(class) < *count);
        short.map(|(class, count)| format!("it needs {count} of the class {class}, and --keys gives {}", given(class)))
    }

    fn next(&self, class: &ClassName) -> Option<GivenKey> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let found = free.iter().rposition(|key| key.class == *class)?;
        Some(free.remove(found))
    }
}
