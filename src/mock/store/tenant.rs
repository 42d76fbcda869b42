//! All that one account holds in one region, found in the same time whether it holds ten keys or a million.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::ordered::Ordered;
use super::record::KeyRecord;
use super::touched::Touched;
use crate::mock::host::identifier::Identifiers;

/// An alias and the key behind it.
#[derive(Clone, Debug)]
pub(crate) struct Alias {
    pub(crate) key_id: String,
    pub(crate) number: u64,
}

/// The keys and aliases of an account in a region.
#[derive(Clone, Debug)]
pub(crate) struct Tenant<K> {
    pub(super) keys: HashMap<String, K>,
    pub(super) key_order: Ordered<String>,
    /// Ids of keys by the other ids that they are found by.
    key_of: HashMap<String, String>,
    pub(super) aliases: HashMap<String, Alias>,
    pub(super) alias_order: Ordered<String>,
    deadlines: BTreeSet<(Timestamp, String)>,
    keys_in_state: Vec<usize>,
    /// What has changed since it was last taken; nothing if nobody takes it.
    pub(super) touched: Option<Touched>,
}

impl<K: KeyRecord> Default for Tenant<K> {
    fn default() -> Self {
        Self {
            keys: HashMap::new(),
            key_order: Ordered::default(),
            key_of: HashMap::new(),
            aliases: HashMap::new(),
            alias_order: Ordered::default(),
            deadlines: BTreeSet::new(),
            keys_in_state: vec![0; K::STATES],
            touched: None,
        }
    }
}

impl<K: KeyRecord> Tenant<K> {
    /// Lets happen what was due by itself until `now`: deletion, expiry of key material, rotation.
    pub(crate) fn settle(&mut self, now: Timestamp, identifiers: &Identifiers) {
        while let Some((due, id)) = self.deadlines.first() {
            if *due > now {
                return;
            }
            let id = id.clone();
            if self.keys.get(&id).is_some_and(|key| key.is_gone(now)) {
                self.remove(&id);
            } else {
                // Its next deadline is later than now, if it has one, and so the loop ends.
                self.change(&id, |key| key.elapse(now, identifiers));
            }
        }
    }

