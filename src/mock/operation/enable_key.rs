//! EnableKey: switches a key on. An enabled key stays so, with success.

use super::Definition;
use crate::mock::answer::Fields;
use crate::mock::call::{Call, find_key_by_id};
use crate::mock::refusal::Refusal;
use crate::mock::state::{KeyState, Rule};

pub(super) const DEFINITION: Definition = Definition { parameters: &["KeyId"], rule: Rule::SWITCHES, run };

fn run(call: &Call<'_>) -> Result<Fields, Refusal> {
    switch(call, KeyState::Enabled)
}

/// Brings a key into `state`, which it may be in already.
pub(super) fn switch(call: &Call<'_>, state: KeyState) -> Result<Fields, Refusal> {
    let reference = call.key_reference("KeyId")?;
    call.authorize()?;
    let mut tenant = call.tenant();
    let key = find_key_by_id(&tenant, &reference)?;
    call.check_state(key.state)?;
    let id = key.id.clone();
    tenant.change(&id, |key| {
        key.state = state;
        key.delete_date = None;
    });
    Ok(Fields::new())
}
