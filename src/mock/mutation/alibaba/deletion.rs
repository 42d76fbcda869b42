//! ScheduleKeyDeletion, CancelKeyDeletion, and the deletion itself.

use std::mem;

use super::alias::remove_aliases;
use super::named::{Named, TimeStep, call, time};
use super::step::is_invalid;
use super::time::{due, hiding};
use crate::mock::alibaba::service::api::Operation::{CancelKeyDeletion, ScheduleKeyDeletion, SetDeletionProtection};
use crate::mock::alibaba::service::key::Tenant;
use crate::mock::alibaba::service::state::KeyState::{Disabled, Enabled};
use crate::mock::host::clock::after;

const DAY: i64 = 86_400;

pub(super) const DEVIATIONS: &[Named] = &[
    call(
        "schedule-does-nothing",
        "ScheduleKeyDeletion succeeds and leaves the key as it is",
        &[ScheduleKeyDeletion],
        |step, account| step.and_undo(account),
    ),
    // Around the next one, which counts from the days of the window.
    call(
        "schedule-ignores-window",
        "ScheduleKeyDeletion takes 30 days whatever the window",
        &[ScheduleKeyDeletion],
        |step, account| step.and_edit(account, |key, _| key.delete_date = Some(after(step.call.now, 30 * DAY))),
    ),
    call(
        "delete-date-a-day-late",
        "ScheduleKeyDeletion takes a day more than the window",
        &[ScheduleKeyDeletion],
        |step, account| step.and_edit(account, |key, _| key.delete_date = key.delete_date.map(|date| after(date, DAY))),
    ),
    call(
        "delete-date-from-creation",
        "ScheduleKeyDeletion counts the window from the creation of the key",
        &[ScheduleKeyDeletion],
        |step, account| {
            step.and_edit(account, |key, _| {
                let age = step.call.now.as_second() - key.created.as_second();
                key.delete_date = key.delete_date.map(|date| after(date, -age));
            })
        },
    ),
    call(
        "protection-stays-on",
        "a SetDeletionProtection that lifts the protection succeeds and it stays",
        &[SetDeletionProtection],
        |step, account| match step.parameter("EnableDeletionProtection") {
            Some("true") => step.run(account),
            _ => step.and_undo(account),
        },
    ),
    call(
        "any-waiting-period-accepted",
        "ScheduleKeyDeletion takes a waiting period of any length",
        &[ScheduleKeyDeletion],
        |step, account| {
            step.or(account, is_invalid("PendingWindowInDays"), |account| {
                step.run_by(|rules| rules.waiting_days = 0..=u64::MAX, account)
            })
        },
    ),
    call(
        "deletion-protection-ignored",
        "ScheduleKeyDeletion takes a key that is protected from it",
        &[ScheduleKeyDeletion],
        |step, account| {
            step.pretending(
                account,
                |key| mem::take(&mut key.deletion_protection),
                |key, protection| key.deletion_protection = protection,
                |account| step.run(account),
            )
        },
    ),
    call(
        "schedule-loses-tags",
        "ScheduleKeyDeletion removes the tags of the key",
        &[ScheduleKeyDeletion],
        |step, account| step.and_edit(account, |key, _| key.tags.clear()),
    ),
    call(
        "schedule-drops-rotation",
        "ScheduleKeyDeletion switches automatic rotation off for good",
        &[ScheduleKeyDeletion],
        |step, account| step.and_edit(account, |key, _| key.rotation = None),
    ),
    call(
        "alias-vanishes-when-scheduled",
        "ScheduleKeyDeletion deletes the aliases of the key",
        &[ScheduleKeyDeletion],
        |step, account| {
            let response = step.run(account)?;
            remove_aliases(step, account);
            Ok(response)
        },
    ),
    call(
        "cancel-does-nothing",
        "CancelKeyDeletion succeeds and leaves the key as it is",
        &[CancelKeyDeletion],
        |step, account| step.and_undo(account),
    ),
    call(
        "cancel-leaves-disabled",
        "CancelKeyDeletion leaves the key Disabled",
        &[CancelKeyDeletion],
        |step, account| {
            step.and_edit(account, |key, _| {
                if key.state == Enabled {
                    key.state = Disabled;
                }
            })
        },
    ),
    call(
        "cancel-keeps-delete-date",
        "CancelKeyDeletion leaves the key with its DeleteDate",
        &[CancelKeyDeletion],
        |step, account| step.and_edit(account, |key, before| key.delete_date = before.delete_date),
    ),
    call(
        "cancel-loses-ciphertexts",
        "what a key encrypted before its deletion was scheduled can't be decrypted after that is cancelled",
        &[CancelKeyDeletion],
        |step, account| step.and_edit(account, |key, _| super::material::lose_ciphertexts(key)),
    ),
    call(
        "cancel-loses-aliases",
        "CancelKeyDeletion deletes the aliases of the key",
        &[CancelKeyDeletion],
        |step, account| {
            let response = step.run(account)?;
            remove_aliases(step, account);
            Ok(response)
        },
    ),
    time("key-never-gone", "a key stays after the date of its deletion", |step, keys| {
        hiding(step, keys, |key| key.delete_date, |key| &mut key.delete_date)
    }),
    time("gone-too-early", "a key is gone two days before the date of its deletion", gone_too_early),
];

fn gone_too_early(step: &TimeStep<'_>, keys: &mut Tenant) {
    let soon = after(step.now, 2 * DAY);
    for id in due(keys, |key| key.delete_date.is_some_and(|date| date <= soon)) {
        keys.remove(&id);
    }
    step.pass(keys);
}
