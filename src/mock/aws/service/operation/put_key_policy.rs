//! PutKeyPolicy: another policy, which is kept and shown, and not enforced.

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::policy::{read_policy, read_policy_name};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition = Definition {
    parameters: &["KeyId", "PolicyName", "Policy", "BypassPolicyLockoutSafetyCheck"],
    rule: Rule::ALWAYS,
    run,
};

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    let policy = read_policy(call, "Policy")?.ok_or_else(|| Rejection::missing("Policy"))?;
    read_policy_name(call)?;
    call.boolean("BypassPolicyLockoutSafetyCheck")?;
    call.authorize()?;

    account.write(|keys| {
        let key = call.find_key_by_id(keys, &reference)?;
        call.check_state(key)?;
        let id = key.id.clone();
        keys.change(&id, |key| key.policy = policy.to_owned());
        Ok(Fields::new())
    })
}
