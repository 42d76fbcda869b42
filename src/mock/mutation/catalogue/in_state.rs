//! What only keys in one state show.

use super::CatalogueEntry;
use super::Family;
use super::case;
use crate::mock::alibaba::service::state::KeyState;
use crate::mock::mutation::{Deviation, StateEffect};

/// Every effect in every state.
pub(super) fn entries() -> impl Iterator<Item = CatalogueEntry> {
    StateEffect::all().map(|(effect, state)| of(effect, state))
}

fn of(effect: StateEffect, state: KeyState) -> CatalogueEntry {
    let caught_by = match effect {
        StateEffect::DescribeLies => format!("DescribeKey/{state}/**"),
        StateEffect::ListKeysOmits => format!("ListKeys/{state}/**"),
        StateEffect::ListAliasesOmits => format!("ListAliases/{state}/**"),
        StateEffect::UpdateAliasKeeps => format!("update-alias/{state}-to-*"),
    };
    let deviation = Deviation::InState(effect, state);
    let entry = CatalogueEntry::new(deviation, Family::Effect, effect.description(state), vec![case(&caught_by)]);
    entry.disturbing(disturbed(effect, state))
}

/// Cases that look with the same operation.
const fn disturbed(effect: StateEffect, state: KeyState) -> &'static [&'static str] {
    match (effect, state) {
        (StateEffect::ListAliasesOmits, KeyState::Enabled) => &[
            "CreateAlias/Enabled/**",
            "update-alias/*-to-Enabled",
            "update-alias/Enabled-to-PendingDeletion",
            "alias-outlives-scheduled-deletion/**",
            "deleting-one-alias-keeps-the-others",
            "*-in-update-alias",
            "*-in-delete-alias",
            "same-alias-in-create-alias",
        ],
        (StateEffect::ListAliasesOmits, KeyState::Disabled) => {
            &["CreateAlias/Disabled/**", "update-alias/*-to-Disabled", "update-alias/Disabled-to-PendingDeletion"]
        }
        (StateEffect::ListAliasesOmits, KeyState::PendingDeletion) => {
            &["update-alias/PendingDeletion-to-PendingDeletion"]
        }
        (StateEffect::ListAliasesOmits, KeyState::PendingImport) => &[
            "CreateAlias/PendingImport/**",
            "update-alias/*-to-PendingImport",
            "update-alias/PendingImport-to-PendingDeletion",
        ],
        (StateEffect::UpdateAliasKeeps, KeyState::Enabled) => &["moved-alias-stands-for-its-new-key"],
        _ => &[],
    }
}
