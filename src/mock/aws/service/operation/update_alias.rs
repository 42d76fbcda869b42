//! UpdateAlias: an alias moves to another key of the same type and usage. What becomes of the key that it leaves is no
//! matter; that of the key to which it moves is.

use super::Definition;
use super::create_alias::read_target;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::alias::{MOST_ALIASES, read_alias_name};
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::key::{AliasDates, Key};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::spec::Family;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["AliasName", "TargetKeyId"], rule: Rule::DESCRIBES, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let name = read_alias_name(call)?;
    let target = read_target(call)?;
    call.authorize()?;

    account.write(|keys| {
        let missing = || Rejection::not_found(format!("Alias {} is not found.", call.alias_arn(name)));
        let from = keys.alias(name).and_then(|alias| keys.key(&alias.key_id)).ok_or_else(missing)?;
        let to = call.find_key_by_id(keys, &target)?;
        call.check_state(to)?;
        if !are_alike(from, to) {
            let message = "The current and the new key must be of the same type, and have the same key usage.";
            return Err(Rejection::validation(message));
        }
        if from.id != to.id && to.aliases.len() >= MOST_ALIASES {
            return Err(Rejection::limit_exceeded(format!("A key has at most {MOST_ALIASES} aliases.")));
        }

        let (from, to) = (from.id.clone(), to.id.clone());
        keys.move_alias(name, &to);
        let dates = keys.change(&from, |key| key.alias_dates.remove(name)).flatten();
        let created = dates.map_or(call.now, |dates| dates.created);
        let dates = AliasDates { created, updated: call.now };
        keys.change(&to, |key| key.alias_dates.insert(name.to_owned(), dates));
        Ok(Fields::new())
    })
}

/// Whether an alias may move between two keys.
fn are_alike(one: &Key, other: &Key) -> bool {
    let kind = |key: &Key| match key.spec.family() {
        Family::Symmetric => 0,
        Family::Rsa(_) | Family::Ecc(_) => 1,
        Family::Hmac(_) => 2,
    };
    one.usage == other.usage && kind(one) == kind(other)
}
