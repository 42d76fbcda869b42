//! UpdateKeyDescription: another description, or none.

use super::Definition;
use super::create_key::LONGEST_DESCRIPTION;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::call::check_length;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "Description"], rule: Rule::DESCRIBES, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    let description = call.required("Description")?;
    check_length("Description", description, 0..=LONGEST_DESCRIPTION)?;
    call.authorize()?;

    account.write(|keys| {
        let key = call.find_key_by_id(keys, &reference)?;
        call.check_state(key)?;
        let id = key.id.clone();
        keys.change(&id, |key| key.description = description.to_owned());
        Ok(Fields::new())
    })
}
