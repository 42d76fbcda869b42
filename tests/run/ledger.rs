//! Whatever a run makes is written down before it is made.

use std::path::Path;
use std::sync::Arc;

use kms_conformance::ledger::{History, Ledger, LedgerLine, LedgerTarget, ThingState};
use kms_conformance::run::RunOptions;
use serde_json::json;

use super::altering_proxy::Alteration;
use super::test_run::TestRun;

/// A ledger of a run at some endpoint.
fn open(path: &Path) -> Ledger {
    let [provider, endpoint, region] = ["alibaba", "http://127.0.0.1:1", "cn-hangzhou"].map(str::to_owned);
    Ledger::open(path, "kc-run", LedgerTarget { provider, endpoint, region }).unwrap()
}

/// What a run of a case leaves in its ledger.
async fn history_of(test_run: TestRun, case: &str) -> (History, super::test_run::RunRecord) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.jsonl");
    let record = TestRun { ledger: Some(open(&path)), ..test_run }.run(&[case]).await;
    let history = History::read(&path).unwrap();
    assert_eq!(history.unreadable, []);
    (history, record)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_lists_what_is_made_and_removed_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.jsonl");
    let ledger = Some(open(&path));
    let record = TestRun { ledger, ..TestRun::new() }.run(&["CreateAlias/Enabled", "DeleteAlias/Enabled"]).await;
    assert_eq!(record.notices, [""; 0]);
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<LedgerLine> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();

    for case in ["CreateAlias/Enabled", "DeleteAlias/Enabled"] {
        let of_case = lines.iter().filter(|line| line.case == format!("alibaba/{case}"));
        let written: Vec<String> = of_case
            .map(|line| format!("{:?} {} {}", line.entry, line.operation, line.name.as_ref().map_or(0, String::len)))
            .collect();
        let wanted = [
            "Making CreateKey 0",
            "Made CreateKey 36",
            "Making CreateAlias 34",
            "Made CreateAlias 34",
            "Removed DeleteAlias 34",
            "Removed ScheduleKeyDeletion 36",
        ];
        assert_eq!(written, wanted, "{case}");
    }

    assert!(lines.iter().all(|line| line.run == "kc-run"), "{text}");
    let making = lines.iter().filter(|line| line.target.is_some());
    let by_mark = making.clone().filter(|line| line.mark.as_deref() == Some("kc-run")).count();
    let by_name = making.filter(|line| line.name.is_some() && line.undo.is_some()).count();
    assert_eq!((by_mark, by_name), (2, 2), "{text}");
    assert_eq!(History::read(&path).unwrap().left().count(), 0);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_made_if_the_ledger_can_not_be_written() {
    let ledger = Some(open(Path::new("/dev/full")));
    let record = TestRun { ledger, ..TestRun::new() }.run(&["CreateAlias/Enabled", "DeleteAlias/Enabled"]).await;
    let stopped = record.footer.stopped.unwrap();
    assert!(stopped.starts_with("the ledger can't be written (No space left on device"), "{stopped}");
    assert!(stopped.ends_with("so nothing more is made"), "{stopped}");
    assert_eq!((record.footer.usage.requests, record.footer.usage.keys_created), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alias_whose_making_got_no_response_is_removed_by_its_name() {
    // As a fixture and as the probe; every attempt is lost, so the case never learns of it.
    for case in ["DeleteAlias/Enabled", "CreateAlias/Enabled"] {
        let faults = vec!["drop-after,operation=CreateAlias".to_owned()];
        let (history, record) = history_of(TestRun { faults, ..TestRun::new() }, case).await;
        assert_eq!(record.footer.leaks, [""; 0], "{case}");
        let aliases: Vec<_> = history.things.iter().filter(|thing| thing.undo.is_some()).collect();
        assert!(!aliases.is_empty(), "{case}");
        for alias in aliases {
            assert!(alias.name.as_ref().unwrap().starts_with("alias/kms-conformance-kc-run"), "{alias:?}");
            assert_eq!((alias.state, alias.target.region.as_str()), (ThingState::Gone, "cn-hangzhou"), "{case}");
            assert_eq!(alias.undo.as_ref().unwrap().operation, "DeleteAlias");
        }
        assert_eq!(history.left().count(), 0, "{case}: {:?}", history.things);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alias_that_may_be_left_is_reported_and_stays_in_the_ledger() {
    let faults = ["drop-after,operation=CreateAlias", "drop-before,operation=DeleteAlias"];
    let faults = faults.map(str::to_owned).to_vec();
    let (history, record) = history_of(TestRun { faults, ..TestRun::new() }, "CreateAlias/Enabled").await;
    let left: Vec<_> = history.left().filter_map(|thing| thing.name.as_deref()).collect();
    assert!(!left.is_empty() && left.len() == record.footer.leaks.len(), "{left:?}: {:?}", record.footer.leaks);
    for (name, leak) in left.iter().zip(&record.footer.leaks) {
        assert!(leak.starts_with(name) && leak.contains("it may be there, for its making got no response"), "{leak}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_creation_got_no_response_is_unknown_until_the_sweep_has_found_it() {
    let faults = vec!["drop-after,operation=CreateKey,nth=1".to_owned()];
    let (history, _) = history_of(TestRun { faults, ..TestRun::new() }, "Encrypt/Enabled").await;
    assert_eq!(history.left().count(), 0, "{:?}", history.things);

    let faults = ["drop-after,operation=CreateKey,nth=1", "internal-error,operation=ListKeys"];
    let faults = faults.map(str::to_owned).to_vec();
    let (history, _) = history_of(TestRun { faults, ..TestRun::new() }, "Encrypt/Enabled").await;
    let left: Vec<_> = history.left().map(|thing| (thing.mark.as_deref(), thing.state)).collect();
    assert_eq!(left, [(Some("kc-run"), ThingState::Unknown)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_service_rejects_was_never_there() {
    let deviations = vec!["CreateAlias:Enabled=409/Rejected.Odd".to_owned()];
    let (history, record) = history_of(TestRun { deviations, ..TestRun::new() }, "DeleteAlias/Enabled").await;
    assert_eq!((history.left().count(), record.footer.leaks.len()), (0, 0), "{:?}", history.things);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_rejected_wherever_it_is_sent_stands_for_nothing() {
    let faults = vec!["drop-before,operation=CreateAlias,nth=1".to_owned()];
    let (history, record) = history_of(TestRun { faults, ..TestRun::new() }, "bad-name-in-create-alias").await;
    assert_eq!(record.footer.leaks, [""; 0]);
    assert_eq!(history.left().count(), 0, "{:?}", history.things);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_the_mark_is_neither_changed_nor_removed() {
    // The endpoint names a key of somebody else.
    let foreign = |described: &'static str| {
        Arc::new(move |operation: &str, _: &mut u16, fields: &mut serde_json::Value| {
            if operation == "CreateKey" {
                fields["KeyMetadata"]["KeyId"] = json!("0b7d4e21-6a9f-4c35-b1e8-92d3f7a650cc");
                fields["KeyMetadata"]["Description"] = json!(described);
            }
        })
    };
    for described in ["orders", ""] {
        let options = RunOptions { only_marked: true, ..RunOptions::default() };
        let test_run = TestRun { alter: Some(foreign(described)), options, ..TestRun::new() };
        let (_, record) = history_of(test_run, "DisableKey/Enabled").await;
        let reason = &record.results[0].reason;
        assert!(reason.contains("does not carry the mark of this run"), "{reason}");
        let sent = record.results[0].exchanges.iter().map(|exchange| exchange.operation.as_str());
        assert!(sent.clone().all(|operation| operation == "CreateKey"), "{:?}", sent.collect::<Vec<_>>());
        // The one that was made instead is found by its mark.
        assert_eq!(record.footer.usage.keys_left, 0, "{:?}", record.footer.leaks);
    }
}

/// The lists of an endpoint that is late.
fn empty_lists() -> Alteration {
    Arc::new(|operation, _, fields| match operation {
        "ListKeys" => *fields = json!({"TotalCount": 0, "PageNumber": 1, "PageSize": 100, "Keys": {"Key": []}}),
        "ListAliases" => {
            *fields = json!({"TotalCount": 0, "PageNumber": 1, "PageSize": 100, "Aliases": {"Alias": []}});
        }
        _ => {}
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_may_be_listed_late_is_left_to_a_sweep() {
    for (account, left) in [(true, 1), (false, 0)] {
        let faults = vec!["drop-after,operation=CreateKey,nth=1".to_owned()];
        let options = RunOptions { account, ..RunOptions::default() };
        let run = TestRun { faults, options, alter: Some(empty_lists()), ..TestRun::new() };
        let (history, record) = history_of(run, "Encrypt/Enabled").await;
        assert_eq!(history.left().count(), left, "{account}");
        let said = record.notices.iter().any(|notice| notice.contains("not listed yet: 1"));
        assert_eq!(said, account, "{:?}", record.notices);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alias_that_may_be_found_late_is_left_to_a_sweep() {
    // Nothing was made, so it is not found, which looks the same.
    for (account, left) in [(true, 1), (false, 0)] {
        let faults = vec!["drop-before,operation=CreateAlias".to_owned()];
        let options = RunOptions { account, confirm_failures: 0, attempts: 1, ..RunOptions::default() };
        let run = TestRun { faults, options, ..TestRun::new() };
        let (history, _) = history_of(run, "CreateAlias/Enabled").await;
        assert_eq!(history.left().count(), left, "{account}");
    }
}
