//! The form of requests and responses.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::mock::aws::service::api::Operation;
use crate::mock::host::cloud::{Cloud as _, Trouble};

fn received(target: Option<&str>, method: Method, uri: &str, body: &str) -> Received {
    let target = target.map(|target| ("x-amz-target".parse().unwrap(), HeaderValue::from_str(target).unwrap()));
    Received {
        method,
        uri: uri.parse().unwrap(),
        headers: HeaderMap::from_iter(target),
        body: Bytes::copy_from_slice(body.as_bytes()),
    }
}

fn respond(bench: &Bench, received: &Received) -> (u16, Value) {
    let moment = Moment { now: bench.kms.facilities.clock.now(), server_now: Timestamp::now(), stale: None };
    let response = Understood::new(&bench.kms, received, "id".to_owned()).respond(moment).response;
    let header =
        |name: &str| response.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.to_str().unwrap());
    assert_eq!(header("content-type"), Some("application/x-amz-json-1.1"));
    assert_eq!(header("x-amzn-requestid"), Some("id"));
    (response.status, serde_json::from_slice(&response.body).unwrap())
}

#[test]
fn what_is_no_request_of_the_service_is_an_unknown_operation() {
    let bench = Bench::new();
    for (target, method, uri) in [
        (None, Method::POST, "/"),
        (Some("ListKeys"), Method::POST, "/"),
        (Some("TrentService.DoNothing"), Method::POST, "/"),
        (Some("TrentService.ListKeys"), Method::GET, "/"),
        (Some("TrentService.ListKeys"), Method::POST, "/path"),
    ] {
        let (status, body) = respond(&bench, &received(target, method, uri, "{}"));
        assert_eq!((status, &body["__type"]), (400, &json!("UnknownOperationException")), "{target:?} {uri}");
    }
    assert!(bench.kms.is_api_request(&received(Some("x"), Method::GET, "/", "")));
    assert!(!bench.kms.is_api_request(&received(None, Method::GET, "/", "")));
}

#[test]
fn a_body_that_is_no_object_is_a_serialization_error() {
    let bench = Bench::new();
    for body in ["[]", "{", "1", "\"\""] {
        let (status, body) = bench.send("us-east-1", "ListKeys", body);
        assert_eq!((status, &body["__type"]), (400, &json!("SerializationException")));
    }
    assert_eq!(bench.send("us-east-1", "ListKeys", "").0, 200);
}

#[test]
fn without_the_setting_nobody_is_anonymous() {
    let bench = Bench::with(AwsConfig::default());
    assert_eq!(bench.error("ListKeys", json!({})), "MissingAuthenticationTokenException");
}

#[test]
fn a_denied_operation_is_rejected_before_anything_is_looked_for() {
    let anonymous = Some(AwsAccessKey::new("anonymous", "").deny("DescribeKey").unwrap());
    let bench = Bench::with(AwsConfig { anonymous, ..AwsConfig::default() });
    assert_eq!(bench.error("DescribeKey", json!({"KeyId": "x"})), "AccessDeniedException");
    assert_eq!(bench.error("DescribeKey", json!({})), "ValidationException");
    bench.ok("ListKeys", json!({}));
    assert_eq!(AwsAccessKey::new("a", "").deny("Nothing").unwrap_err().to_string(), "unknown operation `Nothing`");
}

#[test]
fn parameters_that_no_operation_reads_are_counted() {
    let bench = Bench::new();
    bench.ok("ListKeys", json!({"Limit": 1, "Other": 1}));
    bench.ok("ListKeys", json!({"Other": 1}));
    let ignored = bench.kms.ignored_parameters();
    assert_eq!(ignored.len(), 1);
    assert_eq!((ignored[0].operation, ignored[0].parameter.as_str(), ignored[0].requests), ("ListKeys", "Other", 2));
}

#[test]
fn trouble_has_the_form_of_the_cloud() {
    let bench = Bench::new();
    let received = received(Some("TrentService.ListKeys"), Method::POST, "/", "{}");
    let understood = Understood::new(&bench.kms, &received, "id".to_owned());
    for (trouble, status, code) in [
        (Trouble::Internal, 500, "KMSInternalException"),
        (Trouble::Unavailable, 503, "ServiceUnavailableException"),
        (Trouble::Throttled { code: "ThrottlingException", retry_after_seconds: Some(1) }, 400, "ThrottlingException"),
    ] {
        let response = understood.respond_in_trouble(trouble);
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        assert_eq!((response.status, &body["__type"]), (status, &json!(code)));
    }
}

#[test]
fn what_is_shown_of_exchanges_holds_no_plaintext() {
    let bench = Bench::new();
    let body = json!({"KeyId": "k", "Plaintext": "secret", "EncryptionContext": {"a": "b"}}).to_string();
    let received = received(Some("TrentService.Encrypt"), Method::POST, "/", &body);
    let shown = Value::Object(bench.kms.shown_parameters(Operation::Encrypt.into(), &received));
    assert_eq!(shown["KeyId"], "k");
    assert!(!shown.to_string().contains("secret") && !shown.to_string().contains("\"b\""));
}

/// Values that go deep into an operation, besides arbitrary ones.
fn values(key: String) -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => Just(json!(key)),
        2 => any::<String>().prop_map(Value::from),
        2 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => Just(json!([])),
        1 => Just(json!({"a": "b"})),
        1 => Just(json!(["Encrypt"])),
        1 => Just(json!([{"TagKey": "a", "TagValue": "b"}])),
        1 => "[A-Za-z0-9+/]{0,40}={0,2}".prop_map(Value::from),
        1 => "alias/[a-z]{1,4}".prop_map(Value::from),
        1 => prop_oneof![
            Just("EXTERNAL"), Just("RSA_2048"), Just("SIGN_VERIFY"), Just("AES_256"), Just("us-west-2"), Just("HMAC_256"),
            Just("RSAES_OAEP_SHA_256"), Just("ECDSA_SHA_256"), Just("KEY_MATERIAL_DOES_NOT_EXPIRE"),
        ].prop_map(Value::from),
    ]
}

#[test]
fn no_value_of_any_parameter_makes_the_service_fail() {
    let bench = Bench::new();
    let key = bench.key(json!({"MultiRegion": true}));
    let request =
        (0..Operation::ALL.len(), proptest::collection::vec((any::<proptest::sample::Index>(), values(key)), 0..6));
    proptest!(|((operation, given) in request)| {
        let operation = Operation::ALL[operation];
        let names = operation.definition().parameters;
        let given = given.into_iter().filter(|_| !names.is_empty());
        let body: Value = given.map(|(index, value)| (index.get(names).to_string(), value)).collect();
        let (status, body) = bench.send("us-east-1", operation.name(), &body.to_string());
        prop_assert!(status == 200 || status == 400 && body["__type"].is_string(), "{} {}", operation, body);
    });
}
