//! CreateAlias: a name that no key of the account has in the region.

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::alias::{MOST_ALIASES, read_alias_name};
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::call::KeyReference;
use crate::mock::aws::service::key::AliasDates;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["AliasName", "TargetKeyId"], rule: Rule::DESCRIBES, run };

/// The key that an alias is to stand for.
pub(super) fn read_target<'a>(call: &Call<'a>) -> Result<KeyReference<'a>, Rejection> {
    match call.key_reference("TargetKeyId")? {
        KeyReference::Alias(_) => Err(Rejection::validation("Aliases must refer to keys. Not aliases")),
        target => Ok(target),
    }
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let name = read_alias_name(call)?;
    let target = read_target(call)?;
    call.authorize()?;

    account.write(|keys| {
        let key = call.find_key_by_id(keys, &target)?;
        call.check_state(key)?;
        if keys.alias(name).is_some() {
            let message = format!("An alias with the name {} already exists", call.alias_arn(name));
            return Err(Rejection::already_exists(message));
        }
        if key.aliases.len() >= MOST_ALIASES {
            return Err(Rejection::limit_exceeded(format!("A key has at most {MOST_ALIASES} aliases.")));
        }

        let id = key.id.clone();
        keys.add_alias(name, &id);
        let dates = AliasDates { created: call.now, updated: call.now };
        keys.change(&id, |key| key.alias_dates.insert(name.to_owned(), dates));
        Ok(Fields::new())
    })
}
