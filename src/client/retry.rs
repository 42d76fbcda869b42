//! When a request is sent again: a few times, with full jitter, and no sooner than the endpoint wants.

use std::time::Duration;

/// When a request is sent again.
#[derive(Debug, Clone)]
pub struct RetryPolicy {
    /// How often a request is sent at most.
    pub attempts: u32,
    /// The longest pause before the second attempt; it doubles with each further one.
    pub base: Duration,
    /// The longest pause at all.
    pub longest: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { attempts: 4, base: Duration::from_millis(100), longest: Duration::from_secs(10) }
    }
}

impl RetryPolicy {
    /// The pause after a failed attempt, counted from 1: at least as long as the endpoint wants, within bounds. None after
    /// the last attempt.
    pub(super) fn pause(&self, attempt: u32, wanted: Option<Duration>) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }

        // Any number of attempts can be configured, so the shift is bounded.
        let ceiling = self.base.saturating_mul(1 << (attempt - 1).min(16)).min(self.longest);
        let jittered = ceiling.mul_f64(fastrand::f64());
        Some(wanted.map_or(jittered, |wanted| wanted.min(self.longest).max(jittered)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_bounded_and_end_with_the_attempts() {
        let policy = RetryPolicy::default();
        for attempt in 1..policy.attempts {
            let pause = policy.pause(attempt, None).unwrap();
            assert!(pause <= policy.base * 2_u32.pow(attempt - 1), "{attempt}: {pause:?}");
        }
        assert_eq!(policy.pause(policy.attempts, None), None);
    }

    #[test]
    fn the_endpoint_may_want_a_longer_pause_up_to_the_longest() {
        let policy = RetryPolicy::default();
        assert!(policy.pause(1, Some(Duration::from_secs(2))).unwrap() >= Duration::from_secs(2));
        assert_eq!(policy.pause(1, Some(Duration::from_secs(3600))), Some(policy.longest));
    }
}
