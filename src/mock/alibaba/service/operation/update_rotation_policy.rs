//! UpdateRotationPolicy: switches automatic rotation on, with an interval, or off.

use super::Definition;
use crate::mock::alibaba::service::call::{Call, check_symmetric, find_key_by_id};
use crate::mock::alibaba::service::key::{Origin, Rotation};
use crate::mock::alibaba::service::metadata::rotation_interval;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;
use crate::mock::mutation::{Effect, Rotating};

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "EnableAutomaticRotation", "RotationInterval"], rule: Rule::ONLY_ENABLED, run };

fn run(call: &Call<'_>) -> Result<Fields, Rejection> {
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
    check_symmetric(key)?;
    // Only keys that are imported can be PendingImport, and the table has a code for that: so their state comes first.
    call.check_state(key)?;
    if key.origin == Origin::External && !call.is_beyond_the_table(key) {
        return Err(Rejection::unsupported_origin());
    }
    if call.deviates(Effect::RotationPolicyDoesNothing) {
        return Ok(Fields::new());
    }
    let id = key.id.clone();
    let rotating = match () {
        () if call.deviates(Effect::RotationNever) => Rotating::Never,
        () if call.deviates(Effect::RotationTooEarly) => Rotating::TooEarly,
        () if call.deviates(Effect::RotatesWhileDisabled) => Rotating::WhileDisabled,
        () if call.deviates(Effect::RotatesWhilePendingDeletion) => Rotating::WhilePendingDeletion,
        () if call.deviates(Effect::RotationLosesCiphertexts) => Rotating::LosingCiphertexts,
        () => Rotating::ByTheDocuments,
    };
    tenant.change(&id, |key| {
        // Counted from the last rotation, so a key that is older than the interval is rotated at once.
        key.rotation = interval.map(|seconds| Rotation::starting(key.last_rotation, seconds));
        key.quirks.rotation = rotating;
    });
    Ok(Fields::new())
}
