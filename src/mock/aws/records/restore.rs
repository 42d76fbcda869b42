//! Reading the records of a state file back.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::alias::AliasRecord;
use super::key::KeyRecord;
use super::{ALIAS, KEY, SETTING, Setting, WRAPPING_PAIR};
use crate::mock::aws::service::crypto::RsaPair;
use crate::mock::aws::service::key::Key;
use crate::mock::aws::service::regions::Regions;
use crate::mock::host::cloud::{BuildError, Record};

/// What the records of a state file come to.
#[derive(Default)]
pub(crate) struct Restored {
    /// By account.
    pub(crate) accounts: HashMap<String, Regions>,
    pub(crate) wrapping_pairs: Vec<Arc<RsaPair>>,
    pub(crate) token_secret: Option<Zeroizing<[u8; 32]>>,
}

/// An alias and the record that it comes from, for messages.
type FoundAlias = (AliasRecord<'static>, Record);

impl Restored {
    /// Reads the records, which come in no order.
    pub(crate) fn read(records: Vec<Record>) -> Result<Self, BuildError> {
        let mut restored = Self::default();
        let (mut keys, mut aliases) = (Vec::new(), Vec::new());

        for record in records {
            let taken = match record.table.as_str() {
                KEY => key(&record.json).map(|key| keys.push(key)),
                ALIAS => match read::<AliasRecord<'static>>(&record.json) {
                    Some(alias) => {
                        aliases.push((alias, record));
                        continue;
                    }
                    None => None,
                },
                WRAPPING_PAIR => restored.take_wrapping_pair(&record.json),
                SETTING => restored.take_setting(&record.json),
                _ => None,
            };
            taken.ok_or_else(|| wrong(record))?;
        }

        // Keys first, for an alias is placed by its key, and records come in no order.
        restored.place_keys(keys);
        restored.place_aliases(aliases)?;
        Ok(restored)
    }

    fn take_wrapping_pair(&mut self, json: &RawValue) -> Option<()> {
        let der = decode(&read::<Zeroizing<String>>(json)?)?;
        self.wrapping_pairs.push(Arc::new(RsaPair::from_pkcs8(&der)?));
        Some(())
    }

    fn take_setting(&mut self, json: &RawValue) -> Option<()> {
        let Setting::TokenSecret(text) = read(json)?;
        let secret: [u8; 32] = decode(&text)?.as_slice().try_into().ok()?;
        self.token_secret = Some(Zeroizing::new(secret));
        Some(())
    }

    /// Puts keys back in their order of creation.
    fn place_keys(&mut self, mut keys: Vec<(String, String, Key)>) {
        keys.sort_unstable_by_key(|(.., key)| key.number);
        for (account, region, key) in keys {
            self.accounts.entry(account).or_default().tenant(&region).restore(key);
        }
    }

    /// Gives keys their aliases. Each must find its key.
    fn place_aliases(&mut self, aliases: Vec<FoundAlias>) -> Result<(), BuildError> {
        for (alias, record) in aliases {
            let tenant = self.accounts.get_mut(&*alias.account).map(|regions| regions.tenant(&alias.region));
            if !tenant.is_some_and(|tenant| tenant.restore_alias(&alias.name, &alias.key_id, alias.number)) {
                return Err(wrong(record));
            }
        }
        Ok(())
    }
}

fn key(value: &RawValue) -> Option<(String, String, Key)> {
    let record: KeyRecord<'static> = read(value)?;
    let (account, region) = (record.account.clone().into_owned(), record.region.clone().into_owned());
    Some((account, region, record.key()?))
}

fn read<T: for<'a> Deserialize<'a>>(value: &RawValue) -> Option<T> {
    serde_json::from_str(value.get()).ok()
}

fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    STANDARD.decode(text).ok().map(Zeroizing::new)
}

fn wrong(record: Record) -> BuildError {
    BuildError::Record { table: record.table, name: record.name.replace('\n', " ") }
}
