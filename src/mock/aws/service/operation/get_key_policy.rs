//! GetKeyPolicy: the policy of a key, as it was put.

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::policy::{POLICY_NAME, read_policy_name};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition { parameters: &["KeyId", "PolicyName"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    read_policy_name(call)?;
    call.authorize()?;

    account.read(|keys| {
        let key = call.find_key_by_id(keys, &reference)?;
        call.check_state(key)?;
        Ok(fields([("Policy", key.policy.as_str().into()), ("PolicyName", POLICY_NAME.into())]))
    })
}
