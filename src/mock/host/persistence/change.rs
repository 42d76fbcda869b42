//! What a state file holds: records of JSON, each with a name in a table.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

/// A record set or removed. `Debug` does not show it: it may be key material.
pub(crate) struct Change {
    table: Cow<'static, str>,
    name: String,
    json: Option<String>,
}

impl fmt::Debug for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Change").field("table", &self.table).field("name", &self.name).finish_non_exhaustive()
    }
}

impl Change {
    pub(super) fn set(table: impl Into<Cow<'static, str>>, name: String, json: String) -> Self {
        Self { table: table.into(), name, json: Some(json) }
    }

    /// Sets a record.
    pub(crate) fn record(table: &'static str, name: String, record: &impl Serialize) -> Self {
        // Records are structs of text and numbers, and no such thing fails to be written.
        Self::set(table, name, serde_json::to_string(record).unwrap_or_else(|_| "null".to_owned()))
    }

    pub(crate) fn remove(table: &'static str, name: String) -> Self {
        Self { table: table.into(), name, json: None }
    }

    /// The form in the file: `["key","name",{…}]`, or `null` in the last place.
    pub(super) fn json(&self) -> String {
        let value = self.json.as_deref().unwrap_or("null");
        format!("[{},{},{value}]", serde_json::json!(self.table), serde_json::json!(self.name))
    }
}
