//! What a state file holds of this cloud: a record for each key, alias and wrapping pair.
//!
//! Signatures have no nonces here: a request can be sent again until its time is over.

mod key;
mod restore;

use jiff::Timestamp;

use self::key::KeyRecord;
pub(crate) use self::restore::Restored;
use crate::mock::aws::service::crypto::RsaPair;
use crate::mock::aws::service::key::Key;
use crate::mock::aws::service::regions::Regions;
use crate::mock::host::persistence::Change;
use crate::mock::store::Touched;
use crate::mock::store::records::{self, Recorded};

impl Recorded for Key {
    // The dates of an alias stand with its key.
    type Record<'k> = KeyRecord<'k>;

    fn record<'k>(&'k self, account: &'k str, region: &'k str) -> KeyRecord<'k> {
        KeyRecord::of(self, account, region)
    }
}

/// The record of a wrapping pair.
pub(crate) fn wrapping_pair(pair: &RsaPair) -> Change {
    records::wrapping_pair(pair.id, pair.pkcs8())
}

/// No record becomes useless by itself.
pub(crate) fn is_outdated(_: &str, _: &str, _: Timestamp) -> bool {
    false
}

/// The records of what was touched in each region.
pub(crate) fn changes(regions: &Regions, touched: &[(String, Touched)], account: &str) -> Vec<Change> {
    let of_region = |(region, touched): &(String, Touched)| {
        regions.get(region).map_or_else(Vec::new, |tenant| records::changes(tenant, touched, account, region))
    };
    touched.iter().flat_map(of_region).collect()
}
