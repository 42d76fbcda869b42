//! ListKeyPolicies: a key has one policy, and its name is the same for all keys.

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::paging::Page;
use crate::mock::aws::service::policy::POLICY_NAME;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "Limit", "Marker"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    let page = Page::read(call, 100, 1000)?;
    call.authorize()?;

    account.read(|keys| {
        let key = call.find_key_by_id(keys, &reference)?;
        call.check_state(key)?;
        let names = [(0, POLICY_NAME)].into_iter().filter(|(number, _)| *number >= page.from);
        Ok(page.fields(call, "PolicyNames", names, Into::into))
    })
}
