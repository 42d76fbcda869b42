//! Ciphertext: the id of the key version, an IV, and AES-GCM output.

use std::fmt;

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::host::context::EncryptionContext;

/// Bytes of the version id at the head of a ciphertext.
const VERSION_BYTES: usize = 36;
const TAG_BYTES: usize = 16;

/// Fills `bytes` from the system's source of randomness.
pub(crate) fn random(bytes: &mut [u8]) -> Result<(), Rejection> {
    getrandom::fill(bytes).map_err(|_| Rejection::internal_failure())
}

/// The key material of one version, ready for use.
pub(crate) struct Cipher {
    key: LessSafeKey,
    material: Zeroizing<Box<[u8]>>,
}

impl fmt::Debug for Cipher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Cipher(..)")
    }
}

impl Cipher {
    /// 32 bytes make AES-256-GCM. A key of 16 bytes, which the service would use with SM4, gets AES-128-GCM: nobody
    /// outside can see it, since ciphertext is opaque.
    pub(crate) fn new(material: &[u8]) -> Result<Self, Rejection> {
        let algorithm = if material.len() == 16 { &AES_128_GCM } else { &AES_256_GCM };
        let key = UnboundKey::new(algorithm, material).map_err(|_| Rejection::internal_failure())?;
        Ok(Self { key: LessSafeKey::new(key), material: Zeroizing::new(material.into()) })
    }

    /// The key material itself, for keeping it.
    pub(crate) fn material(&self) -> &[u8] {
        &self.material
    }

    pub(crate) fn random(material_bytes: usize) -> Result<Self, Rejection> {
        let mut material = Zeroizing::new(vec![0; material_bytes]);
        random(&mut material)?;
        Self::new(&material)
    }

    /// The ciphertext of `plaintext` under the version with this id.
    pub(crate) fn encrypt(
        &self,
        version: &str,
        context: &EncryptionContext,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, Rejection> {
        // Drawn and not counted: a counter would begin anew with each start, while the key lasts.
        let mut iv = [0; NONCE_LEN];
        random(&mut iv)?;

        let mut ciphertext = Vec::with_capacity(VERSION_BYTES + NONCE_LEN + plaintext.len() + TAG_BYTES);
        // In clear, since Decrypt has nothing else to find the key by.
        ciphertext.extend_from_slice(version.as_bytes());
        ciphertext.extend_from_slice(&iv);
        let start = ciphertext.len();
        ciphertext.extend_from_slice(plaintext);

        let aad = Aad::from(context.authenticated_data(version));
        let nonce = Nonce::assume_unique_for_key(iv);
        let tag = self.key.seal_in_place_separate_tag(nonce, aad, &mut ciphertext[start..]);
        ciphertext.extend_from_slice(tag.map_err(|_| Rejection::internal_failure())?.as_ref());

        Ok(ciphertext)
    }

    /// The plaintext, or nothing if ciphertext or context are not what they were.
    pub(crate) fn decrypt(&self, ciphertext: &Ciphertext, context: &EncryptionContext) -> Option<Vec<u8>> {
        let mut sealed = ciphertext.sealed.clone();
        let aad = Aad::from(context.authenticated_data(&ciphertext.version));
        let nonce = Nonce::assume_unique_for_key(ciphertext.iv);
        let length = self.key.open_in_place(nonce, aad, &mut sealed).ok()?.len();
        sealed.truncate(length);
        Some(sealed)
    }
}

/// A ciphertext taken apart.
pub(crate) struct Ciphertext {
    pub(crate) version: String,
    iv: [u8; NONCE_LEN],
    sealed: Vec<u8>,
}

impl Ciphertext {
    /// Takes a ciphertext apart, if it is long enough and begins with text.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let (version, rest) = bytes.split_at_checked(VERSION_BYTES)?;
        let (iv, sealed) = rest.split_first_chunk::<NONCE_LEN>()?;
        if sealed.len() < TAG_BYTES {
            return None;
        }
        let version = std::str::from_utf8(version).ok()?.to_owned();
        Some(Self { version, iv: *iv, sealed: sealed.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: &str = "0b7d4e21-6a9f-4c35-b1e8-92d3f7a650cc";

    #[test]
    fn ciphertext_names_its_version_and_opens_only_unchanged() {
        for bytes in [16, 32] {
            let cipher = Cipher::random(bytes).unwrap();
            let context = super::super::parse_context("{\"a\":\"1\"}").unwrap();
            let ciphertext = cipher.encrypt(VERSION, &context, b"plain").unwrap();
            assert_eq!(ciphertext.len(), 36 + 12 + 5 + 16);
            assert_eq!(&ciphertext[..36], VERSION.as_bytes());
            let parsed = Ciphertext::parse(&ciphertext).unwrap();
            assert_eq!(cipher.decrypt(&parsed, &context).unwrap(), b"plain");
            assert_eq!(cipher.decrypt(&parsed, &EncryptionContext::default()), None);
            for at in [0, 40, 50, 60] {
                let mut changed = ciphertext.clone();
                changed[at] ^= 1;
                assert_eq!(cipher.decrypt(&Ciphertext::parse(&changed).unwrap(), &context), None, "{at}");
            }
        }
    }

    #[test]
    fn short_ciphertext_has_no_parts() {
        assert!(Ciphertext::parse(&[b'a'; 63]).is_none());
        assert!(Ciphertext::parse(&[0xff; 64]).is_none());
        assert!(Ciphertext::parse(&[b'a'; 64]).is_some());
    }
}
