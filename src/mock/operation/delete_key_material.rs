//! DeleteKeyMaterial: drops the material of an external key, which then waits for the same material again. A key that
//! waits for its deletion keeps state and date.

use super::Definition;
use crate::mock::answer::Fields;
use crate::mock::call::{Call, check_external, find_key_by_id};
use crate::mock::refusal::Refusal;
use crate::mock::state::Rule;
use crate::mock::store::Key;

pub(super) const DEFINITION: Definition = Definition { parameters: &["KeyId"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>) -> Result<Fields, Refusal> {
    let reference = call.key_reference("KeyId")?;
    call.authorize()?;
    let mut tenant = call.tenant();
    let key = find_key_by_id(&tenant, &reference)?;
    check_external(key)?;
    call.check_state(key.state)?;
    let id = key.id.clone();
    tenant.change(&id, Key::drop_material);
    Ok(Fields::new())
}
