//! Rotation.

use super::named::{Named, call};
use crate::mock::aws::service::api::Operation::{DisableKeyRotation, EnableKeyRotation, GetKeyRotationStatus};

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
