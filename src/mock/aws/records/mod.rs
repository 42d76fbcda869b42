//! What a state file holds of this cloud: a record for each key, alias and wrapping pair.
//!
//! Signatures have no nonces here: a request can be sent again until its time is over.

mod alias;
mod key;
mod restore;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use self::alias::AliasRecord;
use self::key::KeyRecord;
pub(crate) use self::restore::Restored;
use crate::mock::aws::service::crypto::RsaPair;
use crate::mock::aws::service::key::Tenant;
use crate::mock::aws::service::regions::Regions;
use crate::mock::host::persistence::Change;
use crate::mock::store::Touched;

const KEY: &str = "key";
const ALIAS: &str = "alias";
const WRAPPING_PAIR: &str = "wrapping-pair";

/// The host keeps its own settings there too.
const SETTING: &str = "setting";

/// A fact about the service as a whole.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Setting {
    /// What tokens are sealed with, in Base64.
    TokenSecret(Zeroizing<String>),
}

/// The record of what tokens are sealed with.
pub(crate) fn token_secret(secret: &[u8; 32]) -> Change {
    let setting = Setting::TokenSecret(Zeroizing::new(STANDARD.encode(secret)));
    Change::record(SETTING, "token-secret".to_owned(), &setting)
}

/// The record of a wrapping pair.
pub(crate) fn wrapping_pair(pair: &RsaPair) -> Change {
    let der = Zeroizing::new(STANDARD.encode(pair.pkcs8()));
    Change::record(WRAPPING_PAIR, pair.id.to_string(), &der)
}

/// No record becomes useless by itself.
pub(crate) fn is_outdated(_: &str, _: &str, _: Timestamp) -> bool {
    false
}

/// The records of what was touched in each region.
pub(crate) fn changes(regions: &Regions, touched: &[(String, Touched)], account: &str) -> Vec<Change> {
    let of_region = |(region, touched): &(String, Touched)| {
        regions.get(region).map_or_else(Vec::new, |tenant| of_tenant(tenant, touched, account, region))
    };
    touched.iter().flat_map(of_region).collect()
}

fn of_tenant(tenant: &Tenant, touched: &Touched, account: &str, region: &str) -> Vec<Change> {
    // The dates of an alias stand with its key.
    let keys = touched.keys.iter().map(|id| {
        let place = name(account, region, id);
        match tenant.key(id) {
            Some(key) => Change::record(KEY, place, &KeyRecord::of(key, account, region)),
            None => Change::remove(KEY, place),
        }
    });

    let aliases = touched.aliases.iter().map(|alias_name| {
        let place = name(account, region, alias_name);
        match tenant.alias(alias_name) {
            Some(alias) => {
                let record = AliasRecord {
                    account: account.into(),
                    region: region.into(),
                    name: alias_name.into(),
                    key_id: alias.key_id.as_str().into(),
                    number: alias.number,
                };
                Change::record(ALIAS, place, &record)
            }
            None => Change::remove(ALIAS, place),
        }
    });

    keys.chain(aliases).collect()
}

/// The name of what an account holds in a region.
fn name(account: &str, region: &str, id: &str) -> String {
    format!("{account}\n{region}\n{id}")
}
