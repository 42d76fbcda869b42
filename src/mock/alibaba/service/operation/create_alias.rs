//! CreateAlias: a name for a key. Refused as a failed change of state when the key waits for its deletion.

use super::Definition;
use crate::mock::alibaba::service::call::{Call, find_key_by_id, is_alias_name};
use crate::mock::alibaba::service::state::Rule;
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;
use crate::mock::mutation::Effect;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["AliasName", "KeyId"], rule: Rule::MODIFIES_BEFORE_DELETION, run };

fn run(call: &Call<'_>) -> Result<Fields, Rejection> {
    let name = call.required("AliasName")?;
    call.required("KeyId")?;
    if !is_alias_name(name) {
        let rejection = Rejection::invalid_parameter("AliasName");
        call.refuse_unless(Effect::AnyAliasNameAccepted, Effect::RefusedAliasNameMade, rejection)?;
    }
    let reference = call.key_reference("KeyId")?;
    call.authorize()?;
    let mut tenant = call.tenant();
    let key = find_key_by_id(call, &tenant, &reference)?;
    call.check_state(key)?;
    let id = key.id.clone();
    // Also when it is the alias of this very key.
    if tenant.alias(name).is_some() {
        let rejection = Rejection::alias_already_exists();
        call.refuse_unless(Effect::CreateAliasTakesAnother, Effect::RefusedSecondAliasMoves, rejection)?;
        tenant.move_alias(name, &id);
        return Ok(Fields::new());
    }
    if tenant.alias_count() >= call.service.config.quotas.aliases {
        return Err(Rejection::limit_exceeded());
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
