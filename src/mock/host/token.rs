//! The token of the admin API and the page.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};

use crate::mock::host::request::Received;
use crate::redact::Secret;

/// What whoever uses the admin API and the page must know. `Debug` does not show it.
#[derive(Clone, Debug)]
pub struct AdminToken(Secret);

/// The text can't be sent in a header as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token is one or more visible ASCII characters, without blanks")]
pub struct TokenError;

impl AdminToken {
    /// A token.
    ///
    /// # Errors
    /// When the text is empty or holds anything but visible ASCII.
    pub fn new(text: impl Into<String>) -> Result<Self, TokenError> {
        let secret = Secret::new(text);
        let is_good = !secret.expose().is_empty() && secret.expose().bytes().all(|byte| byte.is_ascii_graphic());
        if is_good { Ok(Self(secret)) } else { Err(TokenError) }
    }

    /// Whether a request has it: as `Authorization: Bearer TOKEN`, or as the password of `Authorization: Basic`, which is
    /// what a browser can be made to send.
    pub(crate) fn is_in(&self, received: &Received) -> bool {
        let Some((scheme, value)) = authorization(received) else { return false };
        if scheme.eq_ignore_ascii_case("bearer") {
            return self.is(value.as_bytes());
        }

        let decoded = STANDARD.decode(value).unwrap_or_default();
        let colon = decoded.iter().position(|byte| *byte == b':');
        colon.is_some_and(|colon| self.is(&decoded[colon + 1..]))
    }

    /// Takes as long for a text that is nearly right as for any other, and for any length of it.
    fn is(&self, other: &[u8]) -> bool {
        let digest = |bytes: &[u8]| Sha256::digest(bytes);
        verify_slices_are_equal(&digest(self.0.expose().as_bytes()), &digest(other)).is_ok()
    }
}

/// Whether a request has an Authorization header of one of the schemes that a token can come in.
pub(crate) fn has_scheme_of_token(received: &Received) -> bool {
    authorization(received).is_some()
}

/// The scheme, Bearer or Basic, and what follows it.
fn authorization(received: &Received) -> Option<(&str, &str)> {
    let (scheme, value) = received.header(AUTHORIZATION.as_str())?.split_once(' ')?;
    let is_ours = ["bearer", "basic"].iter().any(|name| scheme.eq_ignore_ascii_case(name));
    is_ours.then_some((scheme, value.trim()))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue, Method};

    use super::*;

    fn token(text: &str) -> Result<AdminToken, TokenError> {
        AdminToken::new(text)
    }

    fn is_let_in(authorization: &str) -> bool {
        let value = HeaderValue::from_str(authorization).unwrap();
        let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
        let received = Received { method: Method::GET, uri: "/_mock/".parse().unwrap(), headers, body: Bytes::new() };
        token("open:sesame").unwrap().is_in(&received)
    }

    #[test]
    fn a_token_comes_as_bearer_or_as_a_password() {
        assert!(is_let_in("Bearer open:sesame") && is_let_in("bearer  open:sesame "));
        assert!(is_let_in(&format!("Basic {}", STANDARD.encode("anybody:open:sesame"))));
        assert!(is_let_in(&format!("basic {}", STANDARD.encode(":open:sesame"))));
        for other in ["", "Bearer", "Bearer ", "Bearer open", "Bearer open:sesamE", "Bearer open:sesame2", "Digest x"] {
            assert!(!is_let_in(other), "{other}");
        }
        for other in ["open:sesame", "a:b:open:sesame", "a:", "open", ""] {
            assert!(!is_let_in(&format!("Basic {}", STANDARD.encode(other))), "{other}");
        }
        assert!(!is_let_in("Basic %%%") && !is_let_in("ACS3-HMAC-SHA256 Credential=open:sesame"));
    }

    #[test]
    fn a_token_is_visible_on_the_wire_and_nowhere_else() {
        for bad in ["", " ", "a b", "a\n", "h\u{e9}"] {
            assert_eq!(token(bad).unwrap_err(), TokenError, "{bad:?}");
        }
        assert_eq!(format!("{:?}", token("open-sesame").unwrap()), "AdminToken([secret])");
    }
}
