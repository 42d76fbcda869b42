//! What requests of both signatures have in common: every parameter is a text.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::provider::{ApiCall, EncodeError, SigningContext, Tamper};

/// The content type of a body with parameters.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// The parameters of a call as the wire has them: lists and maps are JSON texts (EncryptionContext, Tags, TagKeys).
pub(super) fn texts<'a>(call: &ApiCall<'a>) -> Result<Vec<(&'a str, String)>, EncodeError> {
    let text = |(name, value): (&'a String, &Value)| match value {
        Value::String(text) => Ok((name.as_str(), text.clone())),
        Value::Null => {
            Err(EncodeError::Parameter { operation: call.operation.to_owned(), name: name.clone(), found: "null" })
        }
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Ok((name.as_str(), value.to_string()))
        }
    };
    call.parameters.iter().map(text).collect()
}

/// How far a wrong time is off: twice as far as the gateway takes, which is 15 minutes either way.
const WRONG_BY: SignedDuration = SignedDuration::from_mins(30);

/// The time that a request says it was made at, in the documented shape.
pub(super) fn time(context: &SigningContext<'_>) -> String {
    let wrong = match context.tamper {
        Some(Tamper::Stale) => context.now.checked_sub(WRONG_BY),
        Some(Tamper::Early) => context.now.checked_add(WRONG_BY),
        _ => Ok(context.now),
    };
    wrong.unwrap_or(Timestamp::MIN).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The access key that a request names: the right one, or one that nobody has.
pub(super) fn access_key_id<'a>(context: &SigningContext<'a>) -> &'a str {
    context.sent_access_key_id("kms-conformance-nobody")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_null_parameter_is_an_error() {
        let parameters = json!({"KeyId": "k", "Plaintext": null});
        let call = ApiCall { operation: "Encrypt", parameters: parameters.as_object().unwrap() };
        let error = texts(&call).unwrap_err();
        assert_eq!(error.to_string(), "parameter `Plaintext` of Encrypt is null, which the wire can't carry");
    }
}
