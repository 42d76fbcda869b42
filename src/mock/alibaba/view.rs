//! What the admin API and the page show of accounts and keys.

use jiff::Timestamp;

use crate::mock::alibaba::kms::AlibabaKms;
use crate::mock::alibaba::service::key::Tenant;
use crate::mock::alibaba::service::key::{Key, Origin};
use crate::mock::alibaba::service::state::KeyState;
use crate::mock::host::clock::wire_time;
use crate::mock::host::response::fields;
use crate::mock::host::view::{AccountView, KeyView, MOST_KEYS};
use crate::mock::locked;

/// What each account holds in each region, without those that hold nothing.
pub(super) fn accounts(kms: &AlibabaKms, now: Timestamp) -> Vec<AccountView> {
    let mut accounts = Vec::new();
    for (account, region, tenant) in kms.tenants() {
        let mut tenant = locked(tenant);
        kms.time(now).pass(&mut tenant);
        if tenant.key_count() > 0 {
            accounts.push(account_view(account, region, &tenant));
        }
    }
    accounts
}

fn account_view(account: &str, region: &str, tenant: &Tenant) -> AccountView {
    AccountView {
        account: account.to_owned(),
        region: region.to_owned(),
        key_count: tenant.key_count(),
        alias_count: tenant.alias_count(),
        states: KeyState::ALL.into_iter().map(|state| (state.name(), tenant.key_count_in(state as usize))).collect(),
        keys: tenant.key_page(0, MOST_KEYS).map(key_view).collect(),
    }
}

fn key_view(key: &Key) -> KeyView {
    let is_external = key.origin == Origin::External;
    KeyView {
        id: key.id.clone(),
        state: key.state.name(),
        class: key.origin.wire(),
        // Names that edges of `page/graph.svg` use.
        marks: vec![
            if is_external { "external" } else { "own" },
            if key.has_material() { "material" } else { "no-material" },
        ],
        note: if is_external { material_note(key) } else { String::new() },

        description: key.description.clone(),
        created: key.created,
        delete_date: key.delete_date,
        aliases: key.aliases.values().cloned().collect(),
        tags: key.tags.clone(),
        more: fields([
            ("origin", key.origin.wire().into()),
            ("spec", key.spec.wire().into()),
            ("has_material", key.has_material().into()),
            ("material_expires", key.material.expires.map(wire_time).into()),
            ("versions", key.versions.len().into()),
        ]),
    }
}

fn material_note(key: &Key) -> String {
    match key.material.expires {
        _ if !key.has_material() => "no material".to_owned(),
        Some(expires) => format!("material until {}", expires.strftime("%Y-%m-%d %H:%M:%S")),
        None => "has material".to_owned(),
    }
}
