//! The whole suite against the bundled mock in every form of the wire: what is found must not depend on how it is sent.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what fails here is a failed test")]

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use kms_conformance::client::{
    CallError, Client, ClientOptions, Connection, Envelope, Outgoing, RequestAgain, Target, Transcript,
};
use kms_conformance::event::{CaseResult, Event, Exchange, Outcome, Purpose};
use kms_conformance::ledger::Ledger;
use kms_conformance::mock::{AccessKey, AlibabaConfig, Deviation, Mock};
use kms_conformance::provider::alibaba::{Alibaba, Format, Method, Signature};
use kms_conformance::provider::{Credentials, ErrorClass, Provider, REDACTED};
use kms_conformance::redact::Secret;
use kms_conformance::run::{RunOptions, Runner, Settle, TargetClock, new_mark};
use kms_conformance::suite::Suite;
use kms_conformance::suite::files::embedded;
use kms_conformance::suite::load::load;
use kms_conformance::verdict::{Kind, Verdict};
use serde_json::json;
use tokio_util::sync::CancellationToken;

/// An access key that is used nowhere else, so that finding it in a record means that it leaked.
const ACCESS_KEY_ID: &str = "LTAIconformance0id";
const ACCESS_KEY_SECRET: &str = "conformance0secret";
const TOKEN: &str = "conformance0token/+=";

/// Fields and parameters that cases send or receive, and whose values must not be recorded.
const SENSITIVE: [&str; 3] = ["Plaintext", "ImportToken", "EncryptedKeyMaterial"];

/// A mock that has the access key.
fn mock() -> Mock {
    deviant_mock(Vec::new())
}

fn deviant_mock(deviations: Vec<Deviation>) -> Mock {
    let access_key = AccessKey::new(ACCESS_KEY_ID, ACCESS_KEY_SECRET).session(TOKEN, jiff::Timestamp::MAX);
    let config =
        AlibabaConfig { access_keys: vec![access_key], deviations: deviations.into(), ..AlibabaConfig::default() };
    Mock::start_with(config).unwrap()
}

fn client(mock: &Mock, dialect: Alibaba, secret: &str) -> Client {
    let target = Target {
        region: dialect.default_region().to_owned(),
        provider: Arc::new(dialect),
        endpoint: mock.endpoint().parse().unwrap(),
        other_regions: None,
        credentials: Credentials {
            access_key_id: ACCESS_KEY_ID.to_owned(),
            secret: Secret::new(secret),
            token: Some(Secret::new(TOKEN)),
        },
        again: RequestAgain::default(),
    };
    // A busy machine may be slow to make import keys.
    let connection = Connection { timeout: Duration::from_secs(120), ..Connection::default() };
    Client::new(target, ClientOptions { connection, ..ClientOptions::default() }).unwrap()
}

