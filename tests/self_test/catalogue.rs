//! Deviations of each family are caught: the cases that the catalogue names fail, and of some others none. That this
//! holds for every deviation and every case is for `kms-conformance self-test`, which needs optimised code.

#![expect(clippy::expect_used, clippy::panic, reason = "what fails here is a failed test")]

use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock};

use kms_conformance::self_test::{CatalogueEntry, Family, Others, SelfTest, Table, Trial, catalogue};
use kms_conformance::suite::Suite;
use kms_conformance::suite::files::embedded;
use kms_conformance::suite::load::load;
use kms_conformance::suite::selector::{Selector, select};
use tokio_util::sync::CancellationToken;

static SUITE: LazyLock<Arc<Suite>> =
    LazyLock::new(|| Arc::new(load(embedded(), None).unwrap_or_else(|mistakes| panic!("{mistakes}"))));

/// Cases of every kind, which are run together with those that must fail.
const SAMPLE: [&str; 8] = [
    "alibaba/Encrypt/Enabled",
    "alibaba/Decrypt/Disabled/EXTERNAL",
    "alibaba/ScheduleKeyDeletion/Disabled",
    "alibaba/ImportKeyMaterial/PendingImport/EXTERNAL",
    "alibaba/TagResource/PendingDeletion",
    "alibaba/update-alias/Enabled-to-Disabled",
    "alibaba/only-enabled-keys-encrypt",
    "alibaba/pending-deletion-yields-only-to-cancel",
];

fn entries() -> Vec<CatalogueEntry> {
    catalogue(&SUITE.service.provider).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// How many deviations of a kind are tried.
const TRIED: usize = 4;

fn check(family: Family) {
    check_those(|entry| entry.family == family);
}

/// Tries some of the deviations, spread over the catalogue.
fn check_those(wanted: impl Fn(&CatalogueEntry) -> bool) {
    let sample: Vec<Selector> = SAMPLE.iter().map(|pattern| pattern.parse().expect("a pattern")).collect();
    let sample = select(&SUITE, &sample, &[], &[]).unwrap_or_else(|error| panic!("{error}"));
    let entries: Vec<_> = entries().into_iter().filter(wanted).collect();
    let step = entries.len().div_ceil(TRIED);

    let test = SelfTest {
        suite: Arc::clone(&SUITE),
        entries: entries.into_iter().step_by(step).collect(),
        others: Others::of(sample),
        compare: false,
        jobs: NonZeroUsize::MIN,
    };

    let (wanted, mut tried, mut problems) = (test.entries.len(), 0, String::new());
    let emit = |trial: Trial| {
        tried += 1;
        if !trial.is_as_named() {
            problems += &Table(&trial).to_string();
        }
    };

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let ended = runtime.block_on(test.run(CancellationToken::new(), emit));
    ended.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(tried, wanted);
    assert!(problems.is_empty(), "{problems}");
}

#[test]
fn a_success_where_the_table_rejects_is_caught() {
    check(Family::Allowed);
}

#[test]
fn a_rejection_where_the_table_allows_is_caught() {
    check(Family::Rejected);
}

#[test]
fn another_rejection_than_that_of_the_table_is_caught() {
    check(Family::OtherRejection);
}

#[test]
fn what_is_wrong_for_one_origin_only_is_caught() {
    check(Family::Origin);
}

#[test]
fn what_is_wrong_by_one_route_only_is_caught() {
    check(Family::Route);
}

#[test]
fn a_wrong_effect_is_caught() {
    check(Family::Effect);
}

#[test]
fn a_response_of_a_wrong_form_is_caught() {
    check(Family::Response);
}

#[test]
fn a_missing_operation_is_caught() {
    check_those(|entry| entry.family == Family::General && entry.name().ends_with(":not-implemented"));
}

#[test]
fn the_catalogue_is_long() {
    assert!(entries().len() >= 500);
}
