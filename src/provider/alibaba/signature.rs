//! The two request signatures: v1 (HMAC-SHA1 over the parameters) and V3 (ACS3-HMAC-SHA256 over the request).
//!
//! Only the primitives are here: canonical text, string to sign, signature, and comparison in constant time. What a
//! request holds and where it goes is the business of the caller, client or server.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// Everything but the unreserved characters of RFC 3986 is encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The algorithm name of a V3 `Authorization` header.
pub const V3_ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// Percent-encodes the UTF-8 bytes of `text` as both schemes want it: upper-case hex, a space is `%20`.
pub fn percent_encode(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, ENCODED).into()
}

/// Parameters as `name=value` pairs joined with `&`, encoded, sorted by name (then value) by code point.
pub fn canonical_query<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut sorted: Vec<(&str, &str)> = parameters.into_iter().collect();
    sorted.sort_unstable();
    let mut query = String::with_capacity(sorted.len() * 32);
    for (name, value) in sorted {
        if !query.is_empty() {
            query.push('&');
        }
        query.extend(utf8_percent_encode(name, ENCODED));
        query.push('=');
        query.extend(utf8_percent_encode(value, ENCODED));
    }
    query
}

/// The v1 string to sign; `parameters` are decoded and without `Signature`.
pub fn v1_string_to_sign<'a>(method: &str, parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let query = canonical_query(parameters);
    // Most of it needs no encoding; the signs between names and values grow from one byte to three.
    let mut text = String::with_capacity(method.len() + 5 + query.len() * 3 / 2);
    text += method;
    text += "&%2F&";
    text.extend(utf8_percent_encode(&query, ENCODED));
    text
}

/// The v1 signature: Base64 of the HMAC-SHA1 under the secret with `&` appended.
pub fn v1_signature(secret: &str, string_to_sign: &str) -> String {
    STANDARD.encode(v1_mac(secret, string_to_sign).finalize().into_bytes())
}

/// Whether `signature` is the v1 signature of `string_to_sign`, compared in constant time.
pub fn v1_verify(secret: &str, string_to_sign: &str, signature: &str) -> bool {
    match STANDARD.decode(signature) {
        Ok(bytes) => v1_mac(secret, string_to_sign).verify_slice(&bytes).is_ok(),
        Err(_) => false,
    }
}

/// The V3 canonical request. `query` holds the decoded parameters of the URL, `headers` the signed headers (lower-case
/// name, value); both are sorted here. `hashed_payload` is the value of `x-acs-content-sha256`.
pub fn v3_canonical_request<'a>(
    method: &str,
    query: impl IntoIterator<Item = (&'a str, &'a str)>,
    headers: &[(&str, &str)],
    hashed_payload: &str,
) -> String {
    let mut sorted: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.trim())).collect();
    sorted.sort_unstable();
    let mut lines: Vec<(&str, String)> = Vec::with_capacity(sorted.len());
    for (name, value) in sorted {
        match lines.last_mut() {
            Some((last, values)) if *last == name => {
                values.push(',');
                values.push_str(value);
            }
            _ => lines.push((name, value.to_owned())),
        }
    }
    let canonical_headers: String = lines.iter().map(|(name, values)| format!("{name}:{values}\n")).collect();
    let signed_headers = lines.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let query = canonical_query(query);
    format!("{method}\n/\n{query}\n{canonical_headers}\n{signed_headers}\n{hashed_payload}")
}

/// The V3 string to sign of a canonical request.
pub fn v3_string_to_sign(canonical_request: &str) -> String {
    format!("{V3_ALGORITHM}\n{}", sha256_hex(canonical_request.as_bytes()))
}

/// The V3 signature: lower-case hex of the HMAC-SHA256 under the bare secret.
pub fn v3_signature(secret: &str, string_to_sign: &str) -> String {
    hex(&v3_mac(secret, string_to_sign).finalize().into_bytes())
}

/// Whether `signature` is the V3 signature of `string_to_sign`, compared in constant time.
pub fn v3_verify(secret: &str, string_to_sign: &str, signature: &str) -> bool {
    match unhex(signature) {
        Some(bytes) => v3_mac(secret, string_to_sign).verify_slice(&bytes).is_ok(),
        None => false,
    }
}

/// Lower-case hex of the SHA-256 of `bytes`.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn v1_mac(secret: &str, string_to_sign: &str) -> Hmac<Sha1> {
    let key = zeroize::Zeroizing::new(format!("{secret}&"));
    keyed::<Hmac<Sha1>>(key.as_bytes(), string_to_sign)
}

