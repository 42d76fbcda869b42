//! The published table of AWS KMS, cell by cell, and the rows of its case files.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what fails here is a failed test")]

use std::collections::BTreeMap;

use kms_conformance::suite::Suite;
use kms_conformance::suite::files::embedded;
use kms_conformance::suite::load::load;
use kms_conformance::suite::row::Row;
use serde::Deserialize;

/// The published table as data: every printed cell was compared by a program with the document.
#[derive(Deserialize)]
struct Table {
    operations: BTreeMap<String, BTreeMap<String, Cell>>,
}

#[derive(Deserialize)]
struct Cell {
    printed: String,
    /// What the cell means for a kind of key; nothing where the document prints that it does not apply.
    #[serde(default)]
    accept: BTreeMap<String, OneOrMany>,
}

#[derive(Deserialize, Clone)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Cell {
    /// The outcomes for a class of keys, in the words of the case files.
    fn outcomes(&self, class: &str) -> Option<Vec<String>> {
        let kind = match class {
            "store" => "store",
            class if is_imported(class) => "imported",
            _ => "native",
        };
        // The row of a move is about the key that the alias would point to.
        let kinds = ["any", kind, "alias_would_point_here"];
        let found = kinds.iter().find_map(|kind| self.accept.get(*kind))?.clone();
        let all = match found {
            OneOrMany::One(one) => vec![one],
            OneOrMany::Many(many) => many,
        };
        Some(all.into_iter().map(|outcome| if outcome == "ok" { "Success".to_owned() } else { outcome }).collect())
    }
}

/// Whether keys of a class have material that was imported.
fn is_imported(class: &str) -> bool {
    class.starts_with("imported") || class.ends_with("imported")
}

fn table() -> Table {
    serde_yaml::from_str(include_str!("../data/aws-states.yaml")).unwrap()
}

fn suite() -> Suite {
    load(embedded(), Some("aws")).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// The cells of a row: class, state, and the codes that it expects.
fn cells<'a>(suite: &'a Suite, row: &'a Row) -> impl Iterator<Item = (&'a str, &'a str, Vec<String>)> {
    let classes = suite.service.classes.iter();
    let of_row = classes.filter(|(name, _)| row.classes.contains(name) || row.not_applicable.contains_key(*name));
    of_row.flat_map(move |(name, class)| {
        class.states.iter().map(move |state| {
            let cell = row.cells.get(state, name).unwrap_or_else(|| panic!("{} {state} {name}", row.operation));
            let codes = cell.expect.outcomes.iter().map(|expected| expected.code.to_string());
            (name.as_str(), state.as_str(), codes.collect())
        })
    })
}

#[test]
fn every_expectation_is_that_of_the_published_table() {
    let (table, suite) = (table(), suite());
    let mut compared = 0;
    for row in &suite.rows {
        for (class, state, codes) in cells(&suite, row) {
            let cell = &table.operations[row.operation.as_str()][state];
            match cell.outcomes(class) {
                Some(outcomes) => assert_eq!(codes, outcomes, "{} {state} {class}", row.operation),
                // No key that the table speaks of is ever there: those in a store have no imported material, and others could
                // not be imported when it was written.
                None => {
                    let newer = ["imported-rsa", "imported-ecc", "imported-hmac"].contains(&class);
                    assert!(class == "store" || newer, "{} {state} {class}", row.operation);
                    assert_eq!((cell.printed.as_str(), codes), ("N/A", vec!["4xx".to_owned()]), "{}", row.operation);
                }
            }
            compared += 1;
        }
    }
    assert!(compared > 900, "{compared}");
}

#[test]
fn every_cell_of_the_published_table_has_a_case() {
    let (table, suite) = (table(), suite());
    // The document prints one column for the two states of a key that waits for a deletion.
    let printed = table.operations.values().map(|states| states.len() - 1).sum::<usize>();
    assert_eq!(printed, 280);

    for (operation, states) in &table.operations {
        let rows = || suite.rows.iter().filter(|row| row.operation.as_str() == operation);
        for (state, cell) in states {
            let kinds: Vec<&str> = rows()
                .flat_map(|row| cells(&suite, row).filter(|(_, of, _)| of == state).map(|(class, _, _)| class))
                .collect();
            if cell.accept.is_empty() {
                let expected = |class: &&str| *class == "store" || is_imported(class);
                assert!(kinds.iter().all(expected), "{operation} {state}: {kinds:?}");
                continue;
            }
            assert!(!kinds.is_empty(), "{operation} has no case in the state {state}");
            // Each kind of key that the cell tells apart, but for those in states that only others come into.
            for kind in cell.accept.keys().filter(|kind| ["native", "imported", "store"].contains(&kind.as_str())) {
                let is_of = |class: &&str| match kind.as_str() {
                    "imported" => is_imported(class),
                    "store" => *class == "store",
                    _ => !is_imported(class) && *class != "store",
                };
                let never = kind == "store"
                    && ["PendingReplicaDeletion", "Updating", "Creating"].contains(&state.as_str())
                    || kind == "imported" && state == "Creating";
                assert!(never || kinds.iter().any(is_of), "{operation} {state} {kind}: {kinds:?}");
            }
        }
    }
}

#[test]
fn what_no_run_can_judge_is_listed_with_its_reason() {
    let suite = suite();
    for id in [
        "aws/Encrypt/Unavailable/store",
        "aws/Encrypt/Creating/replica",
        "aws/Encrypt/Updating/multi-region",
        "aws/UpdatePrimaryRegion/PendingDeletion/multi-region",
    ] {
        let case = suite.case(id).unwrap_or_else(|| panic!("there is no case {id}"));
        assert!(suite.why_skipped(case).is_some(), "{id}");
    }
}
