//! UpdateRotationPolicy: switches automatic rotation on, with an interval, or off.

use super::Definition;
use crate::mock::answer::Fields;
use crate::mock::call::{Call, check_symmetric, find_key_by_id};
use crate::mock::metadata::rotation_interval;
use crate::mock::deviation::Effect;
use crate::mock::refusal::Refusal;
use crate::mock::state::Rule;
use crate::mock::store::{Origin, Rotation};

pub(super) const DEFINITION: Definition = Definition {
    parameters: &["KeyId", "EnableAutomaticRotation", "RotationInterval"],
    rule: Rule::ONLY_ENABLED,
    run,
};

fn run(call: &Call<'_>) -> Result<Fields, Refusal> {
    call.required("KeyId")?;
    call.required("EnableAutomaticRotation")?;
    let enable = call.boolean("EnableAutomaticRotation")?;
    if enable {
        call.required("RotationInterval")?;
    }
    let reference = call.key_reference("KeyId")?;
    let interval = rotation_interval(call, "RotationInterval")?.filter(|_| enable);
    call.authorize()?;
    let mut tenant = call.tenant();
    let key = find_key_by_id(call, &tenant, &reference)?;
    if key.origin == Origin::External {
        return Err(Refusal::unsupported_origin());
    }
    check_symmetric(key)?;
    call.check_state(key)?;
    if call.deviates(Effect::RotationPolicyDoesNothing) {
        return Ok(Fields::new());
    }
    let id = key.id.clone();
    tenant.change(&id, |key| {
        // Counted from the last rotation, so a key that is older than the interval is rotated at once.
        key.rotation = interval.map(|seconds| Rotation::starting(key.last_rotation, seconds));
    });
    Ok(Fields::new())
}
