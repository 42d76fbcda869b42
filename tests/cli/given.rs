//! Runs that are given keys: they make none, and the keys end as they were found.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Stdio;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kms_conformance::mock::{AdminAccess, AlibabaConfig, Mock, MockConfig, Operation, Seed};
use kms_conformance::verdict::Verdict;
use serde_json::Value;

use super::admin::keys_and_aliases;
use super::program::{Ended, MockProcess, Place, ended, signal};
use super::server::Server;

const SOFTWARE: [&str; 2] = ["0b7d4e21-6a9f-4c35-b1e8-92d3f7a650cc", "1c8e5f32-7ba0-4d46-82f9-a3e408b761dd"];
const EXTERNAL: [&str; 2] = ["2d9f6043-8cb1-4e57-930a-b4f519c872ee", "3e0a7154-9dc2-4f68-a41b-c5062ad983ff"];

/// The official table.
const TABLE: &str = "--edition official kind:cell kind:move --routes canonical -q --progress none";

/// A mock with keys of somebody else, and the file that names them.
fn mock(place: &Place) -> Mock {
    let material = STANDARD.encode([7; 32]);
    let [one, two] = SOFTWARE;
    let [three, four] = EXTERNAL;
    let seed = format!(
        "keys:\n  - id: {one}\n    description: orders\n  - {{id: {two}, state: Disabled}}\n  \
         - {{id: {three}, origin: EXTERNAL, material: {material}}}\n  - {{id: {four}, origin: EXTERNAL}}\n"
    );
    let seed = Seed::parse("seed", &seed, |_| None).unwrap();
    let cloud = seed.into_config(AlibabaConfig::default());
    fs::write(place.path().join("material.b64"), format!("{material}\n")).unwrap();
    let keys = format!(
        "format: 1\nkeys:\n  - {{id: {one}, class: Aliyun_KMS}}\n  - {{id: {two}, class: Aliyun_KMS}}\n  \
         - {{id: {three}, class: EXTERNAL, material: {{file: material.b64}}}}\n  \
         - {{id: {four}, class: EXTERNAL, material: {{env: MATERIAL}}}}\n"
    );
    fs::write(place.path().join("keys.yaml"), keys).unwrap();
    Mock::start_with(MockConfig { admin: AdminAccess::Loopback, ..MockConfig::from(cloud) }).unwrap()
}

fn states(mock: &Mock) -> (BTreeMap<String, String>, Vec<String>) {
    let (keys, aliases) = keys_and_aliases(mock.address());
    (keys.into_iter().collect(), aliases)
}

fn program(place: &Place, arguments: &str) -> Ended {
    ended(place.program(&format!("{arguments} --keys keys.yaml")).env("MATERIAL", STANDARD.encode([9; 32])))
}

#[test]
fn given_keys_serve_the_table_and_end_as_they_were_found() {
    let place = Place::new();
    let mock = mock(&place);
    let before = states(&mock);
    for _ in 0..2 {
        let Ended { code, out, err } = program(&place, &format!("run {TABLE} --endpoint {}", mock.endpoint()));
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        assert_eq!(states(&mock), before, "{out}");
        assert_eq!(mock.requests(Operation::CreateKey), 0);

        let results = place.results();
        assert_eq!((results.usage.keys_created, results.usage.keys_left), (0, 0));
        for case in &results.cases {
            let makes = case.operation.as_deref() == Some("CreateKey");
            let expected = if makes { Verdict::Skipped } else { Verdict::Pass };
            assert_eq!(case.verdict, expected, "{}: {}", case.id, case.reason);
            assert!(!makes || case.reason.contains("--keys makes none"), "{}", case.reason);
        }
    }
}

