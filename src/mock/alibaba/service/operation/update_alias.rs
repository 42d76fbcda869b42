//! UpdateAlias: moves an alias to another key. Only the state of the key it is moved to counts.

use super::Definition;
use super::create_alias::parse;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, find_key_by_id};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["AliasName", "KeyId"], rule: Rule::BEFORE_DELETION, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;

    account.write(|keys| {
        let target = find_key_by_id(keys, &request.key)?;
        keys.alias(request.name).ok_or_else(Rejection::alias_not_found)?;
        call.check_state(target)?;

        let id = target.id.clone();
        keys.move_alias(request.name, &id);
        Ok(Fields::new())
    })
}
