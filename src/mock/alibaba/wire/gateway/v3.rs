//! Requests signed with ACS3-HMAC-SHA256 in headers.

use http::header::HOST;
use jiff::Timestamp;

use super::GatewayError;
use super::Nonces;
use super::find_access_key;
use super::signature::{v3_is_right, v3_string_to_sign};
use super::time;
use crate::mock::alibaba::config::{AccessKey, AlibabaConfig};
use crate::mock::alibaba::wire::parameters::Parameters;
use crate::mock::host::request::Received;
use crate::mock::mutation::{Deviations, Effect};
use crate::provider::signing::sha256_hex;

pub(super) fn authenticate<'a>(
    config: &'a AlibabaConfig,
    nonces: &Nonces,
    deviations: &Deviations,
    received: &Received,
    parameters: &Parameters<'_>,
    now: Timestamp,
) -> Result<&'a AccessKey, GatewayError> {
    let authorization =
        received.v3_authorization().and_then(Authorization::parse).ok_or(GatewayError::IncompleteSignature)?;
    let date = filled(received, "x-acs-date").ok_or(GatewayError::Missing("Timestamp"))?;
    time::check(date, config.lenient_timestamps, deviations, now)?;

    let payload = match filled(received, "x-acs-content-sha256") {
        Some(told) if deviations.has(Effect::BodyNotSigned) => told.to_owned(),
        _ => sha256_hex(&received.body),
    };
    let string_to_sign = string_to_sign(received, parameters, &authorization, &payload);
    let mismatch = |string_to_sign: Option<String>| GatewayError::SignatureDoesNotMatch {
        string_to_sign: string_to_sign.unwrap_or_default(),
    };
    if received.header("x-acs-content-sha256") != Some(payload.as_str()) {
        return Err(mismatch(string_to_sign));
    }
    let token = filled(received, "x-acs-security-token");
    let key = find_access_key(config, deviations, authorization.access_key, token, now)?;
    match string_to_sign {
        Some(text) if covers(received, &authorization) && v3_is_right(&key.secret, &text, authorization.signature) => {}
        _ if deviations.has(Effect::SignatureNotChecked) || deviations.has(Effect::V3SignatureNotChecked) => {}
        other => return Err(mismatch(other)),
    }
    let nonce = filled(received, "x-acs-signature-nonce").ok_or(GatewayError::Missing("SignatureNonce"))?;
    let unused = nonces.note(&key.id, nonce, now) || deviations.has(Effect::NonceReuseAccepted);
    if unused { Ok(key) } else { Err(GatewayError::NonceUsed) }
}

fn filled<'a>(received: &'a Received, name: &str) -> Option<&'a str> {
    received.header(name).filter(|value| !value.is_empty())
}

/// The string to sign by the list of signed headers in the request; nothing if one of them is no text.
fn string_to_sign(
    received: &Received,
    parameters: &Parameters<'_>,
    authorization: &Authorization<'_>,
    payload: &str,
) -> Option<String> {
    let mut headers = Vec::new();
    for name in &authorization.signed_headers {
        for value in received.headers.get_all(*name) {
            headers.push((*name, std::str::from_utf8(value.as_bytes()).ok()?));
        }
    }
    Some(v3_string_to_sign(received.method.as_str(), parameters.of_query(), &headers, payload))
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
