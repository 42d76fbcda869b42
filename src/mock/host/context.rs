//! The encryption context: a map of text that must be equal at decryption. How it comes in a request is the cloud's.

use std::collections::BTreeMap;

/// A context in canonical form; none given and `{}` are the same.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct EncryptionContext(BTreeMap<String, String>);

impl From<BTreeMap<String, String>> for EncryptionContext {
    fn from(pairs: BTreeMap<String, String>) -> Self {
        Self(pairs)
    }
}

impl EncryptionContext {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What AES-GCM authenticates along with the plaintext. What stands for the key is part of it, so that two keys with
    /// the same imported material can't read each other's ciphertext.
    pub(crate) fn authenticated_data(&self, key: &str) -> Vec<u8> {
        let mut data = key.as_bytes().to_vec();
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
    fn different_contexts_authenticate_different_data() {
        let data = |pairs: &[(&str, &str)]| {
            let pairs: BTreeMap<_, _> =
                pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            EncryptionContext::from(pairs).authenticated_data("key")
        };
        assert_ne!(data(&[("a", "bc")]), data(&[("ab", "c")]));
        assert_eq!(data(&[("a", "b"), ("c", "d")]), data(&[("c", "d"), ("a", "b")]));
    }
}
