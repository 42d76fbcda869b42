//! The states of a key, and what a state means for an operation.

use crate::mock::aws::service::key::{Key, Origin};
use crate::mock::aws::service::names::wire_names;
use crate::mock::aws::service::rejection::Rejection;

wire_names! {
    /// The state of a key.
    KeyState {
        Enabled = "Enabled",
        Disabled = "Disabled",
        PendingDeletion = "PendingDeletion",
        PendingReplicaDeletion = "PendingReplicaDeletion",
        PendingImport = "PendingImport",
        Creating = "Creating",
        Updating = "Updating",
        Unavailable = "Unavailable",
    }
}

impl KeyState {
    /// Whether the key waits for its deletion, or for that of its replicas first. The table has one column for both.
    pub(crate) const fn is_pending_deletion(self) -> bool {
        matches!(self, Self::PendingDeletion | Self::PendingReplicaDeletion)
    }

    /// What follows the ARN of a key in the message of an error.
    const fn phrase(self) -> &'static str {
        match self {
            Self::Enabled => "is enabled.",
            Self::Disabled => "is disabled.",
            Self::PendingDeletion => "is pending deletion.",
            Self::PendingReplicaDeletion => "is pending replica deletion.",
            Self::PendingImport => "is pending import.",
            Self::Creating => "is creating.",
            Self::Updating => "is updating.",
            Self::Unavailable => "is unavailable.",
        }
    }
}

impl std::fmt::Display for KeyState {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.wire())
    }
}

/// What one state means for one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Success,
    /// DisabledException.
    Disabled,
    /// KMSInvalidStateException.
    InvalidState,
}

/// Which keys an operation is not for at all, whatever their state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origins {
    All,
    /// Footnotes 6 and 7: not for imported keys, nor for those of a custom store.
    NotImported,
    /// Footnote 9: only for keys that have imported material, or wait for it.
    OnlyImported,
}

/// What each state means for one operation: a row of the table in the topic "Key states of AWS KMS keys".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) origins: Origins,
    pub(crate) enabled: Outcome,
    pub(crate) disabled: Outcome,
    /// PendingDeletion and PendingReplicaDeletion. Where the table leaves two errors open, it is the one that was recorded.
    pub(crate) pending_deletion: Outcome,
    pub(crate) pending_import: Outcome,
    pub(crate) unavailable: Outcome,
    pub(crate) creating: Outcome,
    pub(crate) updating: Outcome,
}

impl Rule {
    /// Works in every state.
    pub(crate) const ALWAYS: Rule = Rule {
        origins: Origins::All,
        enabled: Outcome::Success,
        disabled: Outcome::Success,
        pending_deletion: Outcome::Success,
        pending_import: Outcome::Success,
        unavailable: Outcome::Success,
        creating: Outcome::Success,
        updating: Outcome::Success,
    };

    /// Uses a key: only an enabled one, or one that is enabled but for an update that is under way.
    pub(crate) const USES: Rule = Rule {
        disabled: Outcome::Disabled,
        pending_deletion: Outcome::InvalidState,
        pending_import: Outcome::InvalidState,
        unavailable: Outcome::InvalidState,
        creating: Outcome::InvalidState,
        ..Rule::ALWAYS
    };

    /// Lets somebody use a key: as [`Rule::USES`], but a custom store need not be there.
    pub(crate) const LENDS: Rule = Rule { unavailable: Outcome::Success, ..Rule::USES };

    /// Makes a replica, which waits for an update that is under way.
    pub(crate) const REPLICATES: Rule = Rule { updating: Outcome::InvalidState, ..Rule::USES };

    /// Writes something about a key, which is too late once it waits for its deletion.
    pub(crate) const DESCRIBES: Rule = Rule { pending_deletion: Outcome::InvalidState, ..Rule::ALWAYS };

    /// Switches a key that has key material.
    pub(crate) const SWITCHES: Rule = Rule {
        pending_import: Outcome::InvalidState,
        creating: Outcome::InvalidState,
        updating: Outcome::InvalidState,
        ..Rule::DESCRIBES
    };

