//! CancelKeyDeletion: takes a scheduled deletion back. The key becomes Enabled by every edition of the documents, also
//! if it was Disabled before; a key without material can't, and becomes PendingImport.

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, find_key_by_id};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::{KeyState, Outcome, Rule};
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition = Definition {
    parameters: &["KeyId"],
    rule: Rule {
        enabled: Outcome::StateModifiedFailed,
        disabled: Outcome::StateModifiedFailed,
        pending_deletion: Outcome::Success,
        pending_import: Outcome::StateModifiedFailed,
    },
    run,
};

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    call.authorize()?;

    account.write(|keys| {
        let key = find_key_by_id(keys, &reference)?;
        call.check_state(key)?;

        let id = key.id.clone();
        keys.change(&id, |key| {
            let before = key.state_before_deletion.take();
            key.delete_date = None;
            key.state = match before {
                // Material may have been deleted, or have expired, while the key waited.
                _ if !key.has_material() => KeyState::PendingImport,
                Some(KeyState::Disabled) if call.rules.cancel_restores_state => KeyState::Disabled,
                _ => KeyState::Enabled,
            };
            key.resume_rotation(call.now);
        });
        Ok(Fields::new())
    })
}
