//! The committed JSON Schema of seed files is that of the grammar, and the example says everything that it knows.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing fails")]

use std::collections::BTreeSet;
use std::path::Path;

use kms_conformance::mock::Seed;
use serde_json::Value;

fn example(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)).unwrap_or_default()
}

#[test]
fn the_committed_schema_is_current() {
    let text = serde_json::to_string_pretty(&Seed::schema()).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/seed.schema.json");
        std::fs::write(path, &text).unwrap();
    }
    assert!(
        example("seed.schema.json") == text,
        "examples/seed.schema.json is old: run the tests once with UPDATE_SCHEMA=1"
    );
}

#[test]
fn the_example_is_right_and_shows_every_field() {
    let text = example("seed.yaml");
    assert_eq!(text.lines().next(), Some("# yaml-language-server: $schema=seed.schema.json"));
    let seed = Seed::parse("seed.yaml", &text, |_| None).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!((seed.access_keys.len(), seed.keys.len()), (5, 7));

    let schema = Seed::schema();
    let yaml: Value = serde_yaml::from_str(&text).unwrap();
    for (list, entry) in [("access_keys", "AccessKeyEntry"), ("keys", "KeyEntry")] {
        let known: BTreeSet<&String> = schema["definitions"][entry]["properties"].as_object().unwrap().keys().collect();
        let shown: BTreeSet<&String> =
            yaml[list].as_array().unwrap().iter().flat_map(|entry| entry.as_object().unwrap().keys()).collect();
        let hidden: Vec<&&String> = known.difference(&shown).collect();
        // It would need a variable to be set.
        assert!(hidden.is_empty() || hidden == [&"secret_env"], "{list}: {hidden:?}");
    }
}