/// Runs cases in one form of the wire.
async fn results(suite: &Arc<Suite>, selection: Vec<usize>, mock: Mock, dialect: Alibaba) -> Vec<CaseResult> {
    let mock = Arc::new(mock);
    let client = client(&mock, dialect, ACCESS_KEY_SECRET);
    let mark = new_mark();
    let clock = Arc::clone(&mock);

    let options = RunOptions {
        jobs: NonZeroUsize::new(16).unwrap(),
        fail_fast: false,
        settle: Settle::default(),
        clock: TargetClock::Function(Arc::new(move |by| clock.advance(by))),
        keep_exchanges: true,
        mark: mark.clone(),
        attempts: 1,
        bundled_mock: true,
        ..RunOptions::default()
    };

    let runner = Runner::new(Arc::clone(suite), selection, client, Ledger::none(mark), options);
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

fn dialects() -> Vec<Alibaba> {
    let mut all = Vec::new();
    for signature in [Signature::V1, Signature::V3] {
        for format in [Format::Json, Format::Xml] {
            for method in [Method::Post, Method::Get] {
                all.push(Alibaba { signature, format, method });
            }
        }
    }
    all
}

/// What was found; texts may name ids, which are drawn anew in each run. Where the case files expect one of several
/// responses, which one comes may depend on the signature, but on nothing else.
fn judged(case: &CaseResult) -> (Verdict, Option<Outcome>, Vec<String>) {
    (case.verdict, case.actual.clone(), case.route.clone())
}

/// The case whose request goes without a signature.
const UNSIGNED: &str = "alibaba/no-signature-in-disable-key";

#[track_caller]
fn assert_redacted(dialect: Alibaba, exchange: &Exchange, signed: bool) {
    let text = serde_json::to_string(exchange).unwrap();
    for secret in [ACCESS_KEY_ID, ACCESS_KEY_SECRET, "conformance0token"] {
        assert!(!text.contains(secret), "{dialect:?}: {text}");
    }
    let request = &exchange.request;
    let authorization = request.headers.get("authorization").map(String::as_str);
    let nonce = request.headers.get("x-acs-signature-nonce").map(String::as_str);

    match dialect.signature {
        Signature::V1 => {
            assert_eq!((authorization, nonce), (None, None));
            let place = if dialect.method == Method::Get { &request.url } else { &request.body };
            assert_eq!(place.contains(&format!("&Signature={REDACTED}")), signed, "{text}");
            assert!(place.contains(&format!("&SignatureNonce={REDACTED}")), "{text}");
        }
        Signature::V3 => assert_eq!((authorization, nonce), (Some(REDACTED).filter(|_| signed), Some(REDACTED))),
    }

    let body = &exchange.response.as_ref().unwrap_or_else(|| panic!("{dialect:?}: no response: {text}")).body;
    let first = if dialect.format == Format::Json { '{' } else { '<' };
    assert!(body.starts_with(first), "{dialect:?}: {text}");
    for name in SENSITIVE {
        let places = [
            (&request.url, format!("{name}=")),
            (&request.body, format!("{name}=")),
            (body, format!("<{name}>")),
            (body, format!("\"{name}\":\"")),
        ];
        for (place, before) in places {
            for value in place.split(&before).skip(1) {
                assert!(value.starts_with(REDACTED), "{dialect:?}: {text}");
            }
        }
    }
}

/// The dialect of an exchange: some cases want another form of body, or the one signature that can have their fault.
fn as_sent(dialect: Alibaba, case: &CaseResult, exchange: &Exchange) -> Alibaba {
    let v3 = exchange.request.headers.iter().any(|(name, _)| name == "x-acs-action");
    let format = match &*case.id {
        "alibaba/responses-come-in-json-when-requested" if exchange.purpose == Purpose::Probe => Format::Json,
        "alibaba/responses-come-in-xml-when-requested" if exchange.purpose == Purpose::Probe => Format::Xml,
        _ => dialect.format,
    };
    Alibaba { signature: if v3 { Signature::V3 } else { dialect.signature }, format, ..dialect }
}

/// Runs cases in every form of the wire, compares what was found, and looks for secrets in what was recorded.
async fn assert_same_verdicts(is_selected: impl Fn(&str) -> bool) {
    let suite = Arc::new(load(embedded(), None).unwrap_or_else(|mistakes| panic!("{mistakes}")));
    let selection: Vec<usize> =
        (0..suite.cases.len()).filter(|case| is_selected(suite.cases[*case].id.as_str())).collect();
    let mut first: BTreeMap<(String, Option<String>), _> = BTreeMap::new();

    for dialect in dialects() {
        let results = results(&suite, selection.clone(), mock(), dialect).await;
        assert_eq!(results.len(), selection.len());

        for case in &results {
            assert_fine(dialect, case);

            let judged = judged(case);
            let signature = Some(dialect.signature).filter(|_| !case.also_accepted.is_empty());
            let place = (case.id.to_string(), signature.map(|signature| format!("{signature:?}")));
            let wanted = first.entry(place).or_insert_with(|| judged.clone());
            assert_eq!(judged, *wanted, "{dialect:?}: {}", case.id);
        }

        // Without this, nothing would show that there was something to redact.
        let records = serde_json::to_string(&results).unwrap();
        for name in SENSITIVE {
            assert!(records.contains(name), "{dialect:?}: no {name} was sent or received");
        }
    }
}

/// The case passed, leniently only where the documents leave room, and without a secret in its exchanges.
#[track_caller]
fn assert_fine(dialect: Alibaba, case: &CaseResult) {
    let fine = matches!(case.verdict, Verdict::Pass | Verdict::Skipped);
    assert!(fine, "{dialect:?}: {}: {}: {}", case.id, case.verdict, case.reason);

    for exchange in &case.exchanges {
        let rejected = exchange.response.as_ref().is_some_and(|response| response.status == 400);
        assert_redacted(as_sent(dialect, case, exchange), exchange, !(&*case.id == UNSIGNED && rejected));
    }

    let lenient = ["alibaba/CreateKeyVersion/Enabled/EXTERNAL", "alibaba/UpdateRotationPolicy/Enabled/EXTERNAL"];
    let may_be = lenient.iter().any(|cell| case.id.starts_with(cell));
    assert_eq!(!case.lenient.is_empty(), may_be, "{dialect:?}: {}: {:?}", case.id, case.lenient);
}

/// What is sent and received in these cases has every field that is redacted, and every form of body.
#[tokio::test(flavor = "multi_thread")]
async fn every_form_of_the_wire_gives_the_same_verdicts() {
    let parts =
        ["/Encrypt/", "/GenerateDataKey/Enabled", "/ImportKeyMaterial/PendingImport", "/responses-come-in", UNSIGNED];
    assert_same_verdicts(|id| parts.iter().any(|part| id.contains(part)) && !id.contains("/via-")).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "campaign: eight runs of the whole suite"]
async fn every_form_of_the_wire_gives_the_same_verdicts_for_all_cases() {
    assert_same_verdicts(|_| true).await;
}

/// A request that is wrong in its envelope stays so however it is signed, and a gateway that does not reject it is found.
#[tokio::test]
async fn a_gateway_that_accepts_what_it_must_reject_is_found_in_every_form() {
    let suite = Arc::new(load(embedded(), None).unwrap_or_else(|mistakes| panic!("{mistakes}")));
    for (deviation, case, kind) in [
        ("signature-not-checked", "bad-signature", Kind::Allowed),
        ("bad-signature-has-effect", "bad-signature", Kind::Effect),
        ("unsigned-accepted", "no-signature", Kind::Allowed),
        ("unsigned-has-effect", "no-signature", Kind::Effect),
        ("stale-timestamp-accepted", "stale-request", Kind::Allowed),
        ("early-timestamp-accepted", "early-request", Kind::Allowed),
        ("wrong-time-has-effect", "early-request", Kind::Effect),
        ("nonce-reuse-accepted", "replayed-request", Kind::Allowed),
        ("refused-replay-has-effect", "replayed-request", Kind::Effect),
    ] {
        let id = format!("alibaba/{case}-in-disable-key");
        let index = suite.cases.iter().position(|case| case.id.as_str() == id).unwrap();
        for dialect in dialects() {
            let mock = deviant_mock(vec![deviation.parse().unwrap()]);
            let results = results(&suite, vec![index], mock, dialect).await;
            let found = (results[0].verdict, results[0].kind);
            assert_eq!(found, (Verdict::Fail, Some(kind)), "{dialect:?} {deviation}: {}", results[0].reason);
        }
    }
}

#[tokio::test]
async fn a_wrong_secret_is_reported_without_what_was_signed() {
    let mock = mock();
    for dialect in dialects() {
        let client = client(&mock, dialect, "another secret");
        let parameters = json!({"KeyId": "k", "Plaintext": "conformance0plaintext"});
        let mut transcript = Transcript::default();
        let error = client
            .call(
                Outgoing {
                    region: None,
                    envelope: Envelope::Right,
                    purpose: Purpose::Probe,
                    operation: "Encrypt",
                    parameters: parameters.as_object().unwrap(),
                    attempts: None,
                    again_if_lost: true,
                },
                &mut transcript,
                &CancellationToken::new(),
            )
            .await
            .unwrap_err();
        let CallError::Denied { class: ErrorClass::Auth, code, status: 400, message, .. } = &error else {
            panic!("{dialect:?}: {error:?}")
        };
        assert_eq!(code, "SignatureDoesNotMatch");
        assert!(!message.is_empty() && !message.contains("string to sign"), "{dialect:?}: {message}");
        let exchanges = transcript.render(&dialect, client.secrets());
        assert_eq!(exchanges.len(), 1);
        assert_redacted(dialect, &exchanges[0], true);
        let text = serde_json::to_string(&exchanges).unwrap();
        assert!(!text.contains("conformance0plaintext"), "{dialect:?}: {text}");
    }
}
