//! ScheduleKeyDeletion: lets a key be deleted after a waiting period, from any state but PendingDeletion.

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, KeyReference, find_key_by_id};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::{KeyState, Rule};
use crate::mock::host::clock::after;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "PendingWindowInDays"], rule: Rule::MODIFIES_BEFORE_DELETION, run };

const SECONDS_IN_DAY: i64 = 86_400;

struct Request<'a> {
    key: KeyReference<'a>,
    days: i64,
}

fn parse<'a>(call: &'a Call<'_>) -> Result<Request<'a>, Rejection> {
    const DAYS: &str = "PendingWindowInDays";
    call.required("KeyId")?;
    if call.rules.default_waiting_days.is_none() {
        call.required(DAYS)?;
    }

    let key = call.key_reference("KeyId")?;
    let days = call.integer(DAYS)?.or(call.rules.default_waiting_days);
    let days = days.filter(|days| call.rules.waiting_days.contains(days)).and_then(|days| i64::try_from(days).ok());
    Ok(Request { key, days: days.ok_or_else(|| Rejection::invalid_parameter(DAYS))? })
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;

    account.write(|keys| {
        let key = find_key_by_id(keys, &request.key)?;
        call.check_state(key)?;
        // The documents say that protection blocks the deletion, but not with which code.
        if key.deletion_protection.is_some() {
            return Err(Rejection::state_modified_failed());
        }

        let id = key.id.clone();
        keys.change(&id, |key| {
            // A deviation can let a second scheduling through; the state before the first one is what counts.
            if key.state != KeyState::PendingDeletion {
                key.state_before_deletion = Some(key.state);
            }
            key.state = KeyState::PendingDeletion;
            key.delete_date = Some(after(call.now, request.days.saturating_mul(SECONDS_IN_DAY)));
        });
        Ok(Fields::new())
    })
}
