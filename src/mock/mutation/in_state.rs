//! Deviations that only keys in one state show.

use crate::mock::alibaba::service::state::KeyState;

/// What is wrong for keys in one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateEffect {
    /// DescribeKey says that the key is in another state.
    DescribeLies,
    /// ListKeys does not list it.
    ListKeysOmits,
    /// ListAliases does not list its aliases.
    ListAliasesOmits,
    /// UpdateAlias does not let an alias of it go.
    UpdateAliasKeeps,
}

impl StateEffect {
    /// Every one.
    pub const ALL: [Self; 4] =
        [Self::DescribeLies, Self::ListKeysOmits, Self::ListAliasesOmits, Self::UpdateAliasKeeps];

    /// Every one in every state.
    pub fn all() -> impl Iterator<Item = (Self, KeyState)> {
        Self::ALL.into_iter().flat_map(|effect| KeyState::ALL.into_iter().map(move |state| (effect, state)))
    }

    /// The name for a state, such as `list-keys-omits-pending-deletion`.
    pub fn name(self, state: KeyState) -> String {
        let what = match self {
            Self::DescribeLies => "describe-lies",
            Self::ListKeysOmits => "list-keys-omits",
            Self::ListAliasesOmits => "list-aliases-omits",
            Self::UpdateAliasKeeps => "update-alias-refused-from",
        };
        let state = match state {
            KeyState::Enabled => "enabled",
            KeyState::Disabled => "disabled",
            KeyState::PendingDeletion => "pending-deletion",
            KeyState::PendingImport => "pending-import",
        };
        format!("{what}-{state}")
    }

    /// What happens, in one sentence without its end.
    pub(super) fn description(self, state: KeyState) -> String {
        match self {
            Self::DescribeLies => {
                format!("DescribeKey says of a key in {state} that it is {}", another_state(state))
            }
            Self::ListKeysOmits => format!("ListKeys does not list keys in {state}"),
            Self::ListAliasesOmits => format!("ListAliases does not list the aliases of keys in {state}"),
            Self::UpdateAliasKeeps => format!("UpdateAlias refuses to move an alias away from a key in {state}"),
        }
    }
}

/// The state that DescribeKey names instead.
pub(crate) const fn another_state(state: KeyState) -> KeyState {
    match state {
        KeyState::Enabled => KeyState::Disabled,
        KeyState::Disabled | KeyState::PendingDeletion | KeyState::PendingImport => KeyState::Enabled,
    }
}
