//! DescribeKeyVersion: one version of a key of any origin, in every state.

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, KeyReference, find_key_by_id};
use crate::mock::alibaba::service::metadata::key_version;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::identifier::is_uuid;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "KeyVersionId"], rule: Rule::ALWAYS, run };

struct Request<'a> {
    key: KeyReference<'a>,
    version: &'a str,
}

fn parse<'a>(call: &'a Call<'_>) -> Result<Request<'a>, Rejection> {
    call.required("KeyId")?;
    let version = call.required("KeyVersionId")?;
    let key = call.key_reference("KeyId")?;
    if !is_uuid(version) {
        return Err(Rejection::invalid_parameter("KeyVersionId"));
    }
    Ok(Request { key, version })
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;

    account.read(|keys| {
        let key = find_key_by_id(keys, &request.key)?;
        call.check_state(key)?;

        let version = key.version(request.version).ok_or_else(Rejection::key_version_not_found)?;
        Ok(fields([("KeyVersion", key_version(&key.id, version))]))
    })
}
