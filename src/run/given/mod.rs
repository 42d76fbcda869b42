//! Keys that a run is given: they were there before it and stay after it, in the state in which they were found.
//!
//! Nothing is made besides them, and none is removed. They serve as the keys of a tour; a case that needs a key of its own is
//! skipped.
//!
//! - `mod` is which keys there are, and how each was found;
//! - `borrow` is how a case gets one of them, and how it is returned;
//! - `bring` is how it comes to where it is needed, wherever it is;
//! - `belongings` is what it has besides its state, and how that is put back.

mod belongings;
mod borrow;
mod bring;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::plan::Position;
use crate::plan::tour::Serving;
use crate::redact::Secret;
use crate::suite::name::{ClassName, OperationName};
use crate::suite::service::Entry;

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

/// How a key was found that a run is given.
#[derive(Debug)]
pub(super) struct Found {
    /// Where it was.
    pub(super) at: Position,
    /// What it had besides its state, by name, as far as that could be read.
    pub(super) belongings: BTreeMap<String, Vec<Entry>>,
    /// What of that it has in another way as long as cases use it: that of a new key.
    pub(super) renewed: BTreeMap<String, Vec<Entry>>,
    /// What of that the ledger has.
    pub(super) noted: BTreeSet<String>,
    /// What of that may not be as it was any more.
    pub(super) changed: BTreeSet<String>,
    /// The operations whose effects were undone since a case had it.
    pub(super) undone: BTreeSet<OperationName>,
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
