//! EnableKey and DisableKey.

use super::named::{Named, call};
use super::step::{Outcome, Step};
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::api::Operation;
use crate::mock::alibaba::service::api::Operation::{DescribeKey, DisableKey, EnableKey, ScheduleKeyDeletion};
use crate::mock::alibaba::service::state::KeyState::{self, Disabled, Enabled, PendingDeletion};
use crate::mock::host::clock::wire_date;

pub(super) const DEVIATIONS: &[Named] = &[
    call("disable-does-nothing", "DisableKey succeeds and leaves the key as it is", &[DisableKey], |step, account| {
        step.and_undo(account)
    }),
    call("enable-does-nothing", "EnableKey succeeds and leaves the key as it is", &[EnableKey], |step, account| {
        step.and_undo(account)
    }),
    call("disable-toggles", "DisableKey enables a key that is Disabled", &[DisableKey], |step, account| {
        step.and_move(account, Disabled, Enabled)
    }),
    call("enable-toggles", "EnableKey disables a key that is Enabled", &[EnableKey], |step, account| {
        step.and_move(account, Enabled, Disabled)
    }),
    call(
        "enable-loses-ciphertexts",
        "what a key encrypted before it was disabled can't be decrypted after it is enabled",
        &[EnableKey],
        |step, account| {
            step.and_edit(account, |key, before| {
                if before.state == Disabled && key.state == Enabled {
                    super::material::lose_ciphertexts(key);
                }
            })
        },
    ),
    call(
        "disable-clears-description",
        "DisableKey deletes the description of the key",
        &[DisableKey],
        |step, account| step.and_edit(account, |key, _| key.description.clear()),
    ),
    call("enable-loses-tags", "EnableKey removes the tags of the key", &[EnableKey], |step, account| {
        step.and_edit(account, |key, _| key.tags.clear())
    }),
    call(
        "disable-drops-rotation",
        "DisableKey switches automatic rotation off for good",
        &[DisableKey],
        |step, account| step.and_edit(account, |key, _| key.rotation = None),
    ),
    call(
        "disable-only-shown",
        "DisableKey makes DescribeKey say Disabled, and the key works as before",
        SHOWING,
        |step, account| only_shown(step, account, DisableKey, Disabled),
    ),
    call(
        "enable-only-shown",
        "EnableKey makes DescribeKey say Enabled, and the key goes on rejecting",
        SHOWING,
        |step, account| only_shown(step, account, EnableKey, Enabled),
    ),
    call(
        "schedule-only-shown",
        "ScheduleKeyDeletion makes DescribeKey say PendingDeletion, and the key works as before",
        SHOWING,
        |step, account| only_shown(step, account, ScheduleKeyDeletion, PendingDeletion),
    ),
];

/// The operations that show a state, or bring the key into another.
const SHOWING: &[Operation] = &[DescribeKey, DisableKey, EnableKey, ScheduleKeyDeletion];

/// Lets `operation` only show the state that it brings a key into.
fn only_shown(step: &Step<'_>, account: &mut Account<'_>, operation: Operation, state: KeyState) -> Outcome {
    let Some(before) = step.subject(account) else { return step.run(account) };
    if step.call.operation == DescribeKey {
        let shown = step.marks.of(&before.id).shown;
        return step.and_say(account, |response| {
            if let Some((state, date)) = shown
                && let Some(metadata) = response.get_mut("KeyMetadata").and_then(|metadata| metadata.as_object_mut())
            {
                metadata.insert("KeyState".to_owned(), state.name().into());
                // Where the date is not part of it, that of the key stays.
                if date.is_some() {
                    metadata.insert("DeleteDate".to_owned(), wire_date(date).into());
                }
            }
        });
    }

    let former = step.marks.of(&before.id).shown;
    // Before it goes on, for others of these may stand inside.
    if step.call.operation != ScheduleKeyDeletion {
        step.marks.change(&before.id, |mark| mark.shown = None);
    }
    let outcome = step.run(account);
    if outcome.is_err() {
        step.marks.change(&before.id, |mark| mark.shown = former);
    } else if step.call.operation == operation && before.state != state {
        let date = account.read(|keys| keys.key(&before.id).and_then(|key| key.delete_date));
        account.write(|keys| keys.amend(&before.id, |key| *key = before.clone()));
        step.marks.change(&before.id, |mark| mark.shown = Some((state, date)));
    }
    outcome
}
