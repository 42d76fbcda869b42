//! Keys that make authentication codes.

use std::fmt;

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use super::random;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::spec::MacAlgorithm;

/// A key that makes authentication codes.
pub(crate) struct MacKey {
    key: hmac::Key,
    material: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for MacKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MacKey(..)")
    }
}

impl MacKey {
    pub(crate) fn random(algorithm: MacAlgorithm) -> Result<Self, Rejection> {
        let mut material = Zeroizing::new(vec![0; algorithm.bytes()]);
        random(&mut material)?;
        Ok(Self::of(algorithm, material))
    }

    /// A key that is kept or imported; nothing if it has not the length of the algorithm's codes.
    pub(crate) fn new(algorithm: MacAlgorithm, material: &[u8]) -> Option<Self> {
        let is_right = material.len() == algorithm.bytes();
        is_right.then(|| Self::of(algorithm, Zeroizing::new(material.to_vec())))
    }

    fn of(algorithm: MacAlgorithm, material: Zeroizing<Vec<u8>>) -> Self {
        let algorithm = match algorithm {
            MacAlgorithm::Sha224 => hmac::HMAC_SHA224,
            MacAlgorithm::Sha256 => hmac::HMAC_SHA256,
            MacAlgorithm::Sha384 => hmac::HMAC_SHA384,
            MacAlgorithm::Sha512 => hmac::HMAC_SHA512,
        };
        Self { key: hmac::Key::new(algorithm, &material), material }
    }

    /// The key material itself, for keeping it.
    pub(crate) fn material(&self) -> &[u8] {
        &self.material
    }

    /// The code of a message.
    pub(crate) fn code(&self, message: &[u8]) -> Vec<u8> {
        hmac::sign(&self.key, message).as_ref().to_vec()
    }

    /// Whether a code is that of a message.
    pub(crate) fn verifies(&self, message: &[u8], code: &[u8]) -> bool {
        hmac::verify(&self.key, message, code).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::signing::hex;

    /// Test case 1 of RFC 4231, whose key is shorter than any of this service: so only the codes of random keys are compared
    /// with a second implementation.
    #[test]
    fn codes_are_those_of_another_implementation() {
        let material = [0x0b; 32];
        let key = MacKey::new(MacAlgorithm::Sha256, &material).unwrap();
        let other = crate::provider::signing::hmac_sha256(&material, "Hi There");
        assert_eq!(hex(&key.code(b"Hi There")), hex(&other));
    }

    #[test]
    fn a_code_has_the_length_of_its_hash_and_is_of_one_message() {
        for algorithm in MacAlgorithm::ALL {
            let key = MacKey::random(*algorithm).unwrap();
            let code = key.code(b"text");
            assert_eq!(code.len(), algorithm.bytes());
            assert!(key.verifies(b"text", &code) && !key.verifies(b"other", &code));
            assert!(!key.verifies(b"text", &code[1..]));
            assert!(MacKey::new(*algorithm, &vec![1; algorithm.bytes() - 1]).is_none());
        }
    }
}
