//! A key of the toy, and its record.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::mock::host::clock::from_seconds;
use crate::mock::host::persistence::Change;
use crate::mock::host::response::Fields;
use crate::mock::host::view::KeyView;

pub(super) const TABLE: &str = "toy-key";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ToyKey {
    pub(super) on: bool,
    /// In seconds since the epoch.
    pub(super) created: i64,
}

impl ToyKey {
    pub(super) fn state(&self) -> &'static str {
        if self.on { "on" } else { "off" }
    }

    pub(super) fn change(&self, id: &str) -> Change {
        Change::record(TABLE, id.to_owned(), self)
    }

    pub(super) fn view(&self, id: &str) -> KeyView {
        KeyView {
            id: id.to_owned(),
            state: self.state(),
            class: "plain",
            marks: if self.on { Vec::new() } else { vec!["worn"] },
            note: String::new(),
            description: "a toy".to_owned(),
            created: from_seconds(self.created),
            delete_date: None,
            aliases: Vec::new(),
            tags: BTreeMap::new(),
            more: Fields::from_iter([("colour".to_owned(), "red".into())]),
        }
    }
}

pub(super) fn removal(id: &str) -> Change {
    Change::remove(TABLE, id.to_owned())
}
