//! What a state file holds of the keys and aliases of any cloud: a record for each, and one for what tokens are sealed
//! with. What a record says of a key is the cloud's.

mod alias;
mod found;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use self::alias::AliasRecord;
pub(crate) use self::found::{Found, Readers, meaningless, read};
use super::record::KeyRecord;
use super::tenant::Tenant;
use super::touched::Touched;
use crate::mock::host::persistence::Change;

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

/// A key that a state file can hold.
pub(crate) trait Recorded: KeyRecord {
    /// What is written of it.
    type Record<'k>: Serialize
    where
        Self: 'k;

    /// Its record in an account and a region.
    fn record<'k>(&'k self, account: &'k str, region: &'k str) -> Self::Record<'k>;
}

/// The record of what tokens are sealed with.
pub(crate) fn token_secret(secret: &[u8; 32]) -> Change {
    let setting = Setting::TokenSecret(Zeroizing::new(STANDARD.encode(secret)));
    Change::record(SETTING, "token-secret".to_owned(), &setting)
}

/// The record of a wrapping pair, from its private key.
pub(crate) fn wrapping_pair(id: u64, pkcs8: &[u8]) -> Change {
    let der = Zeroizing::new(STANDARD.encode(pkcs8));
    Change::record(WRAPPING_PAIR, id.to_string(), &der)
}

/// The records of what was touched in a region.
pub(crate) fn changes<K: Recorded>(tenant: &Tenant<K>, touched: &Touched, account: &str, region: &str) -> Vec<Change> {
    let keys = touched.keys.iter().map(|id| {
        let place = name(account, region, id);
        match tenant.key(id) {
            Some(key) => Change::record(KEY, place, &key.record(account, region)),
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
