//! What requests of both signatures have in common: every parameter is a text.

use jiff::Timestamp;
use serde_json::Value;

use crate::provider::{ApiCall, EncodeError};

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

/// A time in the documented shape.
pub(super) fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn null_is_refused() {
        let parameters = json!({"KeyId": "k", "Plaintext": null});
        let call = ApiCall { operation: "Encrypt", parameters: parameters.as_object().unwrap() };
        let error = texts(&call).unwrap_err();
        assert_eq!(error.to_string(), "parameter `Plaintext` of Encrypt is null, which the wire can't carry");
    }
}
