//! DeleteAlias: takes a name away, whatever the state of the key behind it.

use super::Definition;
use crate::mock::alibaba::service::call::{Call, KeyReference, find_key, is_alias_name};
use crate::mock::alibaba::service::state::Rule;
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;
use crate::mock::mutation::Effect;

pub(super) const DEFINITION: Definition = Definition { parameters: &["AliasName"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>) -> Result<Fields, Rejection> {
    let name = call.required("AliasName")?;
    if !is_alias_name(name) {
        return Err(Rejection::invalid_parameter("AliasName"));
    }
    call.authorize()?;
    let mut tenant = call.tenant();
    let key = find_key(&tenant, &KeyReference::Alias(name))?;
    call.check_state(key)?;
    if call.deviates(Effect::DeleteAliasDoesNothing) {
        return Ok(Fields::new());
    }
    let id = key.id.clone();
    if call.deviates(Effect::DeleteAliasDeletesAnother) {
        tenant.remove_aliases_of(&id, Some(name));
    }
    if call.deviates(Effect::DeleteAliasDisablesKey) {
        tenant.disable_if_enabled(&id);
    }
    tenant.remove_alias(name);
    Ok(Fields::new())
}
