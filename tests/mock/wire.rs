//! Signatures, forms of requests and responses, and the errors of the gateway in their order.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use jiff::Timestamp;
use kms_conformance::mock::{
    AccessKey, AlibabaConfig, ErrorCodes, IgnoredParameter, Mock, MockConfig, Operation, Service, serve,
};
use serde_json::Value;

use super::client::{Client, Parameters, Response, nonce, parameters, timestamp};

fn without(mut all: Parameters, name: &str) -> Parameters {
    all.retain(|(other, _)| other != name);
    all
}

fn with(all: Parameters, name: &str, value: &str) -> Parameters {
    let mut all = without(all, name);
    all.push((name.to_owned(), value.to_owned()));
    all
}

/// One violation of each check, in the order in which the checks come.
const VIOLATIONS: [(&str, &str, u16, &str, u16, &str); 12] = [
    // parameter, value (empty: leave it out), gateway's response, documents' response
    ("Action", "", 400, "MissingAction", 400, "MissingParameter"),
    ("Version", "", 400, "MissingVersion", 400, "MissingParameter"),
    ("Version", "2014-05-26", 400, "InvalidVersion", 400, "InvalidParameter"),
    ("Action", "DescribeNothing", 404, "InvalidAction.NotFound", 400, "UnsupportedOperation"),
    ("Format", "YAML", 400, "InvalidFormat", 400, "InvalidParameter"),
    ("AccessKeyId", "", 400, "MissingAccessKeyId", 400, "MissingParameter"),
    ("SignatureMethod", "HMAC-SHA256", 400, "InvalidSignatureMethod", 400, "InvalidParameter"),
    ("SignatureVersion", "2.0", 400, "InvalidSignatureVersion", 400, "InvalidParameter"),
    ("Timestamp", "", 400, "MissingTimestamp", 400, "IllegalTimestamp"),
    ("Timestamp", "2024-01-02 03:04", 400, "InvalidTimeStamp.Format", 400, "IllegalTimestamp"),
    ("Timestamp", "2024-01-02T03:04:05Z", 400, "InvalidTimeStamp.Expired", 400, "IllegalTimestamp"),
    ("AccessKeyId", "nobody", 404, "InvalidAccessKeyId.NotFound", 404, "InvalidAccessKeyId.NotFound"),
];

#[tokio::test]
async fn each_check_of_the_gateway_has_its_code_and_its_place() {
    let gateway = Mock::start().unwrap();
    let documented =
        Mock::start_with(AlibabaConfig { error_codes: ErrorCodes::Documented, ..AlibabaConfig::default() }).unwrap();
    let (client, other) = (Client::new(&gateway), Client::new(&documented));

    for (at, (name, value, status, code, documented_status, documented_code)) in VIOLATIONS.into_iter().enumerate() {
        // Everything that is checked later is wrong too, so a wrong order shows.
        let mut all = client.sign("GET", client.unsigned("DescribeRegions", &[]));
        let later = VIOLATIONS[at..].iter().rev().map(|violation| (violation.0, violation.1));
        for (name, value) in later {
            all = if value.is_empty() { without(all, name) } else { with(all, name, value) };
        }
        let response = client.send("GET", &all).await;
        if value.is_empty() || name != "Format" {
            response.refused(status, code);
        } else {
            assert_eq!(response.refused(status, code).content_type, "application/json;charset=utf-8");
        }
        other.send("GET", &all).await.refused(documented_status, documented_code);
    }

    let all = without(client.sign("GET", client.unsigned("DescribeRegions", &[])), "Signature");
    client.send("GET", &all).await.refused(400, "MissingSignature");
    other.send("GET", &all).await.refused(400, "IncompleteSignature");
    let all = with(client.sign("GET", client.unsigned("DescribeRegions", &[])), "Signature", "bm8=");
    client.send("GET", &all).await.refused(400, "SignatureDoesNotMatch");
    other.send("GET", &all).await.refused(400, "IncompleteSignature");
}

