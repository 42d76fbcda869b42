//! DisableKeyRotation: the key keeps the material that it has. One that is not rotated stays so, with success.

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::rotation::{check_not_replica, check_rotatable};
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition = Definition { parameters: &["KeyId"], rule: Rule::SWITCHES_ROTATION, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    call.authorize()?;

    account.write_all(|regions| {
        let key = call.find_key_by_id(regions.tenant(call.caller.region), &reference)?;
        check_rotatable(call, key)?;
        call.check_state(key)?;
        check_not_replica(call, key)?;

        let id = key.id.clone();
        regions.tenant(call.caller.region).change(&id, |key| key.rotation = None);
        regions.change_family(&id, |key| key.rotation = None);
        Ok(Fields::new())
    })
}
