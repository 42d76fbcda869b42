//! Import tokens and grant tokens: what they are good for, sealed so that nothing has to be remembered.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{WrappingAlgorithm, random};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::host::clock::from_seconds;

/// What an import token is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ImportToken {
    /// The ARN, for a replica has the id of its primary key.
    pub(crate) key_arn: String,
    /// The id of the wrapping pair.
    pub(crate) pair: u64,
    pub(crate) algorithm: WrappingAlgorithm,
    pub(crate) expires: Timestamp,
}

/// An import token as it is sealed.
#[derive(Serialize, Deserialize)]
struct SealedImport(String, u64, String, i64);

/// Seals tokens, and opens those that it sealed.
pub(crate) struct Sealer(LessSafeKey);

impl fmt::Debug for Sealer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sealer(..)")
    }
}

/// What tokens are for; one of one kind does not open as another.
const IMPORT: &[u8] = b"import";
const GRANT: &[u8] = b"grant";

impl Sealer {
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

    /// The token of an import.
    pub(crate) fn seal_import(&self, token: &ImportToken) -> Result<Vec<u8>, Rejection> {
        let ImportToken { key_arn, pair, algorithm, expires } = token;
        self.seal(IMPORT, &SealedImport(key_arn.clone(), *pair, algorithm.wire().to_owned(), expires.as_second()))
    }

    /// What a token is good for, or nothing if it was not sealed here.
    pub(crate) fn open_import(&self, sealed: &[u8]) -> Option<ImportToken> {
        let SealedImport(key_arn, pair, algorithm, expires) = self.open(IMPORT, sealed)?;
        let algorithm = WrappingAlgorithm::from_wire(&algorithm)?;
        Some(ImportToken { key_arn, pair, algorithm, expires: from_seconds(expires) })
    }

    /// The token of a grant, as text.
    pub(crate) fn seal_grant_token(&self, key_arn: &str, grant: &str) -> Result<String, Rejection> {
        self.seal(GRANT, &(key_arn, grant)).map(|token| STANDARD.encode(token))
    }

    /// The ARN of the key and the id of the grant, or nothing if the token was not sealed here.
    pub(crate) fn open_grant_token(&self, token: &str) -> Option<(String, String)> {
        self.open(GRANT, &STANDARD.decode(token).ok()?)
    }

    fn seal(&self, kind: &[u8], token: &impl Serialize) -> Result<Vec<u8>, Rejection> {
        let mut iv = [0; NONCE_LEN];
        random(&mut iv)?;
        let mut text = serde_json::to_vec(token).map_err(|_| Rejection::internal_failure())?;
        let nonce = Nonce::assume_unique_for_key(iv);
        let sealed = self.0.seal_in_place_append_tag(nonce, Aad::from(kind), &mut text);
        sealed.map_err(|_| Rejection::internal_failure())?;
        Ok([iv.as_slice(), &text].concat())
    }

    fn open<T: DeserializeOwned>(&self, kind: &[u8], sealed: &[u8]) -> Option<T> {
        let (iv, text) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut text = text.to_vec();
        let text = self.0.open_in_place(Nonce::assume_unique_for_key(*iv), Aad::from(kind), &mut text).ok()?;
        serde_json::from_slice(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sealer_opens_a_token_and_only_unchanged() {
        let sealer = Sealer::new(&Sealer::secret().unwrap()).unwrap();
        let token = ImportToken {
            key_arn: "arn".to_owned(),
            pair: u64::MAX,
            algorithm: WrappingAlgorithm::OaepSha256,
            expires: from_seconds(1_700_000_000),
        };
        let sealed = sealer.seal_import(&token).unwrap();
        assert_eq!(sealer.open_import(&sealed), Some(token));
        let other = Sealer::new(&Sealer::secret().unwrap()).unwrap();
        assert_eq!(other.open_import(&sealed), None);
        assert_eq!(sealer.open_grant_token(&STANDARD.encode(&sealed)), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(sealer.open_import(&changed), None);
            assert_eq!(sealer.open_import(&sealed[..at]), None);
        }
    }

    #[test]
    fn the_token_of_a_grant_names_it() {
        let sealer = Sealer::new(&Sealer::secret().unwrap()).unwrap();
        let token = sealer.seal_grant_token("arn", "grant").unwrap();
        assert_eq!(sealer.open_grant_token(&token), Some(("arn".to_owned(), "grant".to_owned())));
        assert_eq!(sealer.open_grant_token("%"), None);
    }
}