#[tokio::test]
async fn a_wrong_signature_shows_the_servers_string_to_sign_after_a_colon() {
    let mock = Mock::start().unwrap();
    let client = Client::with_key(&mock, "testid", "wrong");
    let response = client.send("GET", &client.sign("GET", client.unsigned("DescribeRegions", &[]))).await;
    let message = response.refused(400, "SignatureDoesNotMatch").text("/Message");
    let (before, after) = message.split_once(':').unwrap();
    assert_eq!(before, "Specified signature is not matched with our calculation. server string to sign is");
    assert!(after.starts_with("GET&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions%26"), "{after}");
}

#[tokio::test]
async fn a_nonce_is_good_once_and_may_be_absent() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let all = client.sign("POST", client.unsigned("DescribeRegions", &[]));
    let forged = with(all.clone(), "Signature", "bm8=");
    client.send("POST", &forged).await.refused(400, "SignatureDoesNotMatch");
    client.send("POST", &all).await.succeeded();
    client.send("POST", &all).await.refused(400, "SignatureNonceUsed");
    let bare = client.sign("POST", without(client.unsigned("DescribeRegions", &[]), "SignatureNonce"));
    client.send("POST", &bare).await.succeeded();
    client.send("POST", &bare).await.succeeded();

    let used = nonce();
    for expected in ["Success", "SignatureNonceUsed"] {
        let (target, headers) = client.v3("DescribeRegions", &[], b"", &used);
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(client.send_raw("POST", &target, &headers, Vec::new()).await.code(), expected);
    }
    let (target, headers) = client.v3("DescribeRegions", &[], b"", "");
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.send_raw("POST", &target, &headers, Vec::new()).await.refused(400, "MissingSignatureNonce");
}

#[tokio::test]
async fn access_keys_can_be_inactive_or_need_a_token() {
    let expired: Timestamp = "2024-01-02T03:04:05Z".parse().unwrap();
    let mock = Mock::start_with(AlibabaConfig {
        access_keys: vec![
            AccessKey::new("testid", "testsecret"),
            AccessKey::new("off", "secret").inactive(),
            AccessKey::new("STS.one", "secret").session("token-one", Timestamp::MAX),
            AccessKey::new("STS.old", "secret").session("token-old", expired),
        ],
        ..AlibabaConfig::default()
    })
    .unwrap();

    let send = async |id: &str, secret: &str, token: &str| {
        let client = Client::with_key(&mock, id, secret);
        let pairs = if token.is_empty() { vec![] } else { vec![("SecurityToken", token)] };
        client.call("DescribeRegions", &pairs).await
    };

    send("off", "secret", "").await.refused(400, "InvalidAccessKeyId.Inactive");
    send("STS.one", "secret", "").await.refused(400, "MissingSecurityToken");
    send("STS.one", "secret", "nonsense").await.refused(400, "InvalidSecurityToken.Malformed");
    send("STS.one", "secret", "token-old").await.refused(400, "InvalidSecurityToken.MismatchWithAccessKey");
    send("STS.old", "secret", "token-old").await.refused(400, "InvalidSecurityToken.Expired");
    send("testid", "testsecret", "token-one").await.refused(400, "InvalidSecurityToken.MismatchWithAccessKey");
    send("STS.one", "secret", "token-one").await.succeeded();
    send("STS.one", "wrong", "token-one").await.refused(400, "SignatureDoesNotMatch");
}

#[tokio::test]
async fn parameters_may_stand_in_the_query_or_in_a_form_and_survive_unchanged() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    let text = "+ * ~ / = % & ' \" <> 你好 😀 \u{1}\r\n";
    let pairs = [("KeyId", key.as_str()), ("Description", text)];
    let signed = |method| client.sign(method, client.unsigned("UpdateKeyDescription", &pairs));
    for round in 0..4 {
        client.call("UpdateKeyDescription", &[("KeyId", &key), ("Description", "")]).await.succeeded();
        match round {
            0 => client.send("GET", &signed("GET")).await,
            1 => client.send("POST", &signed("POST")).await,
            2 => client.send_form(&signed("POST")).await,
            _ => client.call_v3("UpdateKeyDescription", &pairs).await,
        }
        .succeeded();
        assert_eq!(client.metadata(&key, "Description").await, text, "{round}");
    }
}

