//! A request whose response was lost may have had its effect, which explains what would be a deviation.

use kms_conformance::run::RunOptions;
use kms_conformance::verdict::{Kind, Verdict};

use super::test_run::TestRun;

fn test_run(lost: &[u32]) -> TestRun {
    let rule = |nth: &u32| format!("drop-after,operation=DisableKey,nth={nth}");
    let deviations = vec!["DisableKey:PendingDeletion=409/Rejected.Odd".to_owned()];
    TestRun { deviations, faults: lost.iter().map(rule).collect(), ..TestRun::new() }
}

const SAYS: &str = "DisableKey responded Rejected.Odd (409) instead of Rejected.StateModifiedFailed (409)";

#[tokio::test(flavor = "multi_thread")]
async fn a_deviation_after_a_lost_response_is_run_again_and_confirmed() {
    let result = test_run(&[1]).run(&["DisableKey/PendingDeletion"]).await.results.remove(0);
    assert_eq!((result.verdict, result.kind, result.attempts), (Verdict::Fail, Some(Kind::Code), 3));
    assert_eq!(result.reason, SAYS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deviation_that_a_lost_response_may_explain_each_time_is_inconclusive() {
    let result = test_run(&[1, 3, 5]).run(&["DisableKey/PendingDeletion"]).await.results.remove(0);
    assert_eq!((result.verdict, result.kind, result.attempts), (Verdict::Inconclusive, Some(Kind::Transport), 3));
    assert_eq!(result.reason, format!("{SAYS}, but an earlier response was lost, which may explain it"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_effect_that_can_not_be_observed_after_a_lost_response_is_tried_again() {
    let deviations = vec!["ListAliases:Enabled=409/Rejected.Odd".to_owned()];
    let faults = vec!["drop-after,operation=ListAliases,nth=1".to_owned()];
    let test_run = TestRun { deviations, faults, ..TestRun::new() };
    let result = test_run.run(&["CreateAlias/Enabled"]).await.results.remove(0);
    assert_eq!((result.verdict, result.kind, result.attempts), (Verdict::Inconclusive, Some(Kind::Effect), 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_server_error_is_not_each_time_where_keys_are_counted() {
    let options = RunOptions { max_keys: Some(20), ..RunOptions::default() };
    for fault in ["internal-error,operation=CreateKey,nth=1", "unavailable,operation=CreateKey,nth=1"] {
        let run = TestRun { faults: vec![fault.to_owned()], options: options.clone(), ..TestRun::new() };
        let results = run.run(&["default-spec-of-a-new-key", "Encrypt/Enabled"]).await.results;
        assert!(results.iter().all(|result| result.verdict == Verdict::Pass), "{fault}: {results:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_error_to_each_attempt_at_a_case_is_each_time_where_keys_are_counted() {
    let options = RunOptions { max_keys: Some(20), ..RunOptions::default() };
    let deviations = vec!["CreateKey:crashes".to_owned()];
    let result = TestRun { deviations, options, ..TestRun::new() }.run(&["new-key-is-enabled"]).await.results.remove(0);
    assert_eq!((result.verdict, result.kind), (Verdict::Fail, Some(Kind::Crash)), "{}", result.reason);
}
