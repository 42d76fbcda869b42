//! What deviations remember of keys and aliases, for what shows only later.

use std::collections::HashMap;
use std::sync::Mutex;

use jiff::Timestamp;

use crate::mock::alibaba::service::state::KeyState;
use crate::mock::host::response::Fields;
use crate::mock::locked;

/// What is remembered.
#[derive(Debug, Default)]
pub(super) struct Marks {
    keys: Mutex<HashMap<String, Mark>>,
    /// Aliases that stay on keys which they have moved away from, with the ids of the keys.
    pub(super) left_aliases: Mutex<Vec<(String, String)>>,
}

/// What is remembered of a key.
#[derive(Clone, Debug, Default)]
pub(super) struct Mark {
    /// The state and the date of deletion that DescribeKey shows, if the key is not really in it.
    pub(super) shown: Option<(KeyState, Option<Timestamp>)>,
    /// Whether an import has used up the token that was handed out last.
    pub(super) token_used: bool,
    /// Whether the key is to be Disabled once its material is imported.
    pub(super) disabled_by_import: bool,
    /// The parameters for import that were handed out first, by the algorithm to wrap with.
    pub(super) import_parameters: HashMap<String, Fields>,
}

impl Marks {
    /// What is remembered of the key with this id.
    pub(super) fn of(&self, id: &str) -> Mark {
        locked(&self.keys).get(id).cloned().unwrap_or_default()
    }

    pub(super) fn change(&self, id: &str, change: impl FnOnce(&mut Mark)) {
        change(locked(&self.keys).entry(id.to_owned()).or_default());
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        locked(&self.keys).clear();
        locked(&self.left_aliases).clear();
    }
}
