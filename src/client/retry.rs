//! When a request is sent again: a few times, with full jitter, and no sooner than the endpoint wants.

use std::time::Duration;

/// Longer than any service wants to be left alone that counts requests by the second or the minute.
const LONGEST_WANTED: Duration = Duration::from_secs(60);

/// When a request is sent again.
#[derive(Debug, Clone)]
pub struct RetryPolicy {
    /// How often a request is sent at most.
    pub attempts: u32,
    /// The longest pause before the second attempt; it doubles with each further one.
    pub base: Duration,
    /// The longest pause of the client's own choice.
    pub longest: Duration,
    /// The longest pause that an endpoint may want. A request that is to wait longer is not sent again: sooner, it would only
    /// be rejected again.
    pub longest_wanted: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 4,
            base: Duration::from_millis(100),
            longest: Duration::from_secs(10),
            longest_wanted: LONGEST_WANTED,
        }
    }
}

impl RetryPolicy {
    /// The pause after a failed attempt, counted from 1: at least as long as the endpoint wants. None after the last
    /// attempt, and where the endpoint wants more than is waited for.
    pub(super) fn pause(&self, attempt: u32, wanted: Option<Duration>) -> Option<Duration> {
        if attempt >= self.attempts || wanted.is_some_and(|wanted| wanted > self.longest_wanted) {
            return None;
        }

        // Any number of attempts can be configured, so the shift is bounded.
        let ceiling = self.base.saturating_mul(1 << (attempt - 1).min(16)).min(self.longest);
        let jittered = ceiling.mul_f64(fastrand::f64());
        Some(wanted.map_or(jittered, |wanted| wanted.max(jittered)))
    }

    /// A pause that an endpoint wants, as long as it is waited for.
    pub(super) fn at_most(&self, wanted: Duration) -> Duration {
        wanted.min(self.longest_wanted)
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
    fn what_the_endpoint_wants_is_waited_for_or_not_tried() {
        let policy = RetryPolicy::default();
        assert!(policy.pause(1, Some(Duration::from_secs(2))).unwrap() >= Duration::from_secs(2));
        assert_eq!(policy.pause(1, Some(Duration::from_secs(30))), Some(Duration::from_secs(30)));
        assert_eq!(policy.pause(1, Some(Duration::from_secs(3600))), None);
    }
}
