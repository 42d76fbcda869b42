//! No secret in any form is in anything that the program writes, whatever an endpoint does to have it so.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;

use jiff::Timestamp;
use kms_conformance::mock::{AccessKey, AlibabaConfig, Faults, Mock, MockConfig, WrappingKeys};
use snapbox::cmd::Command as Snapped;

use super::canary::{Canaries, SECRET, TOKEN, forms};
use super::cases::{change, own};
use super::echo_server::{ALL_PLACES, EchoPlace, EchoServer};
use super::program::{Ended, Place, ended};
use super::server::closed;

const ID: &str = "LTAI5tCanaryCanaryCanary";

/// A mock that takes the planted credentials.
fn mock() -> Mock {
    deviant(&[])
}

fn deviant(deviations: &[&str]) -> Mock {
    let key = AccessKey::new(ID, SECRET).session(TOKEN, Timestamp::MAX);
    Mock::start_with(AlibabaConfig {
        access_keys: vec![key],
        deviations: deviations.iter().map(|deviation| deviation.parse().unwrap()).collect(),
        wrapping_keys: WrappingKeys::BuiltIn,
        ..AlibabaConfig::default()
    })
    .unwrap()
}

fn address(mock: &Mock) -> SocketAddr {
    mock.endpoint().strip_prefix("http://").unwrap().parse().unwrap()
}

fn with_credentials(command: Snapped) -> Snapped {
    command
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", ID)
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", SECRET)
        .env("ALIBABA_CLOUD_SECURITY_TOKEN", TOKEN)
}

/// Runs the program and looks at everything that it wrote; its exit code and the files that there are.
#[track_caller]
fn look(place: &Place, arguments: &str, canaries: &Canaries) -> (i32, Vec<PathBuf>) {
    let output = with_credentials(place.program(arguments)).output().unwrap();
    canaries.absent_from(&format!("the output of {arguments}"), &output.stdout);
    canaries.absent_from(&format!("the errors of {arguments}"), &output.stderr);
    let code = output.status.code().unwrap();
    (code, canaries.absent_below(place.path()))
}

/// That the reports and the ledger are among the files that were looked into.
#[track_caller]
fn are_reports_and_ledger(files: &[PathBuf]) {
    for name in ["reports/results.json", "reports/junit.xml", "reports/ledger.jsonl"] {
        assert!(files.iter().any(|file| file.ends_with(name)), "{name}: {files:?}");
    }
}

#[test]
fn secrets_that_a_message_repeats_are_not_written() {
    writes_no_secret_that_is_repeated_in(&[EchoPlace::Message]);
}

#[test]
#[ignore = "campaign: runs against an endpoint that repeats secrets in many ways"]
fn secrets_that_an_endpoint_repeats_are_not_written() {
    writes_no_secret_that_is_repeated_in(&ALL_PLACES);
}

fn writes_no_secret_that_is_repeated_in(places: &[EchoPlace]) {
    let mock = mock();
    for (number, place) in places.iter().copied().enumerate() {
        let canaries = Canaries::new();
        let echo_server = EchoServer::start(address(&mock), place, &canaries);
        let folder = Place::new();
        own(&folder);
        // The key material itself is sent, so that it is heard.
        change(&folder, "alibaba/matrix/encrypt.yaml", "${base64('conformance')}", "${key.material}");
        let signed = ["", "--signature v3", "--signature v3 --method post", "--method post"][number % 4];
        let arguments = format!(
            "run --endpoint {} --target-kind emulator --cases own -v --settle-timeout 0s --timeout 2s --junit unit.xml --json machine.json \
             {signed} --jobs 4 alibaba/Encrypt/* alibaba/GenerateDataKey/Enabled alibaba/ImportKeyMaterial/*/** \
             alibaba/ListAliases/Enabled",
            echo_server.endpoint()
        );
        let (code, _) = look(&folder, &arguments, &canaries);
        assert!([1, 3, 4].contains(&code), "{place:?}: {code}");
        let text = fs::read_to_string(folder.path().join("machine.json")).unwrap();
        // It is not for want of secrets: they came, and were replaced.
        let goes_on = matches!(place, EchoPlace::Message | EchoPlace::Code | EchoPlace::State | EchoPlace::Lists);
        assert!(canaries.len() > 4 || !goes_on, "{place:?}: {}", canaries.len());
        let shown = goes_on || matches!(place, EchoPlace::Denial | EchoPlace::KeyId);
        assert_eq!(shown, text.contains("[redacted]"), "{place:?}: {text}");
        assert!(text.contains("\"exchanges\":[{"), "{place:?}");
        let list = "run.yaml";
        for arguments in [
            format!("known --update {list} --results machine.json --cases own --reason because --until 2999-12-31"),
            format!("known --check {list} --cases own"),
        ] {
            look(&folder, &arguments, &canaries);
        }
    }
}

