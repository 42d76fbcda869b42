//! EnableKey and DisableKey.

use super::named::{Named, call};
use super::step::is_for_state;
use crate::mock::aws::service::api::Operation::{DisableKey, EnableKey};
use crate::mock::aws::service::state::KeyState::{Disabled, Enabled};
use crate::mock::aws::service::state::Rule;

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
        "refused-disable-disables",
        "a DisableKey that is rejected has its effect all the same",
        &[DisableKey],
        |step, account| step.despite(account, is_for_state, |account| step.run_by_row(Rule::ALWAYS, account)),
    ),
    call(
        "refused-enable-enables",
        "an EnableKey that is rejected has its effect all the same",
        &[EnableKey],
        |step, account| step.despite(account, is_for_state, |account| step.run_by_row(Rule::ALWAYS, account)),
    ),
];
