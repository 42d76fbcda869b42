//! Clauses and their cases.

#![expect(clippy::unwrap_used, reason = "what fails here is a failed test")]

use std::collections::BTreeMap;
use std::path::Path;

use kms_conformance::provider::registry;
use kms_conformance::suite::Suite;
use kms_conformance::suite::case::Subject;
use kms_conformance::suite::coverage::Coverage;
use kms_conformance::suite::files::{embedded, read_dir};
use kms_conformance::suite::load::load;
use kms_conformance::suite::summary::Summary;
use serde::Deserialize;

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
fn every_clause_of_the_embedded_suites_has_a_case_or_a_reason() {
    for provider in registry::names() {
        let coverage = Coverage::of(&load(embedded(), Some(provider)).unwrap());
        assert!(coverage.without.iter().all(|without| without.reason.is_some()), "{provider}");
        assert!(coverage.clauses.len() > coverage.without.len(), "{provider}");
    }
}

#[test]
fn a_suite_is_summed_up_in_one_line() {
    let wanted = "15 cases in 8 files: 14 cells, 0 moves, 1 scenario; 9 clauses, 1 of them without a case";
    assert_eq!(Summary::of(&tiny()).to_string(), wanted);
}

/// The published table: operation → state → outcome.
type Rows = BTreeMap<String, BTreeMap<String, Outcome>>;

#[derive(Deserialize)]
struct Table {
    official: Rows,
    later: Rows,
}

#[derive(Deserialize)]
struct Outcome {
    code: String,
    http: u16,
}

/// The ids of a cell, for every class of keys that can be in its state; of a move, for every state of the other key.
fn ids_of_cell(suite: &Suite, operation: &str, state: &str) -> Vec<String> {
    let row = suite.row(&operation.into()).unwrap();
    let classes = suite.service.classes.iter().enumerate();
    let classes = classes.filter(|(_, (name, class))| {
        let of_row = row.classes.contains(*name) || row.not_applicable.contains_key(*name);
        of_row && class.states.iter().any(|possible| possible.as_str() == state)
    });
    match &row.from {
        Some(from) => {
            let states = suite.service.states.iter();
            states.map(|original| format!("alibaba/{}/{original}-to-{state}", from.id)).collect()
        }
        None => classes
            .map(|(index, (class, _))| match index {
                0 => format!("alibaba/{operation}/{state}"),
                _ => format!("alibaba/{operation}/{state}/{class}"),
            })
            .collect(),
    }
}

#[test]
fn every_cell_of_the_published_table_has_its_expectation_and_a_case_for_every_class_of_its_row() {
    let table: Table = serde_yaml::from_str(include_str!("../data/alibaba-states.yaml")).unwrap();
    let suite = load(embedded(), None).unwrap();
    let mut cells = 0;
    for (edition, rows) in [("official", &table.official), ("later", &table.later)] {
        for (operation, states) in rows {
            let row = suite.row(&operation.as_str().into()).unwrap_or_else(|| panic!("{operation} has no row"));
            assert_eq!(row.edition.as_str(), edition, "{operation}");
            for (state, outcome) in states {
                let cell = row.cells.iter().find(|(of, _)| of.as_str() == state);
                let expected = &cell.unwrap_or_else(|| panic!("{operation} {state}")).1.expect.outcomes;
                let expected: Vec<_> = expected.iter().map(|one| (one.code.as_str(), one.status)).collect();
                assert_eq!(expected, [(outcome.code.as_str(), outcome.http)], "{operation} {state}");
                for id in ids_of_cell(&suite, operation, state) {
                    assert!(suite.case(&id).is_some(), "there is no case {id}");
                    cells += 1;
                }
            }
        }
    }

    let by_shortest_route = suite.cases.iter().filter(|case| match &case.subject {
        Subject::Cell { route, .. } => route.is_none(),
        Subject::Move { .. } => true,
        Subject::Scenario { .. } => false,
    });
    assert_eq!(cells, by_shortest_route.count(), "a case outside the published table");
}

#[test]
fn the_ids_of_all_cases_are_the_committed_ones() {
    for (provider, file) in [("alibaba", "ids.txt"), ("aws", "ids-aws.txt")] {
        assert_ids(&load(embedded(), Some(provider)).unwrap(), file);
    }
}

#[track_caller]
fn assert_ids(suite: &Suite, file: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file);
    let ids: String = suite.ids().map(|id| format!("{id}\n")).collect();
    if std::env::var_os("UPDATE_IDS").is_some() {
        std::fs::write(&path, &ids).unwrap();
    }

    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let lost: Vec<&str> = committed.lines().filter(|id| suite.case(id).is_none()).collect();
    assert!(lost.is_empty(), "cases went missing; if that is wanted, run the tests once with UPDATE_IDS=1: {lost:#?}");
    assert!(committed == ids, "there are new cases: run the tests once with UPDATE_IDS=1");
}