#[test]
fn a_secret_that_is_a_common_word_breaks_no_report() {
    for word in [
        "testcase",
        "operation",
        "alibaba/Encrypt/Disabled",
        "Disabled",
        "123456789012",
        "quote\" and \\ slash",
        "\",\"verdict\":\"pass",
        "</testcase>",
        "inconclusive",
    ] {
        let key = AccessKey::new(ID, word);
        let mock = Mock::start_with(AlibabaConfig { access_keys: vec![key], ..AlibabaConfig::default() }).unwrap();
        let folder = Place::new();
        let cases = "alibaba/Encrypt/Disabled alibaba/Encrypt/Enabled";
        let arguments = format!("run --endpoint {} -v --settle-timeout 0s {cases}", mock.endpoint());
        let command = folder.program(&arguments).env("ALIBABA_CLOUD_ACCESS_KEY_ID", ID);
        let Ended { code, out, err } = ended(command.env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", word));
        assert_eq!(code, 0, "{word}: {out}{err}");
        assert!(err.starts_with("about to make 2 keys ") && err.lines().count() == 1, "{word}: {err}");

        let ids: Vec<String> = folder.results().cases.iter().map(|case| case.id.to_string()).collect();
        assert_eq!(ids, ["alibaba/Encrypt/Disabled", "alibaba/Encrypt/Enabled"], "{word}");
        assert!(ids.iter().all(|id| out.contains(id)), "{word}: {out}");
        let junit = folder.junit();
        let mut reader = quick_xml::Reader::from_str(&junit);
        let mut named = 0;
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Start(element) | quick_xml::events::Event::Empty(element) => {
                    named += usize::from(element.name().as_ref() == b"testcase");
                }
                _ => {}
            }
        }
        assert_eq!(named, 2, "{word}: {junit}");
        assert!(junit.contains("Encrypt/Disabled\""), "{word}: {junit}");
    }
}

/// Runs a case that passes against a mock behind an endpoint that repeats what it receives, and looks for what is shown.
#[track_caller]
fn passes(deviations: &[&str], faults: &[&str], place: EchoPlace, case: &str, shown: &str) {
    let mock = deviant(deviations);
    mock.set_faults(Faults { seed: 1, rules: faults.iter().map(|rule| rule.parse().unwrap()).collect() }).unwrap();
    let canaries = Canaries::new();
    let echo_server = EchoServer::start(address(&mock), place, &canaries);
    let folder = Place::new();
    let arguments = format!("run --endpoint {} --settle-timeout 0s alibaba/{case}", echo_server.endpoint());
    let (code, _) = look(&folder, &arguments, &canaries);
    let text = fs::read_to_string(folder.path().join("reports/results.json")).unwrap();
    // What is left behind makes the run red.
    let wanted = if text.contains("\"leaks\":") { 3 } else { 0 };
    assert!(code == wanted && text.contains(shown), "{place:?}: {code}: {text}");
}

/// The exchanges of a passed case are not kept, but what is shown of it may hold what was in them.
#[test]
fn what_is_shown_of_a_passed_case_holds_no_secrets() {
    let left = "ScheduleKeyDeletion responded Rejected.[redacted]";
    let kept = &["schedule-does-nothing"];
    passes(kept, &[], EchoPlace::CleanUp, "Encrypt/Enabled", left);
    // The first attempt fails, so that the case is run again.
    let lost = [
        "unavailable,operation=Encrypt,nth=1",
        "unavailable,operation=Encrypt,nth=2",
        "unavailable,operation=Encrypt,nth=3",
        "unavailable,operation=Encrypt,nth=4",
    ];
    passes(kept, &lost, EchoPlace::CleanUp, "Encrypt/Enabled", left);
    // The key is made, and the response is lost.
    let found = format!("its creation got no usable response; {left}");
    passes(kept, &["drop-after,operation=CreateKey,nth=1"], EchoPlace::CleanUp, "Encrypt/Enabled", &found);
}

