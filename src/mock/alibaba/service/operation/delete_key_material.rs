//! DeleteKeyMaterial: drops the material of an external key, which then waits for the same material again. A key that
//! waits for its deletion keeps state and date.

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, check_external, find_key_by_id};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition = Definition { parameters: &["KeyId"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    call.authorize()?;

    account.write(|keys| {
        let key = find_key_by_id(keys, &reference)?;
        check_external(key)?;
        call.check_state(key)?;

        let id = key.id.clone();
        keys.change(&id, |key| key.drop_material());
        Ok(Fields::new())
    })
}