fn v3_mac(secret: &str, string_to_sign: &str) -> Hmac<Sha256> {
    keyed::<Hmac<Sha256>>(secret.as_bytes(), string_to_sign)
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn keyed<M: Mac + KeyInit>(key: &[u8], text: &str) -> M {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("a key of any length");
    mac.update(text.as_bytes());
    mac
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)] as char);
        text.push(DIGITS[usize::from(byte & 15)] as char);
    }
    text
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    let digit = |byte: u8| (byte as char).to_digit(16).map(|value| value as u8);
    text.as_bytes().chunks_exact(2).map(|pair| Some(digit(pair[0])? * 16 + digit(pair[1])?)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Vector {
        name: String,
        version: String,
        conforming: bool,
        method: String,
        params: BTreeMap<String, String>,
        #[serde(default)]
        body_params: BTreeMap<String, String>,
        headers: BTreeMap<String, String>,
        access_key_secret: String,
        string_to_sign: String,
        signature: String,
        canonical_request: Option<String>,
        hashed_payload: Option<String>,
        signed_headers: Option<String>,
        body: String,
    }

    fn vectors(version: &str) -> Vec<Vector> {
        let all: Vec<Vector> = serde_json::from_str(include_str!("../../../tests/data/signing-vectors.json")).unwrap();
        assert_eq!(all.len(), 66);
        all.into_iter().filter(|vector| vector.version == version).collect()
    }

    fn pairs(map: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, &str)> {
        map.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    #[test]
    fn a_header_that_comes_twice_is_one_line() {
        let headers = [("x-acs-b", "2"), ("host", " a "), ("x-acs-b", "1")];
        let canonical = v3_canonical_request("GET", [], &headers, "hash");
        assert_eq!(canonical, "GET\n/\n\nhost:a\nx-acs-b:1,2\n\nhost;x-acs-b\nhash");
    }

    #[test]
    fn hex_digits_come_in_pairs() {
        assert_eq!(unhex("00ffA5"), Some(vec![0, 255, 165]));
        for text in ["0", "0g", "+1", "ß", "000"] {
            assert_eq!(unhex(text), None, "{text}");
        }
    }

    #[test]
    fn every_v1_vector_signs_as_recorded() {
        let vectors = vectors("v1");
        assert!(vectors.len() >= 40, "{}", vectors.len());
        for vector in vectors {
            let parameters = pairs(&vector.params).chain(pairs(&vector.body_params));
            let string_to_sign = v1_string_to_sign(&vector.method, parameters);
            let signature = v1_signature(&vector.access_key_secret, &string_to_sign);
            if vector.conforming {
                assert_eq!(string_to_sign, vector.string_to_sign, "{}", vector.name);
                assert_eq!(signature, vector.signature, "{}", vector.name);
            } else {
                assert_ne!(string_to_sign, vector.string_to_sign, "{}", vector.name);
                assert_ne!(signature, vector.signature, "{}", vector.name);
            }
            let verified = v1_verify(&vector.access_key_secret, &string_to_sign, &vector.signature);
            assert_eq!(verified, vector.conforming, "{}", vector.name);
        }
    }

    #[test]
    fn every_v3_vector_signs_as_recorded() {
        let vectors = vectors("v3");
        assert!(vectors.len() >= 20, "{}", vectors.len());
        for vector in vectors {
            let signed = vector.signed_headers.unwrap();
            let lower: BTreeMap<String, String> =
                vector.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
            let headers: Vec<(&str, &str)> = signed.split(';').map(|name| (name, lower[name].as_str())).collect();
            let hashed_payload = vector.hashed_payload.unwrap();
            assert_eq!(sha256_hex(vector.body.as_bytes()), hashed_payload, "{}", vector.name);
            let canonical = v3_canonical_request(&vector.method, pairs(&vector.params), &headers, &hashed_payload);
            assert_eq!(canonical, vector.canonical_request.unwrap(), "{}", vector.name);
            let string_to_sign = v3_string_to_sign(&canonical);
            assert_eq!(string_to_sign, vector.string_to_sign, "{}", vector.name);
            assert_eq!(v3_signature(&vector.access_key_secret, &string_to_sign), vector.signature, "{}", vector.name);
            assert!(v3_verify(&vector.access_key_secret, &string_to_sign, &vector.signature), "{}", vector.name);
        }
    }

    #[test]
    fn a_signature_that_is_no_base64_or_hex_is_a_mismatch() {
        assert!(!v1_verify("secret", "text", "%%%"));
        assert!(!v1_verify("secret", "text", ""));
        assert!(!v3_verify("secret", "text", "abc"));
        assert!(!v3_verify("secret", "text", "zz"));
    }
}
