//! When a state counts as reached, and how long to wait for what may be late.

use std::time::Duration;

use tokio::time::Instant;

/// The longest pause is so many times the first one.
const LONGEST: u32 = 16;

/// When a state counts as reached.
#[derive(Debug, Clone)]
pub struct Settle {
    /// How often in a row it must be confirmed.
    pub confirmations: u32,
    /// How long to wait for it.
    pub timeout: Duration,
    /// The first pause between two observations; it doubles up to sixteen times its length.
    pub poll: Duration,
}

impl Default for Settle {
    fn default() -> Self {
        Self { confirmations: 1, timeout: Duration::ZERO, poll: Duration::from_millis(20) }
    }
}

impl Settle {
    /// A wait that begins now.
    pub(super) fn pacer(&self) -> Pacer {
        Pacer { deadline: Instant::now() + self.timeout, pause: self.poll, longest: self.poll * LONGEST }
    }
}

/// A wait with its deadline and its pauses.
#[derive(Debug)]
pub(super) struct Pacer {
    deadline: Instant,
    pause: Duration,
    longest: Duration,
}

impl Pacer {
    /// Whether the time is over.
    pub(super) fn ends(&self) -> bool {
        Instant::now() >= self.deadline
    }

    /// The pause before the next observation.
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
    fn pauses_double_up_to_a_limit() {
        let poll = Duration::from_millis(20);
        let mut pacer = Settle { poll, ..Settle::default() }.pacer();
        let pauses: Vec<u128> = (0..7).map(|_| pacer.pause().as_millis()).collect();
        assert_eq!(pauses, [20, 40, 80, 160, 320, 320, 320]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_at_its_deadline() {
        assert!(Settle::default().pacer().ends());
        let pacer = Settle { timeout: Duration::from_secs(5), ..Settle::default() }.pacer();
        advance(Duration::from_millis(4_999)).await;
        assert!(!pacer.ends());
        advance(Duration::from_millis(1)).await;
        assert!(pacer.ends());
    }
}
