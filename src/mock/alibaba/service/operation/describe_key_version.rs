//! DescribeKeyVersion: one version of a key of any origin, in every state.

use super::Definition;
use crate::mock::alibaba::service::call::{Call, find_key_by_id};
use crate::mock::alibaba::service::metadata::key_version;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::alibaba::wire::dispatch::fields;
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;
use crate::mock::host::identifier::is_uuid;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "KeyVersionId"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>) -> Result<Fields, Rejection> {
    call.required("KeyId")?;
    let version = call.required("KeyVersionId")?;
    let reference = call.key_reference("KeyId")?;
    if !is_uuid(version) {
        return Err(Rejection::invalid_parameter("KeyVersionId"));
    }
    call.authorize()?;
    let tenant = call.tenant();
    let key = find_key_by_id(call, &tenant, &reference)?;
    call.check_state(key)?;
    let version = key.versions.iter().find(|other| other.id == version);
    let version = version.ok_or_else(Rejection::key_version_not_found)?;
    Ok(fields([("KeyVersion", key_version(&key.id, version))]))
}
