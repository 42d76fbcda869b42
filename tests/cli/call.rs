//! Single requests, and failures that can be sent again.

use std::process::Command;

use serde_json::Value;
use snapbox::cmd::cargo_bin;

use kms_conformance::verdict::Verdict;

use super::program::{Ended, MockProcess, Place, ended};

fn call(place: &Place, mock: &MockProcess, arguments: &[&str]) -> Ended {
    ended(place.program("call").args(arguments).args(["--endpoint", &mock.endpoint]))
}

/// A key of the mock.
fn key(place: &Place, mock: &MockProcess) -> String {
    let made = call(place, mock, &["CreateKey", "--output", "json"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let shown: Value = serde_json::from_str(&made.out).unwrap();
    let body: Value = serde_json::from_str(shown["response"]["body"].as_str().unwrap()).unwrap();
    body["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned()
}

#[test]
fn a_request_is_signed_sent_and_shown_without_secrets() {
    let place = Place::new();
    let mock = MockProcess::start(&place, "");
    let key = format!("KeyId={}", key(&place, &mock));
    for flags in [&["--signature", "v1"][..], &["--signature", "v3", "--method", "get"]] {
        let arguments = ["Encrypt", &key, "Plaintext=dGVzdA==", "EncryptionContext:={\"a\": \"b\"}"];
        let Ended { code, out, err } = call(&place, &mock, &[&arguments[..], flags].concat());
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        assert!(out.starts_with("> Encrypt\n>   KeyId: "), "{out}");
        assert!(out.contains("\n>   Plaintext: dGVzdA==\n>   EncryptionContext: {\"a\":\"b\"}\n> "), "{out}");
        assert!(out.contains("\n< HTTP 200\n< {\"KeyId\":"), "{out}");
        assert!(out.contains("REDACTED") && !out.contains("testsecret"), "{out}");
    }
}

#[test]
fn the_exit_code_says_what_became_of_a_request() {
    let place = Place::new();
    let mock = MockProcess::start(&place, "");
    let Ended { code, out, .. } =
        call(&place, &mock, &["Encrypt", "KeyId=0b7d4e21-6a9f-4c35-b1e8-92d3f7a650cc", "Plaintext=dGVzdA=="]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("\n< HTTP 404 Forbidden.KeyNotFound\n"), "{out}");

    let Ended { code, err, .. } = call(&place, &mock, &["encrypt"]);
    let note = "note: the cases of alibaba know no operation `encrypt`; did you mean `Encrypt`?\n";
    assert_eq!((code, err.as_str()), (1, note));

    // Before anything is sent, so it is said where nothing listens, too.
    let unsent = ended(place.program("call encrypt --endpoint http://127.0.0.1:1"));
    assert_eq!(unsent.code, 3, "{}", unsent.out);
    assert!(unsent.err.starts_with(note), "{}", unsent.err);

    let closed = ended(place.program("call ListKeys --endpoint http://127.0.0.1:1"));
    assert_eq!(closed.code, 3, "{}", closed.out);
    assert!(closed.err.starts_with("error: ") && closed.out.is_empty(), "{}", closed.err);

    for wrong in
        ["call ListKeys", "call ListKeys PageSize --endpoint http://127.0.0.1:1", "call X A=1 A=2 --endpoint x"]
    {
        assert_eq!(ended(place.program(wrong)).code, 2, "{wrong}");
    }
}

/// What a run printed as the reproduction of its failure.
fn reproduction(out: &str) -> String {
    let line = out.lines().find_map(|line| line.trim().strip_prefix("reproduce: ")).unwrap();
    line.to_owned()
}

/// Runs a line in a shell, with the program in the place of its name.
fn paste(place: &Place, line: &str) -> Ended {
    let program = cargo_bin!("kms-conformance").to_str().unwrap();
    let line = line.replacen("kms-conformance", program, 1);
    let output = Command::new("sh").args(["-c", &line]).current_dir(place.path()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn what_a_failure_prints_can_be_pasted_while_its_keys_are_kept_and_swept_afterwards() {
    let place = Place::new();
    let mock = MockProcess::start(&place, "--deviate Encrypt:Disabled=Success");
    let cases = "alibaba/Encrypt/Disabled alibaba/Encrypt/Enabled alibaba/Decrypt/Disabled";
    let run = ended(place.program(&format!("run {cases} --keep-keys --signature v3 --endpoint {}", mock.endpoint)));
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.out.contains("note: 1 key is kept as failing cases left them, and the ledger has them"), "{}", run.out);
    assert!(run.out.contains(" keys (1 left) ") && !run.out.contains("leak"), "{}", run.out);

    let line = reproduction(&run.out);
    let id = line.split("KeyId=").nth(1).unwrap().split(' ').next().unwrap();
    assert!(run.out.contains(&format!("note: the key {id} is kept\n")), "{}", run.out);
    assert!(line.ends_with(&format!("--endpoint {} --signature v3", mock.endpoint)), "{line}");

    // It is like the request that failed: the key is disabled, and the mock encrypts all the same.
    let pasted = paste(&place, &line);
    assert_eq!(pasted.code, 0, "{line}\n{}", pasted.err);
    assert!(pasted.out.contains("\"CiphertextBlob\""), "{}", pasted.out);
    let described = call(&place, &mock, &["DescribeKey", &format!("KeyId={id}")]);
    assert!(described.out.contains("\"KeyState\":\"Disabled\""), "{}", described.out);

    let swept = ended(place.program(&format!("sweep --endpoint {}", mock.endpoint)));
    assert_eq!(swept.code, 0, "{}", swept.out);
    let described = call(&place, &mock, &["DescribeKey", &format!("KeyId={id}")]);
    assert!(described.out.contains("\"KeyState\":\"PendingDeletion\""), "{}", described.out);
}

/// Each route to the cell fails in the same way, and none is less to look at than the first.
#[test]
fn the_keys_of_every_failing_case_are_kept_and_listed() {
    let place = Place::new();
    let mock = MockProcess::start(&place, "--deviate Encrypt:Disabled=Success");
    let run =
        ended(place.program(&format!("run alibaba/Encrypt/Disabled/** --keep-keys --endpoint {}", mock.endpoint)));
    assert_eq!(run.code, 1, "{}", run.err);
    let results = place.results();
    let failed: Vec<_> = results.cases.iter().filter(|case| case.verdict == Verdict::Fail).collect();
    assert!(failed.len() > 3, "{}", run.out);
    for case in failed {
        let kept = case.notes.iter().find_map(|note| note.strip_prefix("the key ")?.strip_suffix(" is kept"));
        assert!(run.out.contains(&format!("{} of {}", kept.unwrap(), case.id)), "{}: {}", case.id, run.out);
    }
}

/// Whoever pastes the line reaches the endpoint as the run did.
#[test]
fn a_reproduction_has_the_flags_by_which_the_endpoint_is_reached() {
    let place = Place::new();
    let mock = MockProcess::start(&place, "--deviate Encrypt:Disabled=Success");
    let endpoint = mock.endpoint.replace("127.0.0.1", "localhost");
    let flags = "--target-kind emulator --access-key-id-env ID --access-key-secret-env SECRET";
    let run = place.program(&format!("run alibaba/Encrypt/Disabled --keep-keys {flags} --endpoint {endpoint}"));
    let run = ended(run.envs([("ID", "testid"), ("SECRET", "testsecret")]));
    assert_eq!(run.code, 1, "{}", run.err);
    let line = reproduction(&run.out);
    assert!(line.ends_with(&format!("--endpoint {endpoint} {flags}")), "{line}");
}

#[test]
fn who_keeps_no_keys_is_told_how() {
    let place = Place::new();
    let mock = MockProcess::start(&place, "--deviate Encrypt:Disabled=Success");
    let run = ended(place.program(&format!("run alibaba/Encrypt/Disabled --endpoint {}", mock.endpoint)));
    assert!(
        run.err.contains("note: the keys of failing cases were removed; with --keep-keys they stay"),
        "{}",
        run.err
    );
    for other in ["-q alibaba/Encrypt/Disabled", "alibaba/Encrypt/Enabled", "--keep-keys alibaba/Encrypt/Disabled"] {
        let run = ended(place.program(&format!("run {other} --endpoint {}", mock.endpoint)));
        assert!(!run.err.contains("--keep-keys"), "{other}: {}", run.err);
    }
}

#[test]
fn every_report_has_the_command_and_no_plaintext() {
    let place = Place::new();
    let mock = MockProcess::start(&place, "--deviate Encrypt:Disabled=Success");
    ended(place.program(&format!("run alibaba/Encrypt/Disabled --endpoint {}", mock.endpoint)));
    let html = ended(place.program("report html reports/results.json --out report.html"));
    assert_eq!(html.code, 0, "{}", html.err);
    let results = std::fs::read_to_string(place.path().join("reports/results.json")).unwrap();
    assert!(results.contains("\"call\":{\"parameters\":{\"KeyId\":"), "{results}");
    let junit = place.junit();
    assert!(junit.contains("kms-conformance call Encrypt KeyId="), "{junit}");
}

#[test]
fn keys_of_the_bundled_mock_are_not_kept() {
    let run = ended(Place::new().program("run alibaba/Encrypt/Disabled --keep-keys"));
    assert_eq!(run.code, 2, "{}", run.out);
    assert!(run.err.contains("--keep-keys needs --endpoint"), "{}", run.err);
}
