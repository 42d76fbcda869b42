//! Runs in tour isolation: few keys serve all cases, the verdicts are those of fresh keys, and nothing stays.

use std::collections::BTreeMap;

use kms_conformance::event::CaseResult;
use kms_conformance::plan::Isolation;
use kms_conformance::run::{RunOptions, Settle};
use kms_conformance::suite::route_limit::RouteLimit;
use kms_conformance::suite::selector::{Selector, select};
use kms_conformance::verdict::{Kind, Verdict};

use super::test_run::{RunRecord, SUITE, TestRun};

fn tour() -> RunOptions {
    RunOptions { tour: Isolation::Tour.is_tour(false), ..RunOptions::default() }
}

fn touring(deviations: &[&str], max_keys: Option<u64>) -> TestRun {
    let deviations = deviations.iter().map(|name| (*name).to_owned()).collect();
    TestRun { deviations, options: RunOptions { max_keys, ..tour() }, ..TestRun::new() }
}

/// Cases by selectors, by the shortest routes.
fn cases(selectors: &[&str]) -> Vec<usize> {
    let selectors: Vec<Selector> = selectors.iter().map(|text| text.parse().unwrap()).collect();
    let selected = select(&SUITE, &selectors, &[], &["official".to_owned()]).unwrap();
    RouteLimit::Canonical.limit(&SUITE, &selected, &selectors)
}