#[test]
fn no_command_writes_the_credentials() {
    let mock = mock();
    let canaries = Canaries::new();
    let endpoint = mock.endpoint();
    let folder = Place::new();

    for (arguments, expected) in [
        ("list".to_owned(), 0),
        ("list --coverage --format json".to_owned(), 0),
        ("check".to_owned(), 0),
        ("self-test Encrypt:Disabled@Aliyun_KMS=Success --named-only".to_owned(), 0),
        (format!("run --endpoint {endpoint} -v operation:Encrypt"), 0),
        (format!("run --endpoint {endpoint} --signature v3 -v operation:ImportKeyMaterial"), 0),
        (format!("run --endpoint {endpoint} --format xml -q operation:GenerateDataKey"), 0),
        (format!("run --endpoint {} operation:Encrypt", closed()), 4),
        ("run --endpoint http://192.0.2.1 operation:Encrypt".to_owned(), 2),
        (format!("run --endpoint http://{ID}:{}@127.0.0.1", forms(SECRET.as_bytes())[0]), 2),
        (format!("run --endpoint http://{endpoint}/{TOKEN}"), 2),
        (format!("run --secret {TOKEN}"), 2),
        (format!("run {TOKEN}"), 2),
        (format!("run --known {TOKEN}"), 2),
        (format!("check {TOKEN}"), 2),
        (format!("doctor --endpoint {endpoint}"), 0),
        (format!("doctor --endpoint {endpoint} --signature v3 --format xml"), 0),
        (format!("doctor --endpoint {}", closed()), 1),
        (format!("plan --config {TOKEN}"), 2),
        (format!("run --target {TOKEN} --profile {TOKEN}"), 2),
        (format!("mock --deviate {TOKEN}"), 2),
        (format!("mock --access-key-id {ID} --access-key-secret-env MISSING"), 2),
        (format!("mock --access-key-id {ID} --listen 192.0.2.1:1"), 2),
    ] {
        let (code, _) = look(&folder, &arguments, &canaries);
        assert_eq!(code, expected, "{arguments}");
    }

    // An emulator that does not know the credentials.
    let other = Mock::start_with(MockConfig::default()).unwrap();
    let (code, files) = look(&folder, &format!("run --endpoint {} -v", other.endpoint()), &canaries);
    assert_eq!(code, 4);
    are_reports_and_ledger(&files);
}

#[test]
#[cfg(unix)]
fn a_mock_writes_no_secret_of_its_seed() {
    use std::io::{BufRead as _, BufReader, Read as _};

    let folder = Place::new();
    let canaries = Canaries::new();
    let seed = |name: &str, rest: &str| {
        let path = std::env::temp_dir().join(format!("kms-conformance-seed-{}-{name}.yaml", std::process::id()));
        let text = format!("access_keys:\n  - {{id: {ID}, secret: '{SECRET}', token: '{TOKEN}'}}\n{rest}");
        fs::write(&path, text).unwrap();
        path
    };

    // The seed itself may hold them, so it is in another folder.
    let good = seed("good", "");
    let mut child = folder
        .command("mock --listen 127.0.0.1:0 --seed")
        .arg(&good)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();

    let mut out = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut out).unwrap();
    let arguments = format!("run --endpoint http://{} -v operation:Encrypt", out.trim());
    let (code, files) = look(&folder, &arguments, &canaries);
    assert_eq!(code, 0);
    are_reports_and_ledger(&files);
    assert!(super::program::signal(child.id(), "INT"));
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();

    assert_eq!(child.wait().unwrap().code(), Some(0), "{err}");
    canaries.absent_from("the mock's output", out.as_bytes());
    canaries.absent_from("the mock's errors", err.as_bytes());
    let bad = [
        seed("field", &format!("secret: '{TOKEN}'\n")),
        seed("shape", &format!("keys: '{TOKEN}'\n")),
        seed("text", &format!("keys: [\n# {TOKEN}\n")),
    ];

    for path in &bad {
        let ended = ended(folder.program("mock --listen 127.0.0.1:0 --seed").arg(path));
        assert_eq!(ended.code, 2, "{}", ended.err);
        canaries.absent_from("the mistakes of a seed", ended.err.as_bytes());
    }

    for path in bad.into_iter().chain([good]) {
        fs::remove_file(path).unwrap();
    }
}
