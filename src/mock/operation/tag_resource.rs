//! TagResource: sets tags of a key; a tag that is there gets the new value.

use super::Definition;
use crate::mock::answer::Fields;
use crate::mock::call::{Call, find_key_by_id};
use crate::mock::deviation::Effect;
use crate::mock::refusal::Refusal;
use crate::mock::state::Rule;
use crate::mock::tags::{most_tags, read_tags};

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "Tags"], rule: Rule::BEFORE_DELETION, run };

fn run(call: &Call<'_>) -> Result<Fields, Refusal> {
    call.required("KeyId")?;
    call.required("Tags")?;
    let reference = call.key_reference("KeyId")?;
    let tags = read_tags(call, "Tags")?.filter(|tags| !tags.is_empty());
    let tags = tags.ok_or_else(|| Refusal::invalid_parameter("Tags"))?;
    call.authorize()?;
    let mut tenant = call.tenant();
    let key = find_key_by_id(call, &tenant, &reference)?;
    call.check_state(key)?;
    let added = tags.iter().filter(|(name, _)| !key.tags.contains_key(name)).count();
    if key.tags.len() + added > most_tags(call) {
        return Err(Refusal::limit_exceeded());
    }
    if call.deviates(Effect::TagDoesNothing) {
        return Ok(Fields::new());
    }
    let id = key.id.clone();
    let replaces = call.deviates(Effect::TagReplacesOthers);
    let keeps = call.deviates(Effect::SameTagKeepsValue);
    tenant.change(&id, |key| {
        if replaces {
            key.tags.clear();
        }
        key.tags.extend(tags.into_iter().filter(|(name, _)| !keeps || !key.tags.contains_key(name)).collect::<Vec<_>>());
    });
    Ok(Fields::new())
}