fn verdicts(results: &[CaseResult]) -> BTreeMap<String, Verdict> {
    results.iter().map(|result| (result.id.to_string(), result.verdict)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_table_takes_four_keys_and_what_was_planned() {
    let options = RunOptions { max_keys: Some(4), ..tour() };
    let RunRecord { results, footer, planned, .. } =
        TestRun { options, ..TestRun::new() }.run_indexes(cases(&["kind:cell", "kind:move"])).await;
    assert_eq!((footer.usage.keys_created, footer.usage.keys_left, planned.keys), (4, 0, 4));
    assert_eq!(footer.usage.requests, planned.requests as u64);
    assert!(footer.complete && footer.leaks.is_empty(), "{:?}", footer.leaks);

    for result in results {
        let makes_keys = result.operation.as_deref() == Some("CreateKey");
        let left_out = makes_keys && result.verdict == Verdict::Skipped && result.reason.contains("--max-keys");
        assert!(result.verdict == Verdict::Pass || left_out, "{}: {}", result.id, result.reason);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn states_that_are_confirmed_are_observed_as_often_as_planned() {
    let settle = Settle { confirmations: 2, ..Settle::default() };
    let options = RunOptions { settle, ..tour() };
    let RunRecord { results, footer, planned, .. } = TestRun { options, ..TestRun::new() }
        .run_indexes(cases(&["alibaba/Encrypt/**", "alibaba/EnableKey/**", "alibaba/Decrypt/**"]))
        .await;
    assert!(results.iter().all(|result| result.verdict == Verdict::Pass || result.verdict == Verdict::Skipped));
    assert_eq!(footer.usage.requests, planned.requests as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_confirmed_on_a_fresh_key_and_hides_no_other() {
    let deviations =
        ["Encrypt:Disabled=Success", "EnableKey:PendingDeletion=Success", "Decrypt:Enabled=409/Rejected.Disabled"];
    let all = cases(&["alibaba/*/*"]);
    let fresh = TestRun { deviations: deviations.map(str::to_owned).to_vec(), ..TestRun::new() };
    let fresh = fresh.run_indexes(all.clone()).await;
    let shared = touring(&deviations, Some(u64::MAX)).run_indexes(all).await;
    assert_eq!(verdicts(&fresh.results), verdicts(&shared.results));
    for id in ["Encrypt/Disabled", "EnableKey/PendingDeletion", "Decrypt/Enabled"] {
        let id = format!("alibaba/{id}");
        let result = shared.results.iter().find(|result| *result.id == *id).unwrap();
        assert_eq!((result.verdict, result.attempts), (Verdict::Fail, 2), "{id}: {}", result.reason);
    }
    assert!(shared.footer.usage.keys_created < fresh.footer.usage.keys_created);
    assert_eq!(shared.footer.usage.keys_left, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_moved_by_a_rejected_request_is_brought_back() {
    let deviations = ["refused-enable-enables"];
    let all = cases(&["alibaba/*/PendingDeletion"]);
    let RunRecord { results, footer, .. } = touring(&deviations, Some(u64::MAX)).run_indexes(all).await;
    let failed: Vec<&str> =
        results.iter().filter(|result| result.verdict == Verdict::Fail).map(|result| &*result.id).collect();
    assert!(failed.contains(&"alibaba/EnableKey/PendingDeletion"), "{failed:?}");
    let passed = results.iter().filter(|result| result.verdict == Verdict::Pass).count();
    assert!(passed > results.len() / 2, "the other cases are judged all the same");
    assert_eq!(footer.usage.keys_left, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_keys_to_spare_a_failure_is_confirmed_on_the_same_key() {
    let all = cases(&["alibaba/Encrypt/*"]);
    let RunRecord { results, footer, .. } = touring(&["Encrypt:Disabled=Success"], Some(1)).run_indexes(all).await;
    let result = results.iter().find(|result| &*result.id == "alibaba/Encrypt/Disabled").unwrap();
    assert_eq!((result.verdict, result.kind), (Verdict::Fail, Some(Kind::Allowed)), "{}", result.reason);
    assert!(result.notes.iter().any(|note| note.contains("confirmed on the same keys")), "{:?}", result.notes);
    assert_eq!((footer.usage.keys_created, footer.usage.keys_left), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_without_effect_blocks_as_on_fresh_keys() {
    let all = cases(&["alibaba/*/*"]);
    let fresh = TestRun { deviations: vec!["disable-does-nothing".to_owned()], ..TestRun::new() };
    let fresh = fresh.run_indexes(all.clone()).await;
    let shared = touring(&["disable-does-nothing"], Some(u64::MAX)).run_indexes(all).await;
    assert_eq!(verdicts(&fresh.results), verdicts(&shared.results));
    assert!(shared.footer.usage.keys_created < fresh.footer.usage.keys_created);
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_responses_and_crashes_leave_no_key() {
    let faults = vec!["drop-after,probability=0.03".to_owned(), "unavailable,probability=0.03".to_owned()];
    let options = RunOptions { max_keys: Some(u64::MAX), ..tour() };
    let RunRecord { results, footer, .. } =
        TestRun { faults, options, ..TestRun::new() }.run_indexes(cases(&["class:EXTERNAL", "kind:cell"])).await;
    let failed: Vec<&str> =
        results.iter().filter(|result| result.verdict == Verdict::Fail).map(|result| result.reason.as_str()).collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(footer.usage.keys_left, 0, "{:?}", footer.leaks);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_the_tour_that_keeps_fresh_ones_from_being_made_confirms_the_failure() {
    let deviations = ["CreateKey:PendingDeletion=409/Rejected.PendingDeletion"];
    let all = cases(&["alibaba/CreateKey/PendingDeletion"]);
    let RunRecord { results, .. } = touring(&deviations, Some(u64::MAX)).run_indexes(all).await;
    assert_eq!((results[0].verdict, results[0].kind), (Verdict::Fail, Some(Kind::Rejected)), "{}", results[0].reason);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_keys_to_spare_a_lost_response_is_no_failure() {
    let lost = |number: u32| format!("drop-after,operation=ScheduleKeyDeletion,nth={number}");
    for numbers in [&[1][..], &[1, 3]] {
        let faults = numbers.iter().copied().map(lost).collect();
        let run = TestRun { faults, ..touring(&[], Some(1)) };
        let result = run.run_indexes(cases(&["alibaba/ScheduleKeyDeletion/Enabled"])).await.results.remove(0);
        assert_eq!(result.verdict, Verdict::Pass, "{numbers:?}: {}", result.reason);
    }

    for probability in ["0.1", "0.15", "0.2"] {
        let faults = vec![format!("drop-after,probability={probability}")];
        let run = TestRun { faults, ..touring(&[], Some(9)) };
        let results = run.run_indexes(cases(&["kind:cell"])).await.results;
        let failed: Vec<_> = results.iter().filter(|result| result.verdict == Verdict::Fail).collect();
        assert!(
            failed.is_empty(),
            "{probability}: {:?}",
            failed.iter().map(|result| &result.reason).collect::<Vec<_>>()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_keys_to_spare_a_missing_permission_is_no_failure() {
    let all = cases(&["alibaba/Encrypt/Enabled", "alibaba/Encrypt/Disabled"]);
    let denied = ["Encrypt:Enabled=403/Forbidden.NoPermission", "Encrypt:Disabled=403/Forbidden.NoPermission"];
    for result in touring(&denied, Some(1)).run_indexes(all.clone()).await.results {
        assert_eq!((result.verdict, result.kind), (Verdict::Inconclusive, Some(Kind::Denied)), "{}", result.reason);
    }

    // In one state alone it is the endpoint and no permission, where that is known.
    let results = touring(&denied[1..], Some(1)).run_indexes(all).await.results;
    assert!(results.iter().any(|result| result.verdict == Verdict::Pass), "{results:?}");
    assert!(results.iter().all(|result| result.verdict != Verdict::Fail || result.kind == Some(Kind::Code)));
}
