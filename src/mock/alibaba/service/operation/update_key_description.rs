//! UpdateKeyDescription: replaces the description; an empty one deletes it.

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, KeyReference, find_key_by_id, is_longer};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "Description"], rule: Rule::BEFORE_DELETION, run };

struct Request<'a> {
    key: KeyReference<'a>,
    description: &'a str,
}

fn parse<'a>(call: &'a Call<'_>) -> Result<Request<'a>, Rejection> {
    call.required("KeyId")?;
    let description = call.parameters.get("Description").ok_or_else(|| Rejection::missing_parameter("Description"))?;
    let key = call.key_reference("KeyId")?;
    if is_longer(description, call.rules.longest_description) {
        return Err(Rejection::invalid_parameter("Description"));
    }
    Ok(Request { key, description })
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;

    account.write(|keys| {
        let key = find_key_by_id(keys, &request.key)?;
        call.check_state(key)?;

        let id = key.id.clone();
        keys.change(&id, |key| request.description.clone_into(&mut key.description));
        Ok(Fields::new())
    })
}
