//! What the admin API and the page show of the keys of a cloud.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::mock::host::clock::wire_time;
use crate::mock::host::response::Fields;

/// What an account holds in a region.
pub(crate) struct AccountView {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) key_count: usize,
    pub(crate) alias_count: usize,
    /// How many keys are in each state.
    pub(crate) states: Vec<(&'static str, usize)>,
    /// The oldest keys, at most [`MOST_KEYS`].
    pub(crate) keys: Vec<KeyView>,
}

/// The most keys of an account and region that are listed.
pub(crate) const MOST_KEYS: usize = 1000;

/// What is shown of a key.
pub(crate) struct KeyView {
    pub(crate) id: String,
    pub(crate) state: &'static str,
    /// Its class, as in [`super::cloud::Description::classes`].
    pub(crate) class: &'static str,
    /// What is so for this key; edges of the graph of states may need one of these.
    pub(crate) marks: Vec<&'static str>,
    /// A remark besides the class.
    pub(crate) note: String,
    pub(crate) description: String,
    pub(crate) created: Timestamp,
    pub(crate) delete_date: Option<Timestamp>,
    pub(crate) aliases: Vec<String>,
    pub(crate) tags: BTreeMap<String, String>,
    /// What only this cloud knows of a key.
    pub(crate) more: Fields,
}

/// A parameter that no operation reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoredParameter {
    /// The operation of the requests that carried it.
    pub operation: &'static str,
    /// Its name.
    pub parameter: String,
    /// How many requests carried it.
    pub requests: u64,
}

impl AccountView {
    /// The form in the admin API.
    pub(crate) fn json(self) -> Value {
        let states: Fields = self.states.into_iter().map(|(state, count)| (state.to_owned(), count.into())).collect();
        let keys: Vec<Value> = self.keys.into_iter().map(KeyView::json).collect();

        json!({
            "account": self.account,
            "region": self.region,
            "key_count": self.key_count,
            "alias_count": self.alias_count,
            "states": states,
            "keys": keys,
        })
    }
}

impl KeyView {
    fn json(self) -> Value {
        let mut fields = self.more;

        // The page reads these, whichever the cloud is.
        let common = [
            ("id", self.id.into()),
            ("state", self.state.into()),
            ("class", self.class.into()),
            ("marks", self.marks.into()),
            ("note", self.note.into()),
            ("description", self.description.into()),
            ("created", wire_time(self.created).into()),
            ("delete_date", self.delete_date.map(wire_time).into()),
            ("aliases", self.aliases.into()),
            ("tags", json!(self.tags)),
        ];

        fields.extend(common.map(|(name, value)| (name.to_owned(), value)));
        Value::Object(fields)
    }
}
