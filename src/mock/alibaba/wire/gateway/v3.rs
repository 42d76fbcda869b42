//! Requests signed with ACS3-HMAC-SHA256 in headers.

use http::header::HOST;

use super::signature::{v3_is_right, v3_string_to_sign};
use super::time;
use super::{Claim, Gateway, GatewayError};
use crate::mock::alibaba::access_key::AccessKey;
use crate::mock::host::request::Received;

/// Finds out who has signed the request.
pub(super) fn identify<'a>(gateway: &Gateway<'a>, claim: &Claim<'_>) -> Result<&'a AccessKey, GatewayError> {
    let received = claim.received;
    let authorization =
        received.v3_authorization().and_then(Authorization::parse).ok_or(GatewayError::IncompleteSignature)?;
    time::check(claim.timestamp().ok_or(GatewayError::Missing("Timestamp"))?, gateway)?;

    let string_to_sign = string_to_sign(claim, &authorization);
    let mismatch = |string_to_sign: Option<String>| GatewayError::SignatureDoesNotMatch {
        string_to_sign: string_to_sign.unwrap_or_default(),
    };
    // What was signed is the digest in the header, so it must be that of the body that came.
    if claim.claimed_digest() != Some(claim.body_digest) {
        return Err(mismatch(string_to_sign));
    }

    let key = gateway.find_access_key(authorization.access_key, claim.header("x-acs-security-token"))?;
    match string_to_sign {
        Some(text) if covers(received, &authorization) && v3_is_right(&key.secret, &text, authorization.signature) => {
            Ok(key)
        }
        other => Err(mismatch(other)),
    }
}

/// The id of the access key that the request says it is signed with.
pub(super) fn access_key_id(received: &Received) -> Option<&str> {
    received.v3_authorization().and_then(Authorization::parse).map(|authorization| authorization.access_key)
}

/// The string to sign by the list of signed headers in the request; nothing if one of them is not text.
fn string_to_sign(claim: &Claim<'_>, authorization: &Authorization<'_>) -> Option<String> {
    let received = claim.received;
    let mut headers = Vec::new();
    for name in &authorization.signed_headers {
        for value in received.headers.get_all(*name) {
            headers.push((*name, std::str::from_utf8(value.as_bytes()).ok()?));
        }
    }
    let query = claim.parameters.of_query();
    Some(v3_string_to_sign(received.method.as_str(), query, &headers, claim.body_digest))
}

/// Whether the signature covers the host and every `x-acs-` header that was sent.
fn covers(received: &Received, authorization: &Authorization<'_>) -> bool {
    let sent = received.headers.keys().filter(|name| name.as_str().starts_with("x-acs-"));
    sent.chain([&HOST]).all(|name| authorization.signed_headers.binary_search(&name.as_str()).is_ok())
}

/// The Authorization header taken apart.
#[derive(Debug, PartialEq, Eq)]
struct Authorization<'a> {
    access_key: &'a str,
    /// Names in lower case, sorted, each once.
    signed_headers: Vec<&'a str>,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    /// Reads what follows the name of the algorithm.
    fn parse(text: &'a str) -> Option<Self> {
        let (mut access_key, mut signed_headers, mut signature) = (None, None, None);
        for part in text.split(',') {
            let (name, value) = part.trim().split_once('=')?;
            let place = match name {
                "Credential" => &mut access_key,
                "SignedHeaders" => &mut signed_headers,
                "Signature" => &mut signature,
                _ => return None,
            };

            if value.is_empty() || place.replace(value).is_some() {
                return None;
            }
        }

        // The canonical request has its headers by name, in whatever order the client lists them.
        let mut signed_headers: Vec<&str> = signed_headers?.split(';').collect();
        signed_headers.sort_unstable();

        let is_name = |name: &&str| !name.is_empty() && !name.bytes().any(|byte| byte.is_ascii_uppercase());
        let twice = signed_headers.windows(2).any(|two| two[0] == two[1]);
        if twice || !signed_headers.iter().all(is_name) {
            return None;
        }

        Some(Self { access_key: access_key?, signed_headers, signature: signature? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authorization_has_three_parts_once_each() {
        let parsed = Authorization::parse("Credential=id,SignedHeaders=host;x-acs-date, Signature=ab").unwrap();
        assert_eq!(
            parsed,
            Authorization { access_key: "id", signed_headers: vec!["host", "x-acs-date"], signature: "ab" }
        );
        for text in [
            "",
            "Credential=id",
            "Credential=id,SignedHeaders=host,Signature=",
            "Credential=id,SignedHeaders=host;;a,Signature=ab",
            "Credential=id,SignedHeaders=Host,Signature=ab",
            "Credential=id,SignedHeaders=host;a;host,Signature=ab",
            "Credential=id,SignedHeaders=host,Signature=ab,Signature=ab",
            "Credential=id,SignedHeaders=host,Signature=ab,Region=x",
        ] {
            assert_eq!(Authorization::parse(text), None, "{text}");
        }
    }
}
