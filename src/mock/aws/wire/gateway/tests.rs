//! The gateway against requests that other programs have signed.

use bytes::Bytes;
use http::Method;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

use super::*;
use crate::provider::signing::{host, sha256_hex};

/// A request as botocore 1.44.8 signs it.
#[derive(Clone, Deserialize)]
struct Vector {
    name: String,
    url: String,
    region: String,
    operation: String,
    body: String,
    access_key_id: String,
    secret: String,
    token: Option<String>,
    time: String,
    amz_date: String,
    canonical_request: String,
    string_to_sign: String,
    authorization: String,
}

fn vectors() -> Vec<Vector> {
    let vectors: Vec<Vector> =
        serde_json::from_str(include_str!("../../../../../tests/data/sigv4-vectors.json")).unwrap();
    assert!(vectors.len() >= 7);
    vectors
}

impl Vector {
    fn received(&self) -> Received {
        let host = host(&self.url).unwrap();
        let target = format!("TrentService.{}", self.operation);
        let headers = [
            ("content-type", Some("application/x-amz-json-1.1")),
            ("host", Some(&host)),
            ("x-amz-date", Some(&self.amz_date)),
            ("x-amz-target", Some(&target)),
            ("x-amz-security-token", self.token.as_deref()),
            ("authorization", Some(&self.authorization)),
        ];
        let headers: HeaderMap = headers
            .into_iter()
            .filter_map(|(name, value)| Some((HeaderName::from_static(name), HeaderValue::from_str(value?).unwrap())))
            .collect();
        let body = Bytes::copy_from_slice(self.body.as_bytes());
        Received { method: Method::POST, uri: "/".parse().unwrap(), headers, body }
    }

    fn access_key(&self) -> AwsAccessKey {
        let key = AwsAccessKey::new(&self.access_key_id, &self.secret);
        match &self.token {
            Some(token) => key.session(token, Timestamp::MAX),
            None => key,
        }
    }

    fn admit(&self, received: &Received, keys: &[AwsAccessKey], now: Timestamp) -> Result<String, GatewayError> {
        let gateway = Gateway { access_keys: keys, anonymous: None, region: "local", now };
        let body_digest = sha256_hex(&received.body);
        let claim = Claim { received, body_digest: &body_digest };
        gateway.admit(&claim).map(|admitted| admitted.region.into_owned())
    }

    fn admit_changed(&self, change: impl FnOnce(&mut Received)) -> Result<String, GatewayError> {
        let mut received = self.received();
        change(&mut received);
        self.admit(&received, &[self.access_key()], self.time.parse().unwrap())
    }
}

#[test]
fn every_recorded_request_is_let_in_to_its_region() {
    for vector in vectors() {
        assert_eq!(vector.admit_changed(|_| ()), Ok(vector.region.clone()), "{}", vector.name);
    }
}

#[test]
fn a_request_is_good_for_five_minutes() {
    for vector in vectors() {
        let time: Timestamp = vector.time.parse().unwrap();
        for (minutes, is_good) in [(-6, false), (-5, true), (5, true), (6, false)] {
            let now = time.checked_add(jiff::SignedDuration::from_mins(minutes)).unwrap();
            let admitted = vector.admit(&vector.received(), &[vector.access_key()], now);
            assert_eq!(admitted.is_ok(), is_good, "{} {minutes}", vector.name);
            assert!(is_good || matches!(admitted, Err(GatewayError::WrongTime(_))));
        }
    }
}

#[test]
fn a_changed_request_is_rejected_with_what_should_have_been_signed() {
    for vector in vectors() {
        let received = vector.received();
        let other = AwsAccessKey { secret: "other".to_owned().into(), ..vector.access_key() };
        match vector.admit(&received, &[other], vector.time.parse().unwrap()) {
            Err(GatewayError::SignatureDoesNotMatch { canonical_request, string_to_sign }) => {
                assert_eq!(canonical_request, vector.canonical_request, "{}", vector.name);
                assert_eq!(string_to_sign, vector.string_to_sign, "{}", vector.name);
            }
            other => panic!("{}: {other:?}", vector.name),
        }

        let is_mismatch = |outcome| matches!(outcome, Err(GatewayError::SignatureDoesNotMatch { .. }));
        assert!(is_mismatch(vector.admit_changed(|received| received.body = Bytes::from_static(b"{ }"))));
        assert!(is_mismatch(vector.admit_changed(|received| received.uri = "/?a=b".parse().unwrap())));
        assert!(is_mismatch(vector.admit_changed(|received| {
            received.headers.insert("x-amz-target", HeaderValue::from_static("TrentService.Other"));
        })));
        let outcome = vector.admit_changed(|received| {
            received.headers.insert("x-amz-other", HeaderValue::from_static("1"));
        });
        assert_eq!(outcome, Err(GatewayError::Unsigned("x-amz-other".to_owned())));
    }
}

