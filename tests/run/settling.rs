//! What comes late is waited for as long as is asked, and no longer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use kms_conformance::event::{CaseResult, Purpose};
use kms_conformance::run::{RunOptions, Settle};
use kms_conformance::verdict::{Kind, Verdict};
use serde_json::{Value, json};

use super::altering::Alter;
use super::asked::Asking;

/// As much time as a busy machine may need.
const PLENTY: Duration = Duration::from_secs(60);

/// The first answers to an operation that succeeds have another value in a field.
fn late(operation: &'static str, pointer: &'static str, value: Value, answers: u32) -> Alter {
    let seen = AtomicU32::new(0);
    Arc::new(move |asked, status, fields| {
        if asked == operation && *status == 200 && seen.fetch_add(1, Ordering::Relaxed) < answers {
            *fields.pointer_mut(pointer).unwrap() = value.clone();
        }
    })
}

async fn ask(alter: Option<Alter>, settle: Settle, case: &str) -> CaseResult {
    let options = RunOptions { settle, keep_exchanges: true, ..RunOptions::default() };
    let mut asked = Asking { alter, options, ..Asking::new() }.ask_for(&[case]).await;
    asked.results.remove(0)
}

fn patient(confirmations: u32, timeout: Duration) -> Settle {
    Settle { confirmations, timeout, poll: Duration::from_millis(1) }
}

/// How often an operation was asked for a purpose.
fn questions(result: &CaseResult, purpose: Purpose, operation: &str) -> usize {
    let asked = result.exchanges.iter().filter(|one| one.purpose == purpose && one.operation == operation);
    asked.count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_is_confirmed_as_often_as_is_asked() {
    for confirmations in [1, 2, 5] {
        let result = ask(None, patient(confirmations, Duration::ZERO), "DisableKey/Enabled").await;
        assert_eq!(result.verdict, Verdict::Pass, "{}", result.reason);
        let count = |purpose| questions(&result, purpose, "DescribeKey");
        assert_eq!(
            (count(Purpose::Settle), count(Purpose::Verification)),
            (confirmations as usize, confirmations as usize)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_states_on_the_way_are_confirmed_when_several_confirmations_are_asked() {
    for (confirmations, wanted) in [(1, 1), (2, 3 * 2)] {
        let case = "Encrypt/Enabled/via-enable";
        let result = ask(None, patient(confirmations, Duration::ZERO), case).await;
        assert_eq!((result.verdict, questions(&result, Purpose::Settle, "DescribeKey")), (Verdict::Pass, wanted));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn confirmations_are_in_a_row() {
    let asked = AtomicU32::new(0);
    // The second answer is of a state before.
    let alter: Alter = Arc::new(move |operation, _, fields| {
        if operation == "DescribeKey" && asked.fetch_add(1, Ordering::Relaxed) == 1 {
            fields["KeyMetadata"]["KeyState"] = "PendingImport".into();
        }
    });
    let result = ask(Some(alter), patient(2, PLENTY), "Encrypt/Enabled").await;
    assert_eq!((result.verdict, questions(&result, Purpose::Settle, "DescribeKey")), (Verdict::Pass, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_description_that_comes_late_is_waited_for() {
    let stale = || late("DescribeKey", "/KeyMetadata/KeyState", "Enabled".into(), 3);
    let result = ask(Some(stale()), patient(1, PLENTY), "Encrypt/Disabled").await;
    assert_eq!((result.verdict, questions(&result, Purpose::Settle, "DescribeKey")), (Verdict::Pass, 4));

    let result = ask(Some(stale()), patient(1, Duration::ZERO), "Encrypt/Disabled").await;
    assert_eq!(questions(&result, Purpose::Settle, "DescribeKey"), 1);
    assert_eq!((result.verdict, result.kind), (Verdict::Pass, None), "{}", result.reason);
    assert!(result.notes.iter().any(|note| note.contains("is described as Enabled")), "{:?}", result.notes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_never_comes_into_its_state_is_not_waited_for_longer_than_asked() {
    let stale = || late("DescribeKey", "/KeyMetadata/KeyState", "Enabled".into(), u32::MAX);
    let result = ask(Some(stale()), patient(1, Duration::from_millis(100)), "DescribeKey/Disabled").await;
    assert_eq!((result.verdict, result.kind), (Verdict::Fail, Some(Kind::Effect)), "{}", result.reason);
    let questions = questions(&result, Purpose::Settle, "DescribeKey");
    assert!((2..=100).contains(&questions), "{questions}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_effect_that_comes_late_is_waited_for() {
    let empty = || late("ListAliases", "/Aliases/Alias", json!([]), 2);
    let result = ask(Some(empty()), patient(1, PLENTY), "CreateAlias/Enabled").await;
    assert_eq!((result.verdict, questions(&result, Purpose::Verification, "ListAliases")), (Verdict::Pass, 3));

    let result = ask(Some(empty()), patient(1, Duration::ZERO), "CreateAlias/Enabled").await;
    assert_eq!((result.verdict, questions(&result, Purpose::Verification, "ListAliases")), (Verdict::Fail, 1));
}
