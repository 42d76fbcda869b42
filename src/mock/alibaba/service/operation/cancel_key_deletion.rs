//! CancelKeyDeletion: takes a scheduled deletion back. The key becomes Enabled by every edition of the documents, also
//! if it was Disabled before; a key without material cannot, and becomes PendingImport.

use super::Definition;
use crate::mock::alibaba::service::call::{Call, find_key_by_id};
use crate::mock::alibaba::service::state::{KeyState, Outcome, Rule};
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;
use crate::mock::mutation::Effect;

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

fn run(call: &Call<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    call.authorize()?;
    let mut tenant = call.tenant();
    let key = find_key_by_id(call, &tenant, &reference)?;
    call.check_state(key)?;
    let id = key.id.clone();
    if call.deviates(Effect::CancelDoesNothing) {
        return Ok(Fields::new());
    }
    let restores = call.service.config.cancel_restores_state;
    let keeps_date = call.deviates(Effect::CancelKeepsDeleteDate);
    let disables = call.deviates(Effect::CancelLeavesDisabled);
    let loses = call.deviates(Effect::CancelLosesCiphertexts);
    if call.deviates(Effect::CancelLosesAliases) {
        tenant.remove_aliases_of(&id, None);
    }
    tenant.change(&id, |key| {
        let before = key.state_before_deletion.take();
        if !keeps_date {
            key.delete_date = None;
        }
        if loses {
            key.lose_ciphertexts();
        }
        key.state = match before {
            _ if !key.has_material() => KeyState::PendingImport,
            _ if disables => KeyState::Disabled,
            Some(KeyState::Disabled) if restores => KeyState::Disabled,
            _ => KeyState::Enabled,
        };
        key.resume_rotation(call.now);
    });
    Ok(Fields::new())
}
