//! How an encryption context comes in a request: as an object of text.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::mock::host::context::EncryptionContext;

/// Reads an object of text to text; anything else is nothing.
pub(crate) fn read_context(value: &Value) -> Option<EncryptionContext> {
    let pair = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
    let pairs: Option<BTreeMap<_, _>> = value.as_object()?.iter().map(pair).collect();
    pairs.map(EncryptionContext::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_text_to_text_is_a_context() {
        for value in [json!([]), json!(1), json!({"a": 1}), json!({"a": null}), json!({"a": {}}), json!("")] {
            assert_eq!(read_context(&value), None, "{value}");
        }
        assert_eq!(read_context(&json!({})), Some(EncryptionContext::default()));
    }
}
