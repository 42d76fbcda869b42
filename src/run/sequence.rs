//! The order in which cases are begun, and what later cases may know of earlier ones.
//!
//! Cases run side by side, and yet a case must come to the same however many do: what it learns from others it learns
//! only from those that were begun before it, and waits for them where it matters. So a prefix of a route is settled by
//! the first cases that come along it, and a failure is confirmed by the first case that has it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::route_prefix::RoutePrefix;
use crate::event::BlockedBy;

/// So many fresh keys that fare alike settle a prefix.
const SETTLED: u32 = 2;

/// What became of the cases so far, by the number at which each was begun.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    cases: Mutex<Cases>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Cases {
    /// All cases before this one are over.
    all_over_before: usize,
    /// Cases after that one that are over.
    over: BTreeSet<usize>,
    prefixes: HashMap<RoutePrefix, Traffic>,
    /// The prefixes that a case has ahead.
    ahead: HashMap<usize, HashSet<RoutePrefix>>,
}

/// How the keys of cases fared on a prefix.
#[derive(Debug)]
enum Traffic {
    /// Not known yet: the cases that came along so far.
    Open(BTreeMap<usize, Fared>),
    /// A key has passed it, so whoever comes later may try.
    Passable,
    /// Keys do not pass it.
    Blocked(BlockedBy),
}

/// How a case fared on a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fared {
    /// It is on its way.
    UnderWay,
    Passed,
    Blocked(BlockedBy),
    /// It was over before it came there.
    Elsewhere,
}

/// What a case knows of a prefix before it comes there.
#[derive(Debug, PartialEq, Eq)]
enum Known {
    /// It may try.
    Try,
    /// Keys do not pass it.
    Blocked(BlockedBy),
    /// An earlier case is on its way there.
    Wait,
}

impl Sequence {
    fn cases(&self) -> MutexGuard<'_, Cases> {
        self.cases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a case with the prefixes of its keys. Cases are begun in the order of their numbers.
    pub(super) fn begin(&self, number: usize, prefixes: impl IntoIterator<Item = RoutePrefix>) {
        let mut cases = self.cases();
        let ahead: HashSet<RoutePrefix> = prefixes.into_iter().collect();
        for prefix in &ahead {
            let traffic = cases.prefixes.entry(prefix.clone()).or_insert_with(|| Traffic::Open(BTreeMap::new()));
            if let Traffic::Open(fared) = traffic {
                fared.insert(number, Fared::UnderWay);
            }
        }
        cases.ahead.insert(number, ahead);
    }

    /// What blocks a case, as settled by those that were begun before it.
    pub(super) async fn blocker(&self, number: usize, prefixes: &[RoutePrefix]) -> Option<BlockedBy> {
        for prefix in prefixes {
            loop {
                let changed = self.changed.notified();
                let known = self.cases().known(number, prefix);
                match known {
                    Known::Try => break,
                    Known::Blocked(by) => return Some(by),
                    Known::Wait => changed.await,
                }
            }
        }
        None
    }

    /// A key of a case has passed a prefix.
    pub(super) fn passed(&self, number: usize, prefix: &RoutePrefix) {
        self.fared(number, prefix, Fared::Passed);
    }

    /// A key of a case could not pass a prefix.
    pub(super) fn blocked(&self, number: usize, prefix: &RoutePrefix, by: &BlockedBy) {
        self.fared(number, prefix, Fared::Blocked(by.clone()));
    }

    fn fared(&self, number: usize, prefix: &RoutePrefix, how: Fared) {
        self.cases().fared(number, prefix, how);
        self.changed.notify_waiters();
    }

    /// A case is over.
    pub(super) fn end(&self, number: usize) {
        let mut cases = self.cases();
        for prefix in cases.ahead.remove(&number).unwrap_or_default() {
            cases.fared(number, &prefix, Fared::Elsewhere);
        }
        cases.over.insert(number);
        while let before = cases.all_over_before
            && cases.over.remove(&before)
        {
            cases.all_over_before += 1;
        }
        drop(cases);
        self.changed.notify_waiters();
    }

    /// Waits until all cases that were begun before one are over.
    pub(super) async fn earlier_are_over(&self, number: usize) {
        loop {
            let changed = self.changed.notified();
            if self.cases().all_over_before >= number {
                return;
            }
            changed.await;
        }
    }
}

