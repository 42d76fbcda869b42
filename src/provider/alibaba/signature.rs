//! The two request signatures: v1 (HMAC-SHA1 over the parameters) and V3 (ACS3-HMAC-SHA256 over the request).
//!
//! Only what is signed, and under which key, is here. What a request holds and where its signature stands is said by
//! the encoders.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::provider::signing::{
    canonical_query, canonical_request, hex, hmac_sha1, hmac_sha256, percent_encode, sha256_hex,
};

/// The algorithm name of a V3 `Authorization` header.
pub const V3_ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// The v1 string to sign; `parameters` are decoded and without `Signature`.
pub fn v1_string_to_sign<'a>(method: &str, parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let query = canonical_query(parameters);
    format!("{method}&%2F&{}", percent_encode(&query))
}

/// The v1 signature: Base64 of the HMAC-SHA1 under the secret with `&` appended.
pub fn v1_signature(secret: &str, string_to_sign: &str) -> String {
    let key = Zeroizing::new(format!("{secret}&"));
    STANDARD.encode(hmac_sha1(key.as_bytes(), string_to_sign))
}

/// The V3 canonical request. `query` holds the decoded parameters of the URL, `headers` the signed headers (lower-case
/// name, value); both are sorted here. `hashed_payload` is the value of `x-acs-content-sha256`.
pub fn v3_canonical_request<'a>(
    method: &str,
    query: impl IntoIterator<Item = (&'a str, &'a str)>,
    headers: &[(&str, &str)],
    hashed_payload: &str,
) -> String {
    // Every operation is on the root path.
    canonical_request(method, "/", query, headers, hashed_payload)
}

/// The V3 string to sign of a canonical request.
pub fn v3_string_to_sign(canonical_request: &str) -> String {
    format!("{V3_ALGORITHM}\n{}", sha256_hex(canonical_request.as_bytes()))
}

/// The V3 signature: lower-case hex of the HMAC-SHA256 under the bare secret.
pub fn v3_signature(secret: &str, string_to_sign: &str) -> String {
    hex(&hmac_sha256(secret.as_bytes(), string_to_sign))
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
        }
    }
}
