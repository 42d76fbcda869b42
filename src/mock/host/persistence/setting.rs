//! The host's own records.

use serde::{Deserialize, Serialize};

use super::Change;
use crate::mock::host::clock::KeptClock;

/// The table of settings. A cloud may keep some of its own there under other names.
const TABLE: &str = "setting";

/// A fact about the mock as a whole.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Setting {
    Clock(KeptClock),
    /// How many ids of keys and versions were drawn from a seed.
    Drawn {
        seed: u64,
        count: u64,
    },
    /// The keys that are there from the start were added.
    Seeded,
    /// The name of the cloud whose records the file holds.
    Cloud(String),
}

impl Setting {
    pub(super) fn change(&self) -> Change {
        let name = match self {
            Self::Clock(_) => "clock".to_owned(),
            Self::Drawn { seed, .. } => format!("drawn {seed}"),
            Self::Seeded => "seeded".to_owned(),
            Self::Cloud(_) => "cloud".to_owned(),
        };
        Change::record(TABLE, name, self)
    }

    /// Whether a record with this name is the host's.
    pub(super) fn is_named(table: &str, name: &str) -> bool {
        table == TABLE && (matches!(name, "clock" | "seeded" | "cloud") || name.starts_with("drawn "))
    }
}
