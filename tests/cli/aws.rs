//! The provider of another cloud than the default one: against its own mock, and against a server of one key that responds as
//! recorded.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use super::program::{Ended, Place, ended};
use super::server::Server;

/// The ARN of the key with a number.
fn arn(number: usize) -> String {
    format!("arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-{number:012}")
}

/// A server of one key at a time, and the heads of the requests that came.
struct OneKey {
    server: Server,
    heads: Arc<Mutex<Vec<String>>>,
}

impl OneKey {
    /// With this error for whatever a disabled key must not do: the lines of the head and the body.
    fn rejecting_with(headers: &'static str, body: &'static str) -> Self {
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (seen, key) = (Arc::clone(&heads), Mutex::new((0, "", String::new())));
        let server = Server::responding(move |stream, head| {
            seen.lock().unwrap().push(head.to_owned());
            let (number, state, description) = &mut *key.lock().unwrap();
            let target = head.split("TrentService.").nth(1).unwrap_or_default();
            let operation = target.split(|character: char| !character.is_alphabetic()).next().unwrap_or_default();
            match operation {
                "CreateKey" => {
                    (*number, *state) = (*number + 1, "Enabled");
                    *description = json_body(stream, head)["Description"].as_str().unwrap().to_owned();
                }
                "DisableKey" => *state = "Disabled",
                "ScheduleKeyDeletion" => *state = "PendingDeletion",
                _ => {}
            }

            let arn = arn(*number);
            let body = match operation {
                "CreateKey" | "DescribeKey" => metadata(&arn, state, description),
                "DisableKey" => String::new(),
                "ScheduleKeyDeletion" => format!(r#"{{"KeyId":"{arn}","DeletionDate":1767927845.0}}"#),
                "Encrypt" if *state == "Enabled" => format!(r#"{{"CiphertextBlob":"AQIDBAUG","KeyId":"{arn}"}}"#),
                "Encrypt" => return respond(stream, "400 Bad Request", headers, body),
                "Decrypt" => format!(r#"{{"Plaintext":"Y29uZm9ybWFuY2U=","KeyId":"{arn}"}}"#),
                _ => return respond(stream, "400 Bad Request", "", r#"{"__type":"UnknownOperationException"}"#),
            };
            respond(stream, "200 OK", "", &body);
        });
        Self { server, heads }
    }

    fn new() -> Self {
        Self::rejecting_with("", r#"{"__type":"DisabledException","message":"is disabled."}"#)
    }

    /// The credential scopes that requests were signed for, each once.
    fn credentials(&self) -> Vec<String> {
        let heads = self.heads.lock().unwrap();
        let of = |head: &String| {
            let rest = head.split_once("Credential=")?.1;
            let credential = rest.split(',').next()?;
            // The day is that of the test.
            let parts: Vec<&str> = credential.split('/').collect();
            Some([parts[0], parts[2], parts[3], parts[4]].join("/"))
        };
        let mut found: Vec<String> = heads.iter().map(|head| of(head).unwrap_or_default()).collect();
        found.sort();
        found.dedup();
        found
    }
}

/// The body of a request, of which a part may have come with its head.
fn json_body(stream: &mut TcpStream, head: &str) -> serde_json::Value {
    let (head, body) = head.split_once("\r\n\r\n").unwrap();
    let length = head.to_ascii_lowercase();
    let length: usize = length.split("content-length: ").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
    let mut rest = vec![0; length - body.len()];
    stream.read_exact(&mut rest).unwrap();
    serde_json::from_slice(&[body.as_bytes(), &rest].concat()).unwrap()
}

fn metadata(arn: &str, state: &str, description: &str) -> String {
    let (id, enabled) = (arn.rsplit('/').next().unwrap(), state == "Enabled");
    format!(
        r#"{{"KeyMetadata":{{"AWSAccountId":"123456789012","KeyId":"{id}","Arn":"{arn}","CreationDate":1767323045.25,"Description":"{description}","KeyState":"{state}","Enabled":{enabled},"Origin":"AWS_KMS"}}}}"#
    )
}

fn respond(stream: &mut TcpStream, status: &str, headers: &str, body: &str) {
    let kind = "content-type: application/x-amz-json-1.1\r\nconnection: close\r\n";
    let length = body.len();
    let _ = write!(stream, "HTTP/1.1 {status}\r\n{kind}{headers}content-length: {length}\r\n\r\n{body}");
}

#[test]
fn without_an_endpoint_it_runs_on_its_own_mock() {
    let Ended { code, out, .. } = ended(Place::new().program("run aws/Encrypt/Disabled aws/Encrypt/Enabled/rsa"));
    assert!(code == 0 && out.contains("2 passed"), "{code} {out}");
    let Ended { code, out, .. } = ended(Place::new().program("plan aws/Encrypt/Disabled"));
    assert_eq!(code, 0, "{out}");
}

#[test]
fn cases_are_listed_and_planned_like_those_of_another_cloud() {
    let Ended { code, out, .. } = ended(Place::new().program("list aws/Encrypt/Disabled*"));
    assert_eq!(code, 0);
    assert!(out.contains("aws/Encrypt/Disabled\n"), "{out}");

    let plan = "plan --endpoint http://127.0.0.1:1 aws/Encrypt/Disabled aws/Encrypt/Disabled/rsa";
    let Ended { code, out, .. } = ended(Place::new().program(plan));
    assert_eq!(code, 0);
    assert!(out.contains("1 native, 1 rsa"), "{out}");
}

#[test]
fn an_error_counts_in_every_form_that_the_protocol_has() {
    for (headers, body) in [
        ("", r#"{"__type":"DisabledException","message":"is disabled."}"#),
        ("", r#"{"__type":"com.amazonaws.kms#DisabledException","Message":"is disabled."}"#),
        ("x-amzn-ErrorType: DisabledException:http://internal.amazon.com/coral/\r\n", r#"{"message":"is disabled."}"#),
        ("x-amzn-errortype: DisabledException\r\n", ""),
    ] {
        let key = OneKey::rejecting_with(headers, body);
        let place = Place::new();
        let run = format!("run -q --jobs 1 --endpoint {} aws/Encrypt/Disabled", key.server.endpoint());
        let Ended { code, out, err } = ended(place.program(&run));
        assert_eq!(code, 0, "{headers}{body}: {out}{err}");
    }

    let key = OneKey::rejecting_with("", r#"{"__type":"KMSInvalidStateException"}"#);
    let run = format!("run -q --jobs 1 --endpoint {} aws/Encrypt/Disabled", key.server.endpoint());
    let Ended { code, out, .. } = ended(Place::new().program(&run));
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("expected DisabledException (400), got KMSInvalidStateException (400)"), "{out}");
}

#[test]
fn the_environment_names_endpoint_region_and_access_key_as_for_the_official_tools() {
    let key = OneKey::new();
    let place = Place::new();
    let run =
        || place.program("run -q --jobs 1 aws/Encrypt/Enabled").env("AWS_ENDPOINT_URL_KMS", key.server.endpoint());

    // An emulator gets the example's access key.
    assert_eq!(ended(run()).code, 0);
    assert_eq!(key.credentials(), ["AKIAIOSFODNN7EXAMPLE/us-east-1/kms/aws4_request"]);

    key.heads.lock().unwrap().clear();
    let program = run()
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        .env("AWS_REGION", "eu-central-1")
        .env("AWS_DEFAULT_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "AKIAOWNKEYOFSOMEBODY")
        .env("AWS_SECRET_ACCESS_KEY", "own secret of somebody")
        .env("AWS_SESSION_TOKEN", "own token of somebody");
    let Ended { code, out, err } = ended(program);
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(key.credentials(), ["AKIAOWNKEYOFSOMEBODY/eu-central-1/kms/aws4_request"]);
    let heads = key.heads.lock().unwrap();
    assert!(heads.iter().all(|head| head.contains("x-amz-security-token: own token of somebody")));
}

#[test]
fn a_profile_is_used_when_it_is_named() {
    let key = OneKey::new();
    let place = Place::new();
    std::fs::create_dir(place.path().join(".aws")).unwrap();
    let file = |name: &str, text: &str| std::fs::write(place.path().join(".aws").join(name), text).unwrap();
    file(
        "credentials",
        "[default]\naws_access_key_id=AKIADEFAULT\naws_secret_access_key=first secret of it\n[work]\naws_access_key_id=AKIAWORK\naws_secret_access_key=second secret of it\n",
    );
    file("config", "[default]\nregion=eu-west-1\n[profile work]\nregion=eu-north-1\n");
    let run = || {
        let run = format!("run -q --jobs 1 --endpoint {} aws/Encrypt/Enabled", key.server.endpoint());
        place.program(&run).env("HOME", place.path())
    };

    // The default profile is that of somebody's account, and this is an emulator.
    assert_eq!(ended(run()).code, 0);
    assert_eq!(key.credentials(), ["AKIAIOSFODNN7EXAMPLE/us-east-1/kms/aws4_request"]);

    key.heads.lock().unwrap().clear();
    let Ended { code, out, err } = ended(run().env("AWS_PROFILE", "work"));
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(key.credentials(), ["AKIAWORK/eu-north-1/kms/aws4_request"]);

    // The region of a profile counts also where the access key is that of the environment, and whatever else the profile says.
    file("config", "[default]\nregion=eu-west-1\n[profile work]\nregion=eu-north-1\nsso_session=x\n");
    key.heads.lock().unwrap().clear();
    let environment = [("AWS_ACCESS_KEY_ID", "AKIAOTHER"), ("AWS_SECRET_ACCESS_KEY", "third secret of it")];
    let Ended { code, out, err } = ended(run().env("AWS_PROFILE", "work").envs(environment));
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(key.credentials(), ["AKIAOTHER/eu-north-1/kms/aws4_request"]);

    let Ended { code, err, .. } = ended(run().env("AWS_PROFILE", "nobody"));
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("error: AWS_PROFILE names the profile `nobody`"), "{err}");

    let account = "run --live --max-keys 9 --region eu-west-1 aws/Encrypt/Enabled";
    let Ended { code, err, .. } = ended(Place::new().program(account).env("HOME", "/nowhere"));
    assert_eq!(code, 2);
    assert!(err.contains("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"), "{err}");
    assert!(err.contains("or name a profile that has them by AWS_PROFILE"), "{err}");
}

#[test]
fn a_region_that_is_none_is_said_with_its_variable() {
    let run = "run --endpoint http://127.0.0.1:1 aws/Encrypt/Enabled";
    let Ended { code, err, .. } = ended(Place::new().program(run).env("AWS_REGION", "eu west"));
    let wanted = "error: AWS_REGION: `eu west` is not the name of a region: letters, digits and hyphens\n";
    assert_eq!((code, err.as_str()), (2, wanted));
}