#[tokio::test]
async fn a_v3_request_may_carry_its_parameters_in_a_form() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let body = b"Description=a+b%2B";
    let (target, headers) = client.v3("CreateKey", &[("Origin", "EXTERNAL")], body, &nonce());
    let mut headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    headers.push(("content-type", "application/x-www-form-urlencoded"));
    let response = client.send_raw("POST", &target, &headers, body.to_vec()).await.succeeded();
    assert_eq!(response.text("/KeyMetadata/Description"), "a b+");
    assert_eq!(response.text("/KeyMetadata/Origin"), "EXTERNAL");
    client.send_raw("POST", &target, &headers, b"Description=b".to_vec()).await.refused(400, "SignatureDoesNotMatch");
}

#[tokio::test]
async fn requests_that_are_no_api_calls_are_refused_in_the_gateways_form() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let all = client.sign("DELETE", client.unsigned("DescribeRegions", &[]));
    for method in ["DELETE", "PUT", "PATCH", "OPTIONS"] {
        client.send(method, &all).await.refused(403, "UnsupportedHTTPMethod");
    }
    client.send_raw("GET", "/", &[], vec![]).await.refused(400, "MissingAction");
    client.send_raw("GET", "/elsewhere", &[], vec![]).await.refused(404, "InvalidAction.NotFound");
    client.send_raw("GET", "/?Action=%FF", &[], vec![]).await.refused(400, "InvalidParameter.Format");

    client.send_raw("GET", "/?Action=A&Action=B", &[], vec![]).await.refused(400, "InvalidParameter.Format");
    let v3 = [("x-acs-action", "DescribeRegions"), ("x-acs-version", "2016-01-20")];
    client.send_raw("POST", "/", &v3, vec![]).await.refused(400, "MissingAccessKeyId");
    for authorization in ["ACS4-HMAC-SHA256 Credential=testid", "ACS3-HMAC-SHA256 nonsense", "Basic eDp5"] {
        let headers = [v3[0], v3[1], ("authorization", authorization)];
        client.send_raw("POST", "/", &headers, vec![]).await.refused(400, "IncompleteSignature");
    }

    let form = [("content-type", "application/x-www-form-urlencoded")];
    let response = client.send_raw("POST", "/", &form, vec![b'a'; 2 << 20]).await.refused(413, "RequestTooLarge");
    let json = response.json();
    let fields: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["RequestId", "HostId", "Code", "Message", "Recommend"]);
    assert_eq!(response.text("/RequestId"), response.text("/RequestId").to_uppercase());
    assert_eq!(response.text("/HostId"), "127.0.0.1");
}

#[tokio::test]
async fn the_service_takes_bytes_of_any_kind_and_goes_on() {
    let mock = Mock::start().unwrap();
    let garbage: [&[u8]; 7] = [
        b"\x00\xff\xfe",
        b"GET\r\n\r\n",
        b"GET /?\xff=%ff HTTP/1.1\r\nHost: \xff\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: ACS3-HMAC-SHA256 Credential=\xff\r\n\r\n",
        b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
    ];
    for bytes in garbage {
        let mut stream = TcpStream::connect(mock.address()).unwrap();
        stream.write_all(bytes).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut response = Vec::new();
        // The server may reset the connection instead of responding.
        let _ = stream.read_to_end(&mut response);
        assert!(!response.starts_with(b"HTTP/1.1 5"), "{}", String::from_utf8_lossy(&response));
    }
    Client::new(&mock).call("DescribeRegions", &[]).await.succeeded();
}

