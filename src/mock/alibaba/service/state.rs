//! The states of a key, and what a state means for an operation.

use std::fmt;
use std::str::FromStr;

use crate::mock::alibaba::service::rejection::Rejection;

/// The state of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyState {
    /// Usable.
    Enabled,
    /// Switched off; nothing is lost.
    Disabled,
    /// Waiting for its date of deletion.
    PendingDeletion,
    /// An external key without key material.
    PendingImport,
}

impl KeyState {
    /// Every state, in the order of the published table.
    pub const ALL: [KeyState; 4] =
        [KeyState::Enabled, KeyState::Disabled, KeyState::PendingDeletion, KeyState::PendingImport];

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            KeyState::Enabled => "Enabled",
            KeyState::Disabled => "Disabled",
            KeyState::PendingDeletion => "PendingDeletion",
            KeyState::PendingImport => "PendingImport",
        }
    }
}

impl fmt::Display for KeyState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The text names no state of a key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown key state `{0}` (one of Enabled, Disabled, PendingDeletion, PendingImport)")]
pub struct ParseKeyStateError(String);

impl FromStr for KeyState {
    type Err = ParseKeyStateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        KeyState::ALL.into_iter().find(|state| state.name() == text).ok_or_else(|| ParseKeyStateError(text.to_owned()))
    }
}

/// What one state means for one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Success,
    /// `Rejected.<state>`.
    Rejected,
    /// `Rejected.StateModifiedFailed`.
    StateModifiedFailed,
}

/// What each state means for one operation: a row of the topic "Impact of CMK states on API call".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) enabled: Outcome,
    pub(crate) disabled: Outcome,
    pub(crate) pending_deletion: Outcome,
    pub(crate) pending_import: Outcome,
}

impl Rule {
    /// Works in every state.
    pub(crate) const ALWAYS: Rule = Rule {
        enabled: Outcome::Success,
        disabled: Outcome::Success,
        pending_deletion: Outcome::Success,
        pending_import: Outcome::Success,
    };

    /// Needs an enabled key.
    pub(crate) const ONLY_ENABLED: Rule = Rule {
        enabled: Outcome::Success,
        disabled: Outcome::Rejected,
        pending_deletion: Outcome::Rejected,
        pending_import: Outcome::Rejected,
    };

    /// Changes something about a key, which is too late once it waits for its deletion.
    pub(crate) const BEFORE_DELETION: Rule = Rule { pending_deletion: Outcome::Rejected, ..Rule::ALWAYS };

    /// Like [`Rule::BEFORE_DELETION`], but the rejection reads as a failed change of state.
    pub(crate) const MODIFIES_BEFORE_DELETION: Rule =
        Rule { pending_deletion: Outcome::StateModifiedFailed, ..Rule::ALWAYS };

    /// Switches a key that has key material and no date of deletion.
    pub(crate) const SWITCHES: Rule =
        Rule { pending_import: Outcome::StateModifiedFailed, ..Rule::MODIFIES_BEFORE_DELETION };

    /// The same row with another outcome in `state`.
    pub(crate) const fn with(mut self, state: KeyState, outcome: Outcome) -> Self {
        match state {
            KeyState::Enabled => self.enabled = outcome,
            KeyState::Disabled => self.disabled = outcome,
            KeyState::PendingDeletion => self.pending_deletion = outcome,
            KeyState::PendingImport => self.pending_import = outcome,
        }
        self
    }

    /// The outcome in `state`.
    pub(crate) const fn outcome(self, state: KeyState) -> Outcome {
        match state {
            KeyState::Enabled => self.enabled,
            KeyState::Disabled => self.disabled,
            KeyState::PendingDeletion => self.pending_deletion,
            KeyState::PendingImport => self.pending_import,
        }
    }

    /// Lets the operation through, or rejects it as the table says.
    pub(crate) fn check(self, state: KeyState) -> Result<(), Rejection> {
        match self.outcome(state) {
            Outcome::Success => Ok(()),
            Outcome::Rejected => Err(Rejection::rejected(state)),
            Outcome::StateModifiedFailed => Err(Rejection::state_modified_failed()),
        }
    }
}
