//! What is reported of a case when an endpoint misbehaves. `SNAPSHOTS=overwrite` writes it anew.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kms_conformance::event::Outcome;
use kms_conformance::run::{RunOptions, Unsupported};
use serde_json::{Value, json};
use snapbox::{Assert, Data};

use super::altering_proxy::{Alteration, rejected};
use super::test_run::{RunRecord, TestRun};

/// What goes wrong.
enum Trouble {
    /// Nothing.
    None,
    /// A deviation of the mock.
    Deviation(&'static str),
    /// Several.
    Deviations(&'static [&'static str]),
    /// A fault of the mock.
    Fault(&'static str),
    /// Every response to an operation becomes this rejection.
    Rejected(&'static str, u16, &'static str),
    /// A field of the responses to an operation becomes this, or is removed.
    Field(&'static str, &'static str, Option<Value>),
}

use Trouble::{Deviation, Deviations, Fault, Field, Rejected};

impl Trouble {
    fn test_run(&self) -> TestRun {
        let mut test_run = TestRun::new();
        match self {
            Self::None => {}
            Deviation(deviation) => test_run.deviations.push((*deviation).to_owned()),
            Deviations(deviations) => test_run.deviations.extend(deviations.iter().map(ToString::to_string)),
            Fault(rule) => test_run.faults.push((*rule).to_owned()),
            Rejected(operation, status, code) => test_run.alter = Some(rejected(operation, *status, code)),
            Field(operation, pointer, value) => test_run.alter = Some(field(operation, pointer, value.clone())),
        }
        test_run
    }

