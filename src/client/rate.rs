//! A token bucket that waits.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// How many requests may be sent in a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit(pub NonZeroU32);

/// Hands out the moments at which requests may go, evenly spaced.
#[derive(Debug)]
pub(super) struct Bucket {
    spacing: Duration,
    next: Mutex<Option<Instant>>,
}

impl Bucket {
    pub(super) fn new(limit: RateLimit) -> Self {
        Self { spacing: Duration::from_secs(1) / limit.0.get(), next: Mutex::new(None) }
    }

    /// Waits for the next free moment.
    pub(super) async fn take(&self) {
        // The lock is held to choose a moment, not while waiting for it: others choose theirs meanwhile.
        let mine = {
            let mut next = self.next.lock().await;
            let now = Instant::now();
            let mine = next.map_or(now, |next| next.max(now));
            *next = Some(mine + self.spacing);
            mine
        };
        sleep_until(mine).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn requests_are_spaced_evenly() {
        let bucket = Bucket::new(RateLimit(NonZeroU32::new(5).unwrap()));
        let begin = Instant::now();
        for _ in 0..11 {
            bucket.take().await;
        }
        assert_eq!(begin.elapsed().as_secs(), 2);
    }
}
