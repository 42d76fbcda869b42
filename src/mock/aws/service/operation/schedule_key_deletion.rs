//! ScheduleKeyDeletion: after its waiting period the key is gone. A primary key with replicas waits for their end first,
//! and only then begins to wait for its own.

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::key::DAY;
use crate::mock::aws::service::metadata::wire_seconds;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::{KeyState, Rule};
use crate::mock::host::clock::after;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "PendingWindowInDays"], rule: Rule::SCHEDULES, run };

/// The days of a waiting period that is not given.
const USUAL_DAYS: i64 = 30;

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    let days = call.integer("PendingWindowInDays", 7..=30)?.unwrap_or(USUAL_DAYS);
    call.authorize()?;

    account.write_all(|regions| {
        let key = call.find_key_by_id(regions.tenant(call.caller.region), &reference)?;
        call.check_state(key)?;
        let (id, is_primary) = (key.id.clone(), key.is_primary());
        let waits_for_replicas = is_primary && regions.has_replicas(&id);

        let (state, date) = match waits_for_replicas {
            true => (KeyState::PendingReplicaDeletion, None),
            false => (KeyState::PendingDeletion, Some(after(call.now, days * DAY))),
        };
        regions.tenant(call.caller.region).change(&id, |key| {
            key.state = state;
            key.delete_date = date;
            key.waiting_days = Some(days);
        });

        let mut response = fields([("KeyId", call.arn(&id).into())]);
        response.extend(date.map(|date| ("DeletionDate".to_owned(), wire_seconds(date))));
        response.insert("KeyState".to_owned(), state.wire().into());
        response.insert("PendingWindowInDays".to_owned(), days.into());
        Ok(response)
    })
}