#[test]
fn a_case_that_needs_more_keys_than_are_given_is_skipped() {
    let place = Place::new();
    let mock = mock(&place);
    let one = format!("format: 1\nkeys:\n  - {{id: {}, class: Aliyun_KMS}}\n", SOFTWARE[0]);
    fs::write(place.path().join("keys.yaml"), one).unwrap();
    let cases =
        "alibaba/update-alias/Enabled-to-Enabled alibaba/Encrypt/Enabled alibaba/Encrypt/PendingImport/EXTERNAL";
    let Ended { code, out, .. } = program(&place, &format!("run {cases} --endpoint {}", mock.endpoint()));
    assert_eq!(code, 0, "{out}");
    let reasons: BTreeMap<String, String> =
        place.results().cases.into_iter().map(|case| (case.id.to_string(), case.reason)).collect();
    assert!(reasons["alibaba/update-alias/Enabled-to-Enabled"].contains("--keys gives 1"), "{reasons:?}");
    assert!(reasons["alibaba/Encrypt/PendingImport/EXTERNAL"].contains("--keys gives 0"), "{reasons:?}");
}

/// Classes of AWS KMS whose requests name an algorithm, and what makes such a key.
const AWS: [(&str, &str); 5] = [
    ("native", ""),
    ("rsa", "KeySpec=RSA_2048 KeyUsage=ENCRYPT_DECRYPT"),
    ("rsa-signing", "KeySpec=RSA_2048 KeyUsage=SIGN_VERIFY"),
    ("ecc", "KeySpec=ECC_NIST_P256 KeyUsage=SIGN_VERIFY"),
    ("hmac", "KeySpec=HMAC_256 KeyUsage=GENERATE_VERIFY_MAC"),
];

#[test]
fn given_keys_know_what_requests_need_to_know_of_their_class() {
    let place = Place::new();
    let mock = MockProcess::start(&place, "--provider aws");
    let target = format!("--provider aws --endpoint {}", mock.endpoint);
    let mut keys = "format: 1\nkeys:\n".to_owned();
    for (class, parameters) in AWS {
        let made = ended(place.program(&format!("call CreateKey {parameters} --output json {target}")));
        let shown: Value = serde_json::from_str(&made.out).unwrap();
        let body: Value = serde_json::from_str(shown["response"]["body"].as_str().unwrap()).unwrap();
        let id = body["KeyMetadata"]["KeyId"].as_str().unwrap();
        keys.push_str(&format!("  - {{id: {id}, class: {class}}}\n"));
    }
    fs::write(place.path().join("keys.yaml"), keys).unwrap();

    let cases = "aws/Encrypt/** aws/Sign/** aws/GenerateMac/** aws/DescribeKey/**";
    let Ended { code, out, .. } = program(&place, &format!("run {cases} -q --progress none {target}"));
    assert_eq!(code, 0, "{out}");
    let passed = place.results().cases.into_iter().filter(|case| case.verdict == Verdict::Pass);
    let judged: BTreeSet<String> = passed.filter_map(|case| case.key_class).collect();
    assert_eq!(judged, AWS.map(|(class, _)| class.to_owned()).into(), "{out}");
}

#[test]
fn a_key_is_given_by_its_id_and_by_no_other_name() {
    let place = Place::new();
    let mock = MockProcess::start(&place, "");
    let target = format!("--endpoint {}", mock.endpoint);
    let key = "format: 1\nkeys:\n  - {id: alias/orders, class: Aliyun_KMS}\n";
    fs::write(place.path().join("keys.yaml"), key).unwrap();
    let made = ended(place.program(&format!("call CreateKey --output json {target}")));
    let shown: Value = serde_json::from_str(&made.out).unwrap();
    let body: Value = serde_json::from_str(shown["response"]["body"].as_str().unwrap()).unwrap();
    let id = body["KeyMetadata"]["KeyId"].as_str().unwrap();
    let alias = place.program(&format!("call CreateAlias AliasName=alias/orders KeyId={id} {target}"));
    assert_eq!(ended(alias).code, 0);

    let Ended { code, out, .. } = program(&place, &format!("run alibaba/Encrypt/Enabled {target}"));
    assert_eq!(code, 4, "{out}");
    assert!(out.contains(&format!("it is another name of {id}: give its id")), "{out}");
}

