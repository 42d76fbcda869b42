//! Replicas: ReplicateKey and UpdatePrimaryRegion, and what a key shares with its replicas.

use std::sync::Arc;

use super::named::{Named, call};
use super::step::{Outcome, Step, has_code, is_for_state};
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::api::Operation::{
    DisableKeyRotation, EnableKeyRotation, ReplicateKey, UpdatePrimaryRegion,
};
use crate::mock::aws::service::crypto::KeyMaterial;
use crate::mock::aws::service::key::{Key, Role};
use crate::mock::aws::service::spec::{KeySpec, Usage};
use crate::mock::aws::service::state::KeyState::{Disabled, Enabled, PendingImport};
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEVIATIONS: &[Named] = &[
    call("replicate-does-nothing", "ReplicateKey succeeds and makes no replica", &[ReplicateKey], |step, account| {
        step.and_undo(account)
    }),
    call("replica-is-disabled", "ReplicateKey makes a replica that is Disabled", &[ReplicateKey], |step, account| {
        and_edit_replica(step, account, |replica, _| {
            if replica.state == Enabled {
                replica.state = Disabled;
            }
        })
    }),
    call(
        "replica-is-enabled-without-material",
        "ReplicateKey makes a replica of a key with imported material that is Enabled before it has its own",
        &[ReplicateKey],
        |step, account| {
            and_edit_replica(step, account, |replica, _| {
                if replica.state == PendingImport {
                    replica.state = Enabled;
                }
            })
        },
    ),
    call("replica-is-primary", "a replica says that it is a primary key too", &[ReplicateKey], |step, account| {
        and_edit_replica(step, account, |replica, _| replica.role = Some(Role::Primary))
    }),
    call(
        "replica-has-other-material",
        "a symmetric replica has material of its own",
        &[ReplicateKey],
        |step, account| {
            let material = Arc::new(KeyMaterial::symmetric()?);
            and_edit_replica(step, account, |replica, _| {
                if replica.spec == KeySpec::Symmetric {
                    replica.versions.iter_mut().for_each(|version| version.material = Arc::clone(&material));
                }
            })
        },
    ),
    call(
        "replica-has-another-usage",
        "a replica of a key that signs says that it encrypts, and the other way round",
        &[ReplicateKey],
        |step, account| {
            and_edit_replica(step, account, |replica, primary| {
                replica.usage = match primary.usage {
                    Usage::EncryptDecrypt => Usage::SignVerify,
                    _ => Usage::EncryptDecrypt,
                };
            })
        },
    ),
    call(
        "replica-has-no-description",
        "ReplicateKey ignores the description of the replica",
        &[ReplicateKey],
        |step, account| step.run_without("Description", account),
    ),
    call("replica-has-no-tags", "ReplicateKey ignores the tags of the replica", &[ReplicateKey], |step, account| {
        step.run_without("Tags", account)
    }),
    call("replica-copies-tags", "a replica has the tags of its primary key too", &[ReplicateKey], |step, account| {
        and_edit_replica(step, account, |replica, primary| replica.tags.extend(primary.tags.clone()))
    }),
    call(
        "replica-has-default-policy",
        "ReplicateKey ignores the policy of the replica",
        &[ReplicateKey],
        |step, account| step.run_without("Policy", account),
    ),
    call(
        "second-replica-accepted",
        "ReplicateKey succeeds in a region that has a replica already",
        &[ReplicateKey],
        |step, account| step.or(account, has_code("AlreadyExistsException"), |_| Ok(Fields::new())),
    ),
    call("replica-is-replicated", "ReplicateKey of a replica succeeds", &[ReplicateKey], |step, account| {
        let is_replica = step.subject(account).is_some_and(|key| key.role == Some(Role::Replica));
        step.or(account, |_| is_replica, |_| Ok(Fields::new()))
    }),
    call(
        "refused-replicate-makes-replica",
        "a ReplicateKey that is rejected for the key's state makes the replica",
        &[ReplicateKey],
        |step, account| step.despite(account, is_for_state, |account| step.run_by_row(Rule::ALWAYS, account)),
    ),
    call(
        "update-primary-does-nothing",
        "UpdatePrimaryRegion succeeds and the primary key stays where it is",
        &[UpdatePrimaryRegion],
        |step, account| step.and_undo(account),
    ),
    call(
        "update-primary-makes-two",
        "UpdatePrimaryRegion leaves the former primary key a primary key",
        &[UpdatePrimaryRegion],
        |step, account| step.and_edit(account, |key, _| key.role = Some(Role::Primary)),
    ),
    call(
        "refused-update-primary-moves",
        "an UpdatePrimaryRegion that is rejected for the key's state has its effect all the same",
        &[UpdatePrimaryRegion],
        |step, account| step.despite(account, is_for_state, |account| step.run_by_row(Rule::ALWAYS, account)),
    ),
    call(
        "rotation-is-not-shared",
        "a replica does not learn that the rotation of its primary key was switched",
        &[EnableKeyRotation, DisableKeyRotation],
        |step, account| {
            let Some(primary) = step.subject(account) else { return step.run(account) };
            let before = account.write_all(|regions| {
                let mut replicas = regions.family(&primary.id).filter(|(_, key)| key.role == Some(Role::Replica));
                replicas.next().and_then(|(_, replica)| replica.rotation)
            });
            let response = step.run(account)?;
            account.write_all(|regions| {
                regions.change_family(&primary.id, |key| {
                    if key.role == Some(Role::Replica) {
                        key.rotation = before;
                    }
                })
            });
            Ok(response)
        },
    ),
];

/// Goes on, and changes the replica that was made. `edit` gets the primary key, too.
fn and_edit_replica(step: &Step<'_>, account: &mut Account<'_>, edit: impl FnOnce(&mut Key, &Key)) -> Outcome {
    let primary = step.subject(account);
    let response = step.run(account)?;
    if let (Some(primary), Some(region)) = (primary, step.call.text("ReplicaRegion")?) {
        account.write_all(|regions| regions.tenant(region).change(&primary.id, |replica| edit(replica, &primary)));
    }
    Ok(response)
}
