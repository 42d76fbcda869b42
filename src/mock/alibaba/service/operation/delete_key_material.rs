//! DeleteKeyMaterial: drops the material of an external key, which then waits for the same material again. A key that
//! waits for its deletion keeps state and date.

use super::Definition;
use crate::mock::alibaba::service::call::{Call, check_external, find_key_by_id};
use crate::mock::alibaba::service::state::{KeyState, Rule};
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;
use crate::mock::host::clock::after;
use crate::mock::mutation::Effect;

pub(super) const DEFINITION: Definition = Definition { parameters: &["KeyId"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    call.authorize()?;
    let mut tenant = call.tenant();
    let key = find_key_by_id(call, &tenant, &reference)?;
    if !call.deviates(Effect::DeleteMaterialOfAnyOrigin) {
        check_external(key)?;
    }
    call.check_state(key)?;
    let id = key.id.clone();
    if call.deviates(Effect::DeleteMaterialDoesNothing) {
        return Ok(Fields::new());
    }
    let keeps_enabled = call.deviates(Effect::DeleteMaterialKeepsEnabled);
    let cancels = call.deviates(Effect::DeleteMaterialCancelsDeletion);
    let moves_date = call.deviates(Effect::DeleteMaterialMovesDeleteDate);
    let clears_description = call.deviates(Effect::DeleteMaterialClearsDescription);
    tenant.change(&id, |key| {
        if clears_description {
            key.description.clear();
        }
        let state = key.state;
        key.drop_material();
        if keeps_enabled && state == KeyState::Enabled {
            key.state = state;
        }
        if cancels && state == KeyState::PendingDeletion {
            key.state = KeyState::PendingImport;
            key.delete_date = None;
        }
        if moves_date {
            key.delete_date = key.delete_date.map(|date| after(date, 86_400));
        }
    });
    Ok(Fields::new())
}
