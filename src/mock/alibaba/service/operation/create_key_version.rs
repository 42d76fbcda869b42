//! CreateKeyVersion: a new primary version, at most every seven days.

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, check_rotatable, find_key};
use crate::mock::alibaba::service::key::Version;
use crate::mock::alibaba::service::metadata::key_version;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::clock::after;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition { parameters: &["KeyId"], rule: Rule::ONLY_ENABLED, run };

/// Seconds between two versions.
const SHORTEST_INTERVAL: i64 = 7 * 86_400;

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    call.authorize()?;

    account.write(|keys| {
        let key = find_key(keys, &reference)?;
        // Only keys that are imported can be PendingImport, and the table has a code for that: so their state comes
        // first.
        call.check_state(key)?;
        check_rotatable(key)?;
        if call.now < after(key.last_rotation, SHORTEST_INTERVAL) {
            return Err(Rejection::rejected_unsupported_operation());
        }

        let id = key.id.clone();
        let version = Version::new(call.tools.identifiers.resource(), key.spec, key.origin, call.now)?;
        let described = key_version(&id, &version);
        keys.change(&id, |key| key.rotate(version));
        Ok(fields([("KeyVersion", described)]))
    })
}
