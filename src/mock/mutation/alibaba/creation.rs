//! CreateKey.

use super::named::{Named, call};
use super::step::{Outcome, Step};
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::api::Operation::CreateKey;
use crate::mock::alibaba::service::key::{Key, Origin};
use crate::mock::alibaba::service::metadata::key_metadata;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::KeyState::{Disabled, Enabled};

pub(super) const DEVIATIONS: &[Named] = &[
    call("new-key-is-disabled", "a new key is Disabled", &[CreateKey], |step, account| {
        and_edit_new(step, account, |key| {
            if key.origin == Origin::Kms {
                key.state = Disabled;
            }
        })
    }),
    call("new-external-key-is-enabled", "a new key of Origin EXTERNAL is Enabled", &[CreateKey], |step, account| {
        and_edit_new(step, account, |key| {
            if key.origin == Origin::External {
                key.state = Enabled;
            }
        })
    }),
    call("new-key-has-tag", "a new key has a tag that nobody gave it", &[CreateKey], |step, account| {
        and_edit_new(step, account, |key| {
            key.tags.insert("CreatedBy".to_owned(), "kms".to_owned());
        })
    }),
    call("new-key-does-not-rotate", "CreateKey ignores EnableAutomaticRotation", &[CreateKey], |step, account| {
        step.run_with("EnableAutomaticRotation", None, account)
    }),
    call("external-keys-unknown", "CreateKey takes no Origin EXTERNAL", &[CreateKey], |step, account| {
        if is_external(step) { Err(Rejection::invalid_parameter("Origin")) } else { step.run(account) }
    }),
    call(
        "external-keys-crash",
        "every CreateKey with Origin EXTERNAL ends in InternalFailure with HTTP status 500",
        &[CreateKey],
        |step, account| if is_external(step) { Err(Rejection::internal_failure()) } else { step.run(account) },
    ),
];

fn is_external(step: &Step<'_>) -> bool {
    step.parameter("Origin") == Some(Origin::External.wire())
}

/// Goes on, and changes the new key, which the response shows then.
fn and_edit_new(step: &Step<'_>, account: &mut Account<'_>, edit: impl FnOnce(&mut Key)) -> Outcome {
    let mut response = step.run(account)?;
    let id = response.get("KeyMetadata").and_then(|metadata| metadata.get("KeyId")).and_then(|id| id.as_str());
    let Some(id) = id.map(str::to_owned) else { return Ok(response) };
    // Amended and not changed, for nobody has seen the key in another state.
    let described = account.write(|keys| {
        keys.amend(&id, |key| {
            edit(key);
            key_metadata(step.call, key)
        })
    });
    response.insert("KeyMetadata".to_owned(), described.into());
    Ok(response)
}
