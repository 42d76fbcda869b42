//! Key material after its import: DeleteKeyMaterial and expiry, and keys that are used without any.

use std::mem;
use std::sync::Arc;

use super::named::{Named, TimeStep, call, time};
use super::step::{Step, has_code};
use super::subject::subjects;
use super::time::{due, hiding};
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::api::Operation;
use crate::mock::alibaba::service::api::Operation::DeleteKeyMaterial;
use crate::mock::alibaba::service::crypto::Cipher;
use crate::mock::alibaba::service::key::Tenant;
use crate::mock::alibaba::service::key::{Key, Origin};
use crate::mock::alibaba::service::state::KeyState::{self, Disabled, Enabled, PendingDeletion, PendingImport};
use crate::mock::host::clock::after;

const DAY: i64 = 86_400;

pub(super) const DEVIATIONS: &[Named] = &[
    call(
        "delete-material-does-nothing",
        "DeleteKeyMaterial succeeds and leaves the key as it is",
        &[DeleteKeyMaterial],
        |step, account| step.and_undo(account),
    ),
    call(
        "delete-material-keeps-enabled",
        "DeleteKeyMaterial leaves an Enabled key Enabled",
        &[DeleteKeyMaterial],
        |step, account| {
            step.and_edit(account, |key, before| {
                if before.state == Enabled {
                    (key.state, key.arrival) = (Enabled, before.arrival);
                }
            })
        },
    ),
    call(
        "delete-material-cancels-deletion",
        "DeleteKeyMaterial takes the key out of PendingDeletion",
        &[DeleteKeyMaterial],
        |step, account| {
            step.and_edit(account, |key, before| {
                if before.state == PendingDeletion {
                    key.state = PendingImport;
                    key.delete_date = None;
                }
            })
        },
    ),
    call(
        "delete-material-moves-delete-date",
        "DeleteKeyMaterial moves the DeleteDate of a key in PendingDeletion by a day",
        &[DeleteKeyMaterial],
        |step, account| step.and_edit(account, |key, _| key.delete_date = key.delete_date.map(|date| after(date, DAY))),
    ),
    call(
        "delete-material-clears-description",
        "DeleteKeyMaterial deletes the description of the key",
        &[DeleteKeyMaterial],
        |step, account| step.and_edit(account, |key, _| key.description.clear()),
    ),
    call(
        "delete-material-of-any-origin",
        "DeleteKeyMaterial takes keys of every origin",
        &[DeleteKeyMaterial],
        |step, account| step.or(account, has_code("Unsupported.Origin"), |account| as_external(step, account)),
    ),
    time("material-never-expires", "material stays after its MaterialExpireTime", |step, keys| {
        hiding(step, keys, |key| key.material.expires, |key| &mut key.material.expires);
    }),
    time(
        "expiry-cancels-deletion",
        "a key in PendingDeletion becomes PendingImport when its material expires",
        |step, keys| {
            let expired = expiring(step, keys, PendingDeletion);
            step.pass(keys);
            for id in expired {
                keys.change(&id, |key| {
                    key.state = PendingImport;
                    key.delete_date = None;
                });
            }
        },
    ),
    time("expiry-leaves-disabled", "a Disabled key stays so when its material expires", |step, keys| {
        let expired = expiring(step, keys, Disabled);
        step.pass(keys);
        for id in expired {
            keys.amend(&id, |key| key.state = Disabled);
        }
    }),
];

/// The keys in a state whose material is about to expire.
fn expiring(step: &TimeStep<'_>, keys: &Tenant, state: KeyState) -> Vec<String> {
    let is_over = |key: &Key| key.material.present && key.material.expires.is_some_and(|date| date <= step.now);
    due(keys, |key| key.state == state && is_over(key))
}

/// Goes on with a key that looks as if its material had been imported.
pub(super) fn as_external(step: &Step<'_>, account: &mut Account<'_>) -> super::step::Outcome {
    step.pretending(
        account,
        |key| mem::replace(&mut key.origin, Origin::External),
        |key, origin| key.origin = origin,
        |account| step.run(account),
    )
}

/// Makes what a key has encrypted unreadable.
pub(super) fn lose_ciphertexts(key: &mut Key) {
    key.versions.iter_mut().for_each(|version| version.cipher = None);
    give_material(key);
}

/// Gives versions of a key material if they have none: a key that is used in a state without material has to do as if.
fn give_material(key: &mut Key) {
    let Some(bytes) = key.spec.material_bytes() else { return };
    for version in key.versions.iter_mut().filter(|version| version.cipher.is_none()) {
        version.cipher = Cipher::random(bytes).ok().map(Arc::new);
    }
}

/// Gives the keys of a call material if the operation uses some.
pub(super) fn provide(step: &Step<'_>, account: &mut Account<'_>) {
    let uses_material = matches!(
        step.call.operation,
        Operation::Encrypt
            | Operation::Decrypt
            | Operation::ReEncrypt
            | Operation::GenerateDataKey
            | Operation::GenerateDataKeyWithoutPlaintext
    );

    if !uses_material {
        return;
    }

    account.write(|keys| {
        let lacking =
            subjects(step.call, keys).filter(|key| key.versions.iter().any(|version| version.cipher.is_none()));
        // Collected first: the keys can't be changed while they are looked through.
        let ids: Vec<String> = lacking.map(|key| key.id.clone()).collect();
        for id in ids {
            keys.amend(&id, give_material);
        }
    });
}
