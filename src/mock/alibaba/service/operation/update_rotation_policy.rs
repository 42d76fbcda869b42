//! UpdateRotationPolicy: switches automatic rotation on, with an interval, or off.

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, KeyReference, check_rotatable, check_symmetric, find_key_by_id};
use crate::mock::alibaba::service::key::Rotation;
use crate::mock::alibaba::service::metadata::rotation_interval;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "EnableAutomaticRotation", "RotationInterval"], rule: Rule::ONLY_ENABLED, run };

struct Request<'a> {
    key: KeyReference<'a>,
    /// The interval of rotation; off if there is none.
    seconds: Option<i64>,
}

fn parse<'a>(call: &'a Call<'_>) -> Result<Request<'a>, Rejection> {
    call.required("KeyId")?;
    call.required("EnableAutomaticRotation")?;
    let enable = call.boolean("EnableAutomaticRotation")?;
    if enable {
        call.required("RotationInterval")?;
    }

    let key = call.key_reference("KeyId")?;
    let seconds = rotation_interval(call, "RotationInterval")?.filter(|_| enable);
    Ok(Request { key, seconds })
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;

    account.write(|keys| {
        let key = find_key_by_id(keys, &request.key)?;
        check_symmetric(key)?;
        // Only keys that are imported can be PendingImport, and the table has a code for that: so their state comes
        // first.
        call.check_state(key)?;
        check_rotatable(key)?;

        let id = key.id.clone();
        // Counted from the last rotation, so a key that is older than the interval is rotated at once.
        keys.change(&id, |key| {
            key.rotation = request.seconds.map(|seconds| Rotation::starting(key.last_rotation, seconds));
        });
        Ok(Fields::new())
    })
}
