//! The clock that keys live by. It can be moved forward; the time that signatures are checked against cannot.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How the clock of keys runs, and where it starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockMode {
    /// The clock runs with real time, ahead of it by what it was advanced.
    #[default]
    Real,
    /// The clock stands still until it is advanced: at the time at which the mock starts, or where the clock of a state
    /// file has come to.
    Standing,
    /// The clock stands at this time until it is advanced. A state file whose clock was once started at the same time goes
    /// on where it has come to. Any other one is taken to this time, and if its clock has come to a later one, the mock
    /// does not start: time never runs backwards.
    Manual(Timestamp),
}

/// What is kept of a clock beyond the life of the mock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", tag = "mode")]
pub(crate) enum KeptClock {
    /// Ahead of real time.
    Ahead { milliseconds: i64 },
    /// Standing at a time, in milliseconds since the epoch.
    Standing {
        at_milliseconds: i64,
        /// The time at which it was told to start.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from_milliseconds: Option<i64>,
    },
}

/// The clock of keys: deletion dates, import tokens, material expiry and rotation go by it.
#[derive(Debug)]
pub(crate) struct Clock {
    base: Base,
    /// What is added to the base; less than nothing where a state file has left the clock behind real time.
    advanced_milliseconds: AtomicI64,
}

/// What a clock shows before it is advanced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Base {
    RealTime,
    Fixed {
        start_milliseconds: i64,
        /// The time that it was told to start at, now or in an earlier life.
        from_milliseconds: Option<i64>,
    },
}

/// A clock that was to start at a time has come to a later one already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Later {
    pub(crate) wanted: Timestamp,
    pub(crate) reached: Timestamp,
}

impl Clock {
    pub(crate) fn new(mode: ClockMode) -> Self {
        let base = match mode {
            ClockMode::Real => Base::RealTime,
            ClockMode::Standing => Base::Fixed { start_milliseconds: real(), from_milliseconds: None },
            ClockMode::Manual(start) => {
                let start = start.as_millisecond();
                Base::Fixed { start_milliseconds: start, from_milliseconds: Some(start) }
            }
        };
        Self { base, advanced_milliseconds: AtomicI64::new(0) }
    }

    /// A clock that goes on where another one had come to.
    ///
    /// # Errors
    /// When it would have to go back.
    pub(crate) fn restored(mode: ClockMode, kept: &KeptClock) -> Result<Self, Later> {
        let (reached, kept_from) = match kept {
            KeptClock::Ahead { milliseconds } => (real().saturating_add(*milliseconds), None),
            KeptClock::Standing { at_milliseconds, from_milliseconds } => (*at_milliseconds, *from_milliseconds),
        };

        let mut clock = Self::new(mode);
        let advanced = match (&mut clock.base, kept) {
            (Base::RealTime, KeptClock::Ahead { milliseconds }) => *milliseconds,
            // It starts where the other one stood, unless that is in its past.
            (Base::RealTime, KeptClock::Standing { .. }) => reached.saturating_sub(real()).max(0),
            (Base::Fixed { start_milliseconds, from_milliseconds: from @ None }, _) => {
                // Whoever starts it at that time again finds it here.
                *from = kept_from;
                reached.saturating_sub(*start_milliseconds)
            }
            // The same command once more: where it starts counts only once.
            (Base::Fixed { start_milliseconds, from_milliseconds }, _) if *from_milliseconds == kept_from => {
                reached.saturating_sub(*start_milliseconds)
            }
            (Base::Fixed { start_milliseconds, .. }, _) if *start_milliseconds >= reached => 0,
            (Base::Fixed { start_milliseconds, .. }, _) => {
                return Err(Later { wanted: at(*start_milliseconds), reached: at(reached) });
            }
        };

        clock.advanced_milliseconds.store(advanced, Ordering::Relaxed);
        Ok(clock)
    }

    /// The time in whole seconds, as the wire shows it.
    pub(crate) fn now(&self) -> Timestamp {
        let base = match self.base {
            Base::RealTime => real(),
            Base::Fixed { start_milliseconds, .. } => start_milliseconds,
        };
        let advanced = self.advanced_milliseconds.load(Ordering::Relaxed);
        at(base.saturating_add(advanced))
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
        match self.base {
            Base::RealTime => KeptClock::Ahead { milliseconds: advanced },
            Base::Fixed { start_milliseconds, from_milliseconds } => {
                KeptClock::Standing { at_milliseconds: start_milliseconds.saturating_add(advanced), from_milliseconds }
            }
        }
    }

    /// Takes back every advance.
    pub(crate) fn reset(&self) {
        self.advanced_milliseconds.store(0, Ordering::Relaxed);
    }
}

/// 9000-01-01: the clock stops before the last date that can be written, so that a date that saturates never comes.
const LAST_SECOND: i64 = 221_845_392_000;

/// Real time, in milliseconds since the epoch.
fn real() -> i64 {
    Timestamp::now().as_millisecond()
}

