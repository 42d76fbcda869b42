//! How a key came into its state, where there is more than one route.

use crate::mock::aws::service::state::KeyState;
use crate::mock::host::names::wire_names;

wire_names! {
    /// The route by which a key came into its state, unless it is the first one: a new key is Enabled or PendingImport, is
    /// enabled by its first import, disabled by DisableKey, and scheduled for deletion while it is Enabled or PendingImport.
    Arrival {
        Enable = "via-enable",
        Cancel = "via-cancel",
        Reimport = "via-reimport",
        DeleteMaterial = "via-delete-material",
        Expiry = "via-expiry",
        Disabled = "via-disabled",
    }
}

impl Arrival {
    /// The route of a key from one state to another; `before` is how it had come into the first. Expiry of material is
    /// not seen here, for it changes states as a deletion of the material does.
    pub(crate) const fn between(from: KeyState, before: Option<Self>, to: KeyState) -> Option<Self> {
        match (from, to) {
            // The replicas are gone: it goes on waiting as it did.
            (KeyState::PendingReplicaDeletion, KeyState::PendingDeletion) => before,
            (KeyState::PendingDeletion | KeyState::PendingReplicaDeletion, _) => Some(Self::Cancel),
            (KeyState::Disabled, KeyState::Enabled) => Some(Self::Enable),
            (KeyState::PendingImport, KeyState::Enabled) => match before {
                Some(Self::DeleteMaterial | Self::Expiry) => Some(Self::Reimport),
                _ => None,
            },
            (KeyState::Enabled | KeyState::Disabled, KeyState::PendingImport) => Some(Self::DeleteMaterial),
            (KeyState::Disabled, KeyState::PendingDeletion | KeyState::PendingReplicaDeletion) => Some(Self::Disabled),
            _ => None,
        }
    }
}
