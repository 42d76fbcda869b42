//! RevokeGrant: by its id. Works in every state of the key.

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::call::KeyReference;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "GrantId", "DryRun"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    let grant = call.text_of("GrantId", 1..=128)?.ok_or_else(|| Rejection::missing("GrantId"))?;
    call.authorize()?;
    remove(call, account, &reference, grant)
}

/// Removes a grant of a key.
pub(super) fn remove(
    call: &Call<'_>,
    account: &mut Account<'_>,
    reference: &KeyReference<'_>,
    grant: &str,
) -> Result<Fields, Rejection> {
    account.write(|keys| {
        let key = call.find_key_by_id(keys, reference)?;
        call.check_state(key)?;
        if !key.grants.iter().any(|other| other.id == grant) {
            return Err(Rejection::not_found(format!("Grant ID {grant} not found")));
        }
        call.finish_dry_run()?;
        let id = key.id.clone();
        keys.change(&id, |key| key.grants.retain(|other| other.id != grant));
        Ok(Fields::new())
    })
}
