//! What a signature covers, and whether it is the right one.
//!
//! Written from the general reference, as the client's side is on its own: if both shared this, a request that is signed in a
//! wrong way would be verified in the same wrong way.

use std::borrow::Cow;

use url::form_urlencoded;
use zeroize::Zeroizing;

use super::authorization::{ALGORITHM, Authorization, SERVICE, TERMINATOR};
use super::time::RequestTime;
use super::{Claim, GatewayError};
use crate::mock::aws::access_key::AwsAccessKey;
use crate::mock::host::request::Received;
use crate::provider::signing::{canonical_request, is_hmac_sha256, scoped_key, sha256_hex, unhex};

/// Checks that a signature covers what it must, and is that of the access key.
pub(super) fn check(
    claim: &Claim<'_>,
    authorization: &Authorization<'_>,
    time: &RequestTime,
    access_key: &AwsAccessKey,
) -> Result<(), GatewayError> {
    if let Some(name) = uncovered(claim.received, authorization) {
        return Err(GatewayError::Unsigned(name));
    }

    let canonical_request = canonical(claim, authorization);
    let string_to_sign = string_to_sign(time, authorization.region, &canonical_request);
    if is_right(&access_key.secret, time.day(), authorization.region, &string_to_sign, authorization.signature) {
        Ok(())
    } else {
        Err(GatewayError::SignatureDoesNotMatch { canonical_request, string_to_sign })
    }
}

/// A header that has to be signed and is not: the host, and every one of the cloud's own.
fn uncovered(received: &Received, authorization: &Authorization<'_>) -> Option<String> {
    let sent = received.headers.keys().map(|name| name.as_str()).filter(|name| name.starts_with("x-amz-"));
    let unsigned = |name: &&str| authorization.signed_headers.binary_search(name).is_err();
    std::iter::once("host").chain(sent).find(unsigned).map(str::to_owned)
}

/// The canonical request, by the list of signed headers.
fn canonical(claim: &Claim<'_>, authorization: &Authorization<'_>) -> String {
    let received = claim.received;
    let mut headers: Vec<(&str, Cow<'_, str>)> = Vec::new();
    for name in &authorization.signed_headers {
        let values = received.headers.get_all(*name).into_iter();
        headers.extend(values.map(|value| (*name, single_spaced(&String::from_utf8_lossy(value.as_bytes())).into())));
    }
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_ref())).collect();

    let query = received.uri.query().unwrap_or_default();
    let query: Vec<(Cow<'_, str>, Cow<'_, str>)> = form_urlencoded::parse(query.as_bytes()).collect();
    let query = query.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
    canonical_request(received.method.as_str(), "/", query, &headers, claim.body_digest)
}

/// A value without blanks at its ends, and with one wherever there are several.
fn single_spaced(value: &str) -> String {
    value.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn string_to_sign(time: &RequestTime, region: &str, canonical_request: &str) -> String {
    let hash = sha256_hex(canonical_request.as_bytes());
    format!("{ALGORITHM}\n{}\n{}/{region}/{SERVICE}/{TERMINATOR}\n{hash}", time.text, time.day())
}

/// Whether a signature is the HMAC-SHA256, in hex, under the key of the day, the region and the service.
fn is_right(secret: &str, day: &str, region: &str, string_to_sign: &str, signature: &str) -> bool {
    let prefixed = Zeroizing::new(format!("AWS4{secret}"));
    let key = scoped_key(prefixed.as_bytes(), &[day, region, SERVICE, TERMINATOR]);
    unhex(signature).is_some_and(|code| is_hmac_sha256(&key, string_to_sign, &code))
}
