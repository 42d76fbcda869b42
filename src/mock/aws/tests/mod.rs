//! What the documents say of each operation, sent as requests to the service without a socket.

mod around;
mod cryptography;
mod grants;
mod imports;
mod keys;
mod multi_region;
mod rotation;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::access_key::AwsAccessKey;
use super::config::{AwsConfig, RsaPairs};
use super::kms::AwsKms;
use super::wire::dispatch::Understood;
use crate::mock::host::clock::{Clock, ClockMode};
use crate::mock::host::cloud::{Facilities, Moment};
use crate::mock::host::identifier::Identifiers;
use crate::mock::host::request::Received;

const STATE_ERROR: &str = "KMSInvalidStateException";

/// The service, with a clock that stands until it is moved.
struct Bench {
    kms: AwsKms,
}

impl Bench {
    fn new() -> Self {
        let anonymous = Some(AwsAccessKey::new("anonymous", ""));
        Self::with(AwsConfig { anonymous, rsa_pairs: RsaPairs::BuiltIn, ..AwsConfig::default() })
    }

    fn with(config: AwsConfig) -> Self {
        let start = "2026-01-02T03:04:05Z".parse().unwrap();
        let clock = Arc::new(Clock::new(ClockMode::Manual(start)));
        let facilities = Facilities { clock, identifiers: Arc::new(Identifiers::new(7)), journal: None };
        Self { kms: AwsKms::new(config, facilities, Vec::new()).unwrap() }
    }

    fn now(&self) -> i64 {
        self.kms.facilities.clock.now().as_second()
    }

    fn advance_days(&self, days: u64) {
        self.kms.facilities.clock.advance(Duration::from_secs(days * 86_400));
    }

    /// The status and the body of the response to an unsigned request.
    fn send(&self, region: &str, operation: &str, body: &str) -> (u16, Value) {
        let host = format!("kms.{region}.amazonaws.com");
        let headers = HeaderMap::from_iter([
            (http::header::HOST, HeaderValue::from_str(&host).unwrap()),
            ("x-amz-target".parse().unwrap(), HeaderValue::from_str(&format!("TrentService.{operation}")).unwrap()),
        ]);
        let body = Bytes::copy_from_slice(body.as_bytes());
        let received = Received { method: Method::POST, uri: "/".parse().unwrap(), headers, body };
        let understood = Understood::new(&self.kms, &received, "request".to_owned());
        let moment = Moment { now: self.kms.facilities.clock.now(), server_now: Timestamp::now(), stale: None };
        let response = understood.respond(moment).response;
        (response.status, serde_json::from_slice(&response.body).unwrap())
    }

    /// The response to a request that succeeds.
    #[track_caller]
    fn ok_in(&self, region: &str, operation: &str, parameters: Value) -> Value {
        let (status, body) = self.send(region, operation, &parameters.to_string());
        assert_eq!(status, 200, "{operation} {parameters}: {body}");
        body
    }

    #[track_caller]
    fn ok(&self, operation: &str, parameters: Value) -> Value {
        self.ok_in("us-east-1", operation, parameters)
    }

    /// The code of the error of a request that fails; its status is 400.
    #[track_caller]
    fn error_in(&self, region: &str, operation: &str, parameters: Value) -> String {
        let (status, body) = self.send(region, operation, &parameters.to_string());
        assert_eq!(status, 400, "{operation} {parameters}: {body}");
        assert!(body["message"].is_string());
        body["__type"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    fn error(&self, operation: &str, parameters: Value) -> String {
        self.error_in("us-east-1", operation, parameters)
    }

    /// The id of a new key.
    #[track_caller]
    fn key(&self, parameters: Value) -> String {
        text(&self.ok("CreateKey", parameters)["KeyMetadata"]["KeyId"])
    }

    #[track_caller]
    fn described(&self, key: &str) -> Value {
        self.ok("DescribeKey", json!({"KeyId": key}))["KeyMetadata"].clone()
    }

    #[track_caller]
    fn state(&self, key: &str) -> String {
        text(&self.described(key)["KeyState"])
    }

    /// A ciphertext of `text`, in Base64 as it is.
    #[track_caller]
    fn encrypt(&self, key: &str, text: &str) -> Value {
        self.ok("Encrypt", json!({"KeyId": key, "Plaintext": text}))["CiphertextBlob"].clone()
    }
}

#[track_caller]
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned()
}
