//! The clock that keys live by. It can be moved forward; the time that signatures are checked against cannot.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where the clock of keys starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockMode {
    /// The clock runs with real time, ahead of it by what it was advanced.
    #[default]
    Real,
    /// The clock stands at this time until it is advanced.
    Manual(Timestamp),
}

/// What is kept of a clock beyond the life of the mock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", tag = "mode")]
pub(crate) enum KeptClock {
    /// Ahead of real time.
    Ahead { milliseconds: i64 },
    /// Standing at a time, in milliseconds since the epoch.
    Standing { at_milliseconds: i64 },
}

/// The clock of keys: deletion dates, import tokens, material expiry and rotation go by it.
#[derive(Debug)]
pub(crate) struct Clock {
    mode: ClockMode,
    advanced_milliseconds: AtomicI64,
}

impl Clock {
    pub(crate) fn new(mode: ClockMode) -> Self {
        Self { mode, advanced_milliseconds: AtomicI64::new(0) }
    }

    /// The time in whole seconds, as the wire shows it.
    pub(crate) fn now(&self) -> Timestamp {
        let base = match self.mode {
            ClockMode::Real => Timestamp::now(),
            ClockMode::Manual(start) => start,
        };
        let advanced = self.advanced_milliseconds.load(Ordering::Relaxed);
        from_seconds(base.as_millisecond().saturating_add(advanced).div_euclid(1000).min(LAST_SECOND))
    }

    /// Moves the clock forward, at most to the year 9000.
    pub(crate) fn advance(&self, by: Duration) {
        let milliseconds = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        // The update never fails: the closure always returns Some.
        let _ = self
            .advanced_milliseconds
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |advanced| Some(advanced.saturating_add(milliseconds)));
    }

    /// What is kept of it: how far it was moved, or where it stands.
    pub(crate) fn kept(&self) -> KeptClock {
        let advanced = self.advanced_milliseconds.load(Ordering::Relaxed);
        match self.mode {
            ClockMode::Real => KeptClock::Ahead { milliseconds: advanced },
            ClockMode::Manual(start) => {
                KeptClock::Standing { at_milliseconds: start.as_millisecond().saturating_add(advanced) }
            }
        }
    }

    /// Goes on where another clock had come to, so that time never runs backwards.
    pub(crate) fn restore(&self, kept: &KeptClock) {
        let real = Timestamp::now().as_millisecond();

        let advanced = match (self.mode, kept) {
            (ClockMode::Real, KeptClock::Ahead { milliseconds }) => *milliseconds,
            // Another mode than before: it starts where the old one had come to, unless that is in its past.
            (ClockMode::Real, KeptClock::Standing { at_milliseconds }) => at_milliseconds.saturating_sub(real).max(0),
            (ClockMode::Manual(start), KeptClock::Ahead { milliseconds }) => {
                real.saturating_add(*milliseconds).saturating_sub(start.as_millisecond()).max(0)
            }
            // Where it starts counts only once.
            (ClockMode::Manual(start), KeptClock::Standing { at_milliseconds }) => {
                at_milliseconds.saturating_sub(start.as_millisecond())
            }
        };
        self.advanced_milliseconds.store(advanced, Ordering::Relaxed);
    }

    /// Takes back every advance.
    pub(crate) fn reset(&self) {
        self.advanced_milliseconds.store(0, Ordering::Relaxed);
    }
}

/// 9000-01-01: the clock stops before the last date that can be written, so that a date that saturates never comes.
const LAST_SECOND: i64 = 221_845_392_000;

/// The instant `seconds` after the epoch, at most the end of the year 9999.
pub(crate) fn from_seconds(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// `seconds` after `start`, at most the end of the year 9999.
pub(crate) fn after(start: Timestamp, seconds: i64) -> Timestamp {
    from_seconds(start.as_second().saturating_add(seconds))
}

/// The wire form of an instant: `2021-04-12T06:00:54Z`.
pub(crate) fn wire_time(instant: Timestamp) -> String {
    from_seconds(instant.as_second()).to_string()
}

/// The wire form of a date that may not apply: the empty text then.
pub(crate) fn wire_date(instant: Option<Timestamp>) -> String {
    instant.map(wire_time).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_advanced_and_never_past_its_end() {
        let clock = Clock::new(ClockMode::Manual("2024-01-02T03:04:05.9Z".parse().unwrap()));
        assert_eq!(wire_time(clock.now()), "2024-01-02T03:04:05Z");
        clock.advance(Duration::from_millis(100));
        assert_eq!(wire_time(clock.now()), "2024-01-02T03:04:06Z");
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        assert_eq!(wire_time(clock.now()), "9000-01-01T00:00:00Z");
        assert!(clock.now() < after(clock.now(), i64::MAX));
    }

    #[test]
    fn dates_saturate() {
        assert_eq!(after(Timestamp::MAX, i64::MAX), from_seconds(i64::MAX));
        assert_eq!(wire_date(None), "");
    }
}
