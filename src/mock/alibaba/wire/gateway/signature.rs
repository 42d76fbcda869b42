//! What the two signatures cover, and whether a signature is the right one.
//!
//! Written from the documents, as the client's side is on its own: if both shared this, a request that is signed in a
//! wrong way would be verified in the same wrong way.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::provider::signing::{
    canonical_query, canonical_request, is_hmac_sha1, is_hmac_sha256, percent_encode, sha256_hex, unhex,
};

/// The name of the algorithm at the beginning of a V3 `Authorization` header.
pub(in crate::mock::alibaba::wire) const V3_ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// What a v1 signature covers: method, path and every parameter but the signature.
pub(super) fn v1_string_to_sign<'a>(method: &str, signed: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let query = canonical_query(signed);
    // Most of it needs no encoding; the signs between names and values grow from one byte to three.
    let mut text = String::with_capacity(method.len() + 5 + query.len() * 3 / 2);
    text += method;
    // The path of the API is always `/`, here in its encoded form.
    text += "&%2F&";
    text += &percent_encode(&query);
    text
}

/// Whether a v1 signature is the HMAC-SHA1, in Base64, under the secret with `&` appended.
pub(super) fn v1_is_right(secret: &str, string_to_sign: &str, signature: &str) -> bool {
    let key = Zeroizing::new(format!("{secret}&"));
    STANDARD.decode(signature).is_ok_and(|code| is_hmac_sha1(key.as_bytes(), string_to_sign, &code))
}

/// What a V3 signature covers: the hash of the canonical request.
pub(super) fn v3_string_to_sign<'a>(
    method: &str,
    query: impl IntoIterator<Item = (&'a str, &'a str)>,
    headers: &[(&str, &str)],
    hashed_payload: &str,
) -> String {
    let canonical = canonical_request(method, "/", query, headers, hashed_payload);
    format!("{V3_ALGORITHM}\n{}", sha256_hex(canonical.as_bytes()))
}

/// Whether a V3 signature is the HMAC-SHA256, in hex, under the secret.
pub(super) fn v3_is_right(secret: &str, string_to_sign: &str, signature: &str) -> bool {
    unhex(signature).is_some_and(|code| is_hmac_sha256(secret.as_bytes(), string_to_sign, &code))
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
        signature: String,
        hashed_payload: Option<String>,
        signed_headers: Option<String>,
    }

    fn pairs(map: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, &str)> {
        map.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    #[test]
    fn every_recorded_signature_is_right_if_it_conforms() {
        let text = include_str!("../../../../../tests/data/signing-vectors.json");
        let vectors: Vec<Vector> = serde_json::from_str(text).unwrap();
        assert_eq!(vectors.len(), 66);
        for vector in vectors {
            let secret = &vector.access_key_secret;
            let is_right = match &vector.signed_headers {
                None => {
                    let signed = pairs(&vector.params).chain(pairs(&vector.body_params));
                    v1_is_right(secret, &v1_string_to_sign(&vector.method, signed), &vector.signature)
                }
                Some(names) => {
                    let lower: BTreeMap<String, String> =
                        vector.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
                    let headers: Vec<(&str, &str)> =
                        names.split(';').map(|name| (name, lower[name].as_str())).collect();
                    let payload = vector.hashed_payload.as_deref().unwrap();
                    let signed = v3_string_to_sign(&vector.method, pairs(&vector.params), &headers, payload);
                    v3_is_right(secret, &signed, &vector.signature)
                }
            };
            assert_eq!(is_right, vector.conforming, "{} {}", vector.version, vector.name);
        }
    }

    #[test]
    fn a_signature_that_is_not_base64_or_hex_is_wrong() {
        for signature in ["%%%", "", "abc", "zz"] {
            assert!(!v1_is_right("secret", "text", signature) && !v3_is_right("secret", "text", signature));
        }
    }
}
