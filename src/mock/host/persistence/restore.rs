//! Reading a state file back.

use std::collections::HashMap;
use std::path::Path;

use serde_json::value::RawValue;

use super::StateError;
use super::file::{Entries, StateFile};
use super::setting::Setting;
use crate::mock::host::clock::KeptClock;
use crate::mock::host::cloud::{Description, Record};

/// What a state file held when the mock started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateSummary {
    /// Whether the file was made.
    pub is_new: bool,
    /// Keys.
    pub keys: usize,
    /// Aliases.
    pub aliases: usize,
    /// The bytes of a last write that was cut off, and so was never reported to a client.
    pub dropped_bytes: u64,
    /// Whether others than the owner may read the file, which holds key material.
    pub readable_by_others: bool,
}

/// What was read from a state file, and the file for going on with it.
pub(crate) struct Restored {
    pub(crate) file: StateFile,
    pub(crate) summary: StateSummary,
    /// The records of the cloud, in no order.
    pub(crate) records: Vec<Record>,
    pub(crate) clock: Option<KeptClock>,
    /// How many ids of keys and versions were drawn, by seed.
    pub(crate) drawn: HashMap<u64, u64>,
    /// Whether the keys that are there from the start were added.
    pub(crate) is_seeded: bool,
    /// Whether it says which cloud it is of.
    pub(crate) names_cloud: bool,
}

impl Restored {
    /// Opens a file, or makes it.
    pub(crate) fn open(path: &Path, cloud: &'static Description) -> Result<Self, StateError> {
        let (file, found) = StateFile::open(path, cloud.is_outdated)?;
        let mut restored = Self {
            summary: StateSummary {
                is_new: found.is_new,
                dropped_bytes: found.dropped,
                readable_by_others: found.readable_by_others,
                ..StateSummary::default()
            },
            file,
            records: Vec::new(),
            clock: None,
            drawn: HashMap::new(),
            is_seeded: false,
            names_cloud: false,
        };

        restored.take(found.entries, cloud)?;
        Ok(restored)
    }

    /// Takes the host's own records, and leaves the others to the cloud.
    fn take(&mut self, entries: Entries, cloud: &Description) -> Result<(), StateError> {
        for ((table, name), json) in entries {
            // A cloud may keep settings of its own in the same table.
            if Setting::is_named(&table, &name) {
                self.take_setting(&name, &json, cloud)?;
            } else {
                self.records.push(Record { table, name, json });
            }
        }
        Ok(())
    }

    fn take_setting(&mut self, name: &str, json: &RawValue, cloud: &Description) -> Result<(), StateError> {
        let path = || self.file.path().to_owned();
        let setting = serde_json::from_str(json.get())
            .map_err(|_| StateError::Damaged { path: path(), reason: format!("the setting {name:?} means nothing") })?;

        match setting {
            Setting::Clock(clock) => self.clock = Some(clock),
            Setting::Drawn { seed, count } => {
                self.drawn.insert(seed, count);
            }
            Setting::Seeded => self.is_seeded = true,
            Setting::Cloud(found) if found != cloud.name => {
                return Err(StateError::OtherCloud { path: path(), found, wanted: cloud.name });
            }
            Setting::Cloud(_) => self.names_cloud = true,
        }
        Ok(())
    }
}
