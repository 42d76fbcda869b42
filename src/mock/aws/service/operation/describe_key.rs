//! DescribeKey: what there is to know about a key. Works in every state.

use serde_json::Value;

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::metadata::described_key;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition { parameters: &["KeyId", "GrantTokens"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    call.check_grant_tokens()?;
    call.authorize()?;

    account.write_all(|regions| {
        // It may have nothing yet, and then it has no key either.
        regions.tenant(call.caller.region);
        let keys = regions.get(call.caller.region).ok_or_else(Rejection::internal_failure)?;
        let key = call.find_key(keys, &reference)?;
        call.check_state(key)?;
        Ok(fields([("KeyMetadata", Value::Object(described_key(call, regions, key)))]))
    })
}
