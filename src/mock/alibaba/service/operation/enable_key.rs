//! EnableKey: switches a key on. An enabled key stays so, with success.

use super::Definition;
use crate::mock::alibaba::service::call::{Call, find_key_by_id};
use crate::mock::alibaba::service::state::{KeyState, Rule};
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;
use crate::mock::mutation::Effect;

pub(super) const DEFINITION: Definition = Definition { parameters: &["KeyId"], rule: Rule::SWITCHES, run };

fn run(call: &Call<'_>) -> Result<Fields, Rejection> {
    switch(call, KeyState::Enabled)
}

/// Brings a key into `state`, which it may be in already.
pub(super) fn switch(call: &Call<'_>, state: KeyState) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    call.authorize()?;
    let mut tenant = call.tenant();
    let key = find_key_by_id(call, &tenant, &reference)?;
    call.check_state(key)?;
    let id = key.id.clone();
    let deviates = |effect| call.deviates(effect);
    let Some(wanted) = deviant_switch(call, key.state, state) else { return Ok(Fields::new()) };
    let only_shown = match state {
        KeyState::Enabled => call.deviates(Effect::EnableOnlyShown),
        _ => call.deviates(Effect::DisableOnlyShown),
    };
    let loses = call.deviates(Effect::EnableLosesCiphertexts);
    tenant.change(&id, |key| {
        key.quirks.shown = Some(wanted).filter(|shown| only_shown && *shown != key.state);
        if key.quirks.shown.is_some() {
            return;
        }
        if loses && key.state == KeyState::Disabled && wanted == KeyState::Enabled {
            key.lose_ciphertexts();
        }
        if call.is_refused() && key.state == KeyState::PendingImport && deviates(Effect::RejectedDisableRemembered) {
            key.quirks.disabled_by_import = true;
            return;
        }
        key.state = wanted;
        key.delete_date = None;
        match state {
            KeyState::Enabled => {
                key.resume_rotation(call.now);
                if deviates(Effect::EnableLosesTags) {
                    key.tags.clear();
                }
            }
            _ => {
                if deviates(Effect::DisableClearsDescription) {
                    key.description.clear();
                }
                if deviates(Effect::DisableDropsRotation) {
                    key.rotation = None;
                }
            }
        }
    });
    Ok(Fields::new())
}

/// The state that the key comes into; nothing if it is left alone.
fn deviant_switch(call: &Call<'_>, from: KeyState, to: KeyState) -> Option<KeyState> {
    let (nothing, toggles, other) = match to {
        KeyState::Enabled => (Effect::EnableDoesNothing, Effect::EnableToggles, KeyState::Disabled),
        _ => (Effect::DisableDoesNothing, Effect::DisableToggles, KeyState::Enabled),
    };
    if call.deviates(nothing) {
        return None;
    }
    Some(if from == to && call.deviates(toggles) { other } else { to })
}