    /// Schedules the deletion of a key, once.
    pub(crate) const SCHEDULES: Rule = Rule { updating: Outcome::InvalidState, ..Rule::DESCRIBES };

    /// Cancels the deletion of a key that waits for it.
    pub(crate) const CANCELS: Rule = Rule {
        origins: Origins::All,
        enabled: Outcome::InvalidState,
        disabled: Outcome::InvalidState,
        pending_deletion: Outcome::Success,
        pending_import: Outcome::InvalidState,
        unavailable: Outcome::InvalidState,
        creating: Outcome::InvalidState,
        updating: Outcome::InvalidState,
    };

    /// Prepares an import.
    pub(crate) const PREPARES_IMPORT: Rule = Rule {
        origins: Origins::OnlyImported,
        pending_deletion: Outcome::InvalidState,
        creating: Outcome::InvalidState,
        updating: Outcome::InvalidState,
        ..Rule::ALWAYS
    };

    /// Imports key material.
    pub(crate) const IMPORTS: Rule = Rule { updating: Outcome::Success, ..Rule::PREPARES_IMPORT };

    /// Deletes imported key material, also of a key that waits for its deletion.
    pub(crate) const DELETES_MATERIAL: Rule = Rule { pending_deletion: Outcome::Success, ..Rule::PREPARES_IMPORT };

    /// Switches the rotation of a key.
    pub(crate) const SWITCHES_ROTATION: Rule = Rule {
        origins: Origins::NotImported,
        disabled: Outcome::Disabled,
        pending_deletion: Outcome::InvalidState,
        creating: Outcome::InvalidState,
        ..Rule::ALWAYS
    };

    /// Reads whether a key is rotated.
    pub(crate) const READS_ROTATION: Rule = Rule { origins: Origins::NotImported, ..Rule::ALWAYS };

    /// The same row with another outcome in `state`.
    pub(crate) const fn with(mut self, state: KeyState, outcome: Outcome) -> Self {
        match state {
            KeyState::Enabled => self.enabled = outcome,
            KeyState::Disabled => self.disabled = outcome,
            KeyState::PendingDeletion | KeyState::PendingReplicaDeletion => self.pending_deletion = outcome,
            KeyState::PendingImport => self.pending_import = outcome,
            KeyState::Creating => self.creating = outcome,
            KeyState::Updating => self.updating = outcome,
            KeyState::Unavailable => self.unavailable = outcome,
        }
        self
    }

    /// The outcome in `state`.
    pub(crate) const fn outcome(self, state: KeyState) -> Outcome {
        match state {
            KeyState::Enabled => self.enabled,
            KeyState::Disabled => self.disabled,
            KeyState::PendingDeletion | KeyState::PendingReplicaDeletion => self.pending_deletion,
            KeyState::PendingImport => self.pending_import,
            KeyState::Creating => self.creating,
            KeyState::Updating => self.updating,
            KeyState::Unavailable => self.unavailable,
        }
    }

    /// Lets the operation through for a key with this ARN, or rejects it as the table says: by origin first, then by state.
    pub(crate) fn check(self, key: &Key, arn: &str) -> Result<(), Rejection> {
        let is_imported = key.origin == Origin::External;
        match self.origins {
            Origins::NotImported if is_imported => return Err(Rejection::unsupported_origin(arn, key.origin)),
            Origins::OnlyImported if !is_imported => return Err(Rejection::unsupported_origin(arn, key.origin)),
            Origins::All | Origins::NotImported | Origins::OnlyImported => {}
        }

        match self.outcome(key.state) {
            Outcome::Success => Ok(()),
            Outcome::Disabled => Err(Rejection::disabled(format!("{arn} {}", key.state.phrase()))),
            Outcome::InvalidState if self.pending_deletion == Outcome::Success && self.enabled != Outcome::Success => {
                Err(Rejection::invalid_state(format!("{arn} is not pending deletion.")))
            }
            Outcome::InvalidState => Err(Rejection::invalid_state(format!("{arn} {}", key.state.phrase()))),
        }
    }
}
