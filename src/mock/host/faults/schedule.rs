//! Which request is struck by which fault.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Fault;
use super::FaultRule;
use super::Faults;
use crate::mock::host::identifier::scramble;

/// The faults of a mock, and how many requests each rule has seen: what strikes a request depends only on the seed and
/// on its number among the requests that the rule is aimed at, not on what other requests come between.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    faults: Faults,
    seen: Vec<AtomicU64>,
}

/// What strikes one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) delay: Duration,
    /// What happens instead of the plain response.
    pub(crate) fault: Option<Fault>,
    pub(crate) stale: Option<Duration>,
    pub(crate) skew_seconds: i64,
}

impl Schedule {
    pub(crate) fn new(faults: Faults) -> Self {
        let seen = faults.rules.iter().map(|_| AtomicU64::new(0)).collect();
        Self { faults, seen }
    }

    pub(crate) fn faults(&self) -> &Faults {
        &self.faults
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.faults.rules.is_empty()
    }

    /// What strikes the next request for `operation`; a request for none is struck by rules for all.
    pub(crate) fn plan(&self, operation: Option<&str>) -> Plan {
        let mut plan = Plan::default();
        for (at, (rule, seen)) in self.faults.rules.iter().zip(&self.seen).enumerate() {
            if rule.operation.is_some() && rule.operation.as_deref() != operation {
                continue;
            }

            let number = seen.fetch_add(1, Ordering::Relaxed) + 1;
            // A rule's chance depends on its place and on its own count, so that adding a rule below changes none above.
            let draw = scramble(scramble(self.faults.seed ^ scramble(at as u64)) ^ number);
            if strikes(rule, number, draw) {
                // Scrambled once more: whether it strikes must not decide how long it delays.
                plan.add(&rule.fault, scramble(draw));
            }
        }
        plan
    }
}

fn strikes(rule: &FaultRule, number: u64, draw: u64) -> bool {
    // 53 bits are what a float between 0 and 1 holds.
    let chance = (draw >> 11) as f64 / (1_u64 << 53) as f64;
    rule.nth.is_none_or(|nth| nth.get() == number) && chance < rule.probability
}

impl Plan {
    fn add(&mut self, fault: &Fault, draw: u64) {
        match fault {
            Fault::Latency { shortest, longest } => {
                let range = u64::try_from((*longest - *shortest).as_millis()).unwrap_or(u64::MAX).saturating_add(1);
                self.delay += *shortest + Duration::from_millis(draw % range);
            }
            Fault::Stale(duration) => self.stale = self.stale.max(Some(*duration)),
            Fault::Skew(seconds) => self.skew_seconds += i64::from(*seconds),
            // Two cannot both change one response, so the first rule counts.
            other => {
                self.fault.get_or_insert_with(|| other.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(seed: u64, rules: &[&str]) -> Schedule {
        Schedule::new(Faults { seed, rules: rules.iter().map(|rule| rule.parse().unwrap()).collect() })
    }

    #[test]
    fn the_same_seed_strikes_the_same_requests_whatever_comes_between() {
        let rules = ["garbage,operation=Encrypt,probability=0.3", "latency=0ms..100ms,operation=Encrypt"];
        let plans = |seed, others: usize| -> Vec<Plan> {
            let schedule = schedule(seed, &rules);
            let next = || {
                (0..others).for_each(|_| assert_eq!(schedule.plan(Some("Decrypt")), Plan::default()));
                schedule.plan(Some("Encrypt"))
            };
            (0..1000).map(|_| next()).collect()
        };

        let first = plans(7, 0);
        assert_eq!(first, plans(7, 3));
        assert_ne!(first, plans(8, 0));

        let struck = first.iter().filter(|plan| plan.fault.is_some()).count();
        assert!((200..400).contains(&struck), "{struck}");
        assert!(first.iter().all(|plan| plan.delay <= Duration::from_millis(100)));
        assert!(first.iter().any(|plan| plan.delay > Duration::from_millis(50)));
    }

    #[test]
    fn a_fault_can_be_aimed_at_one_request() {
        let schedule = schedule(0, &["drop-after,operation=ScheduleKeyDeletion,nth=2"]);
        let struck: Vec<_> = (0..3).map(|_| schedule.plan(Some("ScheduleKeyDeletion")).fault.is_some()).collect();
        assert_eq!(struck, [false, true, false]);
        assert_eq!(schedule.plan(None), Plan::default());
    }

    #[test]
    fn the_first_fault_counts_and_delays_add_up() {
        let schedule =
            schedule(0, &["latency=5ms", "garbage", "truncate", "latency=7ms", "skew=5", "skew=-2", "stale=1s"]);
        let plan = schedule.plan(None);
        assert_eq!(plan.fault, Some(Fault::Garbage));
        assert_eq!((plan.delay, plan.skew_seconds), (Duration::from_millis(12), 3));
        assert_eq!(plan.stale, Some(Duration::from_secs(1)));
    }

    #[test]
    fn probability_zero_never_strikes() {
        let schedule = schedule(0, &["garbage,probability=0"]);
        assert!((0..1000).all(|_| schedule.plan(None) == Plan::default()));
    }
}