impl Cases {
    /// Takes note of how a case fared on a prefix; the first time counts.
    fn fared(&mut self, number: usize, prefix: &RoutePrefix, how: Fared) {
        let Some(Traffic::Open(fared)) = self.prefixes.get_mut(prefix) else { return };
        if let Some(known) = fared.get_mut(&number)
            && *known == Fared::UnderWay
        {
            *known = how;
        }

        // The first that says something decides, in the order in which cases were begun.
        let mut alike: Option<(&BlockedBy, u32)> = None;
        for fared in fared.values() {
            alike = match (fared, alike) {
                (Fared::UnderWay, _) => return,
                (Fared::Elsewhere, alike) => alike,
                (Fared::Passed, _) => {
                    self.prefixes.insert(prefix.clone(), Traffic::Passable);
                    return;
                }
                (Fared::Blocked(by), Some((before, times))) if before.is_like(by) => Some((by, times + 1)),
                (Fared::Blocked(by), _) => Some((by, 1)),
            };
            if let Some((by, times)) = alike
                && times >= SETTLED
            {
                let by = by.clone();
                self.prefixes.insert(prefix.clone(), Traffic::Blocked(by));
                return;
            }
        }
    }

    fn known(&self, number: usize, prefix: &RoutePrefix) -> Known {
        match self.prefixes.get(prefix) {
            Some(Traffic::Blocked(by)) => Known::Blocked(by.clone()),
            Some(Traffic::Passable) | None => Known::Try,
            Some(Traffic::Open(fared)) => {
                let under_way = fared.range(..number).any(|(_, fared)| *fared == Fared::UnderWay);
                if under_way { Known::Wait } else { Known::Try }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::route_prefix::PrefixBuilder;
    use super::*;
    use crate::event::BlockedStep;
    use crate::suite::files::embedded;
    use crate::suite::load::load;

    fn blocker(problem: &str) -> BlockedBy {
        BlockedBy {
            step: BlockedStep::Setup,
            operation: Some("CreateKey".to_owned()),
            key_class: None,
            state: None,
            response: None,
            problem: problem.to_owned(),
        }
    }

    fn prefix() -> RoutePrefix {
        PrefixBuilder::new(&"EXTERNAL".into()).make(&load(embedded(), None).unwrap())
    }

    /// A sequence in which so many cases with one prefix were begun.
    fn begun(cases: usize) -> (Sequence, RoutePrefix) {
        let (sequence, prefix) = (Sequence::default(), prefix());
        (0..cases).for_each(|number| sequence.begin(number, [prefix.clone()]));
        (sequence, prefix)
    }

    #[test]
    fn two_keys_that_fare_alike_settle_a_stretch() {
        let (sequence, prefix) = begun(4);
        let known = |number| sequence.cases().known(number, &prefix);
        assert_eq!((known(0), known(1)), (Known::Try, Known::Wait));
        sequence.blocked(0, &prefix, &blocker("a"));
        assert_eq!((known(1), known(2)), (Known::Try, Known::Wait));
        sequence.blocked(1, &prefix, &blocker("b"));
        assert_eq!(known(2), Known::Try, "they fared otherwise");
        sequence.blocked(2, &prefix, &blocker("b"));
        assert_eq!(known(3), Known::Blocked(blocker("b")));
    }

    #[test]
    fn a_stretch_that_an_earlier_key_has_passed_is_never_settled() {
        let (sequence, prefix) = begun(4);
        for later in 1..3 {
            sequence.blocked(later, &prefix, &blocker("a"));
        }
        assert_eq!(sequence.cases().known(3, &prefix), Known::Wait, "the first may still pass");
        sequence.passed(0, &prefix);
        assert_eq!(sequence.cases().known(3, &prefix), Known::Try);
    }

    #[test]
    fn a_case_that_is_over_before_a_stretch_says_nothing_of_it() {
        let (sequence, prefix) = begun(3);
        sequence.end(0);
        sequence.end(1);
        assert_eq!(sequence.cases().known(2, &prefix), Known::Try);
    }

    #[tokio::test]
    async fn a_case_waits_for_those_that_were_begun_before_it() {
        let (sequence, prefix) = begun(3);
        sequence.end(1);
        let waits = async {
            sequence.earlier_are_over(2).await;
            sequence.blocker(2, std::slice::from_ref(&prefix)).await
        };
        let goes_on = async {
            tokio::task::yield_now().await;
            sequence.end(0);
        };
        assert_eq!(tokio::join!(waits, goes_on).0, None);
    }
}
