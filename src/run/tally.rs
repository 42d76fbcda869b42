//! Counts of the keys that a run makes.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What a run has made, as far as it knows.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// The ids of the keys that cases know of.
    known: Mutex<HashSet<String>>,
    made: AtomicU64,
    left: AtomicU64,
    unanswered: AtomicU64,
}

impl Tally {
    /// A case has made a key.
    pub(super) fn key_made(&self, id: &str) {
        self.made.fetch_add(1, Ordering::Relaxed);
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned());
    }

    /// A key was found whose making was never answered.
    pub(super) fn key_found(&self) {
        self.made.fetch_add(1, Ordering::Relaxed);
    }

    /// A key could not be removed.
    pub(super) fn key_left(&self) {
        self.left.fetch_add(1, Ordering::Relaxed);
    }

    /// A key may have been made without anybody knowing.
    pub(super) fn key_unanswered(&self) {
        self.unanswered.fetch_add(1, Ordering::Relaxed);
    }

    /// The ids of the keys that cases know of.
    pub(super) fn known(&self) -> HashSet<String> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many keys were made.
    pub(super) fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }

    /// How many keys could not be removed.
    pub(super) fn left(&self) -> u64 {
        self.left.load(Ordering::Relaxed)
    }

    /// How many keys may have been made without anybody knowing.
    pub(super) fn unanswered(&self) -> u64 {
        self.unanswered.load(Ordering::Relaxed)
    }
}
