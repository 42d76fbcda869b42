//! What a service hands out and takes back without remembering it: sealed, so that nobody can read or change it.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::mock::host::cloud::NoRandomness;

/// Seals tokens, and opens those that it sealed.
pub(crate) struct Sealer(LessSafeKey);

impl fmt::Debug for Sealer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sealer(..)")
    }
}

impl Sealer {
    /// A secret to seal with.
    pub(crate) fn secret() -> Result<Zeroizing<[u8; 32]>, NoRandomness> {
        let mut secret = Zeroizing::new([0; 32]);
        getrandom::fill(secret.as_mut_slice()).map_err(|_| NoRandomness)?;
        Ok(secret)
    }

    /// A sealer with this secret; nothing if the cryptography fails.
    pub(crate) fn new(secret: &[u8; 32]) -> Option<Self> {
        UnboundKey::new(&AES_256_GCM, secret.as_slice()).ok().map(|key| Self(LessSafeKey::new(key)))
    }

    /// Seals a text. A token of one kind does not open as one of another. Nothing comes of it without randomness.
    pub(crate) fn seal(&self, kind: &[u8], mut text: Vec<u8>) -> Option<Vec<u8>> {
        let mut iv = [0; NONCE_LEN];
        getrandom::fill(&mut iv).ok()?;
        self.0.seal_in_place_append_tag(Nonce::assume_unique_for_key(iv), Aad::from(kind), &mut text).ok()?;
        Some([iv.as_slice(), &text].concat())
    }

    /// The text of a token, or nothing if it was not sealed here as one of this kind.
    pub(crate) fn open(&self, kind: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (iv, text) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut text = text.to_vec();
        let opened = self.0.open_in_place(Nonce::assume_unique_for_key(*iv), Aad::from(kind), &mut text).ok()?;
        Some(opened.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sealer_opens_a_token_and_only_unchanged() {
        let sealer = Sealer::new(&Sealer::secret().unwrap()).unwrap();
        let sealed = sealer.seal(b"kind", b"text".to_vec()).unwrap();
        assert_eq!(sealer.open(b"kind", &sealed), Some(b"text".to_vec()));
        assert_eq!(sealer.open(b"other", &sealed), None);

        let other = Sealer::new(&Sealer::secret().unwrap()).unwrap();
        assert_eq!(other.open(b"kind", &sealed), None);

        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(sealer.open(b"kind", &changed), None);
            assert_eq!(sealer.open(b"kind", &sealed[..at]), None);
        }
    }
}
