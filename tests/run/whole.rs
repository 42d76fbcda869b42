//! What a run reports as a whole.

use std::sync::Arc;

use kms_conformance::run::RunOptions;
use kms_conformance::suite::case::Subject;
use kms_conformance::verdict::Verdict;
use tokio_util::sync::CancellationToken;

use super::altering_proxy::{Alteration, rejected};
use super::test_run::{RunRecord, SUITE, TestRun};

fn denied() -> TestRun {
    TestRun { alter: Some(rejected("CreateKey", 400, "SignatureDoesNotMatch")), ..TestRun::new() }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_cases_whose_probe_was_sent_are_counted() {
    let RunRecord { footer, .. } = denied().run(&["DisableKey/Enabled", "EnableKey/Enabled", "Encrypt/Enabled"]).await;
    assert!(!footer.complete && footer.stopped.is_some());
    let routes = footer.routes.unwrap();
    assert_eq!((routes.run, routes.total), (0, SUITE.cells_by_route()));
    assert_eq!((footer.summary.inconclusive, footer.summary.not_run), (1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_denied_at_its_last_case_is_complete() {
    let RunRecord { footer, results, .. } = denied().run(&["Encrypt/Enabled"]).await;
    assert_eq!((footer.complete, footer.stopped), (true, None), "{}", results[0].reason);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_run_reports_what_it_left_out() {
    let interrupt = CancellationToken::new();
    let stop = interrupt.clone();
    let deviations = vec!["ScheduleKeyDeletion:Enabled=409/Rejected.Odd".to_owned()];
    let alter: Option<Alteration> = Some(Arc::new(move |operation, _, _| {
        if operation == "ScheduleKeyDeletion" {
            stop.cancel();
        }
    }));
    // The response is lost each time, so that the case would be run again.
    let faults = vec!["drop-after,operation=Encrypt".to_owned()];
    let record = TestRun { deviations, alter, faults, interrupt, ..TestRun::new() }.run(&["Encrypt/Enabled"]).await;
    assert_eq!(record.results[0].reason, "not judged: interrupted");
    assert!(!record.footer.complete);
    let leaks = &record.footer.leaks;
    assert_eq!(leaks.len(), 1, "{leaks:?}");
    let why = "of alibaba/Encrypt/Enabled was left behind: ScheduleKeyDeletion responded Rejected.Odd (409), and the key is Enabled";
    assert!(leaks[0].ends_with(why), "{leaks:?}");
    assert_eq!(record.footer.usage.keys_left, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_editions_are_those_of_the_cases_in_the_order_of_the_rows() {
    let record = denied().run_indexes((0..SUITE.cases.len()).collect()).await;
    let mut editions: Vec<String> = SUITE.rows.iter().map(|row| row.edition.to_string()).collect();
    editions.dedup();
    assert!(editions.len() > 1);
    assert_eq!(record.header.suite.editions, editions);

    for edition in editions {
        let of = |index: &usize| matches!(SUITE.cases[*index].subject, Subject::Cell { row, .. } if SUITE.rows[row].edition.as_str() == edition);
        let case = (0..SUITE.cases.len()).find(of).unwrap();
        assert_eq!(denied().run_indexes(vec![case]).await.header.suite.editions, [edition]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_further_key_is_made_in_an_account_after_one_that_could_not_be_removed() {
    let deviations = || vec!["ScheduleKeyDeletion:Enabled=409/Rejected.Odd".to_owned()];
    let cases = ["Encrypt/Enabled", "EnableKey/Enabled", "TagResource/Enabled"];
    let options = RunOptions { account: true, ..RunOptions::default() };
    let record = TestRun { deviations: deviations(), options, ..TestRun::new() }.run(&cases).await;
    assert_eq!((record.footer.usage.keys_created, record.footer.leaks.len()), (1, 1), "{:?}", record.footer);
    assert_eq!((record.footer.summary.not_run, record.footer.complete), (2, false));

    // Where keys cost nothing, the run goes on and is red.
    let record = TestRun { deviations: deviations(), ..TestRun::new() }.run(&cases).await;
    assert_eq!((record.footer.usage.keys_created, record.footer.leaks.len()), (3, 3), "{:?}", record.footer);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_is_accepted_and_not_done_is_a_leak_in_an_account() {
    let deviations = vec!["schedule-does-nothing".to_owned()];
    let options = RunOptions { account: true, ..RunOptions::default() };
    let record = TestRun { deviations, options, ..TestRun::new() }.run(&["Encrypt/Enabled"]).await;
    let leaks = &record.footer.leaks;
    assert!(leaks.len() == 1 && leaks[0].ends_with("and the key is Enabled"), "{leaks:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_waits_for_its_deletion_is_removed_though_the_endpoint_crashes() {
    let deviations = vec!["ScheduleKeyDeletion:PendingDeletion=500/InternalFailure".to_owned()];
    let record = TestRun { deviations, ..TestRun::new() }.run(&["Encrypt/PendingDeletion"]).await;
    assert_eq!(record.results[0].verdict, Verdict::Pass);
    assert!(record.footer.leaks.is_empty(), "{:?}", record.footer.leaks);

    let deviations = vec!["ScheduleKeyDeletion:Enabled=500/InternalFailure".to_owned()];
    let record = TestRun { deviations, ..TestRun::new() }.run(&["Encrypt/Enabled"]).await;
    assert_eq!(record.footer.leaks.len(), 1, "{:?}", record.footer.leaks);
}
