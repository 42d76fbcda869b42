//! Symmetric ciphertext: which key and which of its versions made it, an IV, and AES-GCM output.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use super::random;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::host::context::EncryptionContext;
use crate::provider::signing::{hex, unhex};

/// Bytes of symmetric key material.
pub(super) const MATERIAL_BYTES: usize = 32;

/// What every ciphertext begins with; nobody outside can tell what it means.
const HEAD: [u8; 3] = [1, 2, 2];

/// Bytes of a key id: those of a multi-Region key have as many as others.
const KEY_ID_BYTES: usize = 36;

/// Bytes of the id of a version, which is text elsewhere.
const VERSION_BYTES: usize = 32;

const TAG_BYTES: usize = 16;

/// Symmetric key material, ready for use.
pub(crate) struct Cipher {
    key: LessSafeKey,
    material: Zeroizing<[u8; MATERIAL_BYTES]>,
}

impl fmt::Debug for Cipher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Cipher(..)")
    }
}

impl Cipher {
    pub(crate) fn new(material: &[u8; MATERIAL_BYTES]) -> Result<Self, Rejection> {
        let key = UnboundKey::new(&AES_256_GCM, material).map_err(|_| Rejection::internal_failure())?;
        Ok(Self { key: LessSafeKey::new(key), material: Zeroizing::new(*material) })
    }

    pub(crate) fn random() -> Result<Self, Rejection> {
        let mut material = Zeroizing::new([0; MATERIAL_BYTES]);
        random(material.as_mut_slice())?;
        Self::new(&material)
    }

    /// The key material itself, for keeping it.
    pub(crate) fn material(&self) -> &[u8] {
        self.material.as_slice()
    }

    /// The ciphertext of `plaintext` under a version of a key.
    pub(crate) fn encrypt(
        &self,
        key_id: &str,
        version: &str,
        context: &EncryptionContext,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, Rejection> {
        let version = unhex(version).ok_or_else(Rejection::internal_failure)?;
        // Drawn and not counted: a counter would begin anew with each start, while the key lasts.
        let mut iv = [0; NONCE_LEN];
        random(&mut iv)?;

        // In clear, since Decrypt has nothing else to find the key by.
        let mut ciphertext = [&HEAD, key_id.as_bytes(), &version, &iv].concat();
        let start = ciphertext.len();
        ciphertext.extend_from_slice(plaintext);

        let aad = Aad::from(context.authenticated_data(key_id));
        let nonce = Nonce::assume_unique_for_key(iv);
        let tag = self.key.seal_in_place_separate_tag(nonce, aad, &mut ciphertext[start..]);
        ciphertext.extend_from_slice(tag.map_err(|_| Rejection::internal_failure())?.as_ref());
        Ok(ciphertext)
    }

    /// The plaintext, or nothing if ciphertext or context are not what they were.
    pub(crate) fn decrypt(&self, ciphertext: &Ciphertext, context: &EncryptionContext) -> Option<Zeroizing<Vec<u8>>> {
        let mut sealed = Zeroizing::new(ciphertext.sealed.clone());
        let aad = Aad::from(context.authenticated_data(&ciphertext.key_id));
        let nonce = Nonce::assume_unique_for_key(ciphertext.iv);
        let length = self.key.open_in_place(nonce, aad, &mut sealed).ok()?.len();
        sealed.truncate(length);
        Some(sealed)
    }
}

/// A ciphertext taken apart.
pub(crate) struct Ciphertext {
    pub(crate) key_id: String,
    pub(crate) version: String,
    iv: [u8; NONCE_LEN],
    sealed: Vec<u8>,
}

impl Ciphertext {
    /// Takes a ciphertext apart; nothing if it is not one of a symmetric key of this service.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let (key_id, rest) = bytes.strip_prefix(&HEAD)?.split_at_checked(KEY_ID_BYTES)?;
        let (version, rest) = rest.split_at_checked(VERSION_BYTES)?;
        let (iv, sealed) = rest.split_first_chunk::<NONCE_LEN>()?;
        if sealed.len() < TAG_BYTES {
            return None;
        }
        let key_id = std::str::from_utf8(key_id).ok()?.to_owned();
        Some(Self { key_id, version: hex(version), iv: *iv, sealed: sealed.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const KEY: &str = "0b7d4e21-6a9f-4c35-b1e8-92d3f7a650cc";

    #[test]
    fn ciphertext_names_its_key_and_opens_only_unchanged() {
        let cipher = Cipher::random().unwrap();
        let version = "ab".repeat(32);
        let context = super::super::read_context(&json!({"a": "1"})).unwrap();
        let ciphertext = cipher.encrypt(KEY, &version, &context, b"plain").unwrap();
        let parsed = Ciphertext::parse(&ciphertext).unwrap();
        assert_eq!((parsed.key_id.as_str(), &parsed.version), (KEY, &version));
        assert_eq!(cipher.decrypt(&parsed, &context).unwrap().as_slice(), b"plain");
        assert_eq!(cipher.decrypt(&parsed, &EncryptionContext::default()), None);
        assert!(Cipher::random().unwrap().decrypt(&parsed, &context).is_none());
        // All but the id of the version, which only leads to the cipher.
        for at in (3..39).chain(71..ciphertext.len()) {
            let mut changed = ciphertext.clone();
            changed[at] ^= 1;
            assert_eq!(cipher.decrypt(&Ciphertext::parse(&changed).unwrap(), &context), None, "{at}");
        }
        for length in 0..ciphertext.len() - 5 {
            assert!(Ciphertext::parse(&ciphertext[..length]).is_none(), "{length}");
        }
    }
}
