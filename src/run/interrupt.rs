//! The request to stop a run, from outside of it.

use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;

/// The request to stop a run: first in good order, and then at once.
///
/// Clones are the same request.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    stop: CancellationToken,
    at_once: CancellationToken,
    /// Why the run is to stop, as reports say it.
    reason: Arc<OnceLock<String>>,
}

impl Interrupt {
    /// A run that is not to be stopped yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops the run: no further case is begun, those under way end early, and what was made is removed. `by` names who
    /// wants it, such as `SIGTERM`.
    pub fn stop(&self, by: &str) {
        self.stop_for(format!("interrupted by {by}"));
    }

    /// The same for a reason that reports give as it is.
    pub fn stop_for(&self, reason: String) {
        self.reason.get_or_init(|| reason);
        self.stop.cancel();
    }

    /// Stops the clean-up too: what was made and not removed by then stays, and is reported.
    pub fn stop_at_once(&self) {
        self.stop.cancel();
        self.at_once.cancel();
    }

    /// What is cancelled when the run is to stop.
    pub fn token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Whether the run is to stop.
    pub fn is_stopped(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Completes when the run is to stop.
    pub async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    /// Completes when the run is to stop without clean-up.
    pub async fn stopped_at_once(&self) {
        self.at_once.cancelled().await;
    }

    /// The reason that reports give.
    pub fn reason(&self) -> String {
        self.reason.get().cloned().unwrap_or_else(|| "interrupted".to_owned())
    }
}

impl From<CancellationToken> for Interrupt {
    /// A run that is stopped in good order when the token is cancelled.
    fn from(stop: CancellationToken) -> Self {
        Self { stop, ..Self::default() }
    }
}
