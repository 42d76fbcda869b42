//! DeleteAlias: takes a name away, whatever the state of the key behind it.

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, KeyReference, find_key, is_alias_name};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition = Definition { parameters: &["AliasName"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let name = call.required("AliasName")?;
    if !is_alias_name(name) {
        return Err(Rejection::invalid_parameter("AliasName"));
    }
    call.authorize()?;

    account.write(|keys| {
        let key = find_key(keys, &KeyReference::Alias(name))?;
        call.check_state(key)?;
        keys.remove_alias(name);
        Ok(Fields::new())
    })
}
