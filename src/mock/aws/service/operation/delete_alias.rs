//! DeleteAlias: the name can be given again. The key stays, whatever its state.

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::alias::read_alias_name;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition = Definition { parameters: &["AliasName"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let name = read_alias_name(call)?;
    call.authorize()?;

    account.write(|keys| {
        let missing = || Rejection::not_found(format!("Alias {} is not found.", call.alias_arn(name)));
        let key = keys.alias(name).and_then(|alias| keys.key(&alias.key_id)).ok_or_else(missing)?;
        call.check_state(key)?;
        let id = key.id.clone();
        keys.remove_alias(name);
        keys.change(&id, |key| key.alias_dates.remove(name));
        Ok(Fields::new())
    })
}
