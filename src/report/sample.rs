//! Streams of events as a run emits them, for the tests of the reports.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::event::{
    BlockedBy, BlockedStep, BlockingResponse, CaseResult, ClauseText, Event, Exchange, Listed, ListedOutcome, Outcome,
    PathStep, Purpose, RequestRecord, ResponseRecord, RouteCoverage, RunFooter, RunHeader, Source, SuiteHeader,
    Summary, TableHeader, TargetHeader, Tool, TransitionHeader, Usage,
};
use crate::verdict::{Kind, Verdict};

/// A case that passed. Its operation and state are taken from the id.
pub(crate) fn passed(id: &str) -> CaseResult {
    let parts: Vec<&str> = id.split('/').collect();
    let operation = parts.get(1).filter(|part| part.starts_with(|first: char| first.is_ascii_uppercase()));
    let state = operation.and(parts.get(2));

    CaseResult {
        id: id.into(),
        operation: operation.map(|part| (*part).to_owned()),
        state: state.map(|part| (*part).to_owned()),
        original_state: None,
        key_class: state.map(|_| "Aliyun_KMS".to_owned()),
        route: vec!["CreateKey".to_owned(), "DisableKey".to_owned()],
        path: [("CreateKey", "Enabled"), ("DisableKey", "Disabled")]
            .map(|(operation, state)| PathStep { operation: Some(operation.to_owned()), state: state.to_owned() })
            .to_vec(),
        edition: "official".to_owned(),
        clause: "key-states/table-2/encrypt".to_owned(),
        source: Source { folder: None, file: "alibaba/matrix/encrypt.yaml".into(), line: 12, column: 3 },
        verdict: Verdict::Pass,
        expected: Some(Outcome { code: "Rejected.Disabled".to_owned(), status: 409 }),
        also_accepted: Vec::new(),
        actual: Some(Outcome { code: "Rejected.Disabled".to_owned(), status: 409 }),
        reason: String::new(),
        kind: None,
        blocked_by: None,
        first_actual: None,
        lenient: Vec::new(),
        previous: None,
        conflict: None,
        listed: None,
        notes: Vec::new(),
        attempts: 1,
        duration_ms: 3,
        exchanges: Vec::new(),
    }
}

/// A case in which the endpoint allowed what it should have rejected.
pub(super) fn failed(id: &str) -> CaseResult {
    CaseResult {
        verdict: Verdict::Fail,
        kind: Some(Kind::Allowed),
        actual: Some(Outcome { code: "Success".to_owned(), status: 200 }),
        reason: "an Encrypt of a key that is Disabled succeeded".to_owned(),
        exchanges: vec![probe()],
        ..passed(id)
    }
}

/// A case with another verdict, its kind and the reason for it.
pub(super) fn other(id: &str, verdict: Verdict, kind: Kind, reason: &str) -> CaseResult {
    CaseResult { verdict, kind: Some(kind), actual: None, reason: reason.to_owned(), ..passed(id) }
}

/// A case whose key could not be brought into its state, for DisableKey has no effect.
pub(super) fn blocked(id: &str) -> CaseResult {
    let number = id.len();
    let reason = format!("DescribeKey says Enabled of key 0b7d4e21-6a9f-4c35-b1e8-0000000000{number:02}");

    CaseResult {
        blocked_by: Some(Box::new(BlockedBy {
            step: BlockedStep::Setup,
            operation: Some("DisableKey".to_owned()),
            key_class: Some("Aliyun_KMS".to_owned()),
            state: Some("Enabled".to_owned()),
            response: Some(BlockingResponse { code: "Success".to_owned(), status: 200, message: String::new() }),
            problem: "had no effect".to_owned(),
        })),
        ..other(id, Verdict::Inconclusive, Kind::Fixture, &reason)
    }
}

/// A case that got one response with the first key and another with the next.
pub(super) fn unstable(id: &str) -> CaseResult {
    CaseResult {
        first_actual: Some(Outcome { code: "Success".to_owned(), status: 200 }),
        actual: Some(Outcome { code: "Rejected.Disabled".to_owned(), status: 409 }),
        exchanges: vec![probe()],
        ..other(id, Verdict::Inconclusive, Kind::Unstable, "the responses differ from key to key")
    }
}

/// A case in which the service fails each time.
pub(super) fn crashed(id: &str) -> CaseResult {
    CaseResult {
        kind: Some(Kind::Crash),
        actual: Some(Outcome { code: "InternalFailure".to_owned(), status: 500 }),
        reason: "Encrypt responded InternalFailure (500) each time".to_owned(),
        ..failed(id)
    }
}

