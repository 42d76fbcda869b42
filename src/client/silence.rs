//! How long in a row nothing was received.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// How long in a row nothing was received, in units of the time-out of a request.
///
/// A request that got nothing counts once in each time-out, so that sixteen requests that wait at the same time say no more
/// than one: the endpoint was silent for that long. Whatever is received, throttling and garbage included, begins the count
/// anew.
#[derive(Debug)]
pub(super) struct Silence {
    timeout: Duration,
    /// When a request that got nothing was counted last.
    counted: Mutex<Option<Instant>>,
    length: watch::Sender<u32>,
}

impl Silence {
    pub(super) fn new(timeout: Duration) -> Self {
        Self { timeout, counted: Mutex::new(None), length: watch::Sender::new(0) }
    }

    /// Notes that nothing was received for a request.
    pub(super) fn goes_on(&self) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if counted.is_none_or(|before| now.duration_since(before) >= self.timeout) {
            *counted = Some(now);
            self.length.send_modify(|length| *length += 1);
        }
    }

    /// Notes that something was received, or that the count is to begin anew.
    pub(super) fn ends(&self) {
        // Nearly every response comes when nothing is counted.
        if *self.length.borrow() > 0 {
            let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
            *counted = None;
            self.length.send_replace(0);
        }
    }

    /// Completes when nothing was received for so many time-outs in a row.
    pub(super) async fn lasts(&self, timeouts: u32) {
        // The sender is this value's own, so it does not go away.
        let _ = self.length.subscribe().wait_for(|length| *length >= timeouts).await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(10);

    #[tokio::test(start_paused = true)]
    async fn requests_that_wait_at_the_same_time_count_as_one() {
        let silence = Silence::new(TIMEOUT);
        for length in 1..4 {
            for _ in 0..16 {
                silence.goes_on();
            }
            assert_eq!(*silence.length.borrow(), length);
            advance(TIMEOUT).await;
        }
        silence.lasts(3).await;
    }

    #[tokio::test(start_paused = true)]
    async fn requests_that_fail_at_once_count_as_one_in_each_timeout() {
        let silence = Silence::new(TIMEOUT);
        for _ in 0..100 {
            silence.goes_on();
            advance(TIMEOUT / 10).await;
        }
        assert_eq!(*silence.length.borrow(), 10);
    }

    #[tokio::test(start_paused = true)]
    async fn any_response_begins_the_count_anew() {
        let silence = Silence::new(TIMEOUT);
        for _ in 0..5 {
            silence.goes_on();
            advance(TIMEOUT).await;
        }
        silence.ends();
        silence.goes_on();
        assert_eq!(*silence.length.borrow(), 1);
    }
}