    fn name(&self) -> String {
        match self {
            Self::None => "nothing wrong".to_owned(),
            Deviation(text) | Fault(text) => (*text).to_owned(),
            Deviations(texts) => texts.join(" and "),
            Rejected(operation, status, code) => format!("{operation} responds {code} ({status})"),
            Field(operation, pointer, Some(value)) => {
                let value: String = value.to_string().chars().take(40).collect();
                format!("{operation} has {pointer} {value}")
            }
            Field(operation, pointer, None) => format!("{operation} has no {pointer}"),
        }
    }
}

fn field(operation: &'static str, pointer: &'static str, value: Option<Value>) -> Alteration {
    Arc::new(move |called, status, fields| {
        if called != operation || *status != 200 {
            return;
        }
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let Some(parent) = fields.pointer_mut(parent).and_then(Value::as_object_mut) else { return };
        match &value {
            Some(value) => parent.insert(name.to_owned(), value.clone()),
            None => parent.remove(name),
        };
    })
}

/// Everything that was reported, without what differs between runs.
fn transcript(record: &RunRecord) -> String {
    let mut text = String::new();
    for result in &record.results {
        let kind = result.kind.map(|kind| format!(" ({})", kind.name())).unwrap_or_default();
        let _ = writeln!(text, "  {}{kind} {}", result.verdict, result.reason);
        let outcome = |one: &Outcome| format!("{} ({})", one.code, one.status);
        if let (Some(expected), Some(actual)) = (&result.expected, &result.actual)
            && expected != actual
        {
            let others: Vec<String> = result.also_accepted.iter().map(outcome).collect();
            let others = if others.is_empty() { String::new() } else { format!(" or {}", others.join(" or ")) };
            let _ = writeln!(text, "    expected {}{others}, was {}", outcome(expected), outcome(actual));
        }
        if let Some(first) = &result.first_actual {
            let _ = writeln!(text, "    first {}", outcome(first));
        }
        if let Some(by) = &result.blocked_by {
            let _ = writeln!(text, "    blocked in {} by {by}", by.step.name());
        }
        for lenient in &result.lenient {
            let _ = writeln!(text, "    lenient: {} of {}", outcome(&lenient.accepted), lenient.operation);
        }
        for note in &result.notes {
            let _ = writeln!(text, "    note: {note}");
        }
        if result.attempts > 1 {
            let _ = writeln!(text, "    {} attempts", result.attempts);
        }
    }

    for notice in &record.notices {
        let _ = writeln!(text, "  notice: {notice}");
    }
    for leak in &record.footer.leaks {
        let _ = writeln!(text, "  leak: {leak}");
    }
    if let Some(stopped) = &record.footer.stopped {
        let _ = writeln!(text, "  stopped: {stopped}");
    }

    let footer = &record.footer;
    if !footer.complete {
        let _ = writeln!(text, "  not complete");
    }
    let id = regex::Regex::new("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").unwrap();
    let port = regex::Regex::new(r"127\.0\.0\.1:\d+").unwrap();
    let skew = regex::Regex::new("is (7199|7200|7201) s").unwrap();
    let text = port.replace_all(&id.replace_all(&text, "ID"), "127.0.0.1:PORT").into_owned();
    skew.replace_all(&text, "is 7200 s").into_owned()
}

async fn assert_transcript(name: &str, troubles: Vec<(Trouble, &str)>, options: impl Fn() -> RunOptions) {
    let mut all = String::new();
    for (trouble, cases) in troubles {
        let ids: Vec<&str> = cases.split(' ').collect();
        let record = TestRun { options: options(), ..trouble.test_run() }.run(&ids).await;
        let _ = write!(all, "{}: {cases}\n{}", trouble.name(), transcript(&record));
    }
    let wanted = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/run/{name}.txt"));
    Assert::new().action_env(snapbox::assert::DEFAULT_ACTION_ENV).eq(all, Data::read_from(&wanted, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_does_not_reach_its_state() {
    let troubles = vec![
        (Rejected("CreateKey", 400, "Forbidden.Somehow"), "Encrypt/Enabled"),
        (Field("CreateKey", "/KeyMetadata", None), "Encrypt/Enabled"),
        (Field("CreateKey", "/KeyMetadata/KeyId", None), "CreateKey/Enabled"),
        (Field("CreateKey", "/KeyMetadata/KeyId", Some("".into())), "new-key-is-enabled"),
        (Rejected("DisableKey", 409, "Rejected.Odd"), "Encrypt/Disabled"),
        (Rejected("CreateAlias", 409, "Rejected.Odd"), "DeleteAlias/Enabled"),
        (Field("GetParametersForImport", "/ImportToken", None), "ImportKeyMaterial/PendingImport/EXTERNAL"),
        (Field("GetParametersForImport", "/PublicKey", Some("AAAA".into())), "Encrypt/Enabled/EXTERNAL"),
        (Field("GetParametersForImport", "/PublicKey", Some("no Base64".into())), "Encrypt/Enabled/EXTERNAL"),
        (Deviation("disable-does-nothing"), "Encrypt/Disabled"),
        (Deviation("material-never-expires"), "Encrypt/PendingImport/EXTERNAL/via-expiry"),
        (Deviation("import-leaves-disabled"), "update-alias/Enabled-to-Enabled"),
        (Deviation("disable-does-nothing"), "update-alias/Disabled-to-Enabled"),
        (Deviation("disable-does-nothing"), "disabled-key-works-again-once-enabled"),
        (Deviation("enable-does-nothing"), "pending-deletion-yields-only-to-cancel"),
        (Rejected("ScheduleKeyDeletion", 409, "Rejected.Odd"), "Encrypt/Enabled"),
        (Rejected("ScheduleKeyDeletion", 404, "Forbidden.KeyNotFound"), "Encrypt/Enabled"),
        (Rejected("ScheduleKeyDeletion", 409, "Rejected.StateModifiedFailed"), "Encrypt/Enabled"),
        (Rejected("DeleteAlias", 409, "Rejected.Odd"), "CreateAlias/Enabled"),
        (Rejected("DeleteAlias", 404, "Forbidden.AliasNotFound"), "CreateAlias/Enabled"),
    ];
    assert_transcript("keys", troubles, RunOptions::default).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_can_not_be_observed() {
    let troubles = vec![
        (Field("DescribeKey", "/KeyMetadata/KeyState", None), "Encrypt/Enabled"),
        (Field("DescribeKey", "/KeyMetadata/KeyState", Some("Fine".into())), "Encrypt/Enabled"),
        (Field("DescribeKey", "/KeyMetadata/KeyState", Some("x".repeat(400).into())), "Encrypt/Disabled"),
        (Field("DescribeKey", "/KeyMetadata/KeyState", Some(7.into())), "CreateAlias/PendingDeletion"),
        (Rejected("DescribeKey", 409, "Rejected.Odd"), "Encrypt/Disabled"),
        (Rejected("DescribeKey", 409, "Rejected.Odd"), "UpdateKeyDescription/PendingDeletion"),
        (Rejected("DescribeKey", 404, "Forbidden.KeyNotFound"), "DisableKey/Enabled"),
        (Rejected("Encrypt", 409, "Rejected.Odd"), "DisableKey/Enabled"),
        (Rejected("Encrypt", 409, "Rejected.Disabled"), "DisableKey/Enabled"),
        (Rejected("GenerateDataKey", 409, "Rejected.Odd"), "new-key-is-enabled"),
        (Deviation("disable-only-shown"), "DisableKey/Enabled"),
        (Deviation("key-never-gone"), "pending-deletion-ends-in-deletion"),
        (Deviation("cancel-leaves-disabled"), "cancel-deletion-of-a-disabled-key"),
        (Deviation("cancel-leaves-disabled"), "cancel-deletion-of-an-enabled-key"),
        (Deviation("update-alias-disables-old-key"), "update-alias/Enabled-to-Enabled"),
        (Deviation("refused-description-written"), "UpdateKeyDescription/PendingDeletion"),
        (Deviation("refused-schedule-moves-delete-date"), "ScheduleKeyDeletion/PendingDeletion"),
    ];
    assert_transcript("states", troubles, RunOptions::default).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_is_not_allowed() {
    let troubles = || {
        vec![
            (Trouble::None, "Encrypt/Enabled"),
            (Deviation("Encrypt:Disabled=Success"), "Encrypt/Disabled"),
            (Deviation("Encrypt:Disabled=400/Rejected.Disabled"), "Encrypt/Disabled"),
            (Deviation("Encrypt:Disabled=Success"), "disabled-key-works-again-once-enabled"),
            (Deviation("Encrypt:success-is-201"), "Encrypt/Enabled"),
            (Rejected("Encrypt", 409, "Rejected.Odd"), "Encrypt/Enabled"),
            (Rejected("Encrypt", 409, "Rejetced.PendingDeletion"), "Encrypt/PendingDeletion"),
            (Rejected("TagResource", 404, "InvalidAction.NotFound"), "TagResource/Enabled"),
            (Rejected("TagResource", 404, "InvalidAction.NotFound"), "ListResourceTags/Enabled"),
            (Rejected("TagResource", 404, "InvalidAction.NotFound"), "Encrypt/Enabled"),
            (Rejected("Encrypt", 404, "InvalidAction.NotFound"), "DisableKey/Enabled"),
            (Rejected("CreateKey", 404, "InvalidAction.NotFound"), "DisableKey/Enabled"),
            (Trouble::None, "missing-plaintext-in-encrypt"),
            (Rejected("Encrypt", 400, "MissingPlaintext"), "missing-plaintext-in-encrypt"),
            (Rejected("Encrypt", 409, "MissingPlaintext"), "missing-plaintext-in-encrypt"),
            (Deviation("missing-parameter-accepted"), "missing-plaintext-in-encrypt"),
            (Deviation("damaged-material-accepted"), "damaged-material-is-refused/EXTERNAL"),
            (Deviation("nonce-reuse-accepted"), "replayed-request-in-disable-key"),
            (Deviation("decrypt-returns-other-text"), "encryption-context-must-be-the-same"),
            (Rejected("Decrypt", 404, "InvalidAction.NotFound"), "encryption-context-must-be-the-same"),
            (Rejected("DeleteKeyMaterial", 404, "InvalidAction.NotFound"), "wrong-origin-in-delete-key-material"),
        ]
    };

    assert_transcript("responses", troubles(), RunOptions::default).await;
    let strict = || RunOptions { strict: true, unsupported: Unsupported::Skip, ..RunOptions::default() };
    assert_transcript("responses-strict", troubles(), strict).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deviation_is_one_though_another_operation_is_not_known() {
    let alter = Some(rejected("GenerateDataKey", 404, "InvalidAction.NotFound"));
    let options = RunOptions { unsupported: Unsupported::Skip, ..RunOptions::default() };
    let deviations = vec!["disable-does-nothing".to_owned()];
    let record = TestRun { alter, deviations, options, ..TestRun::new() }.run(&["DisableKey/Enabled"]).await;
    let says = "DescribeKey says Enabled, Encrypt responds Success (200)";
    let wanted = format!("  fail (effect) after DisableKey the key is not Disabled: {says}\n    2 attempts\n");
    assert_eq!(transcript(&record), wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deviating_cell_in_a_scenario() {
    let troubles = vec![
        (Deviation("Encrypt:PendingImport=Success"), "material-expires-while-enabled/EXTERNAL"),
        (Deviation("Encrypt:Disabled=Success"), "only-enabled-keys-encrypt"),
        (Deviation("EnableKey:Disabled=409/Rejected.Disabled"), "disabled-key-works-again-once-enabled"),
        (Deviation("UpdateAlias:Enabled=409/Rejected.Disabled"), "moved-alias-stands-for-its-new-key"),
        (Deviation("UpdateAlias:Enabled=409/Rejected.Disabled"), "unknown-alias-in-update-alias"),
        (Deviation("DisableKey:Enabled=409/Rejected.Disabled"), "replayed-request-in-disable-key"),
        (
            Deviations(&["signature-not-checked", "DisableKey:Enabled=409/Rejected.Disabled"]),
            "bad-signature-in-disable-key",
        ),
        (
            Deviations(&["nonce-reuse-accepted", "DisableKey:Disabled=409/Rejected.Odd"]),
            "replayed-request-in-disable-key",
        ),
        (Deviation("signature-not-checked"), "bad-signature-in-disable-key"),
        (Deviation("reimport-loses-ciphertexts"), "reimport-brings-ciphertexts-back/EXTERNAL"),
        (Deviation("cancel-leaves-disabled"), "CancelKeyDeletion/PendingDeletion/EXTERNAL"),
        (Deviation("import-enables-disabled-key"), "ImportKeyMaterial/Disabled/EXTERNAL"),
    ];
    assert_transcript("scenarios", troubles, RunOptions::default).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_gone_or_hides_its_state_after_the_probe() {
    for (code, status, kind, seen) in [
        (
            "Forbidden.KeyNotFound",
            404,
            "fail (effect) after ScheduleKeyDeletion the key is not PendingDeletion",
            "DescribeKey says that there is no such key, Encrypt responds Forbidden.KeyNotFound (404)",
        ),
        (
            "Rejected.Odd",
            409,
            // The response of the call is all there is, and nothing contradicts it.
            "inconclusive (effect) the effect can't be observed: DescribeKey responded Rejected.Odd (409)",
            "blocked in verification by DescribeKey",
        ),
    ] {
        let scheduled = AtomicBool::new(false);
        let alter: Alteration = Arc::new(move |operation, response_status, fields| match operation {
            "ScheduleKeyDeletion" => scheduled.store(true, Ordering::Relaxed),
            "DescribeKey" | "Encrypt" | "GenerateDataKey" if scheduled.load(Ordering::Relaxed) => {
                *response_status = status;
                *fields = json!({"Code": code, "Message": "", "RequestId": "1"});
            }
            _ => {}
        });
        let options = RunOptions { confirm_failures: 0, ..RunOptions::default() };
        let test_run = TestRun { alter: Some(alter), options, ..TestRun::new() };
        let record = test_run.run(&["ScheduleKeyDeletion/Enabled"]).await;
        let expected = transcript(&record);
        assert!(expected.starts_with(&format!("  {kind}")), "{seen}: {expected}");
        assert!(expected.contains(seen), "{expected}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_lacks_fields() {
    let troubles = vec![
        (Deviation("Encrypt:missing-fields"), "Encrypt/Enabled"),
        (Deviation("Encrypt:wrong-types"), "Encrypt/Enabled"),
        (Field("Encrypt", "/CiphertextBlob", Some(json!({"a": 1}))), "Encrypt/Enabled"),
        (Field("Decrypt", "/Plaintext", Some(json!("aGVsbG8="))), "Encrypt/Enabled"),
        (Field("Decrypt", "/Plaintext", Some(json!(["aGVsbG8="]))), "Encrypt/Enabled"),
        (Field("Decrypt", "/KeyId", Some("another".into())), "Decrypt/Enabled"),
        (Field("DescribeKey", "/KeyMetadata/KeyId", Some("another".into())), "DescribeKey/Enabled"),
        (Field("DescribeKey", "/KeyMetadata", Some("none".into())), "UpdateKeyDescription/Enabled"),
        (Field("DescribeKey", "/KeyMetadata/Description", Some(json!({"a": 1}))), "UpdateKeyDescription/Enabled"),
        (Field("ListAliases", "/Aliases", Some("none".into())), "CreateAlias/Enabled"),
        (Field("ListAliases", "/Aliases", None), "CreateAlias/Enabled"),
        (Field("ListAliases", "/Aliases/Alias", Some("none".into())), "CreateAlias/PendingDeletion"),
        (Field("ListAliases", "/TotalCount", Some(100_000_000.into())), "CreateAlias/PendingDeletion"),
        (Rejected("ListAliases", 409, "Rejected.Odd"), "CreateAlias/Enabled"),
        (Deviation("import-parameters-repeat"), "import-parameters-are-new-each-time/EXTERNAL"),
        (Deviation("delete-alias-does-nothing"), "DeleteAlias/Enabled"),
        (Deviation("CreateKey:wrong-types"), "CreateKey/Enabled"),
        (Deviation("empty-request-id"), "answers-carry-a-request-id"),
    ];
    assert_transcript("bodies", troubles, RunOptions::default).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_page_of_a_list() {
    let alter: Alteration = Arc::new(|called, status, fields| {
        if called == "ListKeys" && fields["PageNumber"] == 2 {
            *status = 409;
            *fields = json!({"Code": "Rejected.Odd", "Message": "", "RequestId": "1"});
        }
    });
    let record = TestRun { alter: Some(alter), ..TestRun::new() }.run(&["keys-are-listed-page-by-page"]).await;
    assert_eq!(record.results[0].reason, "page 2 of ListKeys responded Rejected.Odd");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_ends_the_run() {
    let troubles = vec![
        (Rejected("CreateKey", 400, "SignatureDoesNotMatch"), "Encrypt/Enabled DisableKey/Enabled"),
        (Rejected("CreateKey", 403, "Forbidden.NoPermission"), "Encrypt/Enabled DisableKey/Enabled"),
        (Rejected("Encrypt", 400, "Forbidden.InDebt"), "Encrypt/Enabled DisableKey/Enabled"),
        (Rejected("CreateKey", 403, "Rejected.LimitExceeded"), "Encrypt/Enabled DisableKey/Enabled"),
        (Rejected("Encrypt", 400, "InvalidTimeStamp.Expired"), "Encrypt/Enabled DisableKey/Enabled"),
        (Fault("skew=-7200"), "Encrypt/Enabled DisableKey/Enabled"),
        (Fault("skew=7200"), "Encrypt/Enabled DisableKey/Enabled"),
        (Fault("unavailable,operation=Encrypt"), "Encrypt/Enabled DisableKey/Enabled"),
        (Fault("throttle=Throttling,operation=CreateKey"), "Encrypt/Enabled DisableKey/Enabled"),
        (Fault("garbage,operation=DescribeKey"), "Encrypt/Disabled Encrypt/Enabled DisableKey/Enabled"),
        (Fault("garbage"), "Encrypt/Disabled Encrypt/Enabled DisableKey/Enabled TagResource/Enabled"),
        (Fault("truncate,operation=DisableKey,nth=1"), "Encrypt/Disabled"),
        (Fault("drop-after,operation=ScheduleKeyDeletion,nth=1"), "ScheduleKeyDeletion/Enabled"),
        (Fault("drop-after,operation=DisableKey"), "DisableKey/PendingDeletion"),
    ];
    assert_transcript("stops", troubles, RunOptions::default).await;
}
