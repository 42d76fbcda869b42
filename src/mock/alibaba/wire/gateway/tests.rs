//! The recorded requests of the SDKs through the parser and the checks, with the clock at each request's own time.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use serde::Deserialize;

use super::*;
use crate::mock::alibaba::access_key::AccessKey;
use crate::provider::signing::{canonical_query, sha256_hex};

#[derive(Deserialize)]
struct Vector {
    name: String,
    version: String,
    conforming: bool,
    method: String,
    host: String,
    params: BTreeMap<String, String>,
    #[serde(default)]
    body_params: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: String,
    access_key_id: String,
    access_key_secret: String,
    wire_target: Option<String>,
    authorization: Option<String>,
    signature: String,
    string_to_sign: String,
}

impl Vector {
    fn parameter(&self, name: &str) -> Option<&str> {
        self.params.get(name).or_else(|| self.body_params.get(name)).map(String::as_str)
    }

    fn time(&self) -> Timestamp {
        self.parameter("Timestamp")
            .or_else(|| self.headers.get("x-acs-date").map(String::as_str))
            .unwrap()
            .parse()
            .unwrap()
    }

    fn access_key(&self) -> AccessKey {
        let mut key = AccessKey::new(&self.access_key_id, &self.access_key_secret);
        if let Some(token) =
            self.parameter("SecurityToken").or_else(|| self.headers.get("x-acs-security-token").map(String::as_str))
        {
            key = key.session(token, Timestamp::MAX);
        }
        key
    }

    /// The request as it went over the wire, or as it would have where that was not captured.
    fn received(&self) -> Received {
        let mut headers = self.headers.clone();
        headers.entry("host".to_owned()).or_insert_with(|| self.host.clone());
        headers.extend(self.authorization.as_ref().map(|text| ("authorization".to_owned(), text.clone())));
        if !self.body.is_empty() {
            headers.entry("content-type".to_owned()).or_insert("application/x-www-form-urlencoded".to_owned());
        }
        let mut query = pairs(&self.params).collect::<Vec<_>>();
        if self.version == "v1" {
            query.push(("Signature", &self.signature));
        }

        let target = self.wire_target.clone().unwrap_or_else(|| format!("/?{}", canonical_query(query)));
        Received {
            method: self.method.parse().unwrap(),
            uri: target.parse().unwrap(),
            headers: headers
                .iter()
                .map(|(name, value)| {
                    (HeaderName::try_from(name).unwrap(), HeaderValue::from_bytes(value.trim().as_bytes()).unwrap())
                })
                .collect(),
            body: Bytes::copy_from_slice(self.body.as_bytes()),
        }
    }

    fn authenticate(&self, received: &Received, now: Timestamp) -> Result<(), GatewayError> {
        let parameters = received.parameters().unwrap();
        let scheme = received.scheme(&parameters);
        let (access_keys, nonces) = ([self.access_key()], Nonces::new());
        let gateway =
            Gateway { access_keys: &access_keys, anonymous: None, lenient_timestamps: false, nonces: &nonces, now };
        let body_digest = sha256_hex(&received.body);
        let claim = Claim { received, parameters: &parameters, scheme, body_digest: &body_digest };
        gateway.admit(&claim).map(|_| ())
    }
}

fn pairs(map: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, &str)> {
    map.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str(include_str!("../../../../../tests/data/signing-vectors.json")).unwrap()
}

#[test]
fn every_recorded_request_is_let_through_and_the_misprinted_one_rejected() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 66);
    for vector in vectors {
        let received = vector.received();
        let outcome = vector.authenticate(&received, vector.time());
        if vector.conforming {
            assert_eq!(outcome, Ok(()), "{}", vector.name);
        } else {
            assert!(matches!(outcome, Err(GatewayError::SignatureDoesNotMatch { .. })), "{}", vector.name);
        }
        let late = vector.authenticate(&received, Timestamp::now());
        assert_eq!(late, Err(GatewayError::ExpiredTimestamp), "{}", vector.name);
    }
}

#[test]
fn every_recorded_request_of_this_api_is_routed_to_its_operation() {
    let mut routed = 0;
    for vector in vectors() {
        let received = vector.received();
        let parameters = received.parameters().unwrap();
        let scheme = received.scheme(&parameters);
        let action = vector.parameter("Action").or_else(|| vector.headers.get("x-acs-action").map(String::as_str));
        match route(&received, &parameters, scheme) {
            Ok(operation) => {
                assert_eq!(Some(operation.name()), action, "{}", vector.name);
                routed += 1;
            }
            Err(error) => {
                assert_eq!(error, GatewayError::Invalid("Version"), "{}", vector.name);
                assert!(vector.name.starts_with("docs_"), "{}", vector.name);
            }
        }
    }
    assert_eq!(routed, 64);
}

#[test]
fn a_changed_request_is_rejected_with_the_string_that_the_server_signs() {
    for mut vector in vectors().into_iter().filter(|vector| vector.conforming) {
        vector.access_key_secret.push('x');
        let received = vector.received();
        match vector.authenticate(&received, vector.time()) {
            Err(GatewayError::SignatureDoesNotMatch { string_to_sign }) => {
                assert_eq!(string_to_sign, vector.string_to_sign, "{}", vector.name);
            }
            other => panic!("{}: {other:?}", vector.name),
        }
    }
}

#[test]
fn a_v3_signature_must_cover_the_body_the_host_and_every_header_of_the_scheme() {
    let find = || vectors().into_iter().find(|vector| vector.name == "v3js_post_form_body").unwrap();
    let vector = find();
    let is_rejected = |received: Received| {
        let outcome = vector.authenticate(&received, vector.time());
        matches!(outcome, Err(GatewayError::SignatureDoesNotMatch { .. }))
    };

    let mut received = vector.received();
    received.body = Bytes::from_static(b"Description=other");
    assert!(is_rejected(received));

    let mut received = vector.received();
    received.headers.insert("x-acs-unsigned", HeaderValue::from_static("1"));
    assert!(is_rejected(received));

    let mut received = vector.received();
    received.headers.remove("x-acs-content-sha256");
    assert!(is_rejected(received));

    let mut received = vector.received();
    received.headers.remove("x-acs-date");
    assert_eq!(vector.authenticate(&received, vector.time()), Err(GatewayError::Missing("Timestamp")));
}