#[test]
fn each_defect_of_a_signature_has_its_error() {
    let vector = vectors().remove(0);
    let set = |name: &'static str, value: &str| {
        let value = HeaderValue::from_str(value).unwrap();
        vector.admit_changed(|received| {
            received.headers.insert(name, value);
        })
    };
    let remove = |name: &str| {
        vector.admit_changed(|received| {
            received.headers.remove(name);
        })
    };
    let scoped = |from: &str, to: &str| set("authorization", &vector.authorization.replacen(from, to, 1));
    let code = |outcome: Result<String, GatewayError>| outcome.unwrap_err().rejection().code.into_owned();

    assert_eq!(code(remove("authorization")), "MissingAuthenticationTokenException");
    assert_eq!(code(remove("x-amz-date")), "IncompleteSignatureException");
    assert_eq!(code(set("x-amz-date", "yesterday")), "IncompleteSignatureException");
    assert_eq!(code(set("authorization", "Bearer x")), "IncompleteSignatureException");
    assert_eq!(code(scoped(&vector.access_key_id, "AKIAOTHER")), "UnrecognizedClientException");
    assert_eq!(code(set("x-amz-security-token", "token")), "UnrecognizedClientException");
    assert_eq!(scoped("/us-east-1/", "/us-west-2/"), Err(GatewayError::WrongRegion));
    assert_eq!(scoped("/kms/", "/s3/"), Err(GatewayError::WrongService));
    assert_eq!(scoped("/aws4_request", "/aws4"), Err(GatewayError::WrongTerminator));
    assert!(matches!(scoped("/2015", "/2016"), Err(GatewayError::WrongDay { .. })));
    assert_eq!(scoped("host;", ""), Err(GatewayError::Unsigned("host".to_owned())));
    assert!(matches!(scoped("Signature=", "Signature=0"), Err(GatewayError::SignatureDoesNotMatch { .. })));
}

#[test]
fn a_region_is_one_of_the_service_or_of_the_settings() {
    let vector = vectors().into_iter().find(|vector| vector.url.contains("127.0.0.1")).unwrap();
    let scoped = |region: &str| {
        let value = vector.authorization.replacen("/us-east-1/", &format!("/{region}/"), 1);
        vector.admit_changed(|received| {
            received.headers.insert("authorization", HeaderValue::from_str(&value).unwrap());
        })
    };
    // Another region of the service is let in by a host of another one, but for the signature.
    for region in ["eu-west-1", "local"] {
        assert!(matches!(scoped(region), Err(GatewayError::SignatureDoesNotMatch { .. })), "{region}");
    }
    assert_eq!(scoped("nowhere"), Err(GatewayError::WrongRegion));
}

#[test]
fn a_session_needs_its_token_until_it_expires() {
    let vector = vectors().into_iter().find(|vector| vector.token.is_some()).unwrap();
    let now: Timestamp = vector.time.parse().unwrap();
    let admit = |key: AwsAccessKey| vector.admit(&vector.received(), &[key], now);
    let key = || AwsAccessKey::new(&vector.access_key_id, &vector.secret);
    let token = vector.token.as_deref().unwrap();
    assert!(admit(key().session(token, Timestamp::MAX)).is_ok());
    assert_eq!(admit(key().session(token, now)), Err(GatewayError::ExpiredToken));
    assert_eq!(admit(key().session("other", Timestamp::MAX)), Err(GatewayError::UnknownAccessKey));
    assert_eq!(admit(key()), Err(GatewayError::UnknownAccessKey));
}

#[test]
fn only_what_is_unsigned_is_anonymous() {
    let vector = vectors().remove(0);
    let anonymous = AwsAccessKey::new("anonymous", "");
    let gateway =
        Gateway { access_keys: &[], anonymous: Some(&anonymous), region: "local", now: vector.time.parse().unwrap() };
    let mut received = vector.received();
    let admit =
        |received: &Received| gateway.admit(&Claim { received, body_digest: "" }).map(|admitted| admitted.region);
    assert_eq!(admit(&received).unwrap_err(), GatewayError::UnknownAccessKey);
    received.headers.remove("authorization");
    assert_eq!(admit(&received).unwrap(), "us-east-1");
    received.headers.insert("host", HeaderValue::from_static("127.0.0.1:8080"));
    assert_eq!(admit(&received).unwrap(), "local");
}
