//! The committed JSON Schemas are those of the grammar, and every case file names its own.

use std::path::Path;

use kms_conformance::suite::files::embedded;
use kms_conformance::suite::schema::schemas;

fn cases() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/cases"))
}

#[test]
fn the_committed_schemas_are_current() {
    for (name, schema) in schemas() {
        let path = cases().join("schemas").join(name);
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == text, "{name} is old: run the tests once with UPDATE_SCHEMA=1");
    }
}

#[test]
fn the_committed_schema_of_the_ledger_is_current() {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/reports/ledger.schema.json"));
    let text = kms_conformance::ledger::schema();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == text, "it is old: run the tests once with UPDATE_SCHEMA=1");
}

#[test]
fn the_committed_schema_of_the_configuration_file_is_current() {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/reports/kms-conformance.schema.json"));
    let text = kms_conformance::cli::settings_schema();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == text, "it is old: run the tests once with UPDATE_SCHEMA=1");
}

#[test]
fn every_case_file_names_its_schema_in_its_first_line() {
    for file in embedded() {
        let first = file.text.lines().next().unwrap_or_default();
        let schema = first.strip_prefix("# yaml-language-server: $schema=");
        let schema = schema.unwrap_or_else(|| panic!("{}: {first}", file.path));
        let kind = match file.path.split('/').nth(1) {
            Some("kms.yaml") => "service",
            Some("clauses.yaml") => "clauses",
            Some("prices.yaml") => "prices",
            Some("matrix") => "row",
            _ => "scenario",
        };
        let path = cases().join(&*file.path).parent().unwrap().join(schema);
        assert_eq!(
            path.canonicalize().unwrap_or_else(|error| panic!("{}: {schema}: {error}", file.path)),
            cases().join(format!("schemas/{kind}.schema.json")).canonicalize().unwrap(),
        );
    }
}
