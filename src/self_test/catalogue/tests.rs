//! The catalogue of the program, and catalogues with mistakes.

use std::path::Path;
use std::sync::LazyLock;

use schemars::generate::SchemaSettings;

use super::file::CatalogueFile;
use super::load::load;
use super::{CatalogueEntry, catalogue};
use crate::diagnostic::Diagnostic;
use crate::mock::{Repertoire, registry};
use crate::self_test::data::tested;
use crate::suite::Suite;
use crate::suite::files::embedded;
use crate::suite::load::load as load_suite;

static SUITE: LazyLock<Suite> = LazyLock::new(|| load_suite(embedded(), None).unwrap());

/// The deviations of the default provider's mock.
fn repertoire() -> Repertoire {
    registry::deviations(&SUITE.service.provider).unwrap()
}

/// A catalogue that is right, so that a mistake can be put into it.
fn sound() -> String {
    let mut text = "format: 1\nfamilies:\n  effect:\n    - deviations:\n".to_owned();
    for deviation in repertoire().named() {
        text += &format!("        - {deviation}\n");
    }
    text + "      caught_by: Encrypt/Disabled/**\n"
}

/// The mistakes of a catalogue, each with its place.
fn mistakes(text: &str) -> Vec<String> {
    let Err(mistakes) = load(text, repertoire()) else { return Vec::new() };
    mistakes.iter().map(Diagnostic::to_string).collect()
}

/// The cases that an entry with these fields means, or the mistake.
fn cases_of(fields: &str) -> Result<Vec<String>, String> {
    let entries = load(&sound().replace("      caught_by: Encrypt/Disabled/**\n", fields), repertoire()).unwrap();
    let mut mistakes = Vec::new();
    let expectations = entries[0].expectations(&SUITE, &mut mistakes);
    match mistakes.first() {
        Some(mistake) => Err(mistake.to_string()),
        None => Ok(expectations.must_fail.iter().map(|index| SUITE.cases[*index].id.to_string()).collect()),
    }
}

#[test]
fn every_set_of_the_catalogue_means_cases_of_the_suite() {
    for provider in tested() {
        let suite = load_suite(embedded(), Some(provider)).unwrap();
        let mut mistakes = Vec::new();
        for entry in catalogue(provider).unwrap_or_else(|mistakes| panic!("{mistakes}")) {
            let expectations = entry.expectations(&suite, &mut mistakes);
            assert_eq!(expectations.must_fail.is_empty(), entry.uncaught.is_some(), "{}", entry.name());
        }
        assert_eq!(mistakes, [], "{provider}");
    }
}

#[test]
fn every_cell_that_rejects_is_made_to_succeed_and_to_reject_otherwise() {
    let names: Vec<String> = catalogue(&SUITE.service.provider).unwrap().iter().map(CatalogueEntry::name).collect();
    for row in &SUITE.rows {
        for (state, _) in row.cells.iter().filter(|(_, cell)| !cell.expect.is_success()) {
            let cell = format!("{}:{state}=", row.operation);
            let deviations: Vec<&String> = names.iter().filter(|name| name.starts_with(&cell)).collect();
            assert_eq!(deviations.len(), 2, "{cell}: {deviations:?}");
        }
    }
}

#[test]
fn the_committed_schema_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/self_test/catalogue.schema.json");
    let schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<CatalogueFile>();
    let schema = format!("{:#}\n", schema.to_value());
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &schema).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == schema, "{} is out of date: run the tests with UPDATE_SCHEMA=1", path.display());
}

#[test]
fn a_mistake_is_reported_with_its_place() {
    assert_eq!(mistakes(&sound()), [""; 0]);
    for (old, new, wanted) in [
        ("format: 1", "format: 2", "catalogue.yaml:1:9: the format 2 is not known; only 1 is"),
        ("  effect:", "  efect:", "catalogue.yaml:3:3: unknown"),
        ("caught_by:", "cauhgt_by:", ": unknown field `cauhgt_by`"),
        ("disable-toggles", "disable-togles", "unknown deviation `disable-togles`; did you mean `disable-toggles`?"),
        ("disable-toggles", "enable-toggles", ": the deviation `enable-toggles` is named twice"),
        ("        - disable-toggles\n", "", "the mock has a deviation `disable-toggles`, of which nothing is said"),
        ("      caught_by: Encrypt/Disabled/**\n", "", "catalogue.yaml:4:7: an entry says either which cases"),
        (
            "Encrypt/Disabled/**\n",
            "Encrypt/Disabled/**\n      uncaught: none can\n",
            "an entry says either which cases",
        ),
        ("Encrypt/Disabled/**", "{operation: Encrypt, kind: code}", "has a `kind`, which is only for poor emulators"),
        ("disable-toggles", "Encrypt:<state>=Success", "unknown key state `<state>`"),
    ] {
        let found = mistakes(&sound().replacen(old, new, 1));
        assert!(found.iter().any(|mistake| mistake.contains(wanted)), "{new}: {found:?}");
    }
}

#[test]
fn an_entry_with_variables_holds_for_each_of_their_values() {
    let each = "    - each: {operation: [Encrypt, Decrypt], state: [Disabled, PendingDeletion]}\n      \
                deviations: <operation>:<state>=Success\n      caught_by: {operation: <operation>, state: <state>}\n";
    let entries = load(&(sound() + each), repertoire()).unwrap();
    let names: Vec<String> = entries.iter().rev().take(4).rev().map(CatalogueEntry::name).collect();
    assert_eq!(
        names,
        [
            "Encrypt:Disabled=Success",
            "Encrypt:PendingDeletion=Success",
            "Decrypt:Disabled=Success",
            "Decrypt:PendingDeletion=Success"
        ]
    );
    let sets: Vec<String> = entries.last().unwrap().caught_by().collect();
    assert_eq!(sets, ["{operation: Decrypt; state: PendingDeletion}"]);
}

#[test]
fn a_set_that_means_no_case_is_reported_with_its_place() {
    assert_eq!(cases_of("      caught_by: new-key-is-enabled\n"), Ok(vec!["alibaba/new-key-is-enabled".to_owned()]));
    for (fields, wanted) in [
        ("      caught_by: new-key-is-enbled\n", "`alibaba/new-key-is-enbled` means no case; did you mean"),
        ("      caught_by: {operation: Encrypt, state: Off}\n", "`state:Off` means no case"),
        ("      caught_by: {operation: Encrypt, except: [{route: nowhere}]}\n", "`route:nowhere` means no case"),
        ("      caught_by: Encrypt/**\n      may_disturb: [Decrypt/**, Off/**]\n", "`alibaba/Off/**` means no case"),
    ] {
        let mistake = cases_of(fields).unwrap_err();
        assert!(mistake.starts_with("catalogue.yaml:") && mistake.contains(wanted), "{fields}: {mistake}");
    }
}
