//! Which keys and aliases have changed, for whoever keeps them elsewhere too.

use std::collections::BTreeSet;

use super::record::KeyRecord;
use super::tenant::{Alias, Tenant};

/// What has changed, was added, or is gone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Touched {
    /// Ids of keys.
    pub(crate) keys: BTreeSet<String>,
    /// Names of aliases.
    pub(crate) aliases: BTreeSet<String>,
}

impl<K: KeyRecord> Tenant<K> {
    /// From now on, notes what changes.
    pub(crate) fn watch(&mut self) {
        self.touched.get_or_insert_default();
    }

    /// What has changed since this was last taken; nothing if nothing has.
    pub(crate) fn take_touched(&mut self) -> Option<Touched> {
        let touched = self.touched.as_mut()?;
        let any = !touched.keys.is_empty() || !touched.aliases.is_empty();
        any.then(|| std::mem::take(touched))
    }

    /// Notes with which number the journal has taken what had changed.
    pub(crate) fn note_saving(&mut self, touched: &Touched, number: u64) {
        for id in &touched.keys {
            if let Some(key) = self.keys.get_mut(id) {
                key.set_saved_by(number);
            }
        }
    }

    /// Removes all keys and aliases.
    pub(crate) fn clear(&mut self) {
        // What goes must go from the state file as well.
        let touched = self.touched.take().map(|mut touched| {
            touched.keys.extend(self.keys.drain().map(|(id, _)| id));
            touched.aliases.extend(self.aliases.drain().map(|(name, _)| name));
            touched
        });
        *self = Self::default();
        self.touched = touched;
    }

    /// Puts a key back in its old place in the order of creation. Its aliases come by themselves.
    pub(crate) fn restore(&mut self, key: K) {
        self.key_order.restore(key.number(), key.id().to_owned());
        self.index(key);
    }

    /// Puts an alias back in its old place in the order of creation, if its key is there.
    pub(crate) fn restore_alias(&mut self, name: &str, key_id: &str, number: u64) -> bool {
        let Some(key) = self.keys.get_mut(key_id) else { return false };
        key.aliases_mut().insert(number, name.to_owned());
        self.alias_order.restore(number, name.to_owned());
        self.aliases.insert(name.to_owned(), Alias { key_id: key_id.to_owned(), number });
        true
    }

    pub(super) fn touch_key(&mut self, id: &str) {
        if let Some(touched) = &mut self.touched {
            touched.keys.insert(id.to_owned());
        }
    }

    pub(super) fn touch_alias(&mut self, name: &str) {
        if let Some(touched) = &mut self.touched {
            touched.aliases.insert(name.to_owned());
        }
    }
}
