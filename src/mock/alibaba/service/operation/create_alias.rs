//! CreateAlias: a name for a key. Rejected as a failed change of state when the key waits for its deletion.

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, KeyReference, find_key_by_id, is_alias_name};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["AliasName", "KeyId"], rule: Rule::MODIFIES_BEFORE_DELETION, run };

/// What CreateAlias and UpdateAlias take.
pub(super) struct Request<'a> {
    pub(super) name: &'a str,
    pub(super) key: KeyReference<'a>,
}

pub(super) fn parse<'a>(call: &'a Call<'_>) -> Result<Request<'a>, Rejection> {
    let name = call.required("AliasName")?;
    call.required("KeyId")?;
    if !is_alias_name(name) {
        return Err(Rejection::invalid_parameter("AliasName"));
    }
    Ok(Request { name, key: call.key_reference("KeyId")? })
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;

    account.write(|keys| {
        let key = find_key_by_id(keys, &request.key)?;
        call.check_state(key)?;
        // Also when it is the alias of this very key.
        if keys.alias(request.name).is_some() {
            return Err(Rejection::alias_already_exists());
        }
        if keys.alias_count() >= call.rules.quotas.aliases {
            return Err(Rejection::limit_exceeded());
        }

        let id = key.id.clone();
        keys.add_alias(request.name, &id);
        Ok(Fields::new())
    })
}
