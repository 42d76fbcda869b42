//! Selecting cases of the embedded suite.

#![expect(clippy::unwrap_used, reason = "what fails here is a failed test")]

use kms_conformance::suite::Suite;
use kms_conformance::suite::files::embedded;
use kms_conformance::suite::load::load;
use kms_conformance::suite::selector::{self, SelectError, Selector};

fn suite() -> Suite {
    load(embedded(), None).unwrap()
}

fn selectors(texts: &[&str]) -> Vec<Selector> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn select(suite: &Suite, include: &[&str], exclude: &[&str], editions: &[&str]) -> Result<Vec<String>, SelectError> {
    let editions: Vec<String> = editions.iter().map(|edition| (*edition).to_owned()).collect();
    let indexes = selector::select(suite, &selectors(include), &selectors(exclude), &editions)?;
    assert!(indexes.is_sorted_by(|one, other| one < other));
    Ok(indexes.into_iter().map(|index| suite.cases[index].id.to_string()).collect())
}

#[test]
fn without_selectors_all_cases_are_meant() {
    let suite = suite();
    assert_eq!(select(&suite, &[], &[], &[]).unwrap().len(), suite.cases.len());
    assert_eq!(select(&suite, &["**"], &[], &[]).unwrap().len(), suite.cases.len());
}

#[test]
fn selectors_add_up_and_exclusions_take_away() {
    let suite = suite();
    let found = select(&suite, &["alibaba/Encrypt/*", "alibaba/Decrypt/Enabled"], &["state:PendingDeletion"], &[]);
    assert_eq!(found.unwrap(), ["alibaba/Decrypt/Enabled", "alibaba/Encrypt/Disabled", "alibaba/Encrypt/Enabled"]);
}

#[test]
fn predicates_ask_about_what_cases_have() {
    let suite = suite();
    let moves = select(&suite, &["kind:move"], &[], &[]).unwrap();
    assert_eq!(moves.len(), 16);
    let found = select(&suite, &["original:Disabled"], &[], &[]).unwrap();
    assert_eq!(found.len(), 4);
    assert!(found.iter().all(|id| id.starts_with("alibaba/update-alias/Disabled-to-")), "{found:?}");
    let found =
        select(&suite, &["operation:Encrypt"], &["kind:scenario", "class:EXTERNAL", "route:via-*"], &[]).unwrap();
    assert_eq!(found, ["alibaba/Encrypt/Disabled", "alibaba/Encrypt/Enabled", "alibaba/Encrypt/PendingDeletion"]);

    let found = select(&suite, &["operation:Decrypt"], &["kind:row"], &[]);
    assert_eq!(found.unwrap_err().to_string(), "the exclusion `kind:row` matches no case");
    let found = select(&suite, &["operation:Decrypt"], &[], &[]).unwrap();
    assert!(found.contains(&"alibaba/encryption-context-must-be-the-same".to_owned()), "{found:?}");
    // It only looks by ListAliases whether the alias is there, and judges something else.
    let found = select(&suite, &["operation:ListAliases"], &[], &[]).unwrap();
    assert!(!found.contains(&"alibaba/bad-name-in-create-alias".to_owned()), "{found:?}");
    let found = select(&suite, &["clause:key-states/table/encrypt"], &[], &[]).unwrap();
    assert!(found.contains(&"alibaba/Encrypt/PendingImport/EXTERNAL".to_owned()));

    let found = select(&suite, &["route:via-cancel"], &["class:EXTERNAL", "state:Enabled"], &[]).unwrap();
    assert!(found.contains(&"alibaba/Encrypt/Disabled/via-cancel".to_owned()));
    assert!(found.iter().all(|id| id.ends_with("/Disabled/via-cancel")), "{found:?}");
    let shortest = select(&suite, &["route:canonical"], &[], &[]).unwrap();
    assert_eq!(shortest, select(&suite, &[], &["route:via-*"], &[]).unwrap());
    let later = select(&suite, &["edition:later"], &[], &[]).unwrap();
    assert_eq!(later, select(&suite, &[], &[], &["later"]).unwrap());
    assert!(!later.is_empty() && later.len() < suite.cases.len());
}

#[test]
fn a_selector_that_matches_nothing_is_an_error_with_a_suggestion() {
    let suite = suite();
    for (selector, suggestion) in [
        ("alibaba/Encrypt", Some("alibaba/Encrypt/**")),
        ("alibaba/Encrpyt/Disabled", Some("alibaba/Encrypt/Disabled")),
        ("alibaba/Encrypt/Disbled/EXTERNL", Some("alibaba/Encrypt/Disabled/EXTERNAL")),
        ("alibaba/Encrpyt", Some("alibaba/Encrypt/**")),
        ("alibab/Encrypt/Disabled", Some("alibaba/Encrypt/Disabled")),
        ("Encrypt/Disabled", Some("alibaba/Encrypt/Disabled")),
        ("Encrypt", Some("alibaba/Encrypt/**")),
        ("alibaba/reimport-brings", Some("alibaba/reimport-brings*/**")),
        ("alibaba/Encrypt/Disab", Some("alibaba/Encrypt/Disab*")),
        ("alibaba/x", None),
        ("alibaba/Encrpyt/**", Some("alibaba/Encrypt/**")),
        ("Encrypt/**", Some("alibaba/Encrypt/**")),
        ("alibaba/reimport-brings/**", Some("alibaba/reimport-brings*/**")),
        ("alibaba/*/Disbled", Some("alibaba/*/Disabled")),
        ("alibaba/Encrypt/Disabled/", Some("alibaba/Encrypt/Disabled/**")),
        ("alibaba/Encr*/Disbled", Some("alibaba/Encr*/Disabled")),
        ("alibaba/Encrypt/PendingDeletion/via-enable", Some("alibaba/Encrypt/PendingDeletion/via-disabled")),
        ("alibaba/Encrypt/PendingDeletion/via-enabled", Some("alibaba/Encrypt/PendingDeletion/via-disabled")),
        ("state:Disbaled", Some("state:Disabled")),
        ("operation:encrypt", Some("operation:Encrypt")),
        ("route:via-cancle", Some("route:via-cancel")),
        ("alibaba/Encrypt/Disabled/via-cancle", Some("alibaba/Encrypt/Disabled/via-cancel")),
        ("kind:row", None),
        ("alibaba/Encrypt/Frozen/Solid", None),
    ] {
        let suggestion = suggestion.map(str::to_owned);
        let error = select(&suite, &["alibaba/Encrypt/*", selector], &[], &[]).unwrap_err();
        assert_eq!(error, SelectError::NothingSelected { selector: selector.into(), suggestion: suggestion.clone() });
        let error = select(&suite, &[], &[selector], &[]).unwrap_err();
        assert_eq!(error, SelectError::NothingExcluded { selector: selector.into(), suggestion });
    }

    let error = select(&suite, &[], &[], &["lator"]).unwrap_err();
    assert_eq!(error.to_string(), "no case is of the edition `lator`; did you mean `later`?");
}

#[test]
fn selectors_that_leave_nothing_together_are_no_error() {
    let suite = suite();
    assert_eq!(select(&suite, &["kind:move"], &["kind:move"], &[]), Ok(Vec::new()));
}
