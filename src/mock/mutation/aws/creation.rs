//! What a new key is.

use serde_json::Value;

use super::describe::and_describe;
use super::named::{Named, call};
use super::step::{Outcome, Step};
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::api::Operation::CreateKey;
use crate::mock::aws::service::state::KeyState::{self, Disabled, Enabled, PendingImport};

pub(super) const DEVIATIONS: &[Named] = &[
    call("new-key-is-disabled", "CreateKey makes keys that are Disabled", &[CreateKey], |step, account| {
        and_make(step, account, Enabled, Disabled)
    }),
    call(
        "new-external-key-is-enabled",
        "CreateKey makes keys with the origin EXTERNAL that are Enabled before they have material",
        &[CreateKey],
        |step, account| and_make(step, account, PendingImport, Enabled),
    ),
];

/// Goes on, and brings a new key into another state, if it is in `made`; the response says so too.
fn and_make(step: &Step<'_>, account: &mut Account<'_>, made: KeyState, to: KeyState) -> Outcome {
    let mut id = None;
    let response = and_describe(step, account, |metadata| {
        if metadata.get("KeyState").and_then(Value::as_str) == Some(made.wire()) {
            id = metadata.get("KeyId").and_then(Value::as_str).map(str::to_owned);
            metadata.insert("KeyState".to_owned(), to.wire().into());
            metadata.insert("Enabled".to_owned(), (to == Enabled).into());
        }
    })?;
    if let Some(id) = id {
        account.write(|keys| keys.change(&id, |key| key.state = to));
    }
    Ok(response)
}
