//! Known failures: which deviations of an endpoint a person has accepted, why, and until when.
//!
//! A run that is given such a list does not fail for what fails exactly as listed. It fails for everything else, so that
//! the list stays true: for a listed case that passes or fails otherwise, and for an entry whose time is over.
//!
//! - [`mod@file`] is the grammar of the list, [`load`] checks it against a suite, [`entry`] is what comes out.
//! - [`judge`] says what a list makes of what was observed of a case.
//! - [`update`] says how a list must change to hold for a run, [`edit`] changes the text and leaves everything else in
//!   it as it is.
//! - [`convert`] writes a list in YAML as one in TOML: lists were written in YAML first, and those are read still.
//!
//! An exact id outranks patterns, so that one case of many can have an entry of its own. Two entries that both could
//! mean a case otherwise are a mistake: which of them counted would be a matter of chance.

#[cfg(feature = "cli")]
pub mod convert;
#[cfg(feature = "cli")]
pub mod edit;
pub mod entry;
#[cfg(feature = "cli")]
pub mod file;
pub mod judge;
#[cfg(feature = "cli")]
pub mod load;
#[cfg(feature = "cli")]
mod toml;
#[cfg(feature = "cli")]
pub mod update;

#[cfg(test)]
mod sample;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;

use self::entry::Entry;

/// A list of known failures, checked against a suite, as it stands on a day.
#[derive(Debug)]
pub struct KnownFailures {
    /// What was tested, if the list says so.
    target: Option<String>,
    /// The entries, in the order of the file.
    entries: Vec<Entry>,
    /// The index of the entry of a case, by the id of the case.
    by_case: HashMap<Arc<str>, usize>,
    /// The day, UTC.
    today: Date,
}

impl KnownFailures {
    /// A list without entries.
    pub fn none(today: Date) -> Self {
        Self { target: None, entries: Vec::new(), by_case: HashMap::new(), today }
    }

    /// What was tested, if the list says so.
    pub fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    /// The entries, in the order of the file.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of a case.
    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.get(*self.by_case.get(id)?)
    }

    /// Whether the time of an entry is over.
    pub fn is_expired(&self, entry: &Entry) -> bool {
        entry.until < self.today
    }
}
