//! Failures are confirmed on fresh keys, trouble that repeats is a deviation, and nothing is paid for twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use kms_conformance::event::{BlockedStep, Outcome};
use kms_conformance::run::RunOptions;
use kms_conformance::verdict::{Kind, Verdict};
use serde_json::json;

use super::altering_proxy::{Alteration, THROTTLED, rejected};
use super::test_run::{RunRecord, TestRun};

fn altered(alter: Alteration) -> TestRun {
    TestRun { alter: Some(alter), ..TestRun::new() }
}

/// The first so many responses to an operation become successes of another key's.
fn rejected_at_first(operation: &'static str, times: u32) -> Alteration {
    let seen = AtomicU32::new(0);
    let reject = rejected(operation, 409, "Rejected.Odd");
    Arc::new(move |sent, status, fields| {
        if sent == operation && seen.fetch_add(1, Ordering::Relaxed) < times {
            reject(sent, status, fields);
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unconfirmed_failure_is_unstable_and_shows_both_responses() {
    let RunRecord { results, .. } = altered(rejected_at_first("TagResource", 1)).run(&["TagResource/Enabled"]).await;
    let result = &results[0];
    assert_eq!((result.verdict, result.kind, result.attempts), (Verdict::Inconclusive, Some(Kind::Unstable), 2));
    assert_eq!(result.first_actual, Some(Outcome { code: "Rejected.Odd".to_owned(), status: 409 }));
    assert_eq!(result.actual, Some(Outcome { code: "Success".to_owned(), status: 200 }));
    assert!(result.reason.contains("with one key TagResource responded Rejected.Odd (409)"), "{}", result.reason);
    assert!(result.reason.ends_with("the next key passed"), "{}", result.reason);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_reported_at_once_when_confirmations_are_turned_off() {
    let options = RunOptions { confirm_failures: 0, ..RunOptions::default() };
    let test_run = TestRun { options, ..altered(rejected_at_first("TagResource", 1)) };
    let RunRecord { results, .. } = test_run.run(&["TagResource/Enabled"]).await;
    assert_eq!((results[0].verdict, results[0].kind, results[0].attempts), (Verdict::Fail, Some(Kind::Rejected), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_failure_by_another_route_is_not_confirmed_again() {
    let deviations = vec!["Encrypt:Disabled=Success".to_owned()];
    let cases = ["Encrypt/Disabled", "Encrypt/Disabled/via-cancel", "Encrypt/Disabled/via-enable"];
    let RunRecord { results, .. } = TestRun { deviations, ..TestRun::new() }.run(&cases).await;
    let attempts: Vec<(Verdict, u32)> = results.iter().map(|result| (result.verdict, result.attempts)).collect();
    assert_eq!(attempts, [(Verdict::Fail, 2), (Verdict::Fail, 1), (Verdict::Fail, 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn confirmations_stay_within_the_keys_that_are_allowed() {
    let deviations = vec!["Encrypt:Disabled=Success".to_owned()];
    let options = RunOptions { max_keys: Some(1), ..RunOptions::default() };
    let RunRecord { results, footer, .. } =
        TestRun { deviations, options, ..TestRun::new() }.run(&["Encrypt/Disabled"]).await;
    assert_eq!((results[0].verdict, results[0].attempts, footer.usage.keys_created), (Verdict::Fail, 1, 1));
    assert!(results[0].notes.iter().any(|note| note.contains("not confirmed")), "{:?}", results[0].notes);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_server_error_each_time_is_a_crash() {
    let deviations = vec!["Encrypt:Disabled=500/InternalFailure".to_owned()];
    let RunRecord { results, .. } = TestRun { deviations, ..TestRun::new() }.run(&["Encrypt/Disabled"]).await;
    assert_eq!((results[0].verdict, results[0].kind), (Verdict::Fail, Some(Kind::Crash)), "{}", results[0].reason);
    assert_eq!(results[0].actual, Some(Outcome { code: "InternalFailure".to_owned(), status: 500 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_fails_at_everything_is_not_a_crash() {
    let alter: Alteration = Arc::new(|_, status, fields| {
        *status = 500;
        *fields = json!({"Code": "InternalFailure", "Message": "", "RequestId": "1"});
    });
    let RunRecord { results, .. } = altered(alter).run(&["new-key-is-enabled"]).await;
    assert_eq!((results[0].verdict, results[0].kind), (Verdict::Inconclusive, Some(Kind::Transport)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_list_of_keys_is_a_crash_if_a_key_can_be_made() {
    // The case makes no key, and nothing else runs that could show that the service responds.
    let deviations = vec!["ListKeys:crashes".to_owned()];
    let RunRecord { results, .. } = TestRun { deviations, ..TestRun::new() }.run(&["bad-page-in-list-keys"]).await;
    assert_eq!((results[0].verdict, results[0].kind), (Verdict::Fail, Some(Kind::Crash)), "{}", results[0].reason);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_whose_fields_are_in_lower_case_is_malformed() {
    let alter: Alteration = Arc::new(|_, status, fields| {
        if *status >= 400 {
            *fields = json!({"code": fields["Code"], "message": fields["Message"], "requestId": "1"});
        }
    });
    let RunRecord { results, .. } = altered(alter).run(&["Encrypt/Disabled", "Encrypt/Enabled"]).await;
    assert_eq!((results[0].verdict, results[0].kind), (Verdict::Fail, Some(Kind::Malformed)), "{}", results[0].reason);
    assert_eq!(results[1].verdict, Verdict::Pass, "{}", results[1].reason);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_of_501_says_that_the_operation_is_not_known_whatever_the_code() {
    for code in ["InternalFailure", "Whatever"] {
        let RunRecord { results, .. } = altered(rejected("TagResource", 501, code)).run(&["TagResource/Enabled"]).await;
        assert_eq!((results[0].verdict, results[0].kind), (Verdict::Fail, Some(Kind::Unsupported)), "{code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_the_documents_leave_room_for_passes_leniently() {
    // As an endpoint does that brings a cancelled key back into its state from before.
    let disabled = Arc::new(AtomicU32::new(0));
    let alter: Alteration = Arc::new(move |operation, status, fields| match operation {
        "DisableKey" => disabled.store(1, Ordering::Relaxed),
        "CancelKeyDeletion" if *status == 200 => disabled.store(2, Ordering::Relaxed),
        "DescribeKey" if disabled.load(Ordering::Relaxed) == 2 => fields["KeyMetadata"]["KeyState"] = "Disabled".into(),
        "Encrypt" | "GenerateDataKey" if disabled.load(Ordering::Relaxed) == 2 => {
            *status = 409;
            *fields = json!({"Code": "Rejected.Disabled", "Message": "", "RequestId": "1"});
        }
        _ => {}
    });
    for case in ["CancelKeyDeletion/PendingDeletion/via-disabled", "cancel-deletion-of-a-disabled-key"] {
        let RunRecord { results, .. } = altered(Arc::clone(&alter)).run(&[case]).await;
        let result = &results[0];
        assert_eq!((result.verdict, result.lenient.len()), (Verdict::Pass, 1), "{case}: {}", result.reason);
        let lenient = &result.lenient[0];
        assert_eq!((lenient.operation.as_str(), lenient.accepted.code.as_str()), ("CancelKeyDeletion", "Disabled"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_keys_that_are_blocked_alike_block_a_route_prefix() {
    let deviations = vec!["disable-does-nothing".to_owned()];
    let cases = ["CreateAlias/Disabled", "Encrypt/Disabled", "TagResource/Disabled", "UpdateKeyDescription/Disabled"];
    let RunRecord { results, footer, .. } = TestRun { deviations, ..TestRun::new() }.run(&cases).await;
    assert!(results.iter().all(|result| result.verdict == Verdict::Inconclusive));
    let begun = results.iter().filter(|result| result.attempts > 0).count();
    assert_eq!((begun, footer.usage.keys_created), (2, 2));
    for result in &results {
        let by = result.blocked_by.as_ref().unwrap();
        assert_eq!((by.step, by.operation.as_deref()), (BlockedStep::Setup, Some("DisableKey")), "{}", result.id);
        assert_eq!(by.problem, "had no effect", "{}", result.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_rejected_because_the_one_before_had_no_effect_is_not_to_blame() {
    let deviations = vec!["import-does-nothing".to_owned()];
    let RunRecord { results, .. } = TestRun { deviations, ..TestRun::new() }.run(&["Encrypt/Disabled/EXTERNAL"]).await;
    let by = results[0].blocked_by.as_ref().unwrap();
    assert_eq!(by.operation.as_deref(), Some("ImportKeyMaterial"), "{}", results[0].reason);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_rejects_everything_alike_ends_the_run_with_its_message() {
    let alter: Alteration = Arc::new(|_, status, fields| {
        *status = 400;
        *fields = json!({"Code": "MissingParameter", "Message": "The SecurityToken is mandatory.", "RequestId": "1"});
    });
    let cases = ["Encrypt/Enabled", "DisableKey/Enabled", "EnableKey/Disabled", "TagResource/Enabled"];
    let RunRecord { footer, results, .. } = altered(alter).run(&cases).await;
    let stopped = footer.stopped.unwrap();
    let wanted = "the endpoint rejects everything: MissingParameter (400) The SecurityToken is mandatory.";
    assert_eq!(stopped, wanted);
    assert!(results.iter().any(|result| result.verdict == Verdict::NotRun));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_blocks_the_cases_that_need_the_operation_and_no_others() {
    let alter = rejected("TagResource", 403, "Forbidden.NoPermission");
    let cases = ["Encrypt/Enabled", "ListResourceTags/Enabled", "TagResource/Enabled"];
    let RunRecord { footer, results, .. } = altered(alter).run(&cases).await;
    let verdicts: Vec<Verdict> = results.iter().map(|result| result.verdict).collect();
    assert_eq!(verdicts, [Verdict::Pass, Verdict::Inconclusive, Verdict::Inconclusive]);
    assert!(
        results[1..].iter().all(|one| one.blocked_by.as_ref().unwrap().operation.as_deref() == Some("TagResource"))
    );
    assert_eq!(footer.stopped, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn cases_are_judged_without_the_permission_for_what_observes_their_keys() {
    for operation in ["Encrypt", "DescribeKey"] {
        let alter = rejected(operation, 403, "AccessDenied");
        let cases = ["DisableKey/Enabled", "EnableKey/Disabled", "TagResource/PendingDeletion"];
        let RunRecord { results, .. } = altered(alter).run(&cases).await;
        for result in results {
            assert_eq!(result.verdict, Verdict::Pass, "{} without {operation}: {}", result.id, result.reason);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_that_is_missing_in_one_state_only_is_a_deviation() {
    let deviations = vec![
        "Encrypt:Disabled=403/Forbidden.NoPermission".to_owned(),
        "TagResource:Enabled=403/AccessDenied".to_owned(),
        "UpdateAlias:PendingDeletion=403/Forbidden.NoPermission".to_owned(),
    ];
    let cases = ["Encrypt/Disabled", "TagResource/Enabled", "update-alias/Enabled-to-PendingDeletion"];
    let RunRecord { results, .. } = TestRun { deviations, ..TestRun::new() }.run(&cases).await;
    let kinds: Vec<_> = results.iter().map(|result| (result.verdict, result.kind)).collect();
    let wanted = [Kind::Code, Kind::Rejected, Kind::Code].map(|kind| (Verdict::Fail, Some(kind)));
    assert_eq!(kinds, wanted, "{:?}", results.iter().map(|result| &result.reason).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_is_one_cause_whatever_the_key() {
    let alter = rejected("TagResource", 403, "Forbidden.NoPermission");
    let cases = ["TagResource/Disabled", "TagResource/Enabled/EXTERNAL", "TagResource/PendingDeletion"];
    let RunRecord { results, .. } = altered(alter).run(&cases).await;
    assert!(results.iter().all(|result| result.verdict == Verdict::Inconclusive));
    assert!(results.iter().all(|result| result.blocked_by == results[0].blocked_by));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_is_not_the_rejection_that_is_expected() {
    let alter = rejected("ScheduleKeyDeletion", 403, "Forbidden.NoPermission");
    let RunRecord { results, .. } = altered(alter).run(&["protected-key-in-schedule-key-deletion"]).await;
    assert_eq!((results[0].verdict, results[0].kind), (Verdict::Inconclusive, Some(Kind::Denied)));
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_is_known_by_the_header_whatever_the_code() {
    let seen = AtomicU32::new(0);
    // A code that would be a deviation without the header.
    let alter: Alteration = Arc::new(move |operation, status, fields| {
        if operation == "TagResource" && seen.fetch_add(1, Ordering::Relaxed) < 2 {
            *status = 409;
            *fields = json!({"Code": "Rejected.Odd", "Message": "", "RequestId": "1", THROTTLED: 1});
        }
    });
    let RunRecord { footer, results, .. } = altered(alter).run(&["TagResource/Enabled"]).await;
    assert_eq!((results[0].verdict, results[0].attempts), (Verdict::Pass, 1), "{}", results[0].reason);
    assert_eq!(footer.usage.retries, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_success_with_an_empty_body_is_malformed() {
    let alter: Alteration = Arc::new(|operation, _, fields| {
        if operation == "TagResource" {
            *fields = serde_json::Value::Null;
        }
    });
    let RunRecord { results, .. } = altered(alter).run(&["Encrypt/Enabled", "TagResource/Enabled"]).await;
    assert_eq!(results[0].verdict, Verdict::Pass, "{}", results[0].reason);
    assert_eq!((results[1].verdict, results[1].kind), (Verdict::Fail, Some(Kind::Malformed)), "{}", results[1].reason);
    assert!(results[1].reason.contains("an empty body"), "{}", results[1].reason);
}
