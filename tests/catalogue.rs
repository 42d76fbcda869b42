//! Every deviation of the mock's catalogue is caught: the cases that it names fail, and no others.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "what fails here is a failed test, and a long one can be watched"
)]

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock};

use kms_conformance::client::{Client, ClientOptions, Target};
use kms_conformance::event::{CaseResult, Event};
use kms_conformance::ledger::Ledger;
use kms_conformance::mock::{CatalogueEntry, Family, Mock, MockConfig, catalogue};
use kms_conformance::provider::alibaba::Alibaba;
use kms_conformance::provider::{Credentials, Provider};
use kms_conformance::run::{RunOptions, Runner, Settle, TargetClock, new_mark};
use kms_conformance::secret::Secret;
use kms_conformance::suite::Suite;
use kms_conformance::suite::files::embedded;
use kms_conformance::suite::load::load;
use kms_conformance::suite::selector::{Selector, select};
use kms_conformance::verdict::{Kind, Verdict};
use tokio_util::sync::CancellationToken;

static SUITE: LazyLock<Arc<Suite>> =
    LazyLock::new(|| Arc::new(load(embedded(), None).unwrap_or_else(|mistakes| panic!("{mistakes}"))));

/// Cases of every kind, which are asked beside those that must fail.
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

fn indexes(patterns: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<usize> {
    let selectors: Vec<Selector> =
        patterns.into_iter().map(|pattern| pattern.as_ref().parse().expect("a pattern")).collect();
    if selectors.is_empty() {
        return Vec::new();
    }
    select(&SUITE, &selectors, &[], &[]).unwrap_or_else(|error| panic!("{error}"))
}

/// Asks cases on a fresh mock that deviates.
async fn ask(entry: &CatalogueEntry, cases: Vec<usize>, jobs: usize) -> Vec<CaseResult> {
    let config = MockConfig { deviations: vec![entry.deviation.clone()], ..MockConfig::default() };
    let mock = Arc::new(Mock::start_with(config).expect("a mock"));
    let provider = Alibaba::default();
    let region = provider.default_region().to_owned();
    let credentials =
        Credentials { access_key_id: "testid".to_owned(), secret: Secret::new("testsecret"), token: None };
    let target = Target { provider: Arc::new(provider), endpoint: mock.endpoint(), region, credentials };
    let client = Client::new(target, ClientOptions::default()).expect("a client");
    let mark = new_mark();
    let clock = {
        let mock = Arc::clone(&mock);
        TargetClock::Function(Arc::new(move |by| mock.advance(by)))
    };
    let options = RunOptions {
        jobs: NonZeroUsize::new(jobs).unwrap_or(NonZeroUsize::MIN),
        fail_fast: false,
        settle: Settle::default(),
        clock,
        keep_exchanges: false,
        mark: mark.clone(),
        attempts: 3,
        bundled_mock: true,
        ..RunOptions::default()
    };
    let runner = Runner::new(Arc::clone(&SUITE), cases, client, Ledger::none(mark), options);
    let mut results = Vec::new();
    runner
        .run(CancellationToken::new(), |event| {
            if let Event::CaseFinished(case) = event {
                results.push(*case);
            }
        })
        .await;
    results
}

/// What is wrong with the verdicts on a deviation when the named cases and `others` are asked.
async fn wrong(entry: &CatalogueEntry, others: &[usize]) -> Vec<String> {
    let named: BTreeSet<usize> = indexes(&entry.caught_by).into_iter().collect();
    let allowed: BTreeSet<usize> = named.iter().copied().chain(indexes(&entry.may_disturb)).collect();
    let others: Vec<usize> = others.iter().copied().filter(|index| !allowed.contains(index)).collect();
    let mut results = Vec::new();
    if entry.account_wide {
        for case in &named {
            results.extend(ask(entry, vec![*case], 1).await);
        }
    } else {
        let all: BTreeSet<usize> = named.iter().copied().chain(others).collect();
        results.extend(ask(entry, all.into_iter().collect(), 8).await);
    }
    let named: BTreeSet<&str> = named.iter().map(|index| SUITE.cases[*index].id.as_str()).collect();
    let problem = |result: &CaseResult| {
        let must_fail = named.contains(&*result.id);
        let fails = result.verdict == Verdict::Fail;
        (must_fail != fails).then(|| {
            let wanted = if must_fail { "must fail" } else { "must not fail" };
            format!("{}: {} {wanted}, but: {} {}", entry.name(), result.id, result.verdict, result.reason)
        })
    };
    results.iter().filter_map(problem).collect()
}

fn check(family: Family, others: &[usize]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let entries = catalogue().into_iter().filter(|entry| entry.family == family);
    let mut problems = Vec::new();
    for entry in entries {
        let found = runtime.block_on(wrong(&entry, others));
        found.iter().for_each(|problem| println!("{problem}"));
        problems.extend(found);
    }
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn a_success_where_the_table_refuses_is_caught() {
    check(Family::Allowed, &indexes(SAMPLE));
}

#[test]
fn a_refusal_where_the_table_allows_is_caught() {
    check(Family::Refused, &indexes(SAMPLE));
}

#[test]
fn another_refusal_than_that_of_the_table_is_caught() {
    check(Family::OtherRefusal, &indexes(SAMPLE));
}

#[test]
fn what_is_wrong_for_one_origin_only_is_caught() {
    check(Family::Origin, &indexes(SAMPLE));
}

#[test]
fn what_is_wrong_by_one_route_only_is_caught() {
    check(Family::Route, &indexes(SAMPLE));
}

#[test]
fn a_wrong_effect_is_caught() {
    check(Family::Effect, &indexes(SAMPLE));
}

#[test]
fn an_answer_of_a_wrong_form_is_caught() {
    check(Family::Answer, &indexes(SAMPLE));
}

/// Wrong effects behind right answers, and a case that must say so: not that an answer was wrong, but that what was
/// expected to hold does not, and what that is.
const EFFECTS: [(&str, &str, &str); 39] = [
    // A description that is not what the key does.
    ("describe-lies-enabled", "DescribeKey/Enabled", "answers KeyMetadata.KeyState `Disabled` instead of `Enabled`"),
    ("describe-lies-disabled", "DescribeKey/Disabled", "instead of `Disabled`"),
    ("describe-lies-pending-deletion", "DescribeKey/PendingDeletion", "instead of `PendingDeletion`"),
    ("describe-lies-pending-import", "DescribeKey/PendingImport/EXTERNAL", "instead of `PendingImport`"),
    ("disable-only-shown", "DisableKey/Enabled", "the key is not Disabled"),
    ("enable-only-shown", "EnableKey/Disabled", "the key is not Enabled"),
    ("schedule-only-shown", "ScheduleKeyDeletion/Enabled", "the key is not PendingDeletion"),
    ("describe-hides-delete-date", "ScheduleKeyDeletion/Enabled", "KeyMetadata.DeleteDate"),
    // A refusal that had its effect.
    ("refused-disable-disables", "DisableKey/PendingDeletion", "the key is not PendingDeletion"),
    ("refused-enable-enables", "EnableKey/PendingDeletion", "the key is not PendingDeletion"),
    ("refused-cancel-enables", "CancelKeyDeletion/Disabled", "the key is not Disabled"),
    ("refused-schedule-moves-delete-date", "ScheduleKeyDeletion/PendingDeletion", "KeyMetadata.DeleteDate was"),
    ("refused-create-alias-creates", "CreateAlias/PendingDeletion", "ListAliases lists AliasName"),
    ("refused-update-alias-moves", "update-alias/Enabled-to-PendingDeletion", "ListAliases does not list AliasName"),
    ("refused-tag-written", "TagResource/PendingDeletion", "ListResourceTags lists TagKey"),
    ("refused-untag-removes", "UntagResource/PendingDeletion", "ListResourceTags does not list TagKey"),
    ("refused-description-written", "UpdateKeyDescription/PendingDeletion", "KeyMetadata.Description was"),
    ("rotation-refused-but-set", "UpdateRotationPolicy/Disabled", "KeyMetadata."),
    ("refused-version-made", "CreateKeyVersion/Disabled", "KeyMetadata.PrimaryKeyVersion was"),
    ("refused-waiting-period-schedules", "bad-waiting-period-in-schedule-key-deletion", "the key is not Enabled"),
    ("refused-alias-name-made", "bad-name-in-create-alias", "ListAliases lists KeyId"),
    ("refused-second-alias-moves", "alias-belongs-to-one-key", "ListAliases does not list AliasName"),
    ("refused-long-description-written", "long-description-in-update-key-description", "KeyMetadata.Description"),
    ("failed-import-enables-key", "damaged-material-is-refused/EXTERNAL", "the key is not PendingImport"),
    ("bad-signature-has-effect", "bad-signature-in-disable-key", "the key is not Enabled"),
    ("unsigned-has-effect", "no-signature-in-disable-key", "the key is not Enabled"),
    ("wrong-time-has-effect", "stale-request-in-disable-key", "the key is not Enabled"),
    ("refused-replay-has-effect", "replayed-request-in-disable-key", "the key is not Enabled"),
    // A success without its effect, or with another.
    ("disable-does-nothing", "DisableKey/Enabled", "the key is not Disabled"),
    ("schedule-does-nothing", "ScheduleKeyDeletion/Enabled", "the key is not PendingDeletion"),
    ("tag-does-nothing", "TagResource/Enabled", "ListResourceTags does not list TagKey"),
    ("description-does-nothing", "UpdateKeyDescription/Enabled", "KeyMetadata.Description"),
    ("decrypt-returns-other-text", "Encrypt/Enabled", "Decrypt answers Plaintext"),
    ("decrypt-ignores-context", "encryption-context-must-be-the-same", "what must hold: The context belongs to"),
    // Aliases and keys that stay, vanish, or are not told of.
    ("delete-alias-does-nothing", "DeleteAlias/Enabled", "ListAliases lists AliasName"),
    ("delete-alias-deletes-another", "deleting-one-alias-keeps-the-others", "ListAliases does not list AliasName"),
    ("alias-vanishes-when-scheduled", "ListAliases/PendingDeletion", "ListAliases does not list AliasName"),
    ("list-keys-omits-pending-deletion", "ListKeys/PendingDeletion", "ListKeys does not list KeyId"),
    ("list-aliases-omits-disabled", "ListAliases/Disabled", "ListAliases does not list AliasName"),
];

#[test]
fn a_wrong_effect_is_told_as_one_with_what_was_to_hold() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let entries = catalogue();
    for (name, case, holds) in EFFECTS {
        let entry = entries.iter().find(|entry| entry.name() == name).unwrap_or_else(|| panic!("no deviation {name}"));
        let results = runtime.block_on(ask(entry, indexes([format!("alibaba/{case}")]), 1));
        let [result] = &results[..] else { panic!("{case} is {} cases", results.len()) };
        assert_eq!((result.verdict, result.kind), (Verdict::Fail, Some(Kind::Effect)), "{name}: {}", result.reason);
        assert!(result.reason.contains(holds), "{name}: {}", result.reason);
    }
}

#[test]
fn the_catalogue_is_long() {
    assert!(catalogue().len() >= 150);
}

/// The whole suite against every deviation of some families.
fn check_all(families: &[Family]) {
    let all: Vec<usize> = (0..SUITE.cases.len()).collect();
    for family in families {
        check(*family, &all);
    }
}

#[test]
#[ignore = "takes minutes"]
fn no_case_of_the_whole_suite_blames_a_wrong_effect_wrongly() {
    check_all(&[Family::Effect]);
}

#[test]
#[ignore = "takes minutes"]
fn no_case_of_the_whole_suite_blames_a_wrong_form_wrongly() {
    check_all(&[Family::Answer]);
}

#[test]
#[ignore = "takes minutes"]
fn no_case_of_the_whole_suite_blames_a_wrong_cell_wrongly() {
    check_all(&[Family::Allowed, Family::Refused, Family::OtherRefusal, Family::Origin, Family::Route]);
}