    /// When something is due by itself next.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(due, _)| *due)
    }

    /// Adds a key; `make` gets its place in the order of creation.
    pub(crate) fn add(&mut self, id: String, make: impl FnOnce(u64) -> K) -> &K {
        let number = self.key_order.push(id.clone());
        let key = make(number);
        self.touch_key(&id);
        self.index(key)
    }

    /// Puts a key that has its place in the order of creation into every other index.
    pub(super) fn index(&mut self, key: K) -> &K {
        let id = key.id().to_owned();
        self.keys_in_state[key.state_index()] += 1;
        self.deadlines.extend(key.deadline().map(|due| (due, id.clone())));
        self.key_of.extend(key.further_ids().map(|further| (further.to_owned(), id.clone())));
        self.keys.entry(id).insert_entry(key).into_mut()
    }

    pub(crate) fn key(&self, id: &str) -> Option<&K> {
        self.keys.get(id)
    }

    /// The id of the key that is also found by this one.
    pub(crate) fn key_of(&self, further_id: &str) -> Option<&str> {
        self.key_of.get(further_id).map(String::as_str)
    }

    /// Changes a key, which notes what the change has made of it.
    pub(crate) fn change<R>(&mut self, id: &str, change: impl FnOnce(&mut K) -> R) -> Option<R> {
        self.amend(id, |key| {
            let before = key.before();
            let result = change(key);
            key.note_change(before);
            result
        })
    }

    /// Changes what is written of a key, and keeps every index up to date.
    pub(crate) fn amend<R>(&mut self, id: &str, change: impl FnOnce(&mut K) -> R) -> Option<R> {
        let key = self.keys.get_mut(id)?;
        let (state, due, further_ids) = (key.state_index(), key.deadline(), key.further_ids().count());
        let result = change(key);

        self.keys_in_state[state] -= 1;
        self.keys_in_state[key.state_index()] += 1;
        for further in key.further_ids().skip(further_ids) {
            self.key_of.insert(further.to_owned(), id.to_owned());
        }
        if key.deadline() != due {
            if let Some(due) = due {
                self.deadlines.remove(&(due, id.to_owned()));
            }
            self.deadlines.extend(key.deadline().map(|due| (due, id.to_owned())));
        }
        self.touch_key(id);
        Some(result)
    }

    /// Removes a key with its aliases.
    pub(crate) fn remove(&mut self, id: &str) {
        let Some(key) = self.keys.remove(id) else { return };

        // The indexes are kept by hand: what is left in one of them would lead to a key that is gone.
        self.touch_key(id);
        self.keys_in_state[key.state_index()] -= 1;
        self.key_order.remove(key.number());

        for further in key.further_ids() {
            self.key_of.remove(further);
        }

        // An alias does not outlive its key, and its name can be given again.
        for (number, name) in key.aliases() {
            self.aliases.remove(name);
            self.alias_order.remove(*number);
            self.touch_alias(name);
        }

        if let Some(due) = key.deadline() {
            self.deadlines.remove(&(due, id.to_owned()));
        }
    }

    pub(crate) fn key_count(&self) -> usize {
        self.key_order.len()
    }

    /// Keys in order of creation.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        self.key_order.iter().filter_map(|id| self.keys.get(id))
    }

    /// At most `count` keys after the first `skip`, in order of creation.
    pub(crate) fn key_page(&self, skip: usize, count: usize) -> impl Iterator<Item = &K> {
        self.key_order.page(skip, count).filter_map(|id| self.keys.get(id))
    }

    /// Keys in order of creation, from this number on.
    pub(crate) fn keys_from(&self, number: u64) -> impl Iterator<Item = &K> {
        self.key_order.from(number).filter_map(|(_, id)| self.keys.get(id))
    }

    /// How many keys are in the state with this index.
    pub(crate) fn key_count_in(&self, state_index: usize) -> usize {
        self.keys_in_state.get(state_index).copied().unwrap_or_default()
    }

    pub(crate) fn alias(&self, name: &str) -> Option<&Alias> {
        self.aliases.get(name)
    }

    pub(crate) fn alias_count(&self) -> usize {
        self.alias_order.len()
    }

    /// At most `count` aliases after the first `skip` with their keys' ids, in order of creation.
    pub(crate) fn alias_page(&self, skip: usize, count: usize) -> impl Iterator<Item = (&str, &str)> {
        self.alias_order
            .page(skip, count)
            .filter_map(|name| self.aliases.get(name).map(|alias| (name.as_str(), alias.key_id.as_str())))
    }

    /// Aliases in order of creation, from this number on: the number, the name, and the id of the key.
    pub(crate) fn aliases_from(&self, number: u64) -> impl Iterator<Item = (u64, &str, &str)> {
        let aliases = self.alias_order.from(number);
        aliases.filter_map(|(number, name)| Some((number, name.as_str(), self.aliases.get(name)?.key_id.as_str())))
    }

    /// Gives a key an alias that no key has.
    pub(crate) fn add_alias(&mut self, name: &str, key_id: &str) {
        let Some(key) = self.keys.get_mut(key_id) else { return };
        let number = self.alias_order.push(name.to_owned());
        key.aliases_mut().insert(number, name.to_owned());
        self.aliases.insert(name.to_owned(), Alias { key_id: key_id.to_owned(), number });
        self.touch_alias(name);
    }

    /// Moves an alias to another key; it keeps its place in the order of creation.
    pub(crate) fn move_alias(&mut self, name: &str, key_id: &str) {
        let Some(alias) = self.aliases.get_mut(name) else { return };
        if let Some(key) = self.keys.get_mut(&alias.key_id) {
            key.aliases_mut().remove(&alias.number);
        }
        // With its old number, which is its place in lists.
        if let Some(key) = self.keys.get_mut(key_id) {
            key.aliases_mut().insert(alias.number, name.to_owned());
        }
        alias.key_id = key_id.to_owned();
        self.touch_alias(name);
    }

    pub(crate) fn remove_alias(&mut self, name: &str) {
        let Some(alias) = self.aliases.remove(name) else { return };
        self.alias_order.remove(alias.number);
        if let Some(key) = self.keys.get_mut(&alias.key_id) {
            key.aliases_mut().remove(&alias.number);
        }
        self.touch_alias(name);
    }
}
