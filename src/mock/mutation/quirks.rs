//! What a deviation has made of a key, to show only later.

use crate::mock::alibaba::service::state::KeyState;

/// What time does to a key otherwise than it must. A deviation sets it; the key has it for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Quirks {
    pub(crate) removal: Removal,
    pub(crate) at_expiry: AtExpiry,
    /// Whether an import has used up the token that was handed out last.
    pub(crate) token_used: bool,
    pub(crate) rotation: Rotating,
    /// Whether a key is Disabled once its material was imported.
    pub(crate) disabled_by_import: bool,
    /// The state that DescribeKey names, if the key is not really in it.
    pub(crate) shown: Option<KeyState>,
}

/// When a key goes that waits for its deletion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Removal {
    #[default]
    OnItsDate,
    /// Two days before its date.
    TooEarly,
    Never,
}

/// What happens when key material expires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum AtExpiry {
    /// The key waits for it again, unless it waits for its deletion.
    #[default]
    Wait,
    Nothing,
    /// The key waits for its material and no longer for its deletion.
    CancelDeletion,
    /// A disabled key stays so.
    StayDisabled,
}

/// How a key rotates by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Rotating {
    /// At its interval, while it is enabled.
    #[default]
    ByTheDocuments,
    Never,
    /// When half of its interval is over.
    TooEarly,
    /// While it is disabled too.
    WhileDisabled,
    /// While it waits for its deletion too.
    WhilePendingDeletion,
    /// And forgets what the versions before were.
    LosingCiphertexts,
}