/// The instant so many milliseconds after the epoch, in whole seconds, and at most the end of the clock.
fn at(milliseconds: i64) -> Timestamp {
    from_seconds(milliseconds.div_euclid(1000).min(LAST_SECOND))
}

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

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// What is kept of a clock that stands at a time and was told to start at another.
    fn standing(at: &str, from: Option<&str>) -> KeptClock {
        KeptClock::Standing {
            at_milliseconds: time(at).as_millisecond(),
            from_milliseconds: from.map(|from| time(from).as_millisecond()),
        }
    }

    /// Where a clock is after a restart, or why there is none.
    fn restored(mode: ClockMode, kept: &KeptClock) -> Result<String, Later> {
        Clock::restored(mode, kept).map(|clock| wire_time(clock.now()))
    }

    const PAST: &str = "2001-02-03T04:05:06Z";
    const FUTURE: &str = "2901-02-03T04:05:06Z";

    #[test]
    fn a_clock_that_is_told_nothing_goes_on_where_it_stood() {
        for (at, from) in [(PAST, None), (FUTURE, None), (FUTURE, Some(PAST))] {
            let kept = standing(at, from);
            let clock = Clock::restored(ClockMode::Standing, &kept).unwrap();
            assert_eq!((wire_time(clock.now()).as_str(), clock.kept()), (at, kept));
        }
        // From a clock that ran on, it stands still where that had come to.
        let clock = Clock::restored(ClockMode::Standing, &KeptClock::Ahead { milliseconds: 86_400_000 }).unwrap();
        let ahead = clock.now().duration_since(Timestamp::now()).as_secs();
        assert!((86_390..=86_401).contains(&ahead), "{ahead}");
        assert!(matches!(clock.kept(), KeptClock::Standing { from_milliseconds: None, .. }));
    }

    #[test]
    fn a_clock_that_is_told_its_start_is_there_or_does_not_start() {
        let manual = |text: &str| ClockMode::Manual(time(text));
        let stood = standing("2030-01-02T00:00:00Z", Some("2030-01-01T00:00:00Z"));
        for (start, found) in [
            // The same start once more.
            ("2030-01-01T00:00:00Z", Some("2030-01-02T00:00:00Z")),
            ("2030-01-01T02:00:00+02:00", Some("2030-01-02T00:00:00Z")),
            // Another one counts, but never backwards.
            ("2030-01-02T00:00:00Z", Some("2030-01-02T00:00:00Z")),
            ("2030-01-02T00:00:01Z", Some("2030-01-02T00:00:01Z")),
            (FUTURE, Some(FUTURE)),
            ("2029-12-31T23:59:59Z", None),
            ("2030-01-01T00:00:01Z", None),
            ("2030-01-01T23:59:59Z", None),
        ] {
            let reached = Later { wanted: time(start), reached: time("2030-01-02T00:00:00Z") };
            assert_eq!(restored(manual(start), &stood), found.map(str::to_owned).ok_or(reached), "{start}");
        }

        // Of a clock that was never told a start, nobody can mean the same one.
        let untold = standing("2030-01-02T00:00:00Z", None);
        assert!(restored(manual("2030-01-01T00:00:00Z"), &untold).is_err());
        assert!(restored(manual("2030-01-02T00:00:00Z"), &untold).is_ok());
        for ahead in [0, 86_400_000] {
            let kept = KeptClock::Ahead { milliseconds: ahead };
            assert_eq!(restored(manual(FUTURE), &kept).unwrap(), FUTURE);
            assert!(restored(manual(PAST), &kept).is_err());
        }
    }

    #[test]
    fn a_clock_that_runs_is_never_behind_real_time() {
        let real = |kept: &KeptClock| Clock::restored(ClockMode::Real, kept).unwrap();
        assert_eq!(wire_time(real(&standing(FUTURE, Some(PAST))).now())[..16], FUTURE[..16]);
        assert_eq!(real(&standing(PAST, None)).kept(), KeptClock::Ahead { milliseconds: 0 });
        let ahead = KeptClock::Ahead { milliseconds: 5000 };
        assert_eq!(real(&ahead).kept(), ahead);
    }

    #[test]
    fn a_reset_takes_a_restored_clock_to_its_own_start() {
        let start = ClockMode::Manual(time("2030-01-01T00:00:00Z"));
        let clock = Clock::restored(start, &standing(FUTURE, Some("2030-01-01T00:00:00Z"))).unwrap();
        clock.reset();
        assert_eq!(wire_time(clock.now()), "2030-01-01T00:00:00Z");
    }

    #[test]
    fn a_clock_of_an_older_file_is_read() {
        let read: KeptClock = serde_json::from_str(r#"{"mode":"standing","at_milliseconds":981173106000}"#).unwrap();
        assert_eq!(read, standing(PAST, None));
    }

    #[test]
    fn dates_saturate() {
        assert_eq!(after(Timestamp::MAX, i64::MAX), from_seconds(i64::MAX));
        assert_eq!(wire_date(None), "");
    }
}
