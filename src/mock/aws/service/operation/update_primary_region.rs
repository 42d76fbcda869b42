//! UpdatePrimaryRegion: a replica becomes the primary key, and the primary key a replica.
//!
//! The service needs a moment for it, in which both are Updating. Here they change at once, unless the settings give it some
//! time.

use super::Definition;
use super::replicate_key::{check_primary, read_region};
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::arn::key_arn;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::call::not_there;
use crate::mock::aws::service::key::{Key, Role};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::{KeyState, Rule};
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition = Definition { parameters: &["KeyId", "PrimaryRegion"], rule: Rule::USES, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    let region = read_region(call, "PrimaryRegion")?;
    call.authorize()?;

    account.write_all(|regions| {
        let key = call.find_key_by_id(regions.tenant(call.caller.region), &reference)?;
        check_primary(call, key)?;
        call.check_state(key)?;
        let id = key.id.clone();
        // It may be the primary region already.
        if region == call.caller.region {
            return Ok(Fields::new());
        }

        let arn = key_arn(region, call.caller.account, &id);
        let replica = regions.tenant(region).key(&id).filter(|key| key.role == Some(Role::Replica));
        call.row.check(replica.ok_or_else(|| not_there(&arn))?, &arn)?;
        let become_role = |key: &mut Key, role: Role| {
            key.role = Some(role);
            if let Some(end) = call.end_of_transition() {
                key.next_state = Some((end, key.state));
                key.state = KeyState::Updating;
            }
        };
        regions.tenant(call.caller.region).change(&id, |key| become_role(key, Role::Replica));
        regions.tenant(region).change(&id, |key| become_role(key, Role::Primary));
        Ok(Fields::new())
    })
}
