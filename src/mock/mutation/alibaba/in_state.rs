//! Deviations that only keys in one state show.

use super::alias::key_of_alias;
use super::describe::and_describe;
use super::list::with_entries;
use super::step::{Outcome, Step, is_for_state};
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::api::Operation;
use crate::mock::alibaba::service::key::Tenant;
use crate::mock::alibaba::service::rejection::Rejection;
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
    /// UpdateAlias does not move an alias away from it.
    UpdateAliasKeeps,
}

impl StateEffect {
    /// Every one.
    pub const ALL: [Self; 4] =
        [Self::DescribeLies, Self::ListKeysOmits, Self::ListAliasesOmits, Self::UpdateAliasKeeps];

    /// The operation that shows it.
    pub(super) const fn operation(self) -> Operation {
        match self {
            Self::DescribeLies => Operation::DescribeKey,
            Self::ListKeysOmits => Operation::ListKeys,
            Self::ListAliasesOmits => Operation::ListAliases,
            Self::UpdateAliasKeeps => Operation::UpdateAlias,
        }
    }

    /// Goes on with a call of the operation.
    pub(super) fn around(self, state: KeyState, step: &Step<'_>, account: &mut Account<'_>) -> Outcome {
        match self {
            Self::DescribeLies => {
                let is_met = step.subject(account).is_some_and(|key| key.state == state);
                and_describe(step, account, |metadata| {
                    if is_met {
                        metadata.insert("KeyState".to_owned(), another_state(state).name().into());
                    }
                })
            }
            Self::ListKeysOmits | Self::ListAliasesOmits => with_entries(step, account, |account, entries| {
                account.read(|keys| {
                    entries.retain(|entry| {
                        let id = entry.get("KeyId").and_then(|id| id.as_str()).unwrap_or_default();
                        keys.key(id).is_none_or(|key| key.state != state)
                    });
                });
            }),
            Self::UpdateAliasKeeps => {
                let is_met = |keys: &Tenant| key_of_alias(step, keys).is_some_and(|key| key.state == state);
                if !account.read(is_met) {
                    return step.run(account);
                }
                // What is wrong with the request itself is reported first, and not that it moves something.
                match step.and_undo(account) {
                    Err(rejection) if !is_for_state(&rejection) => Err(rejection),
                    _ => Err(Rejection::state_modified_failed()),
                }
            }
        }
    }

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
            // The names are a contract with the catalogue and with command lines, and keep their words.
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
            Self::UpdateAliasKeeps => format!("UpdateAlias does not move an alias away from a key in {state}"),
        }
    }
}

/// The state that DescribeKey names instead.
const fn another_state(state: KeyState) -> KeyState {
    match state {
        KeyState::Enabled => KeyState::Disabled,
        KeyState::Disabled | KeyState::PendingDeletion | KeyState::PendingImport => KeyState::Enabled,
    }
}
