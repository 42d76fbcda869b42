//! The key material that is imported into keys which outlive a run.
//!
//! A key takes the same material again and no other, for ever: so a later run that uses the key again must have the same. It
//! is not kept anywhere, but derived from a secret that stays the same and from the id of the key.

use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::provider::signing::{hex, hmac_sha256};
use crate::redact::Secret;
use crate::suite::service::MaterialForm;

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

/// A private key that is imported, PKCS#8 in Base64.
///
/// # Errors
///
/// In one line: why none could be made.
pub(super) fn private_key(form: MaterialForm) -> Result<Secret, String> {
    let failed = |_| "no private key could be made for the import".to_owned();
    let pkcs8 = match form {
        MaterialForm::Bytes => return Err("random bytes are not a private key".to_owned()),
        MaterialForm::P256 => {
            let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new());
            STANDARD.encode(pair.map_err(failed)?)
        }
        MaterialForm::Rsa2048 => {
            // It takes a while to make one, and one serves for all keys of the process.
            static PAIR: OnceLock<Result<String, String>> = OnceLock::new();
            let make = || {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
                let der: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
                Ok(STANDARD.encode(der.as_ref() as &[u8]))
            };
            PAIR.get_or_init(make).clone()?
        }
    };
    Ok(Secret::new(pkcs8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_keys_are_those_that_a_service_reads() {
        let der = |form| STANDARD.decode(private_key(form).unwrap().expose()).unwrap();
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &der(MaterialForm::P256)).unwrap();
        assert_ne!(der(MaterialForm::P256), der(MaterialForm::P256));
        RsaKeyPair::from_pkcs8(&der(MaterialForm::Rsa2048)).unwrap();
        assert!(private_key(MaterialForm::Bytes).is_err());
    }

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
