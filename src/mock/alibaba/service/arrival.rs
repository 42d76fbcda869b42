//! How a key came into its state, where there is more than one route.

use std::fmt;
use std::str::FromStr;

use crate::mock::alibaba::service::state::KeyState;
use crate::near::nearest;

/// The route by which a key came into its state, unless it is the first one: a new key is Enabled or PendingImport, is
/// enabled by its first import, disabled by DisableKey, and scheduled while it is Enabled or PendingImport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Enabled, because EnableKey switched it on again.
    Enable,
    /// Enabled or PendingImport, because its deletion was cancelled.
    Cancel,
    /// Enabled, because its material was imported after it had been deleted or had expired.
    Reimport,
    /// PendingImport, because its material was deleted.
    DeleteMaterial,
    /// PendingImport, because its material expired.
    Expiry,
    /// PendingDeletion, scheduled while it was Disabled.
    Disabled,
}

impl Arrival {
    /// Every route that has a name.
    pub const ALL: [Self; 6] =
        [Self::Enable, Self::Cancel, Self::Reimport, Self::DeleteMaterial, Self::Expiry, Self::Disabled];

    /// The name, as it ends the ids of cells: `via-enable`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enable => "via-enable",
            Self::Cancel => "via-cancel",
            Self::Reimport => "via-reimport",
            Self::DeleteMaterial => "via-delete-material",
            Self::Expiry => "via-expiry",
            Self::Disabled => "via-disabled",
        }
    }

    /// The route of a key from one state to another; `before` is how it had come into the first. Expiry of material is
    /// not seen here, for it changes states as a deletion of the material does.
    pub(crate) const fn between(from: KeyState, before: Option<Self>, to: KeyState) -> Option<Self> {
        match (from, to) {
            (KeyState::Disabled, KeyState::Enabled) => Some(Self::Enable),
            (KeyState::PendingDeletion, _) => Some(Self::Cancel),
            (KeyState::PendingImport, KeyState::Enabled) => match before {
                Some(Self::DeleteMaterial | Self::Expiry) => Some(Self::Reimport),
                _ => None,
            },
            (KeyState::Enabled | KeyState::Disabled, KeyState::PendingImport) => Some(Self::DeleteMaterial),
            (KeyState::Disabled, KeyState::PendingDeletion) => Some(Self::Disabled),
            _ => None,
        }
    }
}

impl fmt::Display for Arrival {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The text does not name a route into a state.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown route `{text}` (one of {list}){}", meant(suggestion), list = Arrival::ALL.map(Arrival::name).join(", "))]
pub struct ParseArrivalError {
    text: String,
    suggestion: Option<&'static str>,
}

fn meant(suggestion: &Option<&'static str>) -> String {
    suggestion.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

impl FromStr for Arrival {
    type Err = ParseArrivalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|arrival| arrival.name() == text);
        found.ok_or_else(|| ParseArrivalError {
            text: text.to_owned(),
            suggestion: nearest(text, Self::ALL.map(Self::name)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_way_into_a_state_has_no_name() {
        use KeyState::{Disabled, Enabled, PendingDeletion, PendingImport};
        for (from, before, to, arrival) in [
            (PendingImport, None, Enabled, None),
            (Enabled, None, Disabled, None),
            (Enabled, None, PendingDeletion, None),
            (PendingImport, None, PendingDeletion, None),
            (Disabled, None, Enabled, Some(Arrival::Enable)),
            (PendingDeletion, None, Enabled, Some(Arrival::Cancel)),
            (PendingDeletion, None, PendingImport, Some(Arrival::Cancel)),
            (PendingImport, Some(Arrival::DeleteMaterial), Enabled, Some(Arrival::Reimport)),
            (PendingImport, Some(Arrival::Expiry), Enabled, Some(Arrival::Reimport)),
            (Enabled, Some(Arrival::Enable), PendingImport, Some(Arrival::DeleteMaterial)),
            (Disabled, None, PendingDeletion, Some(Arrival::Disabled)),
        ] {
            assert_eq!(Arrival::between(from, before, to), arrival, "{from} {before:?} {to}");
        }
    }
}
