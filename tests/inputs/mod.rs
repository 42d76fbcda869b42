//! Whatever a file or a flag holds, it is read or refused, and nothing panics.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use kms_conformance::mock::{AccessKey, AlibabaConfig, Deviation, FaultRule, Mock, MockConfig, Seed};
use kms_conformance::report::results::Results;
use kms_conformance::suite::files::read_dir;
use kms_conformance::suite::selector::Selector;
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const SEED: &str = include_str!("../../examples/seed.yaml");
const RESULTS: &str = include_str!("../data/results.json");

/// A text of which a piece was replaced.
fn spoilt(text: &'static str) -> impl Strategy<Value = String> {
    let by = prop_oneof![
        "\\PC{0,6}",
        "[\\[\\]{},&*!|>'\"%@`#?:\n -]{0,6}",
        Just("*x ".to_owned()),
        Just("99999999999999999999".to_owned()),
        Just("-9223372036854775808".to_owned()),
        Just("\"\"".to_owned()),
        Just("null".to_owned()),
    ];
    (any::<prop::sample::Index>(), 0_usize..20, by).prop_map(|(from, length, by)| {
        let mut characters: Vec<char> = text.chars().collect();
        let from = from.index(characters.len());
        let to = (from + length).min(characters.len());
        characters.splice(from..to, by.chars());
        characters.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_spoilt_seed_is_read_or_all_its_mistakes_have_places(text in spoilt(SEED)) {
        if let Err(mistakes) = Seed::parse("seed.yaml", &text, |_| None) {
            for mistake in mistakes.iter() {
                prop_assert!(mistake.span.is_some(), "{mistake}");
            }
        }
    }

    #[test]
    fn no_text_makes_the_seed_panic(text in "[\\PC\n]{0,200}") {
        let _ = Seed::parse("seed.yaml", &text, |_| None);
    }

    #[test]
    fn spoilt_results_are_read_or_refused_with_a_place(text in spoilt(RESULTS)) {
        match text.parse::<Results>() {
            Ok(results) => prop_assert!(results.into_events().count() > 1),
            Err(error) => {
                let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
                let said = format!("{error} {source}");
                // Where what is wrong is not in one place, the field is named.
                let places = ["line", "format", "cases[", "summary.", "suite."];
                prop_assert!(places.iter().any(|place| said.contains(place)), "{said}");
            }
        }
    }

    #[test]
    fn no_word_of_the_command_line_panics(text in "\\PC{0,40}", pieces in "[A-Za-z:=/*@,.0-9-]{0,40}") {
        for text in [&text, &pieces] {
            let _ = text.parse::<Selector>();
            let _ = text.parse::<Deviation>();
            let _ = text.parse::<FaultRule>();
        }
    }
}

#[test]
fn files_made_to_hurt_are_refused() {
    let bomb = format!("a: &a [{0}]\nb: &b [*a, *a]\nkeys: *b\n", "x, ".repeat(1_000));
    for text in [bomb, "[".repeat(1 << 20), "{a: ".repeat(1 << 20), "- ".repeat(1 << 20), "x".repeat(9 << 20)] {
        let mistakes = Seed::parse("seed.yaml", &text, |_| None).unwrap_err();
        assert_eq!(mistakes.iter().count(), 1);
    }
    for text in ["[".repeat(1 << 20), "{\"format\":".repeat(1 << 18), format!("{{\"format\": 1{}", "0".repeat(1 << 20))]
    {
        assert!(text.parse::<Results>().is_err());
    }
}

/// A file that says to be this big and takes no room on the disk.
fn hole(path: &Path, bytes: u64) {
    std::fs::File::create(path).unwrap().set_len(bytes).unwrap();
}

#[test]
fn big_files_are_refused_by_their_size() {
    let folder = tempfile::tempdir().unwrap();
    hole(&folder.path().join("case.yaml"), 1 << 40);
    let error = read_dir(folder.path()).unwrap_err().to_string();
    assert!(error.ends_with("case.yaml` is bigger than 8 MiB"), "{error}");
    let path = folder.path().join("results.json");
    hole(&path, 1 << 40);
    let error = Results::read(&path).unwrap_err().to_string();
    assert!(error.ends_with("results.json: it is bigger than 96 MiB"), "{error}");
}

/// Sends a request to a mock that takes those without a signature; the body of the response.
fn request(address: &str, query: &str) -> Value {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /?Version=2016-01-20&{query} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")
        .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let body = response.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{query}: no response")).1;
    serde_json::from_str(body).unwrap()
}

fn mock(state: &Path) -> Option<Mock> {
    let anonymous = Some(AccessKey::new("anonymous", ""));
    let cloud = AlibabaConfig { anonymous, ..AlibabaConfig::default() }.into();
    Mock::start_with(MockConfig { state: Some(state.to_owned()), cloud, ..MockConfig::default() }).ok()
}

/// The lines of a state file that hold changes, without their checksums.
fn changes(state: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(state).unwrap();
    text.lines().skip(2).map(|line| serde_json::from_str(line.split_once(' ').unwrap().1).unwrap()).collect()
}

/// Writes a state file with right checksums.
fn forge(state: &Path, changes: &[Value]) {
    let header = "kms-conformance mock state, format 2\n";
    let mut chain: [u8; 32] = Sha256::digest(header).into();
    let mut text = String::new();
    for change in changes {
        let json = change.to_string();
        chain = Sha256::new().chain_update(chain).chain_update(&json).finalize().into();
        text += &format!("{} {json}\n", checksum(&chain));
    }
    let mark = format!("{:020} {}\n", changes.len(), checksum(&chain));
    std::fs::write(state, header.to_owned() + &mark + &text).unwrap();
}

fn checksum(chain: &[u8; 32]) -> String {
    chain[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every value in a value, at any depth.
fn leaves<'a>(value: &'a mut Value, found: &mut Vec<&'a mut Value>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| leaves(item, found)),
        Value::Object(fields) => fields.values_mut().for_each(|field| leaves(field, found)),
        leaf => found.push(leaf),
    }
}

/// A state file with a few keys in different states.
fn template() -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let mock = mock(&state).unwrap();
    let address = mock.endpoint().strip_prefix("http://").unwrap().to_owned();
    for origin in ["Aliyun_KMS", "Aliyun_KMS", "EXTERNAL"] {
        let key = request(&address, &format!("Action=CreateKey&Origin={origin}"));
        let id = key["KeyMetadata"]["KeyId"].as_str().unwrap();
        request(&address, &format!("Action=CreateAlias&AliasName=alias/{origin}-{}&KeyId={id}", &id[..4]));
        request(
            &address,
            &format!(
                "Action=GetParametersForImport&KeyId={id}&WrappingAlgorithm=RSAES_OAEP_SHA_256&WrappingKeySpec=RSA_2048"
            ),
        );
        request(&address, &format!("Action=ScheduleKeyDeletion&KeyId={id}&PendingWindowInDays=7"));
    }
    drop(mock);
    changes(&state)
}

#[test]
fn no_forged_state_makes_the_mock_panic() {
    let template = template();
    assert!(template.len() > 5, "{template:?}");
    let other = prop_oneof![
        Just(json!(null)),
        Just(json!("")),
        Just(json!(0)),
        Just(json!(-1)),
        Just(json!(i64::MAX)),
        Just(json!(i64::MIN)),
        Just(json!(u64::MAX)),
        Just(json!(253_402_300_799_i64)),
        Just(json!("Enabled")),
        Just(json!("PendingDeletion")),
        Just(json!("AAAA")),
        Just(json!([])),
        Just(json!({})),
    ];

    let config = ProptestConfig::with_cases(96);
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let strategy = proptest::collection::vec((any::<prop::sample::Index>(), other), 1..3);
    let outcome = runner.run(&strategy, |replaced| {
        let mut changes = Value::Array(template.clone());
        for (index, by) in replaced {
            let mut found = Vec::new();
            leaves(&mut changes, &mut found);
            let at = index.index(found.len());
            *found.swap_remove(at) = by;
        }
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        forge(&state, changes.as_array().unwrap());
        let Some(mock) = mock(&state) else { return Ok(()) };
        let address = mock.endpoint().strip_prefix("http://").unwrap().to_owned();
        let listed = request(&address, "Action=ListKeys");
        request(&address, "Action=ListAliases");
        for key in listed["Keys"]["Key"].as_array().into_iter().flatten() {
            let id = key["KeyId"].as_str().unwrap_or_default();
            if id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
                for call in
                    ["DescribeKey", "CancelKeyDeletion", "EnableKey", "ListKeyVersions", "Encrypt&Plaintext=YQ=="]
                {
                    request(&address, &format!("Action={call}&KeyId={id}"));
                }
            }
        }
        Ok(())
    });
    outcome.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_in_a_state_file_make_the_mock_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        heading in 0_usize..3,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        let first = "kms-conformance mock state, format 2\n";
        let mark = format!("{:020} {}\n", 0, checksum(&Sha256::digest(first).into()));
        let head = [String::new(), "kms-conformance mock state, format 1\n".to_owned(), first.to_owned() + &mark];
        std::fs::write(&state, [head[heading].as_bytes(), &bytes].concat()).unwrap();
        let _ = mock(&state);
    }
}
