//! The keys that a ledger says wait for their deletion.

use std::collections::HashSet;

use indexmap::IndexMap;
use jiff::Timestamp;

use super::{History, Item, LedgerTarget, Thing, ThingState};

/// A key that was removed and is not known to be gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its id.
    pub id: String,
    /// Its class.
    pub class: String,
    /// The run that had it last, the number that it has there, and the case that it was for.
    pub run: String,
    /// Its number within that run.
    pub item: Item,
    /// The case that made or took it there.
    pub case: String,
    /// By what the secret is known from which its material is derived.
    pub seed: Option<String>,
    /// All runs that had it, the last one last: it carries the mark of one of them.
    pub marks: Vec<String>,
    /// Whether something was left on it that a new key does not have.
    pub worn: bool,
    /// When it was made or taken over, and removed, by the clock of this machine.
    pub made: String,
    /// When it was removed.
    pub removed: String,
    /// When it will be gone, if the service said so.
    pub until: Option<Timestamp>,
}

impl History {
    /// The keys that were removed at a target and are not known to be gone, in the order in which they were made or taken over
    /// last. Those of which the class is not known are not among them, nor are those that a run was given since: they are
    /// somebody else's.
    pub fn waiting(&self, is_target: impl Fn(&LedgerTarget) -> bool) -> Vec<Waiting> {
        // What became of a key last is what counts.
        let mut last: IndexMap<&str, &Thing> = IndexMap::new();
        for thing in self.things.iter().filter(|thing| thing.mark.is_some() && is_target(&thing.target)) {
            let Some(id) = thing.name.as_deref().filter(|id| !self.given.contains(*id)) else { continue };
            last.shift_remove(id);
            last.insert(id, thing);
        }
        let mut waiting: Vec<Waiting> = last.values().filter_map(|thing| Waiting::of(thing)).collect();

        // A key stays worn, whoever has it then.
        let worn = self.things.iter().filter(|thing| thing.key.worn).filter_map(|thing| thing.name.as_deref());
        let worn: HashSet<&str> = worn.collect();
        for key in &mut waiting {
            key.worn |= worn.contains(&*key.id);
        }
        waiting
    }
}

impl Waiting {
    fn of(thing: &Thing) -> Option<Self> {
        let Thing { run, item, at, case, name, state, key, .. } = thing;
        if *state != ThingState::Gone || key.gone {
            return None;
        }
        Some(Self {
            id: name.clone()?,
            class: key.class.clone()?,
            run: run.clone(),
            item: *item,
            case: case.clone(),
            seed: key.seed.clone(),
            marks: key.earlier.iter().chain([run]).cloned().collect(),
            worn: key.worn,
            made: at.clone(),
            removed: key.removed.clone()?,
            until: key.until,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Ledger, LedgerEntry, Made};

    #[test]
    fn a_key_waits_from_its_removal_until_it_is_taken_over_or_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.jsonl");
        let [provider, endpoint, region] = ["toy", "http://127.0.0.1:1", "r"].map(str::to_owned);
        let target = LedgerTarget { provider, endpoint, region };
        let ledger = |run: &str| Ledger::open(&path, run, target.clone()).unwrap();
        let waiting = || History::read(&path).unwrap().waiting(|one| *one == target);
        let until: Timestamp = "2026-01-08T00:00:00Z".parse().unwrap();

        let one = ledger("kc-1");
        let made = Made::Key { mark: "kc-1", class: "K", seed: Some("s") };
        for id in ["a", "b", "c"] {
            let item = one.making("CreateKey", "x/y", made).unwrap();
            one.note(LedgerEntry::Made, Some(item), "CreateKey", "x/y", Some(id)).unwrap();
            if id == "b" {
                one.note(LedgerEntry::Worn, Some(item), "Tag", "x/y", None).unwrap();
            }
            // The third stays, for its run was killed.
            if id != "c" {
                one.removed(Some(item), "Schedule", "x/y", id, Some(until)).unwrap();
            }
        }
        let found = waiting();
        let facts: Vec<_> = found.iter().map(|key| (key.id.as_str(), key.worn, key.until)).collect();
        assert_eq!(facts, [("a", false, Some(until)), ("b", true, Some(until))]);
        assert_eq!((found[0].class.as_str(), found[0].seed.as_deref()), ("K", Some("s")));
        assert!(History::read(&path).unwrap().waiting(|_| false).is_empty());

        // Taken over, and given back without a new date.
        let two = ledger("kc-2");
        let item = two.taking_over("Cancel", "x/z", &found[0]).unwrap();
        assert_eq!(waiting().len(), 1);
        two.note(LedgerEntry::Made, Some(item), "Cancel", "x/z", Some("a")).unwrap();
        two.removed(Some(item), "Schedule", "x/z", "a", None).unwrap();
        let found = waiting();
        assert_eq!((found[1].id.as_str(), found[1].until), ("a", None));
        assert_eq!(found[1].marks, ["kc-1", "kc-2"]);

        two.note(LedgerEntry::Gone, Some(item), "Describe", "", Some("a")).unwrap();
        assert_eq!(waiting().len(), 1);

        // Whoever gives a key to a run says that it is theirs.
        two.borrowing("Describe", "x/z", "b", "K", "PendingDeletion").unwrap();
        assert!(waiting().is_empty());
    }
}
