//! GetKeyRotationStatus: works in every state. A key that waits for its deletion is not rotated, and says so; the status
//! comes back when the deletion is cancelled.

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::metadata::wire_seconds;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition { parameters: &["KeyId"], rule: Rule::READS_ROTATION, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    call.authorize()?;

    account.read(|keys| {
        let key = call.find_key_by_id(keys, &reference)?;
        call.check_state(key)?;
        let rotation = key.rotation.filter(|_| !key.state.is_pending_deletion());
        let mut response =
            fields([("KeyId", call.arn(&key.id).into()), ("KeyRotationEnabled", rotation.is_some().into())]);
        if let Some(rotation) = rotation {
            response.insert("RotationPeriodInDays".to_owned(), rotation.period_days.into());
            response.insert("NextRotationDate".to_owned(), wire_seconds(rotation.next));
        }
        Ok(response)
    })
}