#[test]
fn a_mistake_in_the_file_is_named_with_its_place_and_nothing_is_sent() {
    let place = Place::new();
    let mock = mock(&place);
    fs::write(place.path().join("keys.yaml"), "format: 1\nkeys:\n  - {id: a, class: Own}\n").unwrap();
    let Ended { code, err, .. } = program(&place, &format!("run {TABLE} --endpoint {}", mock.endpoint()));
    assert!(code == 2 && err.contains("keys.yaml:3:20") && err.contains("there is no class `Own`"), "{err}");
    assert_eq!(mock.requests(Operation::DescribeKey), 0);
}

#[cfg(unix)]
#[test]
fn what_a_killed_run_did_to_given_keys_a_sweep_undoes() {
    let mut changed = 0;
    for number in [40, 100, 160, 220] {
        let place = Place::new();
        let mock = mock(&place);
        let before = states(&mock);
        let (sender, process) = std::sync::mpsc::channel();
        let server = Server::before(mock.address(), number, move || {
            signal(process.recv().unwrap(), "KILL");
        });
        // Material that is missing a sweep can't import, so no key that has some is touched.
        let cases = format!("{TABLE} class:Aliyun_KMS --exclude alibaba/update-alias/*PendingImport*");
        let arguments = format!("run {cases} --keys keys.yaml --endpoint {}", server.endpoint());
        let mut command = place.command(&arguments);
        command.env("MATERIAL", STANDARD.encode([9; 32])).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        sender.send(child.id()).unwrap();
        child.wait().unwrap();
        changed += usize::from(states(&mock) != before);

        // The ledger alone is not enough to touch what carries no mark.
        let Ended { out, .. } = ended(place.program(&format!("sweep --endpoint {}", server.endpoint())));
        assert!(out.contains("give the same file to the sweep"), "{number}: {out}");
        let Ended { code, out, err } = program(&place, &format!("sweep --endpoint {}", server.endpoint()));
        assert_eq!((code, err.as_str()), (0, ""), "{number}: {out}");
        let external = |states: (BTreeMap<String, String>, Vec<String>)| {
            let software = states.0.into_iter().filter(|(id, _)| SOFTWARE.contains(&id.as_str()));
            (software.collect::<BTreeMap<_, _>>(), states.1)
        };
        assert_eq!(external(states(&mock)), external(before), "{number}: {out}");
        let Ended { code, out, .. } = program(&place, &format!("sweep --endpoint {}", server.endpoint()));
        assert!(code == 0 && out.contains("\nnothing found"), "{number}: {out}");
    }
    assert!(changed > 0);
}

#[test]
fn two_runs_are_not_given_one_key_at_a_time() {
    let place = Place::new();
    let mock = mock(&place);
    let run = format!("run -q alibaba/Encrypt/Disabled --keys keys.yaml --endpoint {}", mock.endpoint());
    let before = states(&mock).0;
    let start = |number| {
        let mut command = place.command(&format!("{run} --reports r{number}"));
        command.env("MATERIAL", STANDARD.encode([9; 32])).stderr(Stdio::piped()).spawn().unwrap()
    };
    let mut runs: Vec<_> = (0..4).map(start).collect();
    let ends: Vec<_> = runs.drain(..).map(|run| run.wait_with_output().unwrap()).collect();
    let errors: Vec<_> = ends.iter().map(|end| (end.status.code(), String::from_utf8_lossy(&end.stderr))).collect();
    assert!(ends.iter().any(|end| end.status.code() == Some(0)), "{errors:?}");
    for end in ends.iter().filter(|end| end.status.code() != Some(0)) {
        let err = String::from_utf8_lossy(&end.stderr);
        assert!(end.status.code() == Some(2) && err.contains("another run has the key "), "{err}");
    }
    assert_eq!(states(&mock).0, before);
}
