//! The encryption context: a map of text that must be equal at decryption.

use std::collections::BTreeMap;

use serde_json::Value;

/// A context in canonical form; none given and `{}` are the same.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct EncryptionContext(BTreeMap<String, String>);

impl EncryptionContext {
    /// Reads an object of text to text; anything else is nothing.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let pair = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
        value.as_object()?.iter().map(pair).collect::<Option<_>>().map(Self)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What AES-GCM authenticates beside the plaintext. The key is part of it, so that two keys with the same imported
    /// material can't read each other's ciphertext, as the service has it.
    pub(super) fn authenticated_data(&self, key_id: &str) -> Vec<u8> {
        let mut data = key_id.as_bytes().to_vec();
        for (name, value) in &self.0 {
            for text in [name, value] {
                // Without lengths `{"a":"bc"}` and `{"ab":"c"}` would authenticate alike.
                data.extend_from_slice(&(text.len() as u64).to_be_bytes());
                data.extend_from_slice(text.as_bytes());
            }
        }
        data
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_text_to_text_is_a_context() {
        for value in [json!([]), json!(1), json!({"a": 1}), json!({"a": null}), json!({"a": {}}), json!("")] {
            assert_eq!(EncryptionContext::read(&value), None, "{value}");
        }
        assert_eq!(EncryptionContext::read(&json!({})), Some(EncryptionContext::default()));
    }

    #[test]
    fn different_contexts_authenticate_different_data() {
        let data = |value: Value| EncryptionContext::read(&value).unwrap().authenticated_data("key");
        assert_ne!(data(json!({"a": "bc"})), data(json!({"ab": "c"})));
        assert_eq!(data(json!({"a": "b", "c": "d"})), data(json!({"c": "d", "a": "b"})));
    }
}
