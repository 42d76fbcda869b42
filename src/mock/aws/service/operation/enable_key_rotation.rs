//! EnableKeyRotation: new material each year, or after another number of days.

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::key::{DAY, Rotation};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::rotation::{check_not_replica, check_rotatable};
use crate::mock::aws::service::state::Rule;
use crate::mock::host::clock::after;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "RotationPeriodInDays"], rule: Rule::SWITCHES_ROTATION, run };

/// The days of a period that is not given.
const USUAL_DAYS: i64 = 365;

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    let days = call.integer("RotationPeriodInDays", 90..=2560)?.unwrap_or(USUAL_DAYS);
    call.authorize()?;

    account.write_all(|regions| {
        let key = call.find_key_by_id(regions.tenant(call.caller.region), &reference)?;
        check_rotatable(call, key)?;
        call.check_state(key)?;
        check_not_replica(call, key)?;

        let rotation = Some(Rotation { period_days: days, next: after(call.now, days * DAY) });
        let id = key.id.clone();
        regions.tenant(call.caller.region).change(&id, |key| key.rotation = rotation);
        regions.change_family(&id, |key| key.rotation = rotation);
        Ok(Fields::new())
    })
}
