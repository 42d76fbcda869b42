//! What the admin API and the page show of accounts and keys.

use jiff::Timestamp;

use crate::mock::aws::kms::AwsKms;
use crate::mock::aws::service::key::{Key, Origin, Tenant};
use crate::mock::aws::service::regions::Regions;
use crate::mock::aws::service::spec::KeySpec;
use crate::mock::aws::service::state::KeyState;
use crate::mock::host::clock::wire_time;
use crate::mock::host::response::fields;
use crate::mock::host::view::{AccountView, KeyView, MOST_KEYS};
use crate::mock::locked;

/// What each account holds in each region, without those that hold nothing.
pub(super) fn accounts(kms: &AwsKms, now: Timestamp) -> Vec<AccountView> {
    let mut accounts = Vec::new();
    for (account, regions) in kms.accounts() {
        let mut regions = locked(regions);
        kms.time(now).pass(&mut regions);
        let with_keys = regions.iter().filter(|(_, tenant)| tenant.key_count() > 0);
        accounts.extend(with_keys.map(|(region, tenant)| account_view(account, region, &regions, tenant)));
    }
    accounts
}

fn account_view(account: &str, region: &str, regions: &Regions, tenant: &Tenant) -> AccountView {
    let states = KeyState::ALL.iter().map(|state| (state.wire(), tenant.key_count_in(*state as usize)));
    AccountView {
        account: account.to_owned(),
        region: region.to_owned(),
        key_count: tenant.key_count(),
        alias_count: tenant.alias_count(),
        states: states.collect(),
        keys: tenant.key_page(0, MOST_KEYS).map(|key| key_view(regions, key)).collect(),
    }
}

fn key_view(regions: &Regions, key: &Key) -> KeyView {
    let is_external = key.origin == Origin::External;
    KeyView {
        id: key.id.clone(),
        state: key.state.wire(),
        class: key.origin.wire(),
        // Names that edges of `page/graph.svg` use.
        marks: vec![
            if is_external { "external" } else { "own" },
            if key.has_material() { "material" } else { "no-material" },
            if key.is_primary() && regions.has_replicas(&key.id) { "replicas" } else { "alone" },
        ],
        note: note(key),

        description: key.description.clone(),
        created: key.created,
        delete_date: key.delete_date,
        aliases: key.aliases.values().cloned().collect(),
        tags: key.tags.clone(),
        more: fields([
            ("spec", key.spec.wire().into()),
            ("usage", key.usage.wire().into()),
            ("multi_region", key.role.map(|role| role.wire()).into()),
            ("has_material", key.has_material().into()),
            ("material_expires", key.import.expires.map(wire_time).into()),
            ("versions", key.versions.len().into()),
            ("grants", key.grants.len().into()),
        ]),
    }
}

/// What is remarkable about a key besides its class.
fn note(key: &Key) -> String {
    let spec = (key.spec != KeySpec::Symmetric).then(|| key.spec.wire().to_owned());
    let role = key.role.map(|role| role.wire().to_lowercase());
    let material = (key.origin == Origin::External).then(|| match key.import.expires {
        _ if !key.has_material() => "no material".to_owned(),
        Some(expires) => format!("material until {}", expires.strftime("%Y-%m-%d %H:%M:%S")),
        None => "has material".to_owned(),
    });
    [spec, role, material].into_iter().flatten().collect::<Vec<_>>().join(", ")
}
