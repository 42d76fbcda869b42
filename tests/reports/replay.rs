//! A stored result makes every other report again.

use std::fs;
use std::path::{Path, PathBuf};

use kms_conformance::report::Reports;
use kms_conformance::report::json::JsonReport;
use kms_conformance::report::junit::{JunitOptions, JunitReport};
use kms_conformance::report::results::Results;
use snapbox::data::DataFormat;
use snapbox::{Assert, Data};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn assert_same(actual: String, golden: &str) {
    let golden = Data::read_from(&data(golden), Some(DataFormat::Text)).raw();
    // Paths and escapes in the reports must not be taken for those of the machine.
    Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(actual, golden);
}

#[test]
fn a_stored_result_makes_the_reports_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let strict = JunitOptions { strict: true, ..JunitOptions::default() };
    let mut reports = Reports::new();
    reports.push(JsonReport::create(path("results.json")).unwrap());
    reports.push(JunitReport::create(path("junit.xml"), JunitOptions::default()).unwrap());
    reports.push(JunitReport::create(path("junit-strict.xml"), strict).unwrap());
    for event in Results::read(data("results.json")).unwrap().into_events() {
        reports.event(&event);
    }
    assert!(reports.into_errors().is_empty());
    for name in ["results.json", "junit.xml", "junit-strict.xml"] {
        assert_same(fs::read_to_string(path(name)).unwrap(), name);
    }
}

#[test]
fn a_file_of_before_there_were_blockers_is_still_read() {
    let text = fs::read_to_string(data("results.json")).unwrap();
    let blockers = text.lines().find(|line| line.starts_with("\"blockers\": ")).unwrap();
    // Cases that were not run were inconclusive then.
    let summary = "\"not-run\":1,";
    assert!(text.contains(summary) && text.contains("\"inconclusive\":4,"));
    let old = text.replace(&format!("{blockers}\n"), "").replace(summary, "");
    let old = old.replace("\"inconclusive\":4,", "\"inconclusive\":5,").replace("\"not-run\"", "\"inconclusive\"");

    let (old, new): (Results, Results) = (old.parse().unwrap(), text.parse().unwrap());
    assert_eq!((old.blockers.len(), new.blockers.len()), (0, 1));
    assert_eq!((old.summary.not_run, old.summary.inconclusive), (0, 5));
    let same = old.cases.iter().zip(&new.cases).filter(|(old, new)| old == new).count();
    assert_eq!((same, old.cases.len()), (new.cases.len() - 1, new.cases.len()));
}