/// The fields of an element without attributes: names and texts in order of appearance.
fn flat_xml(text: &str) -> Vec<(String, String)> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut path, mut found) = (Vec::new(), Vec::<(String, String)>::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                path.push(String::from_utf8(start.name().as_ref().to_vec()).unwrap());
                found.push((path.join("/"), String::new()));
            }
            Event::End(_) => {
                path.pop();
            }
            Event::Text(value) => found.last_mut().unwrap().1.push_str(&value.decode().unwrap()),
            Event::GeneralRef(name) => {
                let name = name.decode().unwrap();
                let character = quick_xml::escape::unescape(&format!("&{name};")).unwrap().into_owned();
                found.last_mut().unwrap().1.push_str(&character);
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

fn xml_value(response: &Response, path: &str) -> String {
    let fields = flat_xml(&response.text);
    fields.into_iter().find(|(name, _)| name == path).unwrap_or_else(|| panic!("no {path} in {}", response.text)).1
}

#[tokio::test]
async fn xml_says_the_same_as_json() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[("Description", "<a> & \"b\"")]).await;
    let xml = async |action: &str, pairs: &[(&str, &str)]| {
        let all = with(client.unsigned(action, pairs), "Format", "xml");
        let response = client.send("POST", &client.sign("POST", all)).await;
        assert_eq!(response.content_type, "text/xml;charset=utf-8");
        response
    };
    let described = xml("DescribeKey", &[("KeyId", &key)]).await;
    let json = client.call("DescribeKey", &[("KeyId", &key)]).await.json();
    let metadata = json["KeyMetadata"].as_object().unwrap();
    for (name, value) in metadata {
        assert_eq!(xml_value(&described, &format!("KMS/KeyMetadata/{name}")), value.as_str().unwrap(), "{name}");
    }
    assert_eq!(xml_value(&described, "KMS/RequestId").len(), 36);

    let listed = xml("ListKeys", &[]).await;
    assert_eq!(xml_value(&listed, "KMS/Keys/Key/KeyId"), key);
    assert_eq!(xml_value(&listed, "KMS/TotalCount"), "1");

    let refused = xml("DescribeKey", &[("KeyId", "alias/nobody")]).await;
    assert_eq!(refused.status, 404);
    assert_eq!(xml_value(&refused, "KMS/HttpStatus"), "404");
    assert_eq!(xml_value(&refused, "KMS/Code"), "Forbidden.AliasNotFound");

    let gateway = xml("Nothing", &[]).await;
    assert_eq!(xml_value(&gateway, "Error/Code"), "InvalidAction.NotFound");
    assert!(xml_value(&gateway, "Error/Recommend").contains("q=InvalidAction.NotFound&product=Kms"));
}

#[tokio::test]
async fn a_rejection_of_kms_has_its_status_in_the_body_and_a_lower_case_request_id() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let response = client.call("DescribeKey", &[("KeyId", "5f1c9d0a-7b32-4e68-9a41-3c8e0d2b7f11")]).await;
    let response = response.refused(404, "Forbidden.KeyNotFound");
    let json = response.json();
    let fields: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["HttpStatus", "Code", "Message", "RequestId", "HostId"]);
    assert_eq!(json["HttpStatus"], Value::from(404));
    let id = response.text("/RequestId");
    assert_eq!((id.len(), id.to_lowercase()), (36, id));
}

#[tokio::test]
async fn lenient_timestamps_are_an_option() {
    let mock = Mock::start_with(AlibabaConfig { lenient_timestamps: true, ..AlibabaConfig::default() }).unwrap();
    let client = Client::new(&mock);
    let fractional = timestamp().replace('Z', ".123Z");
    let all = with(client.unsigned("DescribeRegions", &[]), "Timestamp", &fractional);
    client.send("GET", &client.sign("GET", all.clone())).await.succeeded();
    let strict = Mock::start().unwrap();
    let client = Client::new(&strict);
    client.send("GET", &client.sign("GET", all)).await.refused(400, "InvalidTimeStamp.Format");
}

