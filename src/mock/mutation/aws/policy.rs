//! Key policies.

use super::named::{Named, call};
use crate::mock::aws::service::api::Operation::{CreateKey, GetKeyPolicy, PutKeyPolicy};
use crate::mock::aws::service::policy::default_policy;

pub(super) const DEVIATIONS: &[Named] = &[
    call(
        "put-policy-does-nothing",
        "PutKeyPolicy succeeds and the policy stays as it is",
        &[PutKeyPolicy],
        |step, account| step.and_undo(account),
    ),
    call(
        "get-policy-is-the-default",
        "GetKeyPolicy responds with the default policy, whatever was put",
        &[GetKeyPolicy],
        |step, account| {
            step.and_say(account, |response| {
                response.insert("Policy".to_owned(), default_policy(step.call).into());
            })
        },
    ),
    call("policy-of-new-key-lost", "CreateKey ignores the policy of the key", &[CreateKey], |step, account| {
        step.run_without("Policy", account)
    }),
];
