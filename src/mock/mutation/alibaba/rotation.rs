//! Versions of keys, and automatic rotation.

use super::material::lose_ciphertexts;
use super::named::{Named, TimeStep, call, time};
use super::step::{Step, is_invalid};
use super::time::due;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::api::Operation::{
    CreateKeyVersion, GenerateDataKey, GenerateDataKeyWithoutPlaintext, UpdateRotationPolicy,
};
use crate::mock::alibaba::service::key::Tenant;
use crate::mock::alibaba::service::key::{Key, Rotation};
use crate::mock::alibaba::service::state::KeyState::{self, Disabled, Enabled, PendingDeletion};
use crate::mock::host::clock::after;
use crate::mock::host::response::Fields;
use crate::mock::store::KeyRecord as _;

pub(super) const DEVIATIONS: &[Named] = &[
    call(
        "version-not-made",
        "CreateKeyVersion responds with a version and keeps none",
        &[CreateKeyVersion],
        |step, account| step.and_undo(account),
    ),
    call(
        "version-not-primary",
        "CreateKeyVersion makes a version that is not the primary one",
        &[CreateKeyVersion],
        |step, account| {
            let response = step.run(account)?;
            set_newest_aside(step, account);
            Ok(response)
        },
    ),
    call(
        "rotation-policy-does-nothing",
        "UpdateRotationPolicy succeeds and the policy stays",
        &[UpdateRotationPolicy],
        |step, account| step.and_undo(account),
    ),
    call(
        "late-policy-waits",
        "UpdateRotationPolicy counts the interval from the request and not from the last rotation",
        &[UpdateRotationPolicy],
        |step, account| {
            step.and_edit(account, |key, _| {
                key.rotation =
                    key.rotation.map(|rotation| Rotation::starting(step.call.now, rotation.interval_seconds));
            })
        },
    ),
    call(
        "rotation-stays-on",
        "an UpdateRotationPolicy that turns rotation off succeeds and the policy stays",
        &[UpdateRotationPolicy],
        |step, account| match step.parameter("EnableAutomaticRotation") {
            Some("true") => step.run(account),
            _ => step.and_undo(account),
        },
    ),
    call(
        "any-rotation-interval-accepted",
        "UpdateRotationPolicy takes an interval of any length, and does nothing if it is not allowed",
        &[UpdateRotationPolicy],
        |step, account| step.or(account, is_invalid("RotationInterval"), |_| Ok(Fields::new())),
    ),
    call(
        "data-keys-of-the-first-version",
        "GenerateDataKey and GenerateDataKeyWithoutPlaintext name the first version of a key",
        &[GenerateDataKey, GenerateDataKeyWithoutPlaintext],
        |step, account| {
            let first = step.subject(account).and_then(|key| key.versions.first().map(|version| version.id.clone()));
            step.and_say(account, |response| {
                if let Some(first) = first {
                    response.insert("KeyVersionId".to_owned(), first.into());
                }
            })
        },
    ),
    time("rotation-never", "automatic rotation never happens", |step, keys| {
        let rotating = due_for_rotation(keys, Enabled, |rotation| rotation.next <= step.now);
        let hidden: Vec<_> = rotating.iter().map(|id| keys.amend(id, |key| key.rotation.take()).flatten()).collect();
        step.pass(keys);
        for (id, hidden) in rotating.iter().zip(hidden) {
            keys.amend(id, |key| key.rotation = hidden);
        }
    }),
    time("rotation-too-early", "automatic rotation happens when half of its interval is over", |step, keys| {
        let early = |rotation: Rotation| after(step.now, rotation.interval_seconds / 2);
        for id in due_for_rotation(keys, Enabled, |rotation| rotation.next <= early(rotation)) {
            keys.amend(&id, |key| {
                if let Some(rotation) = key.rotation {
                    key.elapse(early(rotation), step.identifiers);
                }
            });
        }
        step.pass(keys);
    }),
    time("rotates-while-disabled", "automatic rotation goes on while the key is Disabled", |step, keys| {
        rotate_in(Disabled, step, keys);
    }),
    time(
        "rotates-while-pending-deletion",
        "automatic rotation goes on while the key waits for its deletion",
        |step, keys| rotate_in(PendingDeletion, step, keys),
    ),
    time(
        "rotation-loses-ciphertexts",
        "what a key encrypted before its rotation can't be decrypted afterwards",
        |step, keys| {
            for id in due_for_rotation(keys, Enabled, |rotation| rotation.next <= step.now) {
                keys.amend(&id, lose_ciphertexts);
            }
            step.pass(keys);
        },
    ),
];

/// Makes the newest version of the key one that is not the primary one.
pub(super) fn set_newest_aside(step: &Step<'_>, account: &mut Account<'_>) {
    let Some(key) = step.subject(account) else { return };
    account.write(|keys| {
        keys.amend(&key.id, |key: &mut Key| {
            if let [.., primary, newest] = key.versions.as_mut_slice() {
                std::mem::swap(primary, newest);
            }
        })
    });
}

/// The keys in a state whose rotation is due.
fn due_for_rotation(keys: &Tenant, state: KeyState, is_due: impl Fn(Rotation) -> bool) -> Vec<String> {
    due(keys, |key| key.state == state && key.rotation.is_some_and(&is_due))
}

/// Lets keys in a state rotate as if they were enabled.
fn rotate_in(state: KeyState, step: &TimeStep<'_>, keys: &mut Tenant) {
    for id in due_for_rotation(keys, state, |rotation| rotation.next <= step.now) {
        keys.amend(&id, |key| {
            key.state = Enabled;
            key.elapse(step.now, step.identifiers);
            key.state = state;
        });
    }
    step.pass(keys);
}