/// A move of an alias from a key in one state to a key in another; where it fails, it had no effect.
pub(super) fn moved(original: &str, target: &str, verdict: Verdict) -> CaseResult {
    let failed = verdict == Verdict::Fail;
    CaseResult {
        kind: failed.then_some(Kind::Effect),
        reason: if failed { "the alias still belongs to the first key".to_owned() } else { String::new() },
        id: format!("alibaba/update-alias/{original}-to-{target}").into(),
        operation: Some("UpdateAlias".to_owned()),
        state: Some(target.to_owned()),
        original_state: Some(original.to_owned()),
        verdict,
        ..passed("alibaba/update-alias")
    }
}

/// An entry of the list of known failures.
pub(super) fn listed(outcome: ListedOutcome) -> Box<Listed> {
    Box::new(Listed {
        outcome,
        case: "alibaba/*/PendingImport".to_owned(),
        response: Some(Outcome { code: "Success".to_owned(), status: 200 }),
        kind: None,
        reason: "the emulator encrypts without key material".to_owned(),
        issue: Some("https://example.com/issues/12".to_owned()),
        until: "2026-12-31".to_owned(),
        file: "known.toml".into(),
        line: 7,
        column: 5,
    })
}

fn probe() -> Exchange {
    Exchange {
        call: None,
        purpose: Purpose::Probe,
        operation: "Encrypt".to_owned(),
        attempt: 1,
        request: RequestRecord {
            method: "GET".to_owned(),
            url: "http://127.0.0.1:8080/?Action=Encrypt&KeyId=key-1&Plaintext=Y29uZg%3D%3D&Signature=***".to_owned(),
            headers: Default::default(),
            body: String::new(),
        },
        response: Some(ResponseRecord { status: 200, body: r#"{"CiphertextBlob":"Zm9v","RequestId":"1"}"#.to_owned() }),
        error: None,
        duration_us: 812,
    }
}

/// Transitions of each kind: the making of a key, there and back, one that changes nothing, one that is inferred, and time.
fn transitions() -> Vec<TransitionHeader> {
    [
        (None, Some("CreateKey"), "Enabled"),
        (Some("Enabled"), Some("DisableKey"), "Disabled"),
        (Some("Disabled"), Some("DisableKey"), "Disabled"),
        (Some("Disabled"), Some("EnableKey"), "Enabled"),
        (Some("PendingDeletion"), Some("CancelKeyDeletion"), "PendingImport"),
        (Some("Enabled"), None, "PendingImport"),
    ]
    .map(|(from, operation, to)| TransitionHeader {
        from: from.map(str::to_owned),
        operation: operation.map(str::to_owned),
        to: to.to_owned(),
        inferred: to == "PendingImport" && operation.is_some(),
    })
    .to_vec()
}

/// The beginning of a run of so many cases.
pub(super) fn started(cases: usize) -> Event {
    Event::RunStarted(Box::new(RunHeader {
        tool: Tool { name: "kms-conformance".to_owned(), version: "0.0.0".to_owned() },
        target: TargetHeader {
            provider: "alibaba".to_owned(),
            endpoint: "http://127.0.0.1:8080/".to_owned(),
            bundled_mock: true,
            version: None,
        },
        suite: SuiteHeader {
            hash: "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef".to_owned(),
            cases,
            editions: vec!["official".to_owned(), "later".to_owned()],
        },
        seed: Some(7),
        started_at: "2026-01-02T03:04:05Z".to_owned(),
        table: Some(TableHeader {
            operations: ["DescribeKey", "Encrypt", "GenerateDataKeyWithoutPlaintext"].map(str::to_owned).to_vec(),
            states: ["Enabled", "Disabled", "PendingDeletion", "PendingImport"].map(str::to_owned).to_vec(),
            transitions: transitions(),
        }),
        clauses: BTreeMap::from([(
            "key-states/table-2/encrypt".to_owned(),
            ClauseText {
                document: "Impact of CMK states on API call (topic 44211)".to_owned(),
                section: "Table 2".to_owned(),
                says: "Encrypt succeeds for a key that is Enabled and is rejected in every other state.".to_owned(),
            },
        )]),
        shard: None,
    }))
}

/// The footer of a complete run that cost nothing.
pub(crate) fn footer(summary: Summary) -> RunFooter {
    RunFooter {
        duration_ms: 0,
        complete: true,
        stopped: None,
        summary,
        usage: Usage::default(),
        routes: None,
        leaks: Vec::new(),
    }
}

/// The events of a whole run with these results.
pub(super) fn run(cases: Vec<CaseResult>) -> Vec<Event> {
    finished(cases, None)
}

/// The events of a run with these results, cut short if there is a reason for it.
pub(super) fn finished(cases: Vec<CaseResult>, stopped: Option<&str>) -> Vec<Event> {
    let mut summary = Summary::default();
    let mut events = vec![started(cases.len())];

    for case in &cases {
        summary.count(case.verdict);
        events.push(Event::CaseStarted { id: Arc::clone(&case.id) });
        events.push(Event::CaseJudged { id: Arc::clone(&case.id), verdict: case.verdict });
    }

    let run = cases.len();
    events.extend(cases.into_iter().map(|case| Event::CaseFinished(Box::new(case))));
    events.push(Event::RunFinished(Box::new(RunFooter {
        duration_ms: 123,
        complete: stopped.is_none(),
        stopped: stopped.map(str::to_owned),
        summary,
        usage: Usage { requests: 2431, keys_created: 260, ..Usage::default() },
        routes: Some(RouteCoverage { total: 490, run }),
        leaks: Vec::new(),
    })));

    events
}

/// A run with each verdict, a move, two scenarios and a notice.
pub(super) fn every_verdict() -> Vec<Event> {
    let mut known = failed("alibaba/Encrypt/PendingImport");
    known.verdict = Verdict::KnownFailure;
    known.listed = Some(listed(ListedOutcome::Holds));

    let mut unexpected = passed("alibaba/GenerateDataKeyWithoutPlaintext/Disabled");
    unexpected.verdict = Verdict::UnexpectedPass;
    unexpected.reason = "it passed, but it is listed as a known failure".to_owned();
    unexpected.listed = Some(listed(ListedOutcome::Passes));

    let mut slow = passed("alibaba/DescribeKey/PendingDeletion");
    (slow.notes, slow.attempts) = (vec!["the response has no DeleteDate".to_owned()], 2);

    let mut events = run(vec![
        passed("alibaba/DescribeKey/Enabled"),
        slow,
        failed("alibaba/Encrypt/Disabled"),
        passed("alibaba/Encrypt/Enabled"),
        other("alibaba/Encrypt/PendingDeletion", Verdict::Inconclusive, Kind::Transport, "connection reset by peer"),
        known,
        unexpected,
        other(
            "alibaba/GenerateDataKeyWithoutPlaintext/PendingImport",
            Verdict::Skipped,
            Kind::NotApplicable,
            "only keys of Origin EXTERNAL have this state",
        ),
        passed("alibaba/defaults/new-key-is-enabled"),
        other("alibaba/deletion/after-the-window", Verdict::Skipped, Kind::Unavailable, "the clock can't be moved"),
        moved("Disabled", "Enabled", Verdict::Pass),
        moved("Enabled", "Disabled", Verdict::Fail),
        moved("Enabled", "Enabled", Verdict::Pass),
    ]);

    // With an escape sequence in it, which no report may pass on to a terminal.
    events.insert(1, Event::Notice { message: "the suite has no cases of edition \u{1b}[1mlater".to_owned() });
    events
}

/// A run with everything that a poor endpoint can show: many cases with one cause, one deviation by several routes,
/// responses that differ, a crash, a part that was not run, and a leak.
pub(super) fn poor() -> Vec<Event> {
    let mut cases = Vec::new();
    for state in ["Disabled", "PendingDeletion"] {
        for route in ["", "/via-cancel", "/via-enable"] {
            let mut case = failed(&format!("alibaba/Encrypt/{state}{route}"));
            case.route.extend((!route.is_empty()).then(|| route.trim_start_matches("/via-").to_owned()));
            cases.push(case);
        }
    }

    cases.push(crashed("alibaba/Decrypt/Disabled"));
    cases.push(unstable("alibaba/GenerateDataKey/Disabled"));
    for operation in ["CreateAlias", "DescribeKey", "TagResource"] {
        cases.push(blocked(&format!("alibaba/{operation}/Disabled")));
    }
    for (kind, reason) in
        [(Kind::NotApplicable, "there is no such cell"), (Kind::Unavailable, "the clock stands still")]
    {
        for number in 1..3 {
            cases.push(other(&format!("alibaba/deletion/{kind}-{number}"), Verdict::Skipped, kind, reason));
        }
    }

    cases.push(other("alibaba/UntagResource/Enabled", Verdict::NotRun, Kind::Cut, "interrupted"));
    cases.push(passed("alibaba/UntagResource/Disabled"));
    cases.sort_by(|one, next| one.id.cmp(&next.id));

    let mut events = finished(cases, Some("interrupted"));
    if let Some(Event::RunFinished(footer)) = events.last_mut() {
        footer.leaks =
            vec!["key 0b7d4e21 of alibaba/Encrypt/Disabled: ScheduleKeyDeletion responded \u{1b}[1mX".to_owned()];
        footer.usage.keys_left = 1;
    }
    events
}
