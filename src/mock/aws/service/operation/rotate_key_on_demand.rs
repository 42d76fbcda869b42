//! RotateKeyOnDemand: new material now. It is newer than the table, which has no row for it; that of other operations that
//! use a key fits what was recorded.

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::key::{Origin, RotationType};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::rotation::{check_not_replica, check_rotatable};
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition { parameters: &["KeyId"], rule: Rule::USES, run };

/// The most rotations on demand of a key.
const MOST_ROTATIONS: usize = 25;

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    call.authorize()?;

    account.write_all(|regions| {
        let key = call.find_key_by_id(regions.tenant(call.caller.region), &reference)?;
        check_rotatable(call, key)?;
        call.check_state(key)?;
        check_not_replica(call, key)?;
        let arn = call.arn(&key.id);
        if key.origin != Origin::Kms {
            // It would take further material, which can't be imported here.
            return Err(Rejection::unsupported_origin(&arn, key.origin));
        }
        let on_demand = key.versions.iter().filter(|version| version.rotation == Some(RotationType::OnDemand));
        if on_demand.count() >= MOST_ROTATIONS {
            let message = format!("{arn} was rotated on demand {MOST_ROTATIONS} times, which is the most.");
            return Err(Rejection::limit_exceeded(message));
        }

        let id = key.id.clone();
        let rotated = regions.tenant(call.caller.region).change(&id, |key| {
            key.rotate(call.now, RotationType::OnDemand);
            key.versions.clone()
        });
        let versions = rotated.ok_or_else(Rejection::internal_failure)?;
        regions.change_family(&id, |key| key.versions.clone_from(&versions));
        Ok(fields([("KeyId", arn.into())]))
    })
}
