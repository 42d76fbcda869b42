//! The key material that is imported into keys which outlive a run.
//!
//! A key takes the same material again and no other, for ever: so a later run that uses the key again must have the same. It
//! is not kept anywhere, but derived from a secret that stays the same and from the id of the key.

use crate::provider::signing::{hex, hmac_sha256};
use crate::redact::Secret;

/// The secret that key material is derived from.
#[derive(Debug, Clone)]
pub struct MaterialSeed(Secret);

impl MaterialSeed {
    /// Derives from a secret.
    pub fn new(secret: Secret) -> Self {
        Self(secret)
    }

    /// By what a ledger knows the secret: another one derives other material. It tells nothing of the secret that could be used:
    /// 32 bits of a code that is used for nothing else.
    pub fn check(&self) -> String {
        hex(&self.code("kms-conformance seed of key material")[..4])
    }

    /// The material of a key.
    pub(super) fn material(&self, id: &str) -> [u8; 32] {
        self.code(&format!("kms-conformance key material of {id}"))
    }

    fn code(&self, text: &str) -> [u8; 32] {
        hmac_sha256(self.0.expose().as_bytes(), text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn material_depends_on_the_secret_and_the_key_and_can_not_be_printed() {
        let seed = |secret: &str| MaterialSeed::new(Secret::new(secret));
        assert_eq!(seed("a").material("1"), seed("a").material("1"));
        assert_ne!(seed("a").material("1"), seed("a").material("2"));
        assert_ne!(seed("a").material("1"), seed("b").material("1"));
        assert_ne!(seed("a").check(), seed("b").check());
        assert_eq!(seed("a").check().len(), 8);
        assert!(!format!("{:?}", seed("a-secret")).contains("a-secret"));
    }
}
