//! What a state file holds of this cloud: a record for each key, alias, nonce of a change and wrapping pair.

mod key;
mod nonce;
mod restore;

use self::key::KeyRecord;
pub(crate) use self::nonce::{is_outdated, nonce};
pub(crate) use self::restore::Restored;
use crate::mock::alibaba::service::crypto::WrappingPair;
use crate::mock::alibaba::service::key::Key;
use crate::mock::host::persistence::Change;
use crate::mock::store::records::{self, Recorded};

const NONCE: &str = "nonce";

impl Recorded for Key {
    type Record<'k> = KeyRecord<'k>;

    fn record<'k>(&'k self, account: &'k str, region: &'k str) -> KeyRecord<'k> {
        KeyRecord::of(self, account, region)
    }
}

/// The record of a wrapping pair; nothing if it can't be written down.
pub(crate) fn wrapping_pair(pair: &WrappingPair) -> Option<Change> {
    Some(records::wrapping_pair(pair.id, pair.pkcs8()?.as_slice()))
}
