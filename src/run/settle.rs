//! When a state counts as reached, and how long what may be late is waited for.

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
    /// The first pause between two looks; it doubles up to sixteen times as long.
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

/// How long something is waited for, and how often it is looked at meanwhile.
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

    /// The pause before the next look.
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
        let mut pacer = Settle { poll, ..Settle::default() }.pacer();
        let pauses: Vec<u128> = (0..7).map(|_| pacer.pause().as_millis()).collect();
        assert_eq!(pauses, [20, 40, 80, 160, 320, 320, 320]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_with_the_time() {
        assert!(Settle::default().pacer().ends());
        let pacer = Settle { timeout: Duration::from_secs(5), ..Settle::default() }.pacer();
        advance(Duration::from_millis(4_999)).await;
        assert!(!pacer.ends());
        advance(Duration::from_millis(1)).await;
        assert!(pacer.ends());
    }
}
