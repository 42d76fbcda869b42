//! Counts the keys that a run makes.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// The keys that a run has made, as far as it knows.
#[derive(Debug, Default)]
pub(super) struct KeyCounts {
    /// The ids of the keys that cases made.
    ids: Mutex<HashSet<String>>,
    made: AtomicU64,
    left: AtomicU64,
    unconfirmed: AtomicU64,
}

impl KeyCounts {
    /// Counts a key that a case made.
    pub(super) fn key_made(&self, id: &str) {
        self.made.fetch_add(1, Ordering::Relaxed);
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned());
    }

    /// Counts a key that the sweep found: the response to its creation was lost.
    pub(super) fn key_found(&self) {
        self.made.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a key that could not be removed.
    pub(super) fn key_left(&self) {
        self.left.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a creation whose response was lost, so that there may be a key without a known id.
    pub(super) fn creation_unconfirmed(&self) {
        self.unconfirmed.fetch_add(1, Ordering::Relaxed);
    }

    /// The ids of the keys that cases made.
    pub(super) fn ids(&self) -> HashSet<String> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many keys were made.
    pub(super) fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }

    /// How many keys could not be removed.
    pub(super) fn left(&self) -> u64 {
        self.left.load(Ordering::Relaxed)
    }

    /// How many creations got no response.
    pub(super) fn unconfirmed(&self) -> u64 {
        self.unconfirmed.load(Ordering::Relaxed)
    }
}
