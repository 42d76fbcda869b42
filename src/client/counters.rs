//! What a client counts.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How many requests were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    /// All of them.
    pub requests: u64,
    /// Those that were sent again.
    pub retries: u64,
}

/// What a client counts.
#[derive(Debug, Default)]
pub(super) struct Counters {
    requests: AtomicU64,
    retries: AtomicU64,
    /// Whether the service has ever responded.
    responded: AtomicBool,
    /// Whether it has ever accepted a request.
    accepted: AtomicBool,
}

impl Counters {
    /// Counts a request; the attempts of a call are counted from 1.
    pub(super) fn count(&self, attempt: u32) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        if attempt > 1 {
            self.retries.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Notes that the service responded.
    pub(super) fn note_response(&self) {
        self.responded.store(true, Ordering::Relaxed);
    }

    /// Notes that the service accepted a request.
    pub(super) fn note_success(&self) {
        self.accepted.store(true, Ordering::Relaxed);
    }

    pub(super) fn has_responded(&self) -> bool {
        self.responded.load(Ordering::Relaxed)
    }

    pub(super) fn has_accepted(&self) -> bool {
        self.accepted.load(Ordering::Relaxed)
    }

    pub(super) fn traffic(&self) -> Traffic {
        Traffic { requests: self.requests.load(Ordering::Relaxed), retries: self.retries.load(Ordering::Relaxed) }
    }
}
