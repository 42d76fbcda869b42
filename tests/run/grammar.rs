//! What case files can say besides what the bundled ones say: each is run against an endpoint.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kms_conformance::event::CaseResult;
use kms_conformance::run::RunOptions;
use kms_conformance::suite::Suite;
use kms_conformance::suite::coverage::Coverage;
use kms_conformance::suite::files::{CaseFile, embedded};
use kms_conformance::suite::load::load;
use kms_conformance::suite::summary::Summary;
use kms_conformance::verdict::{Kind, Verdict};
use serde_json::{Value, json};

use super::altering_proxy::{Alteration, rejected};
use super::test_run::{RunRecord, TestRun};

const TAG: &str = "alibaba/matrix/tag-resource.yaml";
const KMS: &str = "alibaba/kms.yaml";
const PENDING: &str = "PendingDeletion: Rejected.PendingDeletion";

/// The bundled case files, to be changed.
struct Files(Vec<CaseFile>);

impl Files {
    fn new() -> Self {
        Self(embedded())
    }

    /// Replaces a text that stands in a file once.
    fn change(mut self, path: &str, from: &str, to: &str) -> Self {
        let file = self.0.iter_mut().find(|file| &*file.path == path).unwrap();
        assert_eq!(file.text.matches(from).count(), 1, "{path}: {from}");
        file.text = file.text.replace(from, to).into();
        self
    }

    fn add(mut self, path: &str, text: &str) -> Self {
        self.0.push(CaseFile::new(path, text.to_owned()));
        self
    }

    fn without(mut self, path: &str) -> Self {
        self.0.retain(|file| &*file.path != path);
        self
    }

    fn load(self) -> Arc<Suite> {
        Arc::new(load(self.0, None).unwrap_or_else(|mistakes| panic!("{mistakes}")))
    }
}

/// A run of cases of a suite.
async fn run(suite: &Arc<Suite>, alter: Option<Alteration>, ids: &[&str]) -> RunRecord {
    let options = RunOptions { keep_exchanges: true, ..RunOptions::default() };
    TestRun { suite: Some(Arc::clone(suite)), alter, options, ..TestRun::new() }.run(ids).await
}

fn verdicts(record: &RunRecord) -> Vec<(&str, Verdict)> {
    record.results.iter().map(|result| (&*result.id, result.verdict)).collect()
}

