//! Reading the records of a state file back.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::NONCE;
use super::key::KeyRecord;
use super::nonce::{is_outdated, parse_nonce_name};
use crate::mock::alibaba::service::crypto::WrappingPair;
use crate::mock::alibaba::service::key::{Key, Tenant};
use crate::mock::host::cloud::{BuildError, Record};
use crate::mock::store::records::{Found, Readers, meaningless, read};

/// What the records of a state file come to.
pub(crate) struct Restored {
    /// By account and region.
    pub(crate) tenants: HashMap<String, ByRegion>,
    pub(crate) wrapping_pairs: Vec<Arc<WrappingPair>>,
    /// In order of time.
    pub(crate) nonces: Vec<NotedNonce>,
    pub(crate) token_secret: Option<Zeroizing<[u8; 32]>>,
}

/// What an account holds in each region.
type ByRegion = BTreeMap<String, Tenant>;

/// When a nonce was noted, its access key, and itself.
type NotedNonce = (Timestamp, String, String);

impl Restored {
    /// Reads the records, which come in no order.
    pub(crate) fn read(records: Vec<Record>) -> Result<Self, BuildError> {
        let mut found = Found::new(Readers { key, pair: WrappingPair::from_pkcs8 });
        let mut nonces = Vec::new();
        let now = Timestamp::now();

        for record in records {
            match record.table.as_str() {
                // The timestamp of such a request has expired, so nobody can send it again.
                NONCE if is_outdated(NONCE, &record.name, now) => {}
                NONCE => nonces.push(noted_nonce(&record.name).ok_or_else(|| meaningless(record))?),
                _ => found.take(record)?,
            }
        }
        nonces.sort_unstable();

        let tenants = found.place(in_region)?;
        Ok(Self { tenants, wrapping_pairs: found.wrapping_pairs, nonces, token_secret: found.token_secret })
    }
}

fn in_region<'r>(regions: &'r mut ByRegion, region: &str) -> &'r mut Tenant {
    regions.entry(region.to_owned()).or_default()
}

fn noted_nonce(name: &str) -> Option<NotedNonce> {
    let (noted, access_key, nonce) = parse_nonce_name(name)?;
    Some((noted, access_key.to_owned(), nonce.to_owned()))
}

fn key(value: &RawValue) -> Option<(String, String, Key)> {
    let record: KeyRecord<'static> = read(value)?;
    let (account, region) = (record.account.clone().into_owned(), record.region.clone().into_owned());
    Some((account, region, record.key()?))
}
