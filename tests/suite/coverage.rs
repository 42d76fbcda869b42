//! Clauses and their cases.

#![expect(clippy::unwrap_used, reason = "what fails here is a failed test")]

use std::path::Path;

use kms_conformance::suite::Suite;
use kms_conformance::suite::coverage::Coverage;
use kms_conformance::suite::files::{embedded, read_dir};
use kms_conformance::suite::load::load;
use kms_conformance::suite::summary::Summary;

fn tiny() -> Suite {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bad-cases/base");
    load(read_dir(&folder).unwrap(), None).unwrap()
}

#[test]
fn the_table_shows_every_clause_and_what_stands_for_it() {
    let wanted = "\
book/success       13  tiny/Drop/Off and 12 more
book/off            2  tiny/Seal/Off and 1 more
book/not-found      0  none: No row expects it.
book/switch         2  tiny/Switch/Off and 1 more
book/make           3  tiny/Make/Off and 2 more
book/show           3  tiny/Show/Off and 2 more
book/seal           3  tiny/Seal/Off and 2 more
book/drop           3  tiny/Drop/Off and 2 more
book/colour         1  tiny/no-colour
8 of 9 clauses have cases
";
    assert_eq!(Coverage::of(&tiny()).to_string(), wanted);
}

#[test]
fn the_form_for_programs_has_the_same() {
    let value = serde_json::to_value(Coverage::of(&tiny())).unwrap();
    assert_eq!(value["without"], serde_json::json!([{"clause": "book/not-found", "reason": "No row expects it."}]));
    assert_eq!(value["clauses"][8]["cases"], serde_json::json!(["tiny/no-colour"]));
    assert_eq!(value["clauses"][8]["edition"], "second");
}

#[test]
fn every_clause_of_the_embedded_suite_has_a_case_or_a_reason() {
    let coverage = Coverage::of(&load(embedded(), None).unwrap());
    assert!(coverage.without.iter().all(|without| without.reason.is_some()));
    assert!(coverage.clauses.len() > coverage.without.len());
}

#[test]
fn a_suite_is_summed_up_in_one_line() {
    let wanted = "15 cases in 8 files: 14 cells, 0 moves, 1 scenario; 9 clauses, 1 of them without a case";
    assert_eq!(Summary::of(&tiny()).to_string(), wanted);
}
