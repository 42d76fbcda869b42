//! CancelKeyDeletion: takes a scheduled deletion back. The key becomes Enabled by every edition of the documents, also
//! if it was Disabled before; a key without material cannot, and becomes PendingImport.

use super::Definition;
use crate::mock::answer::Fields;
use crate::mock::call::{Call, find_key_by_id};
use crate::mock::refusal::Refusal;
use crate::mock::state::{KeyState, Outcome, Rule};

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

fn run(call: &Call<'_>) -> Result<Fields, Refusal> {
    let reference = call.key_reference("KeyId")?;
    call.authorize()?;
    let mut tenant = call.tenant();
    let key = find_key_by_id(&tenant, &reference)?;
    call.check_state(key.state)?;
    let id = key.id.clone();
    let restores = call.service.config.cancel_restores_state;
    tenant.change(&id, |key| {
        let before = key.state_before_deletion.take();
        key.delete_date = None;
        key.state = match before {
            _ if !key.has_material() => KeyState::PendingImport,
            Some(KeyState::Disabled) if restores => KeyState::Disabled,
            _ => KeyState::Enabled,
        };
    });
    Ok(Fields::new())
}
