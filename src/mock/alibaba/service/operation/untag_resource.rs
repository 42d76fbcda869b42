//! UntagResource: takes tags away; those that are not there are no error.

use super::Definition;
use crate::mock::alibaba::service::call::{Call, find_key_by_id};
use crate::mock::alibaba::service::state::Rule;
use crate::mock::alibaba::service::tags::read_tag_keys;
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;
use crate::mock::mutation::Effect;

/// One edition of the documents writes `TagsKeys`.
pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "TagKeys", "TagsKeys"], rule: Rule::BEFORE_DELETION, run };

fn run(call: &Call<'_>) -> Result<Fields, Rejection> {
    call.required("KeyId")?;
    let name =
        if call.optional("TagKeys").is_none() && call.optional("TagsKeys").is_some() { "TagsKeys" } else { "TagKeys" };
    call.required(name)?;
    let reference = call.key_reference("KeyId")?;
    let tag_keys = read_tag_keys(call, name)?;
    call.authorize()?;
    let mut tenant = call.tenant();
    let key = find_key_by_id(call, &tenant, &reference)?;
    call.check_state(key)?;
    if call.deviates(Effect::UntagDoesNothing) {
        return Ok(Fields::new());
    }
    let id = key.id.clone();
    let all = call.deviates(Effect::UntagRemovesAll);
    tenant.change(&id, |key| key.tags.retain(|name, _| !all && !tag_keys.contains(name)));
    Ok(Fields::new())
}