/// The operations of the requests of a case.
fn operations(result: &CaseResult) -> HashSet<&str> {
    result.exchanges.iter().map(|exchange| exchange.operation.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_class_of_keys_has_its_own_outcome_in_a_cell() {
    let by_class = "PendingDeletion: {Aliyun_KMS: Rejected.PendingDeletion, EXTERNAL: Success}";
    let suite = Files::new().change(TAG, PENDING, by_class).load();
    let record = run(&suite, None, &["TagResource/PendingDeletion", "TagResource/PendingDeletion/EXTERNAL"]).await;
    let [same, other] = &record.results[..] else { panic!() };
    assert_eq!((same.verdict, other.verdict), (Verdict::Pass, Verdict::Fail));
    assert_eq!(other.reason, "TagResource responded Rejected.PendingDeletion (409) instead of Success (200)");
    // The expectation of the class stands after that of the other on the same line.
    assert!(other.source.line == same.source.line && other.source.column > same.source.column);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_outcome_of_a_set_passes_and_the_one_that_came_is_reported() {
    let set = "PendingDeletion: [Rejected.PendingDeletion, Rejected.StateModifiedFailed]";
    let suite = Files::new().change(TAG, PENDING, set).load();
    let published = "Rejected.PendingDeletion (409) or Rejected.StateModifiedFailed (409)";
    for code in ["Rejected.PendingDeletion", "Rejected.StateModifiedFailed"] {
        let record = run(&suite, Some(rejected("TagResource", 409, code)), &["TagResource/PendingDeletion"]).await;
        let result = &record.results[0];
        assert_eq!(result.verdict, Verdict::Pass, "{code}: {}", result.reason);
        assert_eq!(result.actual.as_ref().unwrap().code, code);
        assert_eq!(result.notes, [format!("TagResource responded {code} (409), and the documents have {published}")]);
    }
    let record =
        run(&suite, Some(rejected("TagResource", 409, "Rejected.Disabled")), &["TagResource/PendingDeletion"]).await;
    let wanted = format!("TagResource responded Rejected.Disabled (409) instead of {published}");
    assert_eq!((record.results[0].verdict, &record.results[0].reason), (Verdict::Fail, &wanted));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_status_of_an_outcome_passes_and_no_other() {
    let (from, to) =
        ("Rejected.PendingDeletion:\n    status: 409", "Rejected.PendingDeletion:\n    status: [400, 409]");
    let suite = Files::new().change(KMS, from, to).load();
    for (status, verdict) in [(400, Verdict::Pass), (409, Verdict::Pass), (403, Verdict::Fail)] {
        let alter = rejected("TagResource", status, "Rejected.PendingDeletion");
        let record = run(&suite, Some(alter), &["TagResource/PendingDeletion"]).await;
        assert_eq!(record.results[0].verdict, verdict, "{status}: {}", record.results[0].reason);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_without_a_documented_code_passes_with_any_code() {
    let suite = Files::new().change(TAG, PENDING, "PendingDeletion: 4xx").load();
    let record = run(&suite, Some(rejected("TagResource", 412, "Odd")), &["TagResource/PendingDeletion"]).await;
    assert_eq!(record.results[0].verdict, Verdict::Pass, "{}", record.results[0].reason);
    let note = "TagResource responded Odd (412); no document says with which code it is rejected";
    assert_eq!(record.results[0].notes, [note]);

    let deviations = vec!["TagResource:PendingDeletion=Success".to_owned()];
    let record = TestRun { suite: Some(Arc::clone(&suite)), deviations, ..TestRun::new() };
    let record = record.run(&["TagResource/PendingDeletion"]).await;
    assert_eq!(record.results[0].kind, Some(Kind::Allowed));
    assert_eq!(record.results[0].reason, "TagResource responded Success (200) instead of any rejection (4xx)");

    // That the endpoint does not know the operation says nothing of the state.
    let unknown = rejected("TagResource", 404, "InvalidAction.NotFound");
    let record = run(&suite, Some(unknown), &["TagResource/PendingDeletion"]).await;
    assert_eq!(record.results[0].kind, Some(Kind::Unsupported));
}

#[test]
fn a_row_covers_several_clauses() {
    let suite = Files::new().change(TAG, "edition: later", "also: [tags/same-key]\nedition: later").load();
    let case = suite.case("alibaba/TagResource/Enabled").unwrap();
    let clauses: Vec<_> = suite.clauses_of(case).into_iter().map(|clause| clause.as_str()).collect();
    assert_eq!(clauses, ["key-states/table/tag-resource", "tags/same-key"]);
    let coverage = Coverage::of(&suite);
    let covered = coverage.clauses.iter().find(|covered| covered.clause == "tags/same-key").unwrap();
    assert!(covered.cases.iter().any(|id| &**id == "alibaba/TagResource/Enabled"));
}

/// Two more classes: keys of `HELD` are made in a way of their own and can't be disabled in a run, none of `STORE` can
/// be made.
fn with_classes() -> Arc<Suite> {
    let classes = "  HELD:
    new_key_is: Enabled
    has: [material]
    create: {Origin: Aliyun_KMS, Description: \"held ${mark}\"}
    states: [Enabled, Disabled]
    undrivable: {Disabled: Nothing disables such a key.}
    impossible: {PendingDeletion: It stays., PendingImport: It has material.}
  STORE:
    not_made: A key store needs hardware.
    new_key_is: Enabled
    states: [Enabled]
    impossible: {Disabled: It works., PendingDeletion: It stays., PendingImport: It has material.}
  EXTERNAL:
    new_key_is: PendingImport
";
    let behaviour = "    Aliyun_KMS: [Encrypt, GenerateDataKey]\n";
    Files::new()
        .change(KMS, "  EXTERNAL:\n    new_key_is: PendingImport\n", classes)
        .change(KMS, behaviour, &format!("{behaviour}    HELD: [GenerateDataKey]\n"))
        .load()
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_a_class_are_made_and_observed_in_their_own_way() {
    let record = run(&with_classes(), None, &["TagResource/Enabled/HELD"]).await;
    let result = &record.results[0];
    assert_eq!(result.verdict, Verdict::Pass, "{}", result.reason);
    let made = result.exchanges.iter().find(|exchange| exchange.operation == "CreateKey").unwrap();
    let response = &made.response.as_ref().unwrap().body;
    assert!(response.contains("held kc-run") && response.contains("Aliyun_KMS"), "{response}");
    let operations = operations(result);
    assert!(operations.contains("GenerateDataKey") && !operations.contains("Encrypt"), "{operations:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_run_can_drive_is_listed_counted_and_skipped_with_its_reason() {
    let suite = with_classes();
    let record = run(&suite, None, &["Encrypt/Disabled/HELD", "Encrypt/Enabled/STORE"]).await;
    let skipped: Vec<_> =
        record.results.iter().map(|result| (result.verdict, result.kind, result.reason.as_str())).collect();
    let unavailable = |reason| (Verdict::Skipped, Some(Kind::Unavailable), reason);
    assert_eq!(skipped, [unavailable("Nothing disables such a key."), unavailable("A key store needs hardware.")]);
    assert_eq!(record.footer.usage.requests, 0);

    let of_classes = suite
        .cases
        .iter()
        .filter(|case| case.id.as_str().ends_with("/STORE") || case.id.as_str().ends_with("/Disabled/HELD"));
    let coverage = Coverage::of(&suite);
    assert_eq!(coverage.not_driven.len(), of_classes.count());
    assert!(coverage.to_string().ends_with(" listed that no run can judge\n"), "{coverage}");
    let summary = Summary::of(&suite).to_string();
    let count = coverage.not_driven.len();
    assert!(summary.contains(&format!(", {count} of them without keys that can be driven;")), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variant_of_a_request_has_cases_of_its_own_and_keys_whose_states_are_given() {
    let files = Files::new();
    let row = files.0.iter().find(|file| &*file.path == "alibaba/matrix/encrypt.yaml").unwrap().text.clone();
    let keys = "operation: Encrypt\nvariant: by-alias\nkeys:\n  other: {class: EXTERNAL, state: Disabled}\n";
    let row =
        row.replacen("operation: Encrypt\n", keys, 1).replacen("KeyId: \"${key.id}\"", "KeyId: \"${alias.name}\"", 1);
    let fields = "fields: {KeyMetadata.KeyState: Disabled, KeyMetadata.Origin: EXTERNAL}";
    let row = format!("{row}  - look: DescribeKey\n    on: other\n    {fields}\n");
    let suite = files.add("alibaba/matrix/encrypt-by-alias.yaml", &row).load();

    let record = run(&suite, None, &["Encrypt/Enabled", "Encrypt/by-alias/Enabled", "Encrypt/by-alias/Disabled"]).await;
    let passed = |id| (id, Verdict::Pass);
    let ids = ["alibaba/Encrypt/Enabled", "alibaba/Encrypt/by-alias/Enabled", "alibaba/Encrypt/by-alias/Disabled"];
    assert_eq!(verdicts(&record), ids.map(passed));
    assert_eq!(record.footer.usage.keys_created, 5, "a key each, and another for each of the variant");
    assert!(suite.case("alibaba/Encrypt/by-alias/Disabled/EXTERNAL/via-cancel").is_some());
    assert_eq!(suite.row(&"Encrypt".into()).unwrap().variant, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_made_and_listed_by_operations_that_the_table_does_not_have() {
    let others = "other_operations:
  CreateKey: {clause: key-states/new-key, request: {Origin: \"${class}\", Description: \"${mark}\"}}
  ListKeys: {clause: key-states/new-key, request: {PageSize: 100}}
";
    let no_case = |says: &str| format!("{says}\n    no_case: The operation has no row here.");
    let made = "says: Keys can be created whatever the state of the keys that are there.";
    let listed = "key-states/table/list-keys:\n    section: Table of operations and key states\n    edition: official";
    let suite = Files::new()
        .change(KMS, "other_operations:\n", others)
        .change(KMS, "  - CreateKey\n", "")
        .change(KMS, "  - ListKeys\n", "")
        .change("alibaba/clauses.yaml", made, &no_case(made))
        .change("alibaba/clauses.yaml", listed, &no_case(listed))
        .without("alibaba/matrix/create-key.yaml")
        .without("alibaba/matrix/list-keys.yaml")
        .load();

    // A key whose creation got no usable response is found in the list.
    let faults = vec!["drop-after,operation=CreateKey,nth=1".to_owned()];
    let record = TestRun { suite: Some(suite), faults, ..TestRun::new() }.run(&["Encrypt/Disabled"]).await;
    assert_eq!(record.results[0].verdict, Verdict::Pass, "{}", record.results[0].reason);
    assert_eq!(record.notices, ["1 key whose creation got no usable response: found and removed"]);
}

/// The suite with paging by marker.
fn by_marker() -> Arc<Suite> {
    let mut files = Files::new();
    for file in &mut files.0 {
        let lines = file.text.lines().filter(|line| !line.trim_start().starts_with("counted:"));
        file.text = lines.map(|line| format!("{line}\n")).collect::<String>().into();
    }
    let forms = "  TotalCount: count\n  PageNumber: count\n  PageSize: count\n";
    files
        .change(
            KMS,
            "  number: PageNumber\n  total: TotalCount\n",
            "  marker: Marker\n  next_marker: Next\n  truncated: More\n",
        )
        .change("alibaba/matrix/list-keys.yaml", forms, "")
        .load()
}

/// Every page of the list of keys before the last is empty and has this marker, if any; there are so many of them.
fn pages(before: usize, marker: fn(usize) -> Option<String>) -> Alteration {
    let read = AtomicUsize::new(0);
    Arc::new(move |operation, _, fields| {
        if operation != "ListKeys" {
            return;
        }
        let page = read.fetch_add(1, Ordering::Relaxed);
        if page < before {
            *fields = json!({"Keys": {"Key": []}, "More": true});
            if let Some(marker) = marker(page) {
                fields["Next"] = Value::from(marker);
            }
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_read_to_its_end_by_its_markers() {
    let alter = pages(2, |page| Some(format!("page-{page}")));
    let record = run(&by_marker(), Some(alter), &["ListKeys/Enabled"]).await;
    let result = &record.results[0];
    assert_eq!(result.verdict, Verdict::Pass, "{}", result.reason);
    let requests = result.exchanges.iter().filter(|exchange| exchange.operation == "ListKeys");
    let requests: Vec<String> = requests.map(|one| format!("{}{}", one.request.url, one.request.body)).collect();
    let markers = ["page-0", "page-1"].map(|marker| requests.iter().any(|request| request.contains(marker)));
    assert_eq!((requests.len(), markers), (3, [true, true]), "{requests:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_leads_in_a_circle_fails_and_is_not_followed_for_ever() {
    for (marker, problem) in [
        ((|_| None) as fn(usize) -> Option<String>, "it goes on, but Next is missing"),
        (|_| Some("same".to_owned()), "Next leads to a page again that was read"),
        (|page| Some(format!("page-{}", page % 3)), "Next leads to a page again that was read"),
    ] {
        let record = run(&by_marker(), Some(pages(usize::MAX, marker)), &["ListKeys/Enabled"]).await;
        let result = &record.results[0];
        let reason = format!("the list of ListKeys can't be read to its end: {problem}");
        assert_eq!((result.verdict, result.kind, &result.reason), (Verdict::Fail, Some(Kind::Body), &reason));
        let requests = result.exchanges.iter().filter(|exchange| exchange.operation == "ListKeys").count();
        assert!(requests <= 5, "{requests}");
    }
}
