//! What `doctor` finds at endpoints that are wrong in one way each.

use std::collections::BTreeSet;
use std::io::Write as _;

use kms_conformance::mock::{AccessKey, AlibabaConfig, AwsConfig, Mock, MockConfig, Operation};
use kms_conformance::provider::by_name;
use kms_conformance::suite::files::embedded;
use kms_conformance::suite::load::load;

use super::program::{Ended, MockProcess, Place, ended};
use super::server::{Server, closed};

/// What is found at an endpoint, without the first line, which names it.
fn doctor(endpoint: &str, flags: &str) -> Ended {
    let place = Place::new();
    ended(place.program(&format!("doctor --endpoint {endpoint} --timeout 2s {flags}")))
}

/// The findings that are wrong, by name.
fn wrong(out: &str) -> Vec<&str> {
    out.lines()
        .filter_map(|line| line.strip_prefix("  wrong").map(|rest| rest.split_whitespace().next().unwrap()))
        .collect()
}

/// Responds to every request with a status, a date and a body.
fn responding(status: u16, date: &'static str, body: &'static str) -> Server {
    Server::responding(move |stream, _| {
        let head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-type: application/json\r\n{date}");
        let _ = write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len());
    })
}

#[test]
fn nothing_is_wrong_with_the_mock() {
    let mock = Mock::start().unwrap();
    let Ended { code, out, err } = doctor(&mock.endpoint(), "");
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    for line in [
        "  ok           name         127.0.0.1 is 127.0.0.1",
        "  ok           proxy        none",
        "  ok           clock        it is that of the endpoint",
        "  ok           credentials  DescribeRegions is accepted from the access key te…",
        "  ok           permissions  28 operations are not refused; CreateKey was not sent, for it would make a key",
        "  ok           quota        there are 0 of 200 keys, by the documents",
        "nothing is wrong",
    ] {
        assert!(out.lines().any(|found| found == line), "{line}\n{out}");
    }
    // Under the other signature, and with the other form, it is the same.
    assert_eq!(doctor(&mock.endpoint(), "--signature v3 --format xml --method get").code, 0);
}

#[test]
fn nothing_is_changed() {
    let mock = Mock::start().unwrap();
    // A run that makes a key shows how many there are.
    assert_eq!(doctor(&mock.endpoint(), "").code, 0);
    let Ended { out, .. } = doctor(&mock.endpoint(), "");
    assert!(out.contains("there are 0 of 200 keys"), "{out}");
    assert_eq!(mock.requests("CreateKey"), 0);
}

#[test]
fn a_closed_port_and_an_unknown_host_are_told_apart() {
    let Ended { code, out, .. } = doctor(&closed(), "");
    assert_eq!((code, wrong(&out)), (1, vec!["connection"]), "{out}");
    assert!(out.contains("can't be connected to: Connection refused"), "{out}");
    assert!(out.contains("not checked  credentials  the endpoint can't be reached"), "{out}");

    let Ended { code, out, .. } = doctor("http://kms.invalid:1", "--target-kind emulator");
    assert_eq!((code, wrong(&out)), (1, vec!["name"]), "{out}");
    assert!(out.contains("kms.invalid is unknown: "), "{out}");
}

#[test]
fn an_authority_that_nobody_knows_is_a_matter_of_tls() {
    let place = Place::new();
    let mock = MockProcess::start(&place, "--tls-self-signed");
    let endpoint = mock.endpoint.replace("http://", "https://");
    let Ended { code, out, .. } = doctor(&endpoint, "");
    assert_eq!((code, wrong(&out)), (1, vec!["TLS"]), "{out}");
    assert!(out.contains("--ca-file"), "{out}");
    // What is not TLS at all.
    let plain = Mock::start().unwrap();
    let Ended { out, .. } = doctor(&plain.endpoint().replace("http:", "https:"), "");
    assert_eq!(wrong(&out), ["TLS"], "{out}");
}

#[test]
fn a_clock_that_is_off_is_found_by_the_date_of_a_response() {
    let rejection = r#"{"Code": "InvalidTimeStamp.Expired", "Message": "expired", "RequestId": "x"}"#;
    let server = responding(400, "date: Mon, 01 Jan 2024 00:00:00 GMT\r\n", rejection);
    let Ended { code, out, .. } = doctor(&server.endpoint(), "");
    assert_eq!((code, wrong(&out)), (1, vec!["clock", "credentials"]), "{out}");
    assert!(out.contains(" s ahead of that of the endpoint"), "{out}");
    assert!(out.contains("the time of the request is rejected: look at the clock"), "{out}");
}

#[test]
fn a_wrong_secret_is_told_apart_from_a_text_that_was_changed() {
    let place = Place::new();
    let mock = Mock::start().unwrap();
    for signature in ["v1", "v3"] {
        let arguments = format!("doctor --endpoint {} --signature {signature}", mock.endpoint());
        let program = place.program(&arguments).env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid");
        let Ended { code, out, .. } = ended(program.env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "not-the-secret"));
        assert_eq!((code, wrong(&out)), (1, vec!["credentials"]), "{out}");
        assert!(out.contains("the service signs the very same text"), "{out}");
        assert!(out.contains("so the secret of the access key te… is wrong"), "{out}");
        assert!(!out.contains("not-the-secret"), "{out}");
    }

    let rejection = r#"{"Code": "SignatureDoesNotMatch", "Message": "server string to sign is:POST&%2F&AccessKeyId%3Dtestit%26Action", "RequestId": "x"}"#;
    let server = responding(400, "", rejection);
    let Ended { out, .. } = doctor(&server.endpoint(), "");
    let wanted = "
  wrong        credentials  the service signs another text than was signed here:
                            ours    POST&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions%26Format%3D…
                            theirs  POST&%2F&AccessKeyId%3Dtestit%26Action
                                                                ^
