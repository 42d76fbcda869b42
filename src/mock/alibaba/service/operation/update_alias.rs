//! UpdateAlias: moves an alias to another key. Only the state of the key it is moved to counts.

use super::Definition;
use crate::mock::alibaba::service::call::{Call, find_key_by_id, is_alias_name};
use crate::mock::alibaba::service::state::Rule;
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;
use crate::mock::mutation::{Effect, StateEffect};

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["AliasName", "KeyId"], rule: Rule::BEFORE_DELETION, run };

fn run(call: &Call<'_>) -> Result<Fields, Rejection> {
    let name = call.required("AliasName")?;
    call.required("KeyId")?;
    if !is_alias_name(name) {
        return Err(Rejection::invalid_parameter("AliasName"));
    }
    let reference = call.key_reference("KeyId")?;
    call.authorize()?;
    let mut tenant = call.tenant();
    let target = find_key_by_id(call, &tenant, &reference)?;
    if call.deviates(Effect::UnknownAliasMade) && tenant.alias(name).is_none() {
        let id = target.id.clone();
        tenant.add_alias(name, &id);
        return Ok(Fields::new());
    }
    let original = tenant.alias(name).ok_or_else(Rejection::alias_not_found)?.key_id.clone();
    if let Some(key) = tenant.key(&original)
        && call.service.deviations.has_in_state(StateEffect::UpdateAliasKeeps, key.state)
    {
        return Err(Rejection::state_modified_failed());
    }
    call.check_state(target)?;
    let id = target.id.clone();
    if call.deviates(Effect::UpdateAliasDoesNotMove) {
        return Ok(Fields::new());
    }
    if call.deviates(Effect::UpdateAliasDisablesOldKey) {
        tenant.disable_if_enabled(&original);
    }
    if call.deviates(Effect::UpdateAliasLeavesItOnBoth) {
        tenant.leave_alias(name, &original);
    }
    tenant.move_alias(name, &id);
    Ok(Fields::new())
}
