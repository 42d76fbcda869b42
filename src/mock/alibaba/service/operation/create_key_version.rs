//! CreateKeyVersion: a new primary version, at most every seven days.

use serde_json::Value;

use super::Definition;
use crate::mock::alibaba::service::call::{Call, find_key};
use crate::mock::alibaba::service::key::{Origin, Version};
use crate::mock::alibaba::service::metadata::key_version;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::alibaba::wire::dispatch::fields;
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;
use crate::mock::host::clock::after;
use crate::mock::mutation::Effect;

pub(super) const DEFINITION: Definition = Definition { parameters: &["KeyId"], rule: Rule::ONLY_ENABLED, run };

/// Seconds between two versions.
const SHORTEST_INTERVAL: i64 = 7 * 86_400;

fn run(call: &Call<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    call.authorize()?;
    let mut tenant = call.tenant();
    let key = find_key(&tenant, &reference)?;
    // Only keys that are imported can be PendingImport, and the table has a code for that: so their state comes first.
    call.check_state(key)?;
    if key.origin == Origin::External && !call.is_beyond_the_table(key) {
        return Err(Rejection::unsupported_origin());
    }
    if call.now < after(key.last_rotation, SHORTEST_INTERVAL) {
        return Err(Rejection::rejected_unsupported_operation());
    }
    let id = key.id.clone();
    let version = Version::new(call.service.identifiers().resource(), key.spec, key.origin, call.now)?;
    let answer: Value = key_version(&id, &version);
    let aside = call.is_refused() && call.deviates(Effect::RefusedVersionMadeAside);
    let not_primary = aside || call.deviates(Effect::VersionNotPrimary);
    if !call.deviates(Effect::VersionNotMade) {
        tenant.change(&id, |key| {
            key.rotate(version);
            if not_primary {
                let last = key.versions.len() - 1;
                key.versions.swap(last, last - 1);
            }
        });
    }
    Ok(fields([("KeyVersion", answer)]))
}
