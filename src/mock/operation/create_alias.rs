//! CreateAlias: a name for a key. Refused as a failed change of state when the key waits for its deletion.

use super::Definition;
use crate::mock::answer::Fields;
use crate::mock::call::{Call, find_key_by_id, is_alias_name};
use crate::mock::deviation::Effect;
use crate::mock::refusal::Refusal;
use crate::mock::state::Rule;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["AliasName", "KeyId"], rule: Rule::MODIFIES_BEFORE_DELETION, run };

fn run(call: &Call<'_>) -> Result<Fields, Refusal> {
    let name = call.required("AliasName")?;
    call.required("KeyId")?;
    if !is_alias_name(name) {
        let refusal = Refusal::invalid_parameter("AliasName");
        call.refuse_unless(Effect::AnyAliasNameAccepted, Effect::RefusedAliasNameMade, refusal)?;
    }
    let reference = call.key_reference("KeyId")?;
    call.authorize()?;
    let mut tenant = call.tenant();
    let key = find_key_by_id(call, &tenant, &reference)?;
    call.check_state(key)?;
    let id = key.id.clone();
    // Also when it is the alias of this very key.
    if tenant.alias(name).is_some() {
        let refusal = Refusal::alias_already_exists();
        call.refuse_unless(Effect::CreateAliasTakesAnother, Effect::RefusedSecondAliasMoves, refusal)?;
        tenant.move_alias(name, &id);
        return Ok(Fields::new());
    }
    if tenant.alias_count() >= call.service.config.quotas.aliases {
        return Err(Refusal::limit_exceeded());
    }
    if call.deviates(Effect::CreateAliasDoesNothing) {
        return Ok(Fields::new());
    }
    if call.deviates(Effect::SecondAliasReplacesFirst) {
        tenant.remove_aliases_of(&id, None);
    }
    tenant.add_alias(name, &id);
    Ok(Fields::new())
}