";
    assert!(out.contains(wanted), "{out}");

    // The text holds the token, encoded twice.
    let rejection = r#"{"Code": "SignatureDoesNotMatch", "Message": "server string to sign is:POST&%2F&AccessKeyId%3Dmine%26Action%3DDescribeRegions%26Format%3DJSON%26SecurityToken%3Dx", "RequestId": "x"}"#;
    let server = responding(400, "", rejection);
    let program = place.program(&format!("doctor --endpoint {}", server.endpoint()));
    let program = program.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "mine").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret-x");
    let Ended { out, .. } = ended(program.env("ALIBABA_CLOUD_SECURITY_TOKEN", "hush+hush/token=="));
    assert!(out.contains("SecurityToken%3D") && !out.contains("hush"), "{out}");

    let server = responding(400, "", r#"{"Code": "IncompleteSignature", "Message": "no", "RequestId": "x"}"#);
    let Ended { out, .. } = doctor(&server.endpoint(), "");
    assert!(out.contains("is the id of the access key right and active"), "{out}");
}

#[test]
fn a_wrong_secret_of_another_cloud_is_told_apart_too() {
    let mock = Mock::start_with(AwsConfig::default()).unwrap();
    let run = |secret| {
        let place = Place::new();
        let program = place.program(&format!("doctor --provider aws --endpoint {}", mock.endpoint()));
        ended(program.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE").env("AWS_SECRET_ACCESS_KEY", secret))
    };
    let Ended { code, out, .. } = run("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    assert_eq!((code, wrong(&out)), (0, vec![]), "{out}");
    let Ended { code, out, .. } = run("not-the-secret");
    assert_eq!((code, wrong(&out)), (1, vec!["credentials"]), "{out}");
    assert!(out.contains("the service signs the very same text"), "{out}");
    assert!(out.contains("is wrong: take it anew"), "{out}");
}

/// Nobody learns at night that a permission is missing.
#[test]
fn the_permission_of_every_operation_is_looked_at() {
    for provider in ["alibaba", "aws"] {
        let examination = by_name(provider).unwrap().examination;
        let sent = examination.permissions.iter().map(|(operation, _)| *operation);
        let unseen = examination.unseen.iter().map(|(operation, _)| *operation);
        let known: BTreeSet<&str> = sent.chain(unseen).chain([examination.credentials]).collect();
        let suite = load(embedded(), Some(provider)).unwrap();
        let operations: BTreeSet<&str> = suite.rows.iter().map(|row| row.operation.as_str()).collect();
        let missing: Vec<_> = operations.difference(&known).collect();
        assert!(missing.is_empty(), "{provider}: {missing:?}");
    }
}

#[test]
fn a_permission_that_is_missing_names_its_operation() {
    let key = AccessKey::new("testid", "testsecret").deny(Operation::ScheduleKeyDeletion).deny(Operation::Encrypt);
    let config = AlibabaConfig { access_keys: vec![key], ..AlibabaConfig::default() };
    let mock = Mock::start_with(MockConfig::from(config)).unwrap();
    let Ended { code, out, .. } = doctor(&mock.endpoint(), "");
    assert_eq!((code, wrong(&out)), (1, vec!["permissions"]), "{out}");
    assert!(out.contains("2 operations are refused, and the cases that need them can't be judged:"), "{out}");
    for operation in
        ["ScheduleKeyDeletion: Forbidden.NoPermission (HTTP 403)", "Encrypt: Forbidden.NoPermission (HTTP 403)"]
    {
        assert!(out.contains(operation), "{out}");
    }
}

#[test]
fn what_is_no_kms_is_not_taken_for_one() {
    for server in [Server::web_page("200 OK"), Server::web_page("404 Not Found"), responding(200, "", "[]")] {
        let Ended { code, out, .. } = doctor(&server.endpoint(), "");
        assert_eq!((code, wrong(&out)), (1, vec!["credentials"]), "{out}");
        assert!(out.contains("what responds is not a service of Alibaba Cloud: "), "{out}");
        assert!(out.contains("not checked  permissions  signed requests are rejected"), "{out}");
    }
    for server in [Server::silent(), Server::hanging_up()] {
        assert_eq!(wrong(&doctor(&server.endpoint(), "").out), ["HTTP"]);
    }
}

#[test]
fn missing_credentials_are_a_finding_and_what_needs_none_is_looked_at() {
    let mock = Mock::start().unwrap();
    let flags = "--target-kind account --insecure-http";
    let Ended { code, out, err } = doctor(&mock.endpoint(), flags);
    assert_eq!((code, wrong(&out)), (1, vec!["credentials"]), "{out}{err}");
    assert!(out.contains("no credentials for http://127.0.0.1:") && out.contains("ok           clock"), "{out}");

    let place = Place::new();
    let Ended { code, err, .. } = ended(place.program("doctor"));
    assert_eq!(code, 2);
    assert!(err.contains("name the target to examine with --endpoint or --region"), "{err}");
}
