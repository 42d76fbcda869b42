//! Import tokens and grant tokens: what they are good for, sealed so that nothing has to be remembered.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::WrappingAlgorithm;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::host::clock::from_seconds;
use crate::mock::host::sealer::Sealer;

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

/// Seals the tokens of the service, and opens those that it sealed.
#[derive(Debug)]
pub(crate) struct Tokens(pub(crate) Sealer);

/// What tokens are for; one of one kind does not open as another.
const IMPORT: &[u8] = b"import";
const GRANT: &[u8] = b"grant";

impl Tokens {
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
        let text = serde_json::to_vec(token).map_err(|_| Rejection::internal_failure())?;
        self.0.seal(kind, text).ok_or_else(Rejection::internal_failure)
    }

    fn open<T: DeserializeOwned>(&self, kind: &[u8], sealed: &[u8]) -> Option<T> {
        serde_json::from_slice(&self.0.open(kind, sealed)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> Tokens {
        Tokens(Sealer::new(&Sealer::secret().unwrap()).unwrap())
    }

    #[test]
    fn the_token_of_an_import_says_what_it_is_good_for() {
        let token = ImportToken {
            key_arn: "arn".to_owned(),
            pair: u64::MAX,
            algorithm: WrappingAlgorithm::OaepSha256,
            expires: from_seconds(1_700_000_000),
        };
        let tokens = tokens();
        let sealed = tokens.seal_import(&token).unwrap();
        assert_eq!(tokens.open_import(&sealed), Some(token));
        assert_eq!(tokens.open_grant_token(&STANDARD.encode(&sealed)), None);
    }

    #[test]
    fn the_token_of_a_grant_names_it() {
        let tokens = tokens();
        let token = tokens.seal_grant_token("arn", "grant").unwrap();
        assert_eq!(tokens.open_grant_token(&token), Some(("arn".to_owned(), "grant".to_owned())));
        assert_eq!(tokens.open_grant_token("%"), None);
    }
}
