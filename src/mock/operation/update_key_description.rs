//! UpdateKeyDescription: replaces the description; an empty one deletes it.

use super::Definition;
use super::create_key::MOST_DESCRIPTION_CHARACTERS;
use crate::mock::answer::Fields;
use crate::mock::call::{Call, find_key_by_id};
use crate::mock::deviation::Effect;
use crate::mock::refusal::Refusal;
use crate::mock::state::Rule;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "Description"], rule: Rule::BEFORE_DELETION, run };

fn run(call: &Call<'_>) -> Result<Fields, Refusal> {
    call.required("KeyId")?;
    let description = call.parameters.get("Description").ok_or_else(|| Refusal::missing_parameter("Description"))?;
    let reference = call.key_reference("KeyId")?;
    if description.chars().nth(MOST_DESCRIPTION_CHARACTERS).is_some() {
        let refusal = Refusal::invalid_parameter("Description");
        call.refuse_unless(Effect::LongDescriptionAccepted, Effect::RefusedLongDescriptionWritten, refusal)?;
    }
    call.authorize()?;
    let mut tenant = call.tenant();
    let key = find_key_by_id(call, &tenant, &reference)?;
    call.check_state(key)?;
    if call.deviates(Effect::DescriptionDoesNothing) {
        return Ok(Fields::new());
    }
    let id = key.id.clone();
    let loses_tags = call.deviates(Effect::DescriptionLosesTags);
    tenant.change(&id, |key| {
        key.description = description.to_owned();
        if loses_tags {
            key.tags.clear();
        }
    });
    Ok(Fields::new())
}
