//! TagResource: sets tags of a key; a tag that is there gets the new value.

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, KeyReference, find_key_by_id};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::alibaba::service::tags::read_tags;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "Tags"], rule: Rule::BEFORE_DELETION, run };

struct Request<'a> {
    key: KeyReference<'a>,
    tags: Vec<(String, String)>,
}

fn parse<'a>(call: &'a Call<'_>) -> Result<Request<'a>, Rejection> {
    call.required("KeyId")?;
    call.required("Tags")?;
    let key = call.key_reference("KeyId")?;
    let tags = read_tags(call, "Tags")?.filter(|tags| !tags.is_empty());
    Ok(Request { key, tags: tags.ok_or_else(|| Rejection::invalid_parameter("Tags"))? })
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;

    account.write(|keys| {
        let key = find_key_by_id(keys, &request.key)?;
        call.check_state(key)?;
        // A tag that is there gets another value and takes no further place.
        let added = request.tags.iter().filter(|(name, _)| !key.tags.contains_key(name)).count();
        if key.tags.len() + added > call.rules.most_tags {
            return Err(Rejection::limit_exceeded());
        }

        let id = key.id.clone();
        keys.change(&id, |key| key.tags.extend(request.tags));
        Ok(Fields::new())
    })
}
