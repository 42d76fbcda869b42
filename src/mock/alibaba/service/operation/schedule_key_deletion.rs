//! ScheduleKeyDeletion: lets a key be deleted after a waiting period, from any state but PendingDeletion.

use super::Definition;
use crate::mock::alibaba::config::Profile;
use crate::mock::alibaba::service::call::{Call, find_key_by_id};
use crate::mock::alibaba::service::state::{KeyState, Rule};
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;
use crate::mock::host::clock::after;
use crate::mock::mutation::{Effect, Removal};

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "PendingWindowInDays"], rule: Rule::MODIFIES_BEFORE_DELETION, run };

const SECONDS_IN_DAY: i64 = 86_400;

fn run(call: &Call<'_>) -> Result<Fields, Rejection> {
    // Required since 2023; before, an absent window meant the longest.
    let (longest, default) = match call.service.config.profile {
        Profile::Classic => (30, Some(30)),
        Profile::Current => (366, None),
    };
    call.required("KeyId")?;
    if default.is_none() {
        call.required("PendingWindowInDays")?;
    }
    let reference = call.key_reference("KeyId")?;
    let days = call.integer("PendingWindowInDays")?.or(default);
    let invalid = || Rejection::invalid_parameter("PendingWindowInDays");
    let fits = days.is_some_and(|days| (7..=longest).contains(&days));
    let days = days.and_then(|days| i64::try_from(days).ok()).ok_or_else(invalid)?;
    if !fits {
        call.refuse_unless(Effect::AnyWaitingPeriodAccepted, Effect::RefusedWaitingPeriodSchedules, invalid())?;
    }
    call.authorize()?;

    let mut tenant = call.tenant();
    let key = find_key_by_id(call, &tenant, &reference)?;
    call.check_state(key)?;
    // The documents say that protection blocks the deletion, but not with which code.
    if key.deletion_protection.is_some() && !call.deviates(Effect::ProtectionIgnored) {
        return Err(Rejection::state_modified_failed());
    }
    if call.deviates(Effect::ScheduleDoesNothing) {
        return Ok(Fields::new());
    }
    let days = match days {
        _ if call.deviates(Effect::ScheduleIgnoresWindow) => 30,
        days if call.deviates(Effect::DeleteDateADayLate) => days + 1,
        days => days,
    };
    let start = if call.deviates(Effect::DeleteDateFromCreation) { key.created } else { call.now };
    let date = Some(after(start, days * SECONDS_IN_DAY));
    let removal = match () {
        () if call.deviates(Effect::KeyNeverGone) => Removal::Never,
        () if call.deviates(Effect::GoneTooEarly) => Removal::TooEarly,
        () => Removal::OnItsDate,
    };
    let id = key.id.clone();
    if call.deviates(Effect::AliasVanishesWhenScheduled) {
        tenant.remove_aliases_of(&id, None);
    }
    let only_shown = call.deviates(Effect::ScheduleOnlyShown);
    tenant.change(&id, |key| {
        key.quirks.removal = removal;
        if only_shown {
            key.quirks.removal = Removal::Never;
            key.quirks.shown = Some(KeyState::PendingDeletion);
            key.delete_date = date;
            return;
        }
        if key.state != KeyState::PendingDeletion {
            key.state_before_deletion = Some(key.state);
        }
        key.state = KeyState::PendingDeletion;
        key.delete_date = date;
        if call.deviates(Effect::ScheduleLosesTags) {
            key.tags.clear();
        }
        if call.deviates(Effect::ScheduleDropsRotation) {
            key.rotation = None;
        }
    });
    Ok(Fields::new())
}