#[tokio::test]
async fn requests_are_counted_and_unknown_parameters_with_them() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    client.call("DescribeRegions", &[("Novelty", "1"), ("RegionId", "cn-hangzhou")]).await.succeeded();
    client.call("DescribeRegions", &[("Novelty", "2")]).await.succeeded();
    client
        .send_raw("GET", "/?Action=ListKeys&Version=2016-01-20", &[], vec![])
        .await
        .refused(400, "MissingAccessKeyId");
    assert_eq!(mock.requests(Operation::DescribeRegions), 2);
    assert_eq!(mock.requests(Operation::ListKeys), 1);
    assert_eq!(mock.total_requests(), 3);
    let ignored = IgnoredParameter { operation: "DescribeRegions", parameter: "Novelty".to_owned(), requests: 2 };
    assert_eq!(mock.ignored_parameters(), [ignored]);
}

#[tokio::test]
async fn a_service_can_run_on_the_callers_runtime() {
    let service = std::sync::Arc::new(Service::new(MockConfig::default()).unwrap());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let shutdown = tokio_util::sync::CancellationToken::new();
    let server = tokio::spawn(serve(listener, service.clone(), shutdown.clone()));
    Client::at(&endpoint, "testid", "testsecret").call("DescribeRegions", &[]).await.succeeded();
    assert_eq!(service.requests(Operation::DescribeRegions), 1);
    shutdown.cancel();
    server.await.unwrap();
}

#[test]
fn a_mock_stops_when_dropped_and_serves_many_beside_each_other() {
    let mocks: Vec<Mock> = (0..20).map(|_| Mock::start().unwrap()).collect();
    let addresses: Vec<_> = mocks.iter().map(Mock::address).collect();
    // A connection that has sent half a request must not hold the end up.
    let mut half = TcpStream::connect(addresses[0]).unwrap();
    half.write_all(b"GET / HT").unwrap();
    mocks.into_iter().for_each(Mock::shutdown);
    assert!(addresses.iter().all(|address| TcpStream::connect(address).is_err()));
}

#[tokio::test]
async fn permissions_are_checked_after_the_parameters() {
    let mut key = AccessKey::new("testid", "testsecret");
    for operation in Operation::ALL {
        key = key.deny(*operation);
    }
    let mock = Mock::start_with(AlibabaConfig { access_keys: vec![key], ..AlibabaConfig::default() }).unwrap();
    let client = Client::new(&mock);
    let id = "5f1c9d0a-7b32-4e68-9a41-3c8e0d2b7f11";
    let blob = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, [b'a'; 70]);

    let everything = parameters(&[
        ("KeyId", id),
        ("DestinationKeyId", id),
        ("KeyVersionId", id),
        ("AliasName", "alias/a"),
        ("Plaintext", "a"),
        ("CiphertextBlob", &blob),
        ("PendingWindowInDays", "7"),
        ("Description", "a"),
        ("WrappingAlgorithm", "RSAES_OAEP_SHA_1"),
        ("WrappingKeySpec", "RSA_2048"),
        ("ImportToken", "a"),
        ("EncryptedKeyMaterial", "a"),
        ("Tags", "[{\"TagKey\":\"a\"}]"),
        ("TagKeys", "[\"a\"]"),
        ("RegionId", "cn-hangzhou"),
        ("ResourceType", "key"),
        ("ResourceId.1", id),
        ("Tag.1.Key", "a"),
        ("EnableAutomaticRotation", "false"),
        ("EnableDeletionProtection", "true"),
    ]);

    let pairs: Vec<(&str, &str)> = everything.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for operation in Operation::ALL {
        let response = client.call(operation.name(), &pairs).await;
        // The documents exempt this one.
        if *operation == Operation::DescribeRegions {
            response.succeeded();
        } else {
            response.refused(403, "Forbidden.NoPermission");
        }
    }
}
