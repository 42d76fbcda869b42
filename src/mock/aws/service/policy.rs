//! Key policies: kept and shown, and not enforced.

use serde_json::{Value, json};

use crate::mock::aws::service::arn::partition;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::rejection::Rejection;

/// The most bytes of a policy.
const MOST_BYTES: usize = 32_768;

/// The policy of a request, if there is one: a JSON object with statements.
pub(crate) fn read_policy<'a>(call: &Call<'a>, name: &str) -> Result<Option<&'a str>, Rejection> {
    let Some(policy) = call.text_of(name, 1..=131_072)? else { return Ok(None) };
    if policy.len() > MOST_BYTES {
        return Err(Rejection::limit_exceeded(format!("The policy has more than {MOST_BYTES} bytes.")));
    }

    let document: Option<Value> = serde_json::from_str(policy).ok();
    let is_policy = document.is_some_and(|document| {
        document.get("Statement").is_some_and(|statement| statement.is_array() || statement.is_object())
    });
    if is_policy {
        Ok(Some(policy))
    } else {
        Err(Rejection::malformed_policy("The policy is not a JSON policy document."))
    }
}

/// The policy of a key that was made without one: the account may do everything.
pub(crate) fn default_policy(call: &Call<'_>) -> String {
    let principal = format!("arn:{}:iam::{}:root", partition(call.caller.region), call.caller.account);
    let policy = json!({
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [{
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": {"AWS": principal},
            "Action": "kms:*",
            "Resource": "*",
        }],
    });
    // Policies are written as people read them.
    serde_json::to_string_pretty(&policy).unwrap_or_default()
}

/// The name of the one policy of a key.
pub(crate) const POLICY_NAME: &str = "default";

/// Checks the name of a policy; there is one only.
pub(crate) fn read_policy_name(call: &Call<'_>) -> Result<(), Rejection> {
    match call.text_of("PolicyName", 1..=128)? {
        None | Some(POLICY_NAME) => Ok(()),
        Some(_) => Err(Rejection::not_found("No such policy exists")),
    }
}
