//! The import token: what it is bound to, sealed so that nothing has to be remembered.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::WrappingAlgorithm;
use super::cipher::random;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::host::clock::from_seconds;

/// What an import token is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ImportToken {
    pub(crate) key_id: String,
    /// The id of the wrapping pair.
    pub(crate) pair: u64,
    pub(crate) algorithm: WrappingAlgorithm,
    pub(crate) expires: Timestamp,
}

/// Seals tokens, and opens those that it sealed.
pub(crate) struct TokenSealer(LessSafeKey);

impl fmt::Debug for TokenSealer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenSealer(..)")
    }
}

impl TokenSealer {
    /// A secret to seal with.
    pub(crate) fn secret() -> Result<Zeroizing<[u8; 32]>, Rejection> {
        let mut secret = Zeroizing::new([0; 32]);
        random(secret.as_mut_slice())?;
        Ok(secret)
    }

    pub(crate) fn new(secret: &[u8; 32]) -> Result<Self, Rejection> {
        let key = UnboundKey::new(&AES_256_GCM, secret.as_slice()).map_err(|_| Rejection::internal_failure())?;
        Ok(Self(LessSafeKey::new(key)))
    }

    pub(crate) fn seal(&self, token: &ImportToken) -> Result<Vec<u8>, Rejection> {
        let mut iv = [0; NONCE_LEN];
        random(&mut iv)?;

        let mut text = vec![token.algorithm.number()];
        text.extend_from_slice(&token.pair.to_be_bytes());
        text.extend_from_slice(&token.expires.as_second().to_be_bytes());
        // Last, as the only part whose length is not fixed.
        text.extend_from_slice(token.key_id.as_bytes());

        let nonce = Nonce::assume_unique_for_key(iv);
        self.0.seal_in_place_append_tag(nonce, Aad::empty(), &mut text).map_err(|_| Rejection::internal_failure())?;
        Ok([iv.as_slice(), &text].concat())
    }

    /// The token, or nothing if it was not sealed here.
    pub(crate) fn open(&self, sealed: &[u8]) -> Option<ImportToken> {
        let (iv, text) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut text = text.to_vec();
        let text = self.0.open_in_place(Nonce::assume_unique_for_key(*iv), Aad::empty(), &mut text).ok()?;

        let (algorithm, text) = text.split_first()?;
        let (pair, text) = text.split_first_chunk::<8>()?;
        let (expires, key_id) = text.split_first_chunk::<8>()?;

        Some(ImportToken {
            key_id: std::str::from_utf8(key_id).ok()?.to_owned(),
            pair: u64::from_be_bytes(*pair),
            algorithm: WrappingAlgorithm::from_number(*algorithm)?,
            expires: from_seconds(i64::from_be_bytes(*expires)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sealer_opens_a_token_and_only_unchanged() {
        let sealer = TokenSealer::new(&TokenSealer::secret().unwrap()).unwrap();
        let token = ImportToken {
            key_id: "key".to_owned(),
            pair: 3,
            algorithm: WrappingAlgorithm::OaepSha256,
            expires: from_seconds(1_700_000_000),
        };
        let sealed = sealer.seal(&token).unwrap();
        assert_eq!(sealer.open(&sealed), Some(token));
        let other = TokenSealer::new(&TokenSealer::secret().unwrap()).unwrap();
        assert_eq!(other.open(&sealed), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(sealer.open(&changed), None);
            assert_eq!(sealer.open(&sealed[..at]), None);
        }
    }
}
