//! No text makes the loader panic, run away or eat the memory.

#![expect(clippy::panic, clippy::unwrap_used, reason = "what fails here is a failed test")]

use std::path::Path;

use kms_conformance::provider::registry;
use kms_conformance::suite::Suite;
use kms_conformance::suite::files::{CaseFile, embedded, read_dir};
use kms_conformance::suite::load::load;
use proptest::prelude::*;
use proptest::sample::Index;

/// The embedded files of the default provider.
fn own() -> Vec<CaseFile> {
    let mut files = embedded();
    let name = registry::default_provider().name;
    files.retain(|file| file.path.split('/').next() == Some(name));
    files
}

/// Its files with another text for one of them.
fn with(path: &str, text: String) -> Vec<CaseFile> {
    let mut files = own();
    files.retain(|file| &*file.path != path);
    files.push(CaseFile::new(path, text));
    files
}

#[test]
fn texts_made_to_hurt_are_one_mistake() {
    let bomb: String = (0..10)
        .map(|level| {
            let items = vec![format!("*a{}", level - 1); if level == 0 { 0 } else { 9 }];
            format!("a{level}: &a{level} [{}]\n", items.join(", "))
        })
        .collect();
    for text in [
        bomb,
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
        "? ".repeat(100_000),
        format!("format: {}", "9".repeat(100_000)),
        format!("why: {}", "x".repeat(9 << 20)),
        "\u{feff}".to_owned(),
        "\0".to_owned(),
        "%YAML 3.0\n---\n".to_owned(),
        "<<: {format: 1}\n".to_owned(),
    ] {
        let start: String = text.chars().take(20).collect();
        let diagnostics = load(with("alibaba/matrix/encrypt.yaml", text), None).map(|_| ()).unwrap_err();
        assert!(diagnostics.iter().all(|mistake| mistake.file.ends_with("encrypt.yaml")), "{start}: {diagnostics}");
    }
}

/// A text made of the pieces of YAML and of case files.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\n".to_owned()),
        Just("\n  ".to_owned()),
        Just("- ".to_owned()),
        Just(": ".to_owned()),
        "[\\[\\]{},&*!|>'\"%@`#?~-]",
        "(format|operation|expect|steps|Success|Enabled|1|null|true|\\$\\{key.id\\}|\\$\\{)",
        "\\PC{0,3}",
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Loads files of which one was replaced or damaged: it is a suite, or mistakes that can be shown.
fn assert_suite_or_mistakes(files: Vec<CaseFile>) -> Result<(), TestCaseError> {
    if let Err(diagnostics) = load(files, None) {
        prop_assert!(diagnostics.iter().next().is_some());
        prop_assert!(!diagnostics.render(true).is_empty());
    }
    Ok(())
}

/// The same files but for one, of which some characters were replaced.
fn damaged(mut files: Vec<CaseFile>, file: Index, from: Index, length: usize, by: &str) -> Vec<CaseFile> {
    let at = file.index(files.len());
    let mut characters: Vec<char> = files[at].text.chars().collect();
    let from = from.index(characters.len());
    let to = (from + length).min(characters.len());
    characters.splice(from..to, by.chars());
    files[at].text = characters.into_iter().collect::<String>().into();
    files
}

/// A suite that is small enough to be loaded some hundred times in a second.
fn small() -> Vec<CaseFile> {
    read_dir(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bad-cases/base")).unwrap()
}

proptest! {
    #[test]
    fn any_text_in_the_place_of_a_file_is_a_suite_or_mistakes(text in pieces(), file in any::<Index>()) {
        let mut files = small();
        let at = file.index(files.len());
        files[at].text = text.into();
        assert_suite_or_mistakes(files)?;
    }

    #[test]
    fn a_damaged_file_is_a_suite_or_mistakes(file in any::<Index>(), from in any::<Index>(), length in 0usize..30,
        by in "\\PC{0,6}") {
        assert_suite_or_mistakes(damaged(small(), file, from, length, &by))?;
    }

    #[test]
    #[ignore = "campaign: loads the embedded suite some hundred times"]
    fn a_damaged_file_of_the_embedded_suite_is_a_suite_or_mistakes(file in any::<Index>(), from in any::<Index>(),
        length in 0usize..30, by in "\\PC{0,6}") {
        assert_suite_or_mistakes(damaged(own(), file, from, length, &by))?;
    }
}

/// A suite of so many rows, of seven cells each, which have seventeen further routes.
fn many(rows: usize) -> Vec<CaseFile> {
    let mut files = own();
    let mut operations = String::from("operations:\n");
    let mut clauses = String::new();
    let mut row = String::new();

    for file in &files {
        if file.path.ends_with("matrix/describe-key.yaml") {
            row = file.text.to_string();
        }
    }

    for number in 0..rows {
        operations.push_str(&format!("  - Operation{number}\n"));
        clauses
            .push_str(&format!("  key-states/many/operation{number}: {{section: Many, edition: official, says: x}}\n"));
        let text: String = row
            .lines()
            .map(|line| match line.split(' ').next() {
                Some("operation:") => format!("operation: Operation{number}\n"),
                Some("clause:") => format!("clause: key-states/many/operation{number}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        files.push(CaseFile::new(format!("alibaba/matrix/operation{number}.yaml"), text));
    }

    for file in &mut files {
        if &*file.path == "alibaba/kms.yaml" {
            file.text = file.text.replacen("operations:\n", &operations, 1).into();
        } else if &*file.path == "alibaba/clauses.yaml" {
            file.text = format!("{}\n{clauses}", file.text.trim_end()).into();
        }
    }
    files
}

fn loaded(files: Vec<CaseFile>) -> Suite {
    load(files, None).unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

#[test]
fn a_generated_suite_loads() {
    let before = loaded(own()).cases.len();
    assert_eq!(loaded(many(100)).cases.len(), before + 2_400);
}
