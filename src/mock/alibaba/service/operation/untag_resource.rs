//! UntagResource: takes tags away; those that are not there are not an error.

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, KeyReference, find_key_by_id};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::alibaba::service::tags::read_tag_keys;
use crate::mock::host::response::Fields;

/// One edition of the documents writes `TagsKeys`.
pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "TagKeys", "TagsKeys"], rule: Rule::BEFORE_DELETION, run };

struct Request<'a> {
    key: KeyReference<'a>,
    tag_keys: Vec<String>,
}

fn parse<'a>(call: &'a Call<'_>) -> Result<Request<'a>, Rejection> {
    call.required("KeyId")?;
    let name =
        if call.optional("TagKeys").is_none() && call.optional("TagsKeys").is_some() { "TagsKeys" } else { "TagKeys" };
    call.required(name)?;
    Ok(Request { key: call.key_reference("KeyId")?, tag_keys: read_tag_keys(call, name)? })
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;

    account.write(|keys| {
        let key = find_key_by_id(keys, &request.key)?;
        call.check_state(key)?;

        let id = key.id.clone();
        keys.change(&id, |key| key.tags.retain(|name, _| !request.tag_keys.contains(name)));
        Ok(Fields::new())
    })
}
