//! Requests with a fault of their own: taken all the same, or rejected without naming the fault.

use super::named::{Named, call};
use super::step::has_code;
use crate::mock::alibaba::service::call::{KeyReference, find_key};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::host::response::Fields;

/// A parameter that no operation has.
const ANOTHER: &str = "RegionId";

pub(super) const DEVIATIONS: &[Named] = &[
    call(
        "missing-parameter-names-another",
        "the error for a missing parameter names another one",
        &[],
        |step, account| step.or(account, has_code("MissingParameter"), |_| Err(Rejection::missing_parameter(ANOTHER))),
    ),
    call("missing-parameter-names-none", "the error for a missing parameter names none", &[], |step, account| {
        step.or(account, has_code("MissingParameter"), |_| {
            let message = "A parameter is needed but not provided.".into();
            Err(Rejection { message, ..Rejection::missing_parameter(ANOTHER) })
        })
    }),
    call(
        "invalid-parameter-names-another",
        "the error for a wrong parameter names another one",
        &[],
        |step, account| step.or(account, has_code("InvalidParameter"), |_| Err(Rejection::invalid_parameter(ANOTHER))),
    ),
    call(
        "missing-parameter-accepted",
        "a request that lacks a parameter succeeds and does nothing",
        &[],
        |step, account| step.or(account, has_code("MissingParameter"), |_| Ok(Fields::new())),
    ),
    call(
        "unknown-key-accepted",
        "a request for a key that does not exist succeeds and does nothing",
        &[],
        |step, account| step.or(account, has_code("Forbidden.KeyNotFound"), |_| Ok(Fields::new())),
    ),
    call(
        "unknown-alias-accepted",
        "a request for an alias that does not exist succeeds and does nothing",
        &[],
        |step, account| step.or(account, has_code("Forbidden.AliasNotFound"), |_| Ok(Fields::new())),
    ),
    call(
        "malformed-key-id-accepted",
        "a request with a KeyId that can't be one succeeds and does nothing",
        &[],
        |step, account| {
            let is_meant =
                |rejection: &Rejection| rejection.code == "InvalidParameter" && rejection.message.contains("KeyId");
            step.or(account, is_meant, |_| Ok(Fields::new()))
        },
    ),
    call("alias-taken-anywhere", "every operation takes an alias for a key", &[], |step, account| {
        step.or(account, has_code("Unsupported.Alias"), |account| {
            let name = step.parameter("KeyId").unwrap_or_default();
            let id = account.read(|keys| find_key(keys, &KeyReference::Alias(name)).map(|key| key.id.clone()))?;
            step.run_with("KeyId", Some(&id), account)
        })
    }),
];
