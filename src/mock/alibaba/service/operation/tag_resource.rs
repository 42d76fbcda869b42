//! TagResource: sets tags of a key; a tag that is there gets the new value.

use super::Definition;
use crate::mock::alibaba::service::call::{Call, find_key_by_id};
use crate::mock::alibaba::service::state::Rule;
use crate::mock::alibaba::service::tags::{most_tags, read_tags};
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;
use crate::mock::mutation::Effect;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "Tags"], rule: Rule::BEFORE_DELETION, run };

fn run(call: &Call<'_>) -> Result<Fields, Rejection> {
    call.required("KeyId")?;
    call.required("Tags")?;
    let reference = call.key_reference("KeyId")?;
    let tags = read_tags(call, "Tags")?.filter(|tags| !tags.is_empty());
    let tags = tags.ok_or_else(|| Rejection::invalid_parameter("Tags"))?;
    call.authorize()?;
    let mut tenant = call.tenant();
    let key = find_key_by_id(call, &tenant, &reference)?;
    call.check_state(key)?;
    let added = tags.iter().filter(|(name, _)| !key.tags.contains_key(name)).count();
    if key.tags.len() + added > most_tags(call) {
        return Err(Rejection::limit_exceeded());
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
        key.tags
            .extend(tags.into_iter().filter(|(name, _)| !keeps || !key.tags.contains_key(name)).collect::<Vec<_>>());
    });
    Ok(Fields::new())
}
