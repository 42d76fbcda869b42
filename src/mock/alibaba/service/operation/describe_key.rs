//! DescribeKey: what there is to know about a key. Works in every state.

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, find_key};
use crate::mock::alibaba::service::metadata::described_key;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition { parameters: &["KeyId"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    call.authorize()?;

    account.read(|keys| {
        let key = find_key(keys, &reference)?;
        call.check_state(key)?;
        Ok(fields([("KeyMetadata", described_key(call, key).into())]))
    })
}
