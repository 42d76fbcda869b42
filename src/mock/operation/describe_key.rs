//! DescribeKey: what there is to know about a key. Works in every state.

use super::Definition;
use crate::mock::answer::Fields;
use crate::mock::call::{Call, find_key};
use crate::mock::metadata::described_key;
use crate::mock::refusal::Refusal;
use crate::mock::dispatch::fields;
use crate::mock::state::Rule;

pub(super) const DEFINITION: Definition = Definition { parameters: &["KeyId"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>) -> Result<Fields, Refusal> {
    let reference = call.key_reference("KeyId")?;
    call.authorize()?;
    let tenant = call.tenant();
    let key = find_key(&tenant, &reference)?;
    call.check_state(key)?;
    Ok(fields([("KeyMetadata", described_key(call, key).into())]))
}
