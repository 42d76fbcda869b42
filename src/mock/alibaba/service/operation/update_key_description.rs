//! UpdateKeyDescription: replaces the description; an empty one deletes it.

use super::Definition;
use super::create_key::MOST_DESCRIPTION_CHARACTERS;
use crate::mock::alibaba::service::call::{Call, find_key_by_id};
use crate::mock::alibaba::service::state::Rule;
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;
use crate::mock::mutation::Effect;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "Description"], rule: Rule::BEFORE_DELETION, run };

fn run(call: &Call<'_>) -> Result<Fields, Rejection> {
    call.required("KeyId")?;
    let description = call.parameters.get("Description").ok_or_else(|| Rejection::missing_parameter("Description"))?;
    let reference = call.key_reference("KeyId")?;
    if description.chars().nth(MOST_DESCRIPTION_CHARACTERS).is_some() {
        let rejection = Rejection::invalid_parameter("Description");
        call.refuse_unless(Effect::LongDescriptionAccepted, Effect::RefusedLongDescriptionWritten, rejection)?;
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
