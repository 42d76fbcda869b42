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
    /// How many requests were begun that make a key, but for those that certainly made none.
    requested: AtomicU64,
    /// How many keys are planned for cases that are not over.
    planned: AtomicU64,
    unconfirmed: AtomicU64,
}

impl KeyCounts {
    /// Counts a request that makes a key before it is sent, unless there would be more of them than `most`.
    pub(super) fn request(&self, most: Option<u64>) -> bool {
        let most = most.unwrap_or(u64::MAX);
        let next = |requested: u64| (requested < most).then(|| requested + 1);
        self.requested.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok()
    }

    /// Takes back a request that certainly made no key.
    pub(super) fn request_failed(&self) {
        self.requested.fetch_sub(1, Ordering::Relaxed);
    }

    /// Counts the keys that cases will make.
    pub(super) fn plan(&self, keys: usize) {
        self.planned.fetch_add(keys as u64, Ordering::Relaxed);
    }

    /// Takes back the planned keys of a case that is over.
    pub(super) fn plan_is_over(&self, keys: usize) {
        let less = |planned: u64| Some(planned.saturating_sub(keys as u64));
        // The update never fails: the closure always returns Some.
        let _ = self.planned.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// How many keys there will be in the end, at most, with those of earlier runs that wait: those of cases under way may be
    /// counted twice, and those that wait may take the place of planned ones.
    pub(super) fn foreseen(&self, waiting: u64) -> u64 {
        let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
        count(&self.requested).saturating_add(count(&self.planned).max(waiting))
    }

    /// Counts a key that a case made.
    pub(super) fn key_made(&self, id: &str) {
        self.made.fetch_add(1, Ordering::Relaxed);
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned());
    }

    /// Counts a key of an earlier run that this one uses.
    pub(super) fn key_taken(&self, id: &str) {
        self.requested.fetch_add(1, Ordering::Relaxed);
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned());
    }

    /// Counts a key that the sweep found: the response to its creation was lost.
    pub(super) fn key_found(&self) {
        self.made.fetch_add(1, Ordering::Relaxed);
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

    /// How many creations got no response.
    pub(super) fn unconfirmed(&self) -> u64 {
        self.unconfirmed.load(Ordering::Relaxed)
    }
}
