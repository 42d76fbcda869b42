//! When a state counts as reached, and how long it is waited for what may be late.

use std::time::Duration;

use tokio::time::Instant;

/// So many times the first pause is the longest one.
const LONGEST: u32 = 16;

/// When a state counts as reached.
#[derive(Debug, Clone)]
pub struct Settle {
    /// So many confirmations in a row.
    pub confirmations: u32,
    /// Within this time.
    pub timeout: Duration,
    /// The first pause between questions; it doubles up to sixteen times as long.
    pub poll: Duration,
}

impl Default for Settle {
    fn default() -> Self {
        Self { confirmations: 1, timeout: Duration::ZERO, poll: Duration::from_millis(20) }
    }
}

impl Settle {
    /// Patience that begins now.
    pub(super) fn patience(&self) -> Patience {
        Patience { deadline: Instant::now() + self.timeout, pause: self.poll, longest: self.poll * LONGEST }
    }
}

/// How long something is waited for.
#[derive(Debug)]
pub(super) struct Patience {
    deadline: Instant,
    pause: Duration,
    longest: Duration,
}

impl Patience {
    /// Whether the time is over.
    pub(super) fn ends(&self) -> bool {
        Instant::now() >= self.deadline
    }

    /// The pause before the next question.
    pub(super) fn pause(&mut self) -> Duration {
        let next = (self.pause * 2).min(self.longest);
        std::mem::replace(&mut self.pause, next)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[test]
    fn pauses_double_up_to_a_bound() {
        let poll = Duration::from_millis(20);
        let mut patience = Settle { poll, ..Settle::default() }.patience();
        let pauses: Vec<u128> = (0..7).map(|_| patience.pause().as_millis()).collect();
        assert_eq!(pauses, [20, 40, 80, 160, 320, 320, 320]);
    }

    #[tokio::test(start_paused = true)]
    async fn patience_ends_with_the_time() {
        assert!(Settle::default().patience().ends());
        let patience = Settle { timeout: Duration::from_secs(5), ..Settle::default() }.patience();
        advance(Duration::from_millis(4_999)).await;
        assert!(!patience.ends());
        advance(Duration::from_millis(1)).await;
        assert!(patience.ends());
    }
}
