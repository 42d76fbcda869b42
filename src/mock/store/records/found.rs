//! Reading the records of a state file back.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::alias::AliasRecord;
use super::{ALIAS, KEY, SETTING, Setting, WRAPPING_PAIR};
use crate::mock::host::cloud::{BuildError, Record};
use crate::mock::store::record::KeyRecord;
use crate::mock::store::tenant::Tenant;

/// What a cloud reads records with. Each comes to nothing if a part of the record means nothing.
pub(crate) struct Readers<K, P> {
    /// A key, without its aliases.
    pub(crate) key: fn(&RawValue) -> Option<Located<K>>,
    /// A wrapping pair, from its private key.
    pub(crate) pair: fn(&[u8]) -> Option<P>,
}

/// A key with its account and its region.
type Located<K> = (String, String, K);

/// An alias and the record that it comes from, for messages.
type FoundAlias = (AliasRecord<'static>, Record);

/// What was found in a state file, before keys and aliases are put back in their places.
pub(crate) struct Found<K, P> {
    readers: Readers<K, P>,
    keys: Vec<Located<K>>,
    aliases: Vec<FoundAlias>,
    pub(crate) wrapping_pairs: Vec<Arc<P>>,
    pub(crate) token_secret: Option<Zeroizing<[u8; 32]>>,
}

impl<K: KeyRecord, P> Found<K, P> {
    /// Nothing yet.
    pub(crate) fn new(readers: Readers<K, P>) -> Self {
        Self { readers, keys: Vec::new(), aliases: Vec::new(), wrapping_pairs: Vec::new(), token_secret: None }
    }

    /// Reads a record, which come in no order.
    ///
    /// # Errors
    /// When it means nothing.
    pub(crate) fn take(&mut self, record: Record) -> Result<(), BuildError> {
        let taken = match record.table.as_str() {
            KEY => (self.readers.key)(&record.json).map(|key| self.keys.push(key)),
            ALIAS => match read(&record.json) {
                Some(alias) => {
                    self.aliases.push((alias, record));
                    return Ok(());
                }
                None => None,
            },
            WRAPPING_PAIR => self.take_wrapping_pair(&record.json),
            SETTING => self.take_setting(&record.json),
            _ => None,
        };
        taken.ok_or_else(|| meaningless(record))
    }

    fn take_wrapping_pair(&mut self, json: &RawValue) -> Option<()> {
        let der = decode(&read::<Zeroizing<String>>(json)?)?;
        self.wrapping_pairs.push(Arc::new((self.readers.pair)(&der)?));
        Some(())
    }

    fn take_setting(&mut self, json: &RawValue) -> Option<()> {
        let Setting::TokenSecret(text) = read(json)?;
        let secret: [u8; 32] = decode(&text)?.as_slice().try_into().ok()?;
        self.token_secret = Some(Zeroizing::new(secret));
        Some(())
    }

    /// Puts keys and aliases back in their order of creation, by account. Keys go first, for an alias is placed by its
    /// key. `in_region` is what an account holds in a region.
    ///
    /// # Errors
    /// When an alias has no key.
    pub(crate) fn place<R: Default>(
        &mut self,
        in_region: for<'r> fn(&'r mut R, &str) -> &'r mut Tenant<K>,
    ) -> Result<HashMap<String, R>, BuildError> {
        let mut accounts: HashMap<String, R> = HashMap::new();

        self.keys.sort_unstable_by_key(|(.., key)| key.number());
        for (account, region, key) in self.keys.drain(..) {
            in_region(accounts.entry(account).or_default(), &region).restore(key);
        }

        for (alias, record) in self.aliases.drain(..) {
            let tenant = accounts.get_mut(&*alias.account).map(|regions| in_region(regions, &alias.region));
            if !tenant.is_some_and(|tenant| tenant.restore_alias(&alias.name, &alias.key_id, alias.number)) {
                return Err(meaningless(record));
            }
        }
        Ok(accounts)
    }
}

/// Reads the JSON of a record; nothing if it is not one of the kind.
pub(crate) fn read<T: for<'a> Deserialize<'a>>(value: &RawValue) -> Option<T> {
    serde_json::from_str(value.get()).ok()
}

fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    STANDARD.decode(text).ok().map(Zeroizing::new)
}

/// The error for a record that means nothing.
pub(crate) fn meaningless(record: Record) -> BuildError {
    BuildError::Record { table: record.table, name: record.name.replace('\n', " ") }
}
