//! DisableKey: a key is switched off. A disabled key stays so, with success.

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::{KeyState, Rule};
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition = Definition { parameters: &["KeyId"], rule: Rule::SWITCHES, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    call.authorize()?;

    account.write(|keys| {
        let key = call.find_key_by_id(keys, &reference)?;
        call.check_state(key)?;
        let id = key.id.clone();
        keys.change(&id, |key| {
            key.state = KeyState::Disabled;
        });
        Ok(Fields::new())
    })
}
