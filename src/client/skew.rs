//! How far the local clock is from that of the endpoint, by the dates of its responses.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// So many responses are looked at: enough for one that was long on its way, or a proxy's, not to count.
const MOST_SAMPLES: usize = 15;

/// The distances that the first responses showed, in seconds; positive if the local clock is ahead.
#[derive(Debug, Default)]
pub(super) struct Skew(Mutex<Vec<i64>>);

impl Skew {
    /// Takes note of a response that was received just now, and returns the distance that it shows.
    pub(super) fn note(&self, date: Timestamp, now: Timestamp) -> i64 {
        // A date has whole seconds, so the fraction of the local time says nothing.
        let distance = now.as_second() - date.as_second();
        let mut samples = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if samples.len() < MOST_SAMPLES {
            samples.push(distance);
        }
        distance
    }

    /// The median; none before the first response with a date.
    pub(super) fn median(&self) -> Option<i64> {
        let mut samples = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        samples.sort_unstable();
        samples.get(samples.len() / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_late_response_does_not_count() {
        let skew = Skew::default();
        assert_eq!(skew.median(), None);
        let date: Timestamp = "2024-01-02T03:04:05Z".parse().unwrap();
        for seconds in [-1200, 30, -1200, -1201, -1200] {
            let now = Timestamp::from_second(date.as_second() + seconds).unwrap();
            assert_eq!(skew.note(date, now), seconds);
        }
        assert_eq!(skew.median(), Some(-1200));
    }
}
