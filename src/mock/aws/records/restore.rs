//! Reading the records of a state file back.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::key::KeyRecord;
use crate::mock::aws::service::crypto::RsaPair;
use crate::mock::aws::service::key::Key;
use crate::mock::aws::service::regions::Regions;
use crate::mock::host::cloud::{BuildError, Record};
use crate::mock::store::records::{Found, Readers, read};

/// What the records of a state file come to.
pub(crate) struct Restored {
    /// By account.
    pub(crate) accounts: HashMap<String, Regions>,
    pub(crate) wrapping_pairs: Vec<Arc<RsaPair>>,
    pub(crate) token_secret: Option<Zeroizing<[u8; 32]>>,
}

impl Restored {
    /// Reads the records, which come in no order.
    pub(crate) fn read(records: Vec<Record>) -> Result<Self, BuildError> {
        let mut found = Found::new(Readers { key, pair: RsaPair::from_pkcs8 });
        records.into_iter().try_for_each(|record| found.take(record))?;

        let accounts = found.place(Regions::tenant)?;
        Ok(Self { accounts, wrapping_pairs: found.wrapping_pairs, token_secret: found.token_secret })
    }
}

fn key(value: &RawValue) -> Option<(String, String, Key)> {
    let record: KeyRecord<'static> = read(value)?;
    let (account, region) = (record.account.clone().into_owned(), record.region.clone().into_owned());
    Some((account, region, record.key()?))
}
