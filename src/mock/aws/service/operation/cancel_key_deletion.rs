//! CancelKeyDeletion: the key stays, Disabled whatever it was before. The documents do not speak of a key without material,
//! which can't be enabled: it waits for its material again.

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::{KeyState, Rule};
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition { parameters: &["KeyId"], rule: Rule::CANCELS, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    call.authorize()?;

    account.write(|keys| {
        let key = call.find_key_by_id(keys, &reference)?;
        call.check_state(key)?;
        let id = key.id.clone();
        keys.change(&id, |key| {
            key.state = if key.has_material() { KeyState::Disabled } else { KeyState::PendingImport };
            key.delete_date = None;
            key.waiting_days = None;
        });
        Ok(fields([("KeyId", call.arn(&id).into())]))
    })
}
