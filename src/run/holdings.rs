//! What a run has made and not removed yet: what stays if it is stopped at once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;

use super::leak::Leak;

/// How many keys that stay are named in one message.
const MOST_LISTED: usize = 20;

/// What a run has made and not removed yet, as far as it knows.
#[derive(Debug, Default)]
pub(super) struct Holdings {
    /// By the id of the key or the name of the alias, in the order in which they were made.
    held: Mutex<IndexMap<String, Held>>,
    /// The keys of failing cases that stay as they are.
    kept: Mutex<Vec<Kept>>,
    /// How many keys are being made: the requests were sent, and no response has come.
    creations: AtomicU64,
}

#[derive(Debug)]
struct Held {
    is_key: bool,
    /// Whether it is known to be there; otherwise it is being made.
    made: bool,
    case: String,
}

/// A key that stays.
#[derive(Debug)]
struct Kept {
    case: String,
    id: String,
}

/// How much a run holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Amount {
    pub(super) keys: u64,
    pub(super) aliases: u64,
}

impl Holdings {
    /// Notes a key that was made.
    pub(super) fn key_made(&self, id: &str, case: &str) {
        self.locked().insert(id.to_owned(), Held { is_key: true, made: true, case: case.to_owned() });
    }

    /// Notes an alias that is about to be made.
    pub(super) fn making_alias(&self, name: &str, case: &str) {
        let held = Held { is_key: false, made: false, case: case.to_owned() };
        self.locked().entry(name.to_owned()).or_insert(held);
    }

    /// Notes an alias that was made.
    pub(super) fn alias_made(&self, name: &str, case: &str) {
        self.locked().insert(name.to_owned(), Held { is_key: false, made: true, case: case.to_owned() });
    }

    /// Notes that a key or alias was removed.
    pub(super) fn removed(&self, name: &str) {
        self.locked().shift_remove(name);
    }

    /// Notes a key of a case that stays, as the user wants it.
    pub(super) fn kept(&self, id: &str, case: &str) {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Kept { case: case.to_owned(), id: id.to_owned() });
    }

    /// The keys that stay because the user wants it, each with its case, in the order of cases.
    pub(super) fn list_kept(&self) -> String {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.sort_by(|one, other| one.case.cmp(&other.case));
        let named = kept.iter().take(MOST_LISTED).map(|Kept { case, id }| format!("{id} of {case}"));
        let mut list = named.collect::<Vec<_>>().join(", ");
        if let Some(more @ 1..) = kept.len().checked_sub(MOST_LISTED) {
            list.push_str(&format!(", and {more} more, which the notes of their cases name (--verbose)"));
        }
        list
    }

    /// How many keys stay because the user wants it.
    pub(super) fn number_kept(&self) -> usize {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Forgets the aliases of a case that were to be made and were not: its attempt is over.
    pub(super) fn attempt_over(&self, case: &str) {
        self.locked().retain(|_, held| held.made || held.case != case);
    }

    /// Notes that a key is being made.
    pub(super) fn creation_begins(&self) {
        self.creations.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes that it is known what became of such a key.
    pub(super) fn creation_ends(&self) {
        self.creations.fetch_sub(1, Ordering::Relaxed);
    }

    /// How many keys are being made.
    pub(super) fn creations(&self) -> u64 {
        self.creations.load(Ordering::Relaxed)
    }

    /// How much is held.
    pub(super) fn amount(&self) -> Amount {
        let held = self.locked();
        let keys = held.values().filter(|held| held.is_key).count() as u64;
        Amount { keys, aliases: held.len() as u64 - keys }
    }

    /// What is held as leaks, for a run that removes nothing any more.
    pub(super) fn leaks(&self, reason: &str) -> Vec<Leak> {
        let leak = |(name, held): (&String, &Held)| {
            let Held { is_key, made, case } = held;
            Leak {
                what: if *is_key { format!("key {name}") } else { name.clone() },
                case: case.clone(),
                reason: if *made { reason.to_owned() } else { format!("{reason}, while it was being made") },
            }
        };
        self.locked().iter().map(leak).collect()
    }

    fn locked(&self) -> MutexGuard<'_, IndexMap<String, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_is_held_until_it_is_removed() {
        let holdings = Holdings::default();
        holdings.key_made("1", "x/y");
        holdings.key_made("2", "x/y");
        holdings.making_alias("alias/a", "x/y");
        holdings.making_alias("alias/b", "x/z");
        holdings.alias_made("alias/b", "x/z");
        assert_eq!(holdings.amount(), Amount { keys: 2, aliases: 2 });

        holdings.removed("1");
        let lines: Vec<String> =
            holdings.leaks("stopped").into_iter().map(|leak| format!("{} {}", leak.what, leak.reason)).collect();
        assert_eq!(lines, ["key 2 stopped", "alias/a stopped, while it was being made", "alias/b stopped"]);

        // What was rejected is not there, and what was made is, however the attempt ended.
        holdings.attempt_over("x/y");
        holdings.attempt_over("x/z");
        assert_eq!(holdings.amount(), Amount { keys: 1, aliases: 1 });
    }
}
