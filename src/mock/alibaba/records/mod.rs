//! What a state file holds of this cloud: a record for each key, alias, nonce of a change and wrapping pair.

mod alias;
mod key;
mod nonce;
mod restore;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use self::alias::AliasRecord;
use self::key::KeyRecord;
pub(crate) use self::nonce::{is_outdated, nonce};
pub(crate) use self::restore::Restored;
use crate::mock::alibaba::service::crypto::WrappingPair;
use crate::mock::alibaba::service::key::Tenant;
use crate::mock::host::persistence::Change;
use crate::mock::store::Touched;

const KEY: &str = "key";
const ALIAS: &str = "alias";
const NONCE: &str = "nonce";
const WRAPPING_PAIR: &str = "wrapping-pair";

/// The host keeps its own settings there too.
const SETTING: &str = "setting";

/// A fact about the service as a whole.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Setting {
    /// What import tokens are sealed with, in Base64.
    TokenSecret(Zeroizing<String>),
}

/// The record of what import tokens are sealed with.
pub(crate) fn token_secret(secret: &[u8; 32]) -> Change {
    let setting = Setting::TokenSecret(Zeroizing::new(STANDARD.encode(secret)));
    Change::record(SETTING, "token-secret".to_owned(), &setting)
}

/// The record of a wrapping pair; nothing if it can't be written down.
pub(crate) fn wrapping_pair(pair: &WrappingPair) -> Option<Change> {
    let der = Zeroizing::new(STANDARD.encode(pair.pkcs8()?.as_slice()));
    Some(Change::record(WRAPPING_PAIR, pair.id.to_string(), &der))
}

/// The records of what was touched.
pub(crate) fn changes(tenant: &Tenant, touched: &Touched, account: &str, region: &str) -> Vec<Change> {
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
