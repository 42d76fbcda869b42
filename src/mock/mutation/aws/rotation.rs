//! Rotation.

use super::named::{Named, call};
use super::step::is_for_state;
use crate::mock::aws::service::api::Operation::{DisableKeyRotation, EnableKeyRotation, GetKeyRotationStatus};
use crate::mock::aws::service::state::Rule;

pub(super) const DEVIATIONS: &[Named] = &[
    call(
        "enable-rotation-does-nothing",
        "EnableKeyRotation succeeds and leaves the key as it is",
        &[EnableKeyRotation],
        |step, account| step.and_undo(account),
    ),
    call(
        "disable-rotation-does-nothing",
        "DisableKeyRotation succeeds and leaves the key as it is",
        &[DisableKeyRotation],
        |step, account| step.and_undo(account),
    ),
    call(
        "refused-enable-rotation-enables",
        "an EnableKeyRotation that is rejected has its effect all the same",
        &[EnableKeyRotation],
        |step, account| step.despite(account, is_for_state, |account| step.run_by_row(Rule::ALWAYS, account)),
    ),
    call(
        "refused-disable-rotation-disables",
        "a DisableKeyRotation that is rejected has its effect all the same",
        &[DisableKeyRotation],
        |step, account| step.despite(account, is_for_state, |account| step.run_by_row(Rule::ALWAYS, account)),
    ),
    call(
        "rotation-status-is-always-off",
        "GetKeyRotationStatus says of every key that it is not rotated",
        &[GetKeyRotationStatus],
        |step, account| {
            step.and_say(account, |response| {
                response.insert("KeyRotationEnabled".to_owned(), false.into());
            })
        },
    ),
    call(
        "rotation-status-is-always-on",
        "GetKeyRotationStatus says of every key that it is rotated",
        &[GetKeyRotationStatus],
        |step, account| {
            step.and_say(account, |response| {
                response.insert("KeyRotationEnabled".to_owned(), true.into());
            })
        },
    ),
];
