//! The EncryptionContext: a map of text that must be equal at decryption.

use std::collections::BTreeMap;

/// The most characters of a context as it is written in a request.
const MOST_CHARACTERS: usize = 8192;

/// A context in canonical form; none given and `{}` are the same.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct EncryptionContext(BTreeMap<String, String>);

impl EncryptionContext {
    /// Reads a JSON object of text to text; anything else is nothing.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.chars().nth(MOST_CHARACTERS).is_some() {
            return None;
        }
        serde_json::from_str(text).ok().map(Self)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What AES-GCM authenticates beside the plaintext. The version is part of it, so that two keys with the same
    /// imported material can't read each other's ciphertext.
    pub(super) fn authenticated_data(&self, version: &str) -> Vec<u8> {
        let mut data = version.as_bytes().to_vec();
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
    use super::*;

    #[test]
    fn a_context_is_a_map_whatever_its_order_and_white_space() {
        let one = EncryptionContext::parse("{\"b\":\"2\",\"a\":\"1\"}").unwrap();
        assert_eq!(Some(one), EncryptionContext::parse(" { \"a\" : \"1\" , \"b\" : \"2\" } "));
        assert_eq!(EncryptionContext::parse("{}"), Some(EncryptionContext::default()));
    }

    #[test]
    fn only_text_to_text_is_a_context() {
        for text in ["", "[]", "1", "{\"a\":1}", "{\"a\":[\"b\"]}", "{\"a\":{}}", "{\"a\":null}", "{\"a\":\"b\"} x"] {
            assert_eq!(EncryptionContext::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_context_has_at_most_8192_characters() {
        let context = |value: usize| format!("{{\"a\":\"{}\"}}", "é".repeat(value));
        assert!(EncryptionContext::parse(&context(8192 - 8)).is_some());
        assert!(EncryptionContext::parse(&context(8192 - 7)).is_none());
    }

    #[test]
    fn different_contexts_authenticate_different_data() {
        let data = |text: &str| EncryptionContext::parse(text).unwrap().authenticated_data("version");
        assert_ne!(data("{\"a\":\"bc\"}"), data("{\"ab\":\"c\"}"));
    }
}
