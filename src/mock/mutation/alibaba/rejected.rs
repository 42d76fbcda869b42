//! Rejections that are only said: the operation has its effect all the same.

use super::cell::beyond_the_table;
use super::named::{Named, call};
use super::step::{Outcome, Step, has_code, is_for_state, is_invalid};
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::api::Operation::{
    CancelKeyDeletion, CreateAlias, CreateKeyVersion, DisableKey, EnableKey, ImportKeyMaterial, ScheduleKeyDeletion,
    TagResource, UntagResource, UpdateAlias, UpdateKeyDescription, UpdateRotationPolicy,
};
use crate::mock::alibaba::service::state::KeyState::{Disabled, Enabled, PendingImport};
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEVIATIONS: &[Named] = &[
    call(
        "refused-disable-disables",
        "a DisableKey that is rejected has its effect all the same",
        &[DisableKey],
        despite_the_table,
    ),
    call(
        "refused-enable-enables",
        "an EnableKey that is rejected has its effect all the same",
        &[EnableKey],
        despite_the_table,
    ),
    call(
        "refused-schedule-moves-delete-date",
        "a ScheduleKeyDeletion that is rejected moves the DeleteDate by its window",
        &[ScheduleKeyDeletion],
        despite_the_table,
    ),
    call(
        "refused-cancel-enables",
        "a CancelKeyDeletion that is rejected enables a key that has material",
        &[CancelKeyDeletion],
        despite_the_table,
    ),
    call(
        "refused-import-imports",
        "an ImportKeyMaterial that is rejected for the key's state keeps the material and its expiry",
        &[ImportKeyMaterial],
        despite_the_table,
    ),
    call(
        "refused-create-alias-creates",
        "a CreateAlias that is rejected makes the alias",
        &[CreateAlias],
        despite_the_table,
    ),
    call(
        "refused-update-alias-moves",
        "an UpdateAlias that is rejected moves the alias",
        &[UpdateAlias],
        despite_the_table,
    ),
    call("refused-tag-written", "a TagResource that is rejected writes the tag", &[TagResource], despite_the_table),
    call(
        "refused-untag-removes",
        "an UntagResource that is rejected removes the tag",
        &[UntagResource],
        despite_the_table,
    ),
    call(
        "refused-description-written",
        "an UpdateKeyDescription that is rejected writes the description",
        &[UpdateKeyDescription],
        despite_the_table,
    ),
    call(
        "rotation-refused-but-set",
        "an UpdateRotationPolicy that is rejected sets the policy",
        &[UpdateRotationPolicy],
        despite_the_table,
    ),
    call(
        "refused-version-made",
        "a CreateKeyVersion that is rejected makes the version",
        &[CreateKeyVersion],
        despite_the_table,
    ),
    call(
        "rejected-version-made-aside",
        "a CreateKeyVersion that is rejected makes a version that is not the primary one",
        &[CreateKeyVersion],
        |step, account| {
            step.despite(account, is_for_state, |account| {
                beyond_the_table(step, account, Rule::ALWAYS)?;
                super::rotation::set_newest_aside(step, account);
                Ok(Fields::new())
            })
        },
    ),
    call(
        "rejected-disable-remembered",
        "a DisableKey that is rejected for a key without material disables it once that is imported",
        &[DisableKey, ImportKeyMaterial],
        disabled_once_imported,
    ),
    call(
        "refused-waiting-period-schedules",
        "a ScheduleKeyDeletion that is rejected for its waiting period has its effect all the same",
        &[ScheduleKeyDeletion],
        |step, account| {
            step.despite(account, is_invalid("PendingWindowInDays"), |account| {
                step.run_by(|rules| rules.waiting_days = 0..=u64::MAX, account)
            })
        },
    ),
    call(
        "refused-alias-name-made",
        "a CreateAlias that is rejected for its name makes the alias",
        &[CreateAlias],
        |step, account| {
            step.despite(account, is_invalid("AliasName"), |account| super::alias::make_by_any_name(step, account))
        },
    ),
    call(
        "refused-second-alias-moves",
        "a CreateAlias that is rejected because another key has the alias moves it",
        &[CreateAlias],
        |step, account| {
            step.despite(account, has_code("AliasAlreadyExists"), |account| super::alias::take_over(step, account))
        },
    ),
    call(
        "refused-long-description-written",
        "an UpdateKeyDescription that is rejected for its length writes the description",
        &[UpdateKeyDescription],
        |step, account| {
            step.despite(account, is_invalid("Description"), |account| {
                step.run_by(|rules| rules.longest_description = usize::MAX, account)
            })
        },
    ),
];

/// Does what the table rejects, and reports the rejection.
fn despite_the_table(step: &Step<'_>, account: &mut Account<'_>) -> Outcome {
    step.despite(account, is_for_state, |account| beyond_the_table(step, account, Rule::ALWAYS))
}

/// Remembers a rejected DisableKey until the import.
fn disabled_once_imported(step: &Step<'_>, account: &mut Account<'_>) -> Outcome {
    let waiting = step.subject(account).filter(|key| key.state == PendingImport);
    let Some(key) = waiting else { return step.run(account) };

    if step.call.operation == DisableKey {
        return step.despite(account, is_for_state, |_| {
            step.marks.change(&key.id, |mark| mark.disabled_by_import = true);
            Ok(Fields::new())
        });
    }

    // Any other call goes through; if it is the import, the key must not stay enabled.
    let response = step.run(account)?;
    if step.marks.of(&key.id).disabled_by_import {
        account.write(|keys| {
            keys.change(&key.id, |key| {
                if key.state == Enabled {
                    key.state = Disabled;
                }
            })
        });
    }

    Ok(response)
}
