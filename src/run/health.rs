//! Whether a run goes on, and why not.

use std::sync::atomic::AtomicU32;
use std::sync::{Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

/// What all tasks of a run look at.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// Ends the run: no further case is begun.
    pub(super) stop: CancellationToken,
    stopped: Mutex<Option<String>>,
    /// How many cases met no service at all.
    pub(super) silent: AtomicU32,
}

impl Health {
    /// Ends the run for a reason; the first one is kept.
    pub(super) fn halt(&self, reason: String) {
        let mut stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.stop.is_cancelled() {
            stopped.get_or_insert(reason);
            self.stop.cancel();
        }
    }

    /// The reason of a case that the end of the run came before.
    pub(super) fn why_not_judged(&self) -> String {
        format!("not judged: {}", self.reason().unwrap_or_else(|| "the run was stopped".to_owned()))
    }

    /// Why the run ended before its last case, if it did.
    pub(super) fn reason(&self) -> Option<String> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
