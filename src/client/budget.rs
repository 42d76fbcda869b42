//! How many requests a client may still send.

use std::sync::atomic::{AtomicU64, Ordering};

/// A number of requests, of which some are kept back: what was made will have to be removed.
#[derive(Debug)]
pub(super) struct Budget {
    most: u64,
    sent: AtomicU64,
    kept_back: AtomicU64,
}

impl Budget {
    pub(super) fn new(most: u64) -> Self {
        Self { most, sent: AtomicU64::new(0), kept_back: AtomicU64::new(0) }
    }

    /// The number.
    pub(super) fn most(&self) -> u64 {
        self.most
    }

    /// Takes a request from the budget, if it has one that is not kept back.
    pub(super) fn take(&self) -> bool {
        let kept_back = self.kept_back.load(Ordering::Relaxed);
        let take = |sent: u64| (sent.saturating_add(kept_back) < self.most).then_some(sent + 1);
        self.sent.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    /// Counts a request that is sent in any case, because it removes something.
    pub(super) fn count(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    /// Keeps requests back.
    pub(super) fn keep_back(&self, requests: u64) {
        self.kept_back.fetch_add(requests, Ordering::Relaxed);
    }

    /// Keeps fewer requests back.
    pub(super) fn release(&self, requests: u64) {
        let less = |kept_back: u64| Some(kept_back.saturating_sub(requests));
        // The update never fails: the closure always returns Some.
        let _ = self.kept_back.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_back_is_there_for_removals() {
        let budget = Budget::new(4);
        budget.keep_back(2);
        assert!(budget.take() && budget.take() && !budget.take());
        budget.count();
        budget.release(1);
        assert!(!budget.take());
        budget.release(5);
        assert!(budget.take() && !budget.take());
    }
}
