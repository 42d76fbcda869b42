//! UntagResource: tags that the key does not have are not an error.

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::aws::service::tags::check_key;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition = Definition { parameters: &["KeyId", "TagKeys"], rule: Rule::DESCRIBES, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    let names = call.texts("TagKeys")?.ok_or_else(|| Rejection::missing("TagKeys"))?;
    names.iter().try_for_each(|name| check_key(name))?;
    call.authorize()?;

    account.write(|keys| {
        let key = call.find_key_by_id(keys, &reference)?;
        call.check_state(key)?;
        let id = key.id.clone();
        keys.change(&id, |key| names.iter().for_each(|name| drop(key.tags.remove(*name))));
        Ok(Fields::new())
    })
}
