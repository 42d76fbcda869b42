//! All that one account holds in one region, found in the same time whether it holds ten keys or a million.

use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

use jiff::Timestamp;

use crate::mock::alibaba::service::arrival::Arrival;
use crate::mock::alibaba::service::key::{Former, Key};
use crate::mock::alibaba::service::state::KeyState;
use crate::mock::host::identifier::Identifiers;
use crate::mock::store::ordered::Ordered;
use crate::mock::store::touched::Touched;

/// An alias and the key behind it.
#[derive(Clone, Debug)]
pub(crate) struct Alias {
    pub(crate) key_id: String,
    pub(crate) number: u64,
}

/// The keys and aliases of an account in a region.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tenant {
    pub(super) keys: HashMap<String, Key>,
    pub(super) key_order: Ordered<String>,
    key_of_version: HashMap<String, String>,
    pub(super) aliases: HashMap<String, Alias>,
    pub(super) alias_order: Ordered<String>,
    deadlines: BTreeSet<(Timestamp, String)>,
    keys_in_state: [usize; KeyState::ALL.len()],
    /// What has changed since somebody asked; nothing if nobody does.
    pub(super) touched: Option<Touched>,
}

impl Tenant {
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
                self.change(&id, |key| key.elapse(now, identifiers));
            }
        }
    }

    /// Adds a key; `make` gets its place in the order of creation.
    pub(crate) fn add(&mut self, id: String, make: impl FnOnce(u64) -> Key) -> &Key {
        let number = self.key_order.push(id.clone());
        let key = make(number);
        self.touch_key(&id);
        self.index(key)
    }

    /// Puts a key that has its place in the order of creation into every other index.
    pub(super) fn index(&mut self, key: Key) -> &Key {
        let id = key.id.clone();
        self.keys_in_state[key.state as usize] += 1;
        self.deadlines.extend(key.deadline().map(|due| (due, id.clone())));
        self.key_of_version.extend(key.versions.iter().map(|version| (version.id.clone(), id.clone())));
        self.keys.entry(id).insert_entry(key).into_mut()
    }

    pub(crate) fn key(&self, id: &str) -> Option<&Key> {
        self.keys.get(id)
    }

    /// The id of the key that has this version.
    pub(crate) fn key_of_version(&self, version: &str) -> Option<&str> {
        self.key_of_version.get(version).map(String::as_str)
    }

    /// Changes a key, which notes how it came into its state.
    pub(crate) fn change<R>(&mut self, id: &str, change: impl FnOnce(&mut Key) -> R) -> Option<R> {
        self.amend(id, |key| {
            let (state, arrival, delete_date) = (key.state, key.arrival, key.delete_date);
            let result = change(key);
            if key.state != state {
                key.former = Some(Former { state, delete_date, until: Instant::now() });
                // Where the change itself has not said how.
                if key.arrival == arrival {
                    key.arrival = Arrival::between(state, arrival, key.state);
                }
            }
            result
        })
    }

    /// Changes what is written of a key, and keeps every index up to date.
    pub(crate) fn amend<R>(&mut self, id: &str, change: impl FnOnce(&mut Key) -> R) -> Option<R> {
        let key = self.keys.get_mut(id)?;
        let (state, due, versions) = (key.state, key.deadline(), key.versions.len());
        let result = change(key);

        self.keys_in_state[state as usize] -= 1;
        self.keys_in_state[key.state as usize] += 1;
        for version in key.versions.iter().skip(versions) {
            self.key_of_version.insert(version.id.clone(), key.id.clone());
        }
        if key.deadline() != due {
            if let Some(due) = due {
                self.deadlines.remove(&(due, key.id.clone()));
            }
            self.deadlines.extend(key.deadline().map(|due| (due, key.id.clone())));
        }
        self.touch_key(id);
        Some(result)
    }

    /// Removes a key with its aliases.
    pub(crate) fn remove(&mut self, id: &str) {
        let Some(key) = self.keys.remove(id) else { return };
        self.touch_key(id);
        self.keys_in_state[key.state as usize] -= 1;
        self.key_order.remove(key.number);
        for version in &key.versions {
            self.key_of_version.remove(&version.id);
        }
        for (number, name) in &key.aliases {
            self.aliases.remove(name);
            self.alias_order.remove(*number);
            self.touch_alias(name);
        }
        if let Some(due) = key.deadline() {
            self.deadlines.remove(&(due, key.id));
        }
    }

    pub(crate) fn key_count(&self) -> usize {
        self.key_order.len()
    }

    /// Keys in order of creation.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.key_order.iter().filter_map(|id| self.keys.get(id))
    }

    /// At most `count` keys after the first `skip`, in order of creation.
    pub(crate) fn key_page(&self, skip: usize, count: usize) -> impl Iterator<Item = &Key> {
        self.key_order.page(skip, count).filter_map(|id| self.keys.get(id))
    }

    /// How many keys are in `state`.
    pub(crate) fn key_count_in(&self, state: KeyState) -> usize {
        self.keys_in_state[state as usize]
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

    /// Gives a key an alias that no key has.
    pub(crate) fn add_alias(&mut self, name: &str, key_id: &str) {
        let Some(key) = self.keys.get_mut(key_id) else { return };
        let number = self.alias_order.push(name.to_owned());
        key.aliases.insert(number, name.to_owned());
        self.aliases.insert(name.to_owned(), Alias { key_id: key_id.to_owned(), number });
        self.touch_alias(name);
    }

    /// Moves an alias to another key; it keeps its place in the order of creation.
    pub(crate) fn move_alias(&mut self, name: &str, key_id: &str) {
        let Some(alias) = self.aliases.get_mut(name) else { return };
        if let Some(key) = self.keys.get_mut(&alias.key_id) {
            key.aliases.remove(&alias.number);
        }
        if let Some(key) = self.keys.get_mut(key_id) {
            key.aliases.insert(alias.number, name.to_owned());
        }
        alias.key_id = key_id.to_owned();
        self.touch_alias(name);
    }

    pub(crate) fn remove_alias(&mut self, name: &str) {
        let Some(alias) = self.aliases.remove(name) else { return };
        self.alias_order.remove(alias.number);
        if let Some(key) = self.keys.get_mut(&alias.key_id) {
            key.aliases.remove(&alias.number);
        }
        self.touch_alias(name);
    }
}
