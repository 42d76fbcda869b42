//! What comes late is waited for as long as the options say, and no longer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use kms_conformance::event::{CaseResult, Purpose};
use kms_conformance::run::{RunOptions, Settle};
use kms_conformance::verdict::{Kind, Verdict};
use serde_json::{Value, json};

use super::altering_proxy::Alteration;
use super::test_run::TestRun;

/// More time than a busy machine needs.
const PLENTY: Duration = Duration::from_secs(60);

/// The first successful responses to an operation have another value in a field.
fn late(operation: &'static str, pointer: &'static str, value: Value, times: u32) -> Alteration {
    let seen = AtomicU32::new(0);
    Arc::new(move |called, status, fields| {
        if called == operation && *status == 200 && seen.fetch_add(1, Ordering::Relaxed) < times {
            *fields.pointer_mut(pointer).unwrap() = value.clone();
        }
    })
}

async fn run_case(alter: Option<Alteration>, settle: Settle, case: &str) -> CaseResult {
    let options = RunOptions { settle, keep_exchanges: true, ..RunOptions::default() };
    let mut record = TestRun { alter, options, ..TestRun::new() }.run(&[case]).await;
    record.results.remove(0)
}

fn settle_within(confirmations: u32, timeout: Duration) -> Settle {
    Settle { confirmations, timeout, poll: Duration::from_millis(1) }
}

/// How many requests for an operation were sent for a purpose.
fn requests(result: &CaseResult, purpose: Purpose, operation: &str) -> usize {
    result.exchanges.iter().filter(|one| one.purpose == purpose && one.operation == operation).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_is_confirmed_as_often_as_the_options_say() {
    for confirmations in [1, 2, 5] {
        let result = run_case(None, settle_within(confirmations, Duration::ZERO), "DisableKey/Enabled").await;
        assert_eq!(result.verdict, Verdict::Pass, "{}", result.reason);
        let count = |purpose| requests(&result, purpose, "DescribeKey");
        assert_eq!(
            (count(Purpose::Settle), count(Purpose::Verification)),
            (confirmations as usize, confirmations as usize)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn intermediate_states_are_confirmed_when_there_are_several_confirmations() {
    // After the last call, the key is observed where the case needs it.
    for (confirmations, wanted) in [(1, 1), (2, 2 * 2)] {
        let case = "Encrypt/Enabled/via-enable";
        let result = run_case(None, settle_within(confirmations, Duration::ZERO), case).await;
        assert_eq!((result.verdict, requests(&result, Purpose::Settle, "DescribeKey")), (Verdict::Pass, wanted));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn confirmations_are_in_a_row() {
    let described = AtomicU32::new(0);
    // The second response describes an earlier state.
    let alter: Alteration = Arc::new(move |operation, _, fields| {
        if operation == "DescribeKey" && described.fetch_add(1, Ordering::Relaxed) == 1 {
            fields["KeyMetadata"]["KeyState"] = "PendingImport".into();
        }
    });
    let result = run_case(Some(alter), settle_within(2, PLENTY), "Encrypt/Enabled").await;
    assert_eq!((result.verdict, requests(&result, Purpose::Settle, "DescribeKey")), (Verdict::Pass, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_description_is_waited_for() {
    let stale = || late("DescribeKey", "/KeyMetadata/KeyState", "Enabled".into(), 3);
    let result = run_case(Some(stale()), settle_within(1, PLENTY), "Encrypt/Disabled").await;
    assert_eq!((result.verdict, requests(&result, Purpose::Settle, "DescribeKey")), (Verdict::Pass, 4));

    let result = run_case(Some(stale()), settle_within(1, Duration::ZERO), "Encrypt/Disabled").await;
    assert_eq!(requests(&result, Purpose::Settle, "DescribeKey"), 1);
    assert_eq!((result.verdict, result.kind), (Verdict::Pass, None), "{}", result.reason);
    assert!(result.notes.iter().any(|note| note.contains("is described as Enabled")), "{:?}", result.notes);
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_a_state_ends_with_the_settle_timeout() {
    let stale = || late("DescribeKey", "/KeyMetadata/KeyState", "Enabled".into(), u32::MAX);
    let result = run_case(Some(stale()), settle_within(1, Duration::from_millis(100)), "DescribeKey/Disabled").await;
    assert_eq!((result.verdict, result.kind), (Verdict::Fail, Some(Kind::Effect)), "{}", result.reason);
    let requests = requests(&result, Purpose::Settle, "DescribeKey");
    assert!((2..=100).contains(&requests), "{requests}");
}

/// The first two pages of this operation are those of an account that has nothing.
fn empty_at_first(operation: &'static str, list: &'static str) -> Alteration {
    let seen = AtomicU32::new(0);
    Arc::new(move |called, status, fields| {
        if called == operation && *status == 200 && seen.fetch_add(1, Ordering::Relaxed) < 2 {
            *fields.pointer_mut(list).unwrap() = json!([]);
            fields["TotalCount"] = 0.into();
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_effect_is_waited_for() {
    let empty = || empty_at_first("ListAliases", "/Aliases/Alias");
    let result = run_case(Some(empty()), settle_within(1, PLENTY), "CreateAlias/Enabled").await;
    assert_eq!((result.verdict, requests(&result, Purpose::Verification, "ListAliases")), (Verdict::Pass, 3));

    let result = run_case(Some(empty()), settle_within(1, Duration::ZERO), "CreateAlias/Enabled").await;
    assert_eq!((result.verdict, requests(&result, Purpose::Verification, "ListAliases")), (Verdict::Fail, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_judged_may_be_late_too() {
    for (operation, list) in [("ListKeys", "/Keys/Key"), ("ListAliases", "/Aliases/Alias")] {
        let empty = || empty_at_first(operation, list);
        let case = format!("{operation}/Enabled");
        let result = run_case(Some(empty()), settle_within(1, PLENTY), &case).await;
        assert_eq!(result.verdict, Verdict::Pass, "{}", result.reason);
        assert_eq!(requests(&result, Purpose::Probe, operation), 3);

        let result = run_case(Some(empty()), settle_within(1, Duration::ZERO), &case).await;
        assert_eq!((result.verdict, requests(&result, Purpose::Probe, operation)), (Verdict::Fail, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_just_made_is_waited_for_where_its_effect_is_looked_at() {
    for case in ["CreateKey/Enabled", "deleted-alias-stands-for-nothing"] {
        let seen = Arc::new(AtomicU32::new(0));
        let made = Arc::clone(&seen);
        // By then everything of the setup has been found.
        let last = if case.starts_with("CreateKey") { "CreateKey" } else { "CreateAlias" };
        let alter: Alteration = Arc::new(move |called, status, fields| {
            if called == last {
                made.store(3, Ordering::Relaxed);
            }
            let missing = seen.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
            if called == "DescribeKey" && missing.is_ok() {
                *status = 404;
                *fields = json!({"Code": "Forbidden.KeyNotFound", "Message": "", "RequestId": "1"});
            }
        });
        let result = run_case(Some(alter), settle_within(1, PLENTY), case).await;
        assert_eq!(result.verdict, Verdict::Pass, "{case}: {}", result.reason);
    }
}
