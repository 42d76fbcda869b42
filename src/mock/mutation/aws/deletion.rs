//! ScheduleKeyDeletion and CancelKeyDeletion.

use serde_json::json;

use super::named::{Named, call};
use super::step::{has_code, is_for_state};
use crate::mock::aws::service::api::Operation::{CancelKeyDeletion, DescribeKey, ScheduleKeyDeletion};
use crate::mock::aws::service::arrival::Arrival;
use crate::mock::aws::service::key::DAY;
use crate::mock::aws::service::state::KeyState::{Disabled, Enabled};
use crate::mock::aws::service::state::Rule;
use crate::mock::host::clock::after;

pub(super) const DEVIATIONS: &[Named] = &[
    call(
        "schedule-does-nothing",
        "ScheduleKeyDeletion succeeds and leaves the key as it is",
        &[ScheduleKeyDeletion],
        |step, account| step.and_undo(account),
    ),
    call(
        "schedule-disables",
        "ScheduleKeyDeletion says PendingDeletion and only disables the key",
        &[ScheduleKeyDeletion],
        |step, account| {
            step.and_edit(account, |key, _| {
                key.state = Disabled;
                key.delete_date = None;
            })
        },
    ),
    call(
        "schedule-ignores-window",
        "ScheduleKeyDeletion lets every key wait for 30 days",
        &[ScheduleKeyDeletion],
        |step, account| step.run_without("PendingWindowInDays", account),
    ),
    call(
        "schedule-waits-seven-days",
        "ScheduleKeyDeletion lets a key wait for seven days if no period is given",
        &[ScheduleKeyDeletion],
        |step, account| match step.call.parameters.get("PendingWindowInDays") {
            None => step.run_with("PendingWindowInDays", json!(7), account),
            Some(_) => step.run(account),
        },
    ),
    call(
        "any-waiting-period-accepted",
        "ScheduleKeyDeletion takes a waiting period of any length for 30 days",
        &[ScheduleKeyDeletion],
        |step, account| {
            step.or(account, has_code("ValidationException"), |account| {
                step.run_without("PendingWindowInDays", account)
            })
        },
    ),
    call(
        "refused-waiting-period-schedules",
        "a ScheduleKeyDeletion that is rejected for its waiting period has its effect all the same",
        &[ScheduleKeyDeletion],
        |step, account| {
            step.despite(account, has_code("ValidationException"), |account| {
                step.run_without("PendingWindowInDays", account)
            })
        },
    ),
    call(
        "refused-schedule-moves-deletion-date",
        "a ScheduleKeyDeletion that is rejected moves the DeletionDate by its window",
        &[ScheduleKeyDeletion],
        |step, account| {
            let now = step.call.now;
            let moved = step.subject(account).map(|key| key.id);
            step.despite(account, is_for_state, |account| {
                account.write(|keys| {
                    keys.change(&moved.unwrap_or_default(), |key| key.delete_date = Some(after(now, 20 * DAY)))
                });
                step.run(account)
            })
        },
    ),
    call(
        "schedule-removes-aliases",
        "ScheduleKeyDeletion removes the aliases of the key",
        &[ScheduleKeyDeletion],
        |step, account| {
            let before = step.subject(account);
            let response = step.run(account)?;
            for alias in before.iter().flat_map(|key| key.aliases.values()) {
                account.write(|keys| keys.remove_alias(alias));
            }
            Ok(response)
        },
    ),
    call(
        "schedule-removes-tags",
        "ScheduleKeyDeletion removes the tags of the key",
        &[ScheduleKeyDeletion],
        |step, account| step.and_edit(account, |key, _| key.tags.clear()),
    ),
    call(
        "schedule-hides-deletion-date",
        "the response of ScheduleKeyDeletion has no DeletionDate",
        &[ScheduleKeyDeletion],
        |step, account| {
            step.and_say(account, |response| {
                response.remove("DeletionDate");
            })
        },
    ),
    call(
        "describe-hides-deletion-date",
        "DescribeKey does not say when a key is deleted",
        &[DescribeKey],
        |step, account| {
            super::describe::and_describe(step, account, |metadata| {
                metadata.remove("DeletionDate");
            })
        },
    ),
    call(
        "cancel-does-nothing",
        "CancelKeyDeletion succeeds and leaves the key as it is",
        &[CancelKeyDeletion],
        |step, account| step.and_undo(account),
    ),
    call("cancel-enables", "CancelKeyDeletion enables the key", &[CancelKeyDeletion], |step, account| {
        step.and_edit(account, |key, _| {
            if key.state == Disabled {
                key.state = Enabled;
            }
        })
    }),
    call(
        "cancel-restores-state",
        "CancelKeyDeletion brings back the state before ScheduleKeyDeletion",
        &[CancelKeyDeletion],
        |step, account| {
            step.and_edit(account, |key, before| {
                if key.state == Disabled && before.arrival != Some(Arrival::Disabled) {
                    key.state = Enabled;
                }
            })
        },
    ),
    call(
        "cancel-keeps-deletion-date",
        "CancelKeyDeletion leaves the DeletionDate of the key",
        &[CancelKeyDeletion],
        |step, account| step.and_edit(account, |key, before| key.delete_date = before.delete_date),
    ),
    call(
        "refused-cancel-enables",
        "a CancelKeyDeletion that is rejected enables a key that has material",
        &[CancelKeyDeletion],
        |step, account| {
            let before = step.subject(account).filter(|key| key.has_material());
            step.despite(account, is_for_state, |account| {
                account.write(|keys| {
                    keys.change(&before.map(|key| key.id).unwrap_or_default(), |key| key.state = Enabled)
                });
                step.run_by_row(Rule::CANCELS, account)
            })
        },
    ),
];
