//! The keys of earlier runs that wait for their deletion. A run uses them again instead of making new ones, for each key counts
//! against the quota of an account until it is gone.
//!
//! Which keys these are is known from the ledger. A key is used again only if the service describes it with the mark of a run
//! that had it, and if it is what a new key is, as far as the table tells keys apart: nothing was left on it that stays, and
//! the material that it was given can be given again. Its deletion is scheduled anew when the run is over.
//!
//! - `mod` is which keys there are, and how many of them count;
//! - `take_over` is how a case gets one of them.

mod take_over;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::RunContext;
use super::leak::Leak;
use crate::ledger::Waiting;
use crate::suite::Suite;
use crate::suite::name::ClassName;
use crate::suite::service::MaterialForm;

/// A key that is gone sooner than this is not used again: the run may last.
const TOO_NEAR: Duration = Duration::from_secs(2 * 3600);

/// The keys of earlier runs that wait for their deletion.
#[derive(Debug, Default)]
pub struct Pool {
    /// Whether keys are used again at all.
    is_on: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What has not been tried in this run; the last one is tried first.
    untried: Vec<Waiting>,
    /// How many others wait all the same.
    others: usize,
    leaks: Vec<Leak>,
    taken: u64,
}

impl Pool {
    /// A pool of keys that wait at the target of the run.
    pub fn new(mut waiting: Vec<Waiting>) -> Self {
        // The one that stays longest is tried first; of one without a date that is not known.
        waiting.sort_by_key(|key| key.until);
        Self { is_on: true, state: Mutex::new(State { untried: waiting, ..State::default() }) }
    }

    /// Whether keys are used again.
    pub(crate) fn is_on(&self) -> bool {
        self.is_on
    }

    /// How many keys wait that the run does not use.
    pub(super) fn waiting(&self) -> u64 {
        let state = self.locked();
        (state.untried.len() + state.others) as u64
    }

    /// How many keys the run uses that earlier ones made.
    pub(super) fn taken(&self) -> u64 {
        self.locked().taken
    }

    /// How many keys of each class may be used, as far as the ledger says.
    pub(super) fn usable(&self, run: &RunContext) -> BTreeMap<ClassName, usize> {
        let mut usable = BTreeMap::new();
        for key in self.locked().untried.iter().filter(|key| is_like_new(run, key)) {
            *usable.entry(ClassName::from(key.class.as_str())).or_default() += 1;
        }
        usable
    }

    /// What could not be removed of keys that could not be used.
    pub(super) fn leaks(&self) -> Vec<Leak> {
        std::mem::take(&mut self.locked().leaks)
    }

    /// The next key of a class that may be used. It counts as waiting until it is known to be gone or is taken.
    fn next(&self, run: &RunContext, class: &ClassName) -> Option<Waiting> {
        let mut state = self.locked();
        let fits = |key: &Waiting| key.class == class.as_str() && is_like_new(run, key);
        let found = state.untried.iter().rposition(fits)?;
        state.others += 1;
        Some(state.untried.remove(found))
    }

    /// Takes out the keys whose time is over. They don't wait any more, unless they are seen to [stay](Self::stays).
    pub(super) fn due(&self, is_over: impl Fn(Timestamp) -> bool) -> Vec<Waiting> {
        let mut state = self.locked();
        let (due, untried) =
            std::mem::take(&mut state.untried).into_iter().partition(|key| key.until.is_some_and(&is_over));
        state.untried = untried;
        due
    }

    /// Notes that a key waits although its time is over.
    pub(super) fn stays(&self) {
        self.locked().others += 1;
    }

    /// Notes that a key is gone.
    fn gone(&self) {
        let mut state = self.locked();
        state.others = state.others.saturating_sub(1);
    }

    /// Notes that the run uses a key.
    fn take(&self) {
        self.gone();
        self.locked().taken += 1;
    }

    /// Adds what could not be put back.
    pub(super) fn add_leaks(&self, leaks: impl IntoIterator<Item = Leak>) {
        self.locked().leaks.extend(leaks);
    }

    /// Notes that a key which could not be used waits again.
    fn give_back(&self, leak: Option<Leak>) {
        let mut state = self.locked();
        state.others += 1;
        state.taken = state.taken.saturating_sub(1);
        state.leaks.extend(leak);
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a run that begins now may use a key, as far as the ledger says, if it can give it the material again that it had.
#[cfg(feature = "cli")]
pub(crate) fn may_be_used(key: &Waiting, now: Timestamp) -> bool {
    !key.worn && !key.until.is_some_and(|until| is_too_near(until, now))
}

/// Whether a key is what a new one is, as far as the ledger says.
fn is_like_new(run: &RunContext, key: &Waiting) -> bool {
    let class = ClassName::from(key.class.as_str());
    let same_material = || {
        let seed = run.options.material.as_ref().map(super::MaterialSeed::check);
        seed.is_some() && seed == key.seed
    };
    !key.worn && (!takes_material(&run.suite, &class) || (can_be_derived(&run.suite, &class) && same_material()))
}

/// Whether material of the form that a class takes can be derived again: a private key can't.
fn can_be_derived(suite: &Suite, class: &ClassName) -> bool {
    suite.service.classes.get(class).is_some_and(|class| class.material == MaterialForm::Bytes)
}

/// Whether keys of a class are given from outside what others have from the start.
fn takes_material(suite: &Suite, class: &ClassName) -> bool {
    suite.service.classes.get(class).is_none_or(|class| class.has.is_empty())
}

/// Whether a key is gone too soon for a run to use it.
fn is_too_near(until: Timestamp, now: Timestamp) -> bool {
    until.duration_since(now) < jiff::SignedDuration::try_from(TOO_NEAR).unwrap_or(jiff::SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_gone_soon_is_too_near() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        for (until, near) in [
            ("2025-12-31T00:00:00Z", true),
            ("2026-01-01T01:59:59Z", true),
            ("2026-01-01T02:00:00Z", false),
            ("2026-01-08T00:00:00Z", false),
        ] {
            assert_eq!(is_too_near(until.parse().unwrap(), now), near, "{until}");
        }
    }
}
