//! What a case may know of those that were begun before it.
//!
//! Cases run at the same time, but the result of a case must not depend on how many do. So a case learns only from cases
//! that were begun before it, and waits for them where it matters: whether keys pass a prefix of a route is decided by
//! the first cases with that prefix, and a failure is confirmed by the first case that has it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::route_prefix::RoutePrefix;
use crate::event::BlockedBy;

/// So many fresh keys that are blocked alike show that a prefix is blocked.
const SETTLED: u32 = 2;

/// The progress of the cases so far, by the number at which each was begun.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    cases: Mutex<Cases>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Cases {
    /// All cases before this one are over.
    all_over_before: usize,
    /// Later cases that are over.
    over: BTreeSet<usize>,
    prefixes: HashMap<RoutePrefix, PrefixStatus>,
    /// The prefixes of the routes of each case that is not over.
    ahead: HashMap<usize, HashSet<RoutePrefix>>,
}

/// Whether keys pass a prefix.
#[derive(Debug)]
enum PrefixStatus {
    /// Not decided yet: the cases with it, and how far each is.
    Open(BTreeMap<usize, Progress>),
    /// A key has passed it, so later ones may.
    Passable,
    /// Keys do not pass it.
    Blocked(BlockedBy),
}

/// How far a case is with a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Progress {
    /// It has not tried it yet.
    Pending,
    Passed,
    Blocked(BlockedBy),
    /// It was over before it tried.
    NotTried,
}

/// What a case does about a prefix before it begins.
#[derive(Debug, PartialEq, Eq)]
enum Decision {
    /// It may try.
    Try,
    /// Keys do not pass it.
    Blocked(BlockedBy),
    /// It waits for an earlier case that has not tried it yet.
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
            let status = cases.prefixes.entry(prefix.clone()).or_insert_with(|| PrefixStatus::Open(BTreeMap::new()));
            if let PrefixStatus::Open(progress) = status {
                progress.insert(number, Progress::Pending);
            }
        }
        cases.ahead.insert(number, ahead);
    }

    /// What blocks a case, as the cases that were begun before it found out.
    pub(super) async fn blocker(&self, number: usize, prefixes: &[RoutePrefix]) -> Option<BlockedBy> {
        for prefix in prefixes {
            loop {
                // Registered before the look, so that a change between the two is not missed.
                let changed = self.changed.notified();
                let decision = self.cases().decision(number, prefix);
                match decision {
                    Decision::Try => break,
                    Decision::Blocked(by) => return Some(by),
                    Decision::Wait => changed.await,
                }
            }
        }
        None
    }

    /// A key of a case has passed a prefix.
    pub(super) fn passed(&self, number: usize, prefix: &RoutePrefix) {
        self.note(number, prefix, Progress::Passed);
    }

    /// A key of a case could not pass a prefix.
    pub(super) fn blocked(&self, number: usize, prefix: &RoutePrefix, by: &BlockedBy) {
        self.note(number, prefix, Progress::Blocked(by.clone()));
    }

    fn note(&self, number: usize, prefix: &RoutePrefix, progress: Progress) {
        self.cases().note(number, prefix, progress);
        self.changed.notify_waiters();
    }

    /// A case is over.
    pub(super) fn end(&self, number: usize) {
        let mut cases = self.cases();
        for prefix in cases.ahead.remove(&number).unwrap_or_default() {
            cases.note(number, &prefix, Progress::NotTried);
        }
        cases.over.insert(number);
        // Only a gapless beginning counts: it says that all earlier cases are over.
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
            // Registered before the look, so that a change between the two is not missed.
            let changed = self.changed.notified();
            if self.cases().all_over_before >= number {
                return;
            }
            changed.await;
        }
    }
}

impl Cases {
    /// Notes the progress of a case with a prefix. The first note counts: later ones are of confirmations.
    fn note(&mut self, number: usize, prefix: &RoutePrefix, progress: Progress) {
        let Some(PrefixStatus::Open(cases)) = self.prefixes.get_mut(prefix) else { return };
        if let Some(known) = cases.get_mut(&number)
            && *known == Progress::Pending
        {
            *known = progress;
        }

        // The earliest cases decide, in the order in which they were begun.
        let mut alike: Option<(&BlockedBy, u32)> = None;
        for progress in cases.values() {
            alike = match (progress, alike) {
                // An earlier case may still decide otherwise.
                (Progress::Pending, _) => return,
                (Progress::NotTried, alike) => alike,
                (Progress::Passed, _) => {
                    self.prefixes.insert(prefix.clone(), PrefixStatus::Passable);
                    return;
                }
                (Progress::Blocked(by), Some((before, times))) if before.is_like(by) => Some((by, times + 1)),
                (Progress::Blocked(by), _) => Some((by, 1)),
            };
            if let Some((by, times)) = alike
                && times >= SETTLED
            {
                let by = by.clone();
                self.prefixes.insert(prefix.clone(), PrefixStatus::Blocked(by));
                return;
            }
        }
    }

    fn decision(&self, number: usize, prefix: &RoutePrefix) -> Decision {
        match self.prefixes.get(prefix) {
            Some(PrefixStatus::Blocked(by)) => Decision::Blocked(by.clone()),
            Some(PrefixStatus::Passable) | None => Decision::Try,
            Some(PrefixStatus::Open(cases)) => {
                let pending = cases.range(..number).any(|(_, progress)| *progress == Progress::Pending);
                if pending { Decision::Wait } else { Decision::Try }
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
    fn two_keys_that_are_blocked_alike_block_a_prefix() {
        let (sequence, prefix) = begun(4);
        let decision = |number| sequence.cases().decision(number, &prefix);
        assert_eq!((decision(0), decision(1)), (Decision::Try, Decision::Wait));
        sequence.blocked(0, &prefix, &blocker("a"));
        assert_eq!((decision(1), decision(2)), (Decision::Try, Decision::Wait));
        sequence.blocked(1, &prefix, &blocker("b"));
        assert_eq!(decision(2), Decision::Try, "they were blocked in another way");
        sequence.blocked(2, &prefix, &blocker("b"));
        assert_eq!(decision(3), Decision::Blocked(blocker("b")));
    }

    #[test]
    fn a_prefix_that_an_earlier_key_has_passed_is_never_blocked() {
        let (sequence, prefix) = begun(4);
        for later in 1..3 {
            sequence.blocked(later, &prefix, &blocker("a"));
        }
        assert_eq!(sequence.cases().decision(3, &prefix), Decision::Wait, "the first may still pass");
        sequence.passed(0, &prefix);
        assert_eq!(sequence.cases().decision(3, &prefix), Decision::Try);
    }

    #[test]
    fn a_case_that_ends_before_a_prefix_does_not_count() {
        let (sequence, prefix) = begun(3);
        sequence.end(0);
        sequence.end(1);
        assert_eq!(sequence.cases().decision(2, &prefix), Decision::Try);
    }

    #[tokio::test]
    async fn a_case_waits_for_the_cases_that_were_begun_before_it() {
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
