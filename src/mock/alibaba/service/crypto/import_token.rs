//! The import token: what it is bound to, sealed so that nothing has to be remembered.

use jiff::Timestamp;

use super::WrappingAlgorithm;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::host::clock::from_seconds;
use crate::mock::host::sealer::Sealer;

/// What an import token is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ImportToken {
    pub(crate) key_id: String,
    /// The id of the wrapping pair.
    pub(crate) pair: u64,
    pub(crate) algorithm: WrappingAlgorithm,
    pub(crate) expires: Timestamp,
}

/// Seals import tokens, and opens those that it sealed.
#[derive(Debug)]
pub(crate) struct TokenSealer(pub(crate) Sealer);

/// There is no other kind of tokens.
const KIND: &[u8] = &[];

impl TokenSealer {
    pub(crate) fn seal(&self, token: &ImportToken) -> Result<Vec<u8>, Rejection> {
        let mut text = vec![token.algorithm.number()];
        text.extend_from_slice(&token.pair.to_be_bytes());
        text.extend_from_slice(&token.expires.as_second().to_be_bytes());
        // Last, as the only part whose length is not fixed.
        text.extend_from_slice(token.key_id.as_bytes());

        self.0.seal(KIND, text).ok_or_else(Rejection::internal_failure)
    }

    /// The token, or nothing if it was not sealed here.
    pub(crate) fn open(&self, sealed: &[u8]) -> Option<ImportToken> {
        let text = self.0.open(KIND, sealed)?;
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
    fn a_token_says_what_it_is_good_for() {
        let sealer = TokenSealer(Sealer::new(&Sealer::secret().unwrap()).unwrap());
        let token = ImportToken {
            key_id: "key".to_owned(),
            pair: 3,
            algorithm: WrappingAlgorithm::OaepSha256,
            expires: from_seconds(1_700_000_000),
        };
        let sealed = sealer.seal(&token).unwrap();
        assert_eq!(sealer.open(&sealed), Some(token));
    }
}
