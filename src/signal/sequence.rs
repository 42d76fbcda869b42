//! What each signal of several means.

use std::time::{Duration, Instant};

/// Signals that come within this time are one: a wrapper passes on what the process group got already, and a held key
/// repeats itself.
const ONE: Duration = Duration::from_secs(1);

/// The signals that came so far.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    first: Option<Instant>,
    /// Whether a person was told what the next signal does.
    announced: bool,
    at_once: Option<Instant>,
}

/// What a signal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Stop in good order.
    Stop,
    /// It belongs to the one before.
    TooEarly,
    /// Nobody was told what it does, so that comes first.
    Remind,
    /// Stop at once.
    AtOnce,
    /// End the process: it did not stop at once.
    Exit,
}

impl Sequence {
    /// Takes the next signal.
    pub(super) fn signal(&mut self, now: Instant) -> Meaning {
        let Some(first) = self.first else {
            self.first = Some(now);
            return Meaning::Stop;
        };
        if now.duration_since(self.at_once.unwrap_or(first)) < ONE {
            return Meaning::TooEarly;
        }
        if self.at_once.is_some() {
            return Meaning::Exit;
        }
        if !self.announced {
            // The time for reading it counts from now.
            (self.announced, self.first) = (true, Some(now));
            return Meaning::Remind;
        }
        self.at_once = Some(now);
        Meaning::AtOnce
    }

    /// Notes that a person was told what the next signal does.
    pub(super) fn announced(&mut self) {
        self.announced = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What signals mean that come at these times, in milliseconds, when the announcement is made at 5.
    fn meanings(times: &[u64], announced: bool) -> Vec<Meaning> {
        let (mut sequence, begin) = (Sequence::default(), Instant::now());
        let meaning = |time: &u64| {
            if announced && *time > 5 {
                sequence.announced();
            }
            sequence.signal(begin + Duration::from_millis(*time))
        };
        times.iter().map(meaning).collect()
    }

    #[test]
    fn a_stop_that_comes_as_several_signals_is_one() {
        use Meaning::{AtOnce, Exit, Stop, TooEarly};
        assert_eq!(meanings(&[0, 1, 2, 999], true), [Stop, TooEarly, TooEarly, TooEarly]);
        assert_eq!(meanings(&[0, 1, 1500, 1501, 2499], true), [Stop, TooEarly, AtOnce, TooEarly, TooEarly]);
        assert_eq!(meanings(&[0, 1000, 2000], true), [Stop, AtOnce, Exit]);
    }

    #[test]
    fn nothing_stops_at_once_before_it_was_announced() {
        use Meaning::{AtOnce, Exit, Remind, Stop, TooEarly};
        assert_eq!(meanings(&[0, 2000, 2500, 3000, 4000], false), [Stop, Remind, TooEarly, AtOnce, Exit]);
    }
}
