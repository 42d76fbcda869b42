//! EnableKey: switches a key on. An enabled key stays so, with success.

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, find_key_by_id};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::{KeyState, Rule};
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition = Definition {
    parameters: &["KeyId"],
    rule: Rule::SWITCHES,
    run: |call, account| switch(call, account, KeyState::Enabled),
};

/// Brings a key into `state`, which it may be in already.
pub(super) fn switch(call: &Call<'_>, account: &mut Account<'_>, state: KeyState) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    call.authorize()?;

    account.write(|keys| {
        let key = find_key_by_id(keys, &reference)?;
        call.check_state(key)?;

        let id = key.id.clone();
        keys.change(&id, |key| {
            key.state = state;
            key.delete_date = None;
            key.resume_rotation(call.now);
        });
        Ok(Fields::new())
    })
}
