//! Endpoints without a service, and remote endpoints.

use kms_conformance::mock::{AlibabaConfig, ErrorCodes, Mock, Operation, Seed};
use kms_conformance::report::results::Results;
use kms_conformance::verdict::{Kind, Verdict};

use super::program::{Ended, MockProcess, Place, ended};
use super::server::{Server, closed};

/// A run that ends early for want of a service, with one reason and both reports.
#[track_caller]
fn ends_early(arguments: &str, reason: &str) -> Results {
    let place = Place::new();
    let Ended { code, out, err } = ended(place.program(arguments));
    assert_eq!((code, err.as_str()), (4, ""), "{out}");
    let results = place.results();
    assert!(!results.complete);
    assert_eq!(results.summary.pass + results.summary.fail, 0, "{:?}", results.summary);
    let stopped = results.stopped.clone().unwrap();
    assert!(stopped.contains(reason), "{stopped}");
    assert!(out.contains(&format!("cut short: {stopped}; ")), "{out}");

    // The cases before the end have one reason too, and those after it name the same.
    let why = |kind: Option<Kind>| {
        let cases = results
            .cases
            .iter()
            .filter(|case| matches!(case.verdict, Verdict::Inconclusive | Verdict::NotRun) && case.kind == kind);
        let mut reasons: Vec<&str> = cases.map(|case| case.reason.as_str()).collect();
        reasons.dedup();
        reasons.sort_unstable();
        reasons.dedup();
        reasons.len()
    };

    assert!(why(Some(Kind::Cut)) == 1 && why(Some(Kind::Transport)) <= 1 && why(Some(Kind::Denied)) <= 1, "{out}");
    assert!(results.usage.requests < 200, "{:?}", results.usage);
    assert!(place.junit().contains("type=\"not-run\""), "{}", place.junit());
    results
}

#[test]
fn a_closed_port_ends_the_run_early() {
    let endpoint = closed();
    let results = ends_early(&format!("run --endpoint {endpoint}"), &format!("no service responds at {endpoint}"));
    assert_eq!(results.usage.keys_created, 0);
}

#[test]
fn a_run_without_a_service_prints_few_lines() {
    let place = Place::new();
    let Ended { code, out, .. } = ended(place.program(&format!("run --endpoint {}", closed())));
    assert_eq!(code, 4, "{out}");
    // How many cases were begun before the run ended is chance, and so is how many lines they take.
    assert!(out.lines().count() < 20, "{out}");
    assert!(out.contains("; no case could be judged\n"), "{out}");
    assert!(out.lines().last().unwrap().contains(" cases: "), "{out}");
}

#[test]
fn a_case_without_a_service_says_why() {
    let place = Place::new();
    let Ended { code, out, .. } =
        ended(place.program(&format!("run alibaba/Encrypt/Disabled --endpoint {}", closed())));
    assert_eq!(code, 4, "{out}");
    assert!(out.contains("no usable response\n  no connection: Connection refused"), "{out}");
}

#[test]
fn a_web_page_ends_the_run_early() {
    // Web servers that know no POST say so by 501, which is not an emulator without operations.
    for status in ["200 OK", "404 Not Found", "501 Unsupported method"] {
        let server = Server::web_page(status);
        let arguments = format!("run --endpoint {}", server.endpoint());
        let reason = format!("HTTP {} with an HTML body, which is not a response of this service", &status[..3]);
        ends_early(&arguments, &reason);
    }
}

#[test]
fn an_endpoint_that_hangs_up_ends_the_run_early() {
    let server = Server::hanging_up();
    let arguments = format!("run --endpoint {} alibaba/Encrypt/**", server.endpoint());
    let results = ends_early(&arguments, "the connection was closed");
    // Whether such a request had an effect can't be known.
    assert!(results.notices.iter().any(|notice| notice.contains("keys with the mark kc-")), "{:?}", results.notices);
}

#[test]
fn an_endpoint_that_never_responds_ends_the_run_early() {
    let server = Server::silent();
    let arguments = format!("run --timeout 300ms --endpoint {}", server.endpoint());
    ends_early(&arguments, "nothing was received for 6 time-outs of 300ms in a row");
}

#[test]
fn wrong_credentials_end_the_run_early() {
    let place = Place::new();
    let mock = MockProcess::start(&place, "");
    for (id, secret, code) in
        [("testid", "wrong", "SignatureDoesNotMatch"), ("nobody", "testsecret", "InvalidAccessKeyId.NotFound")]
    {
        let place = Place::new();
        let program = place.program(&format!("run --endpoint {}", mock.endpoint));
        let program = program.env("ALIBABA_CLOUD_ACCESS_KEY_ID", id).env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", secret);
        let Ended { code: exit, out, err } = ended(program);
        assert_eq!((exit, err.lines().count()), (4, 1), "{out}{err}");
        assert!(err.starts_with("about to make "), "{err}");
        let cut: Vec<&str> = out.lines().filter(|line| line.starts_with("cut short: ")).collect();
        assert_eq!(cut.len(), 1, "{out}");
        assert!(cut[0].contains(code), "{out}");
        assert!(!out.contains(&format!("={secret}")), "{out}");
        let results = place.results();
        assert!(!results.complete && results.usage.keys_created == 0 && results.usage.requests < 50);
        assert_eq!(results.summary.pass + results.summary.fail, 0);
        assert!(place.junit().contains("type=\"not-run\""));
    }
}

/// A rejection of the account as a whole ends the run early, with one line that says what and why.
#[test]
fn a_rejection_of_the_whole_account_ends_the_run_early() {
    for (outcome, what) in [
        ("403/Forbidden.InDebtOverdue", "the account may not use the service"),
        ("403/Forbidden.ProhibitedByRiskControl", "the account may not use the service"),
        ("403/Forbidden.KmsServiceNotEnabled", "the account may not use the service"),
        ("400/Rejected.LimitExceeded", "a quota of the account is used up"),
    ] {
        let place = Place::new();
        let Ended { code, out, err } = ended(place.program(&format!("run --deviate DescribeKey:Enabled={outcome}")));
        let results = place.results();
        let wanted = if results.summary.pass == 0 { 4 } else { 3 };
        assert_eq!((code, err.as_str()), (wanted, ""), "{out}");
        let (status, name) = outcome.split_once('/').unwrap();
        let stopped = results.stopped.clone().unwrap();
        assert!(stopped.starts_with(&format!("{what}: {name} ({status})")), "{stopped}");
        let cut: Vec<&str> = out.lines().filter(|line| line.starts_with("cut short: ")).collect();
        assert!(cut.len() == 1 && cut[0].contains(&stopped), "{out}");
        assert_eq!(results.summary.fail, 0, "{out}");
        assert!(!results.complete && results.usage.requests < 400, "{:?}", results.usage);
        assert_eq!(results.usage.keys_left, 0, "{:?}", results.usage);
    }
}

#[test]
fn a_wrong_clock_ends_the_run_early_and_is_named() {
    for (skew, side) in [(1200, "behind"), (-3600, "ahead of")] {
        let place = Place::new();
        let Ended { code, out, err } = ended(place.program(&format!("run --fault skew={skew}")));
        assert_eq!((code, err.as_str()), (4, ""), "{out}");
        let results = place.results();
        // Dates have whole seconds.
        let measured = results.usage.clock_skew_seconds.unwrap();
        assert!((measured + skew).abs() <= 2, "{measured}");
        let stopped = results.stopped.clone().unwrap();
        let near = (skew.abs() - 2)..=(skew.abs() + 2);
        let texts: Vec<String> = near
            .map(|seconds| format!("because the local clock is {seconds} s {side} its own: InvalidTimeStamp.Expired"))
            .collect();
        assert!(texts.iter().any(|text| stopped.contains(text)), "{stopped}");
        assert_eq!(out.lines().filter(|line| line.starts_with("cut short: ")).count(), 1, "{out}");
        assert_eq!(results.usage.keys_created + u64::try_from(results.summary.fail).unwrap(), 0, "{out}");

        // Also where there is no second case to tell it of; and where the service calls it a wrong signature.
        for (provider, code) in [("alibaba", "InvalidTimeStamp.Expired"), ("aws", "InvalidSignatureException")] {
            let case = format!("run {provider}/Encrypt/Enabled --fault skew={skew}");
            let Ended { out, .. } = ended(Place::new().program(&case));
            assert!(out.contains(&format!(" s {side} its own")) && out.contains(code), "{provider}: {out}");
        }
    }
}

#[test]
fn the_skew_of_a_clock_within_limits_is_measured_too() {
    let place = Place::new();
    assert_eq!(ended(place.program("run --fault skew=300 alibaba/Encrypt/**")).code, 0);
    let measured = place.results().usage.clock_skew_seconds.unwrap();
    assert!((measured + 300).abs() <= 2, "{measured}");
}

#[test]
fn lenient_responses_pass_and_are_listed_unless_strict() {
    let deviate = "--deviate CreateKeyVersion:Enabled=400/UnsupportedOperation alibaba/CreateKeyVersion/Enabled";
    let place = Place::new();
    let Ended { code, out, .. } = ended(place.program(&format!("run {deviate}")));
    assert_eq!(code, 0, "{out}");
    let expected = "CreateKeyVersion responded UnsupportedOperation (400) instead of Success (200): ";
    let line = out.lines().find(|line| line.starts_with("lenient: ")).unwrap();
    assert!(line.contains(&format!("alibaba/CreateKeyVersion/Enabled: {expected}")), "{out}");
    assert!(out.contains("1 passed (1 lenient)"), "{out}");
    let case = place.results().cases.remove(0);
    assert!(case.passed_leniently() && case.kind.is_none());
    assert_eq!((case.lenient[0].accepted.status, case.lenient[0].why.is_empty()), (400, false));
    assert!(place.junit().contains(&format!("<system-out>lenient: {expected}")), "{}", place.junit());

    let Ended { code, out, .. } = ended(place.program(&format!("run --strict {deviate}")));
    assert_eq!(code, 1, "{out}");
    let case = place.results().cases.remove(0);
    assert_eq!((case.verdict, case.kind), (Verdict::Fail, Some(Kind::Rejected)));
    assert!(case.lenient.is_empty() && case.also_accepted.is_empty());
}

/// The codes of the service's own documents instead of those of the gateway are all accepted.
#[test]
fn an_endpoint_with_the_documented_codes_passes_leniently() {
    let config = AlibabaConfig { error_codes: ErrorCodes::Documented, ..AlibabaConfig::default() };
    let mock = Mock::start_with(config).unwrap();
    let place = Place::new();
    let run = format!("run --endpoint {} alibaba/*-in-* alibaba/unknown-operation-is-refused", mock.endpoint());
    let Ended { code, out, .. } = ended(place.program(&run));
    assert_eq!(code, 0, "{out}");
    let results = place.results();
    let lenient: Vec<&str> =
        results.cases.iter().filter(|case| case.passed_leniently()).map(|case| &*case.id).collect();

    assert_eq!(
        lenient,
        [
            "alibaba/bad-signature-in-disable-key",
            "alibaba/early-request-in-disable-key",
            "alibaba/no-signature-in-disable-key",
            "alibaba/signature-over-another-body-in-disable-key",
            "alibaba/signature-over-another-header-in-disable-key",
            "alibaba/signature-over-another-query-in-disable-key",
            "alibaba/stale-request-in-disable-key",
            "alibaba/unknown-operation-is-refused",
        ]
    );

    assert_eq!(ended(place.program(&format!("{run} --strict"))).code, 1);
    assert_eq!(place.results().summary.fail, lenient.len());
}

#[test]
fn an_unknown_operation_fails_or_skips_its_cases_as_configured() {
    let arguments = "run --deviate TagResource:not-implemented alibaba/TagResource/** alibaba/ListResourceTags/Enabled";
    let place = Place::new();
    let Ended { code, out, .. } = ended(place.program(arguments));
    assert_eq!(code, 1, "{out}");
    for case in place.results().cases.iter().filter(|case| case.verdict != Verdict::Skipped) {
        let wanted = match case.operation.as_deref() {
            Some("TagResource") => (Verdict::Fail, Some(Kind::Unsupported)),
            _ => (Verdict::Inconclusive, Some(Kind::Fixture)),
        };
        assert_eq!((case.verdict, case.kind), wanted, "{}", case.id);
        assert!(case.reason.ends_with("the endpoint does not know TagResource"), "{}: {}", case.id, case.reason);
    }
    let Ended { code, out, .. } = ended(place.program(&format!("{arguments} --unsupported skip")));
    assert_eq!(code, 4, "{out}");
    assert!(out.contains("\nno case could be judged\n"), "{out}");
    for case in place.results().cases.iter().filter(|case| case.kind != Some(Kind::NotApplicable)) {
        assert_eq!((case.verdict, case.kind), (Verdict::Skipped, Some(Kind::Unsupported)), "{}", case.id);
        assert_eq!(case.reason, "the endpoint does not know TagResource", "{}", case.id);
    }
}

/// An account may hold the keys of years. A list that is read in pages of two would then never end.
#[test]
fn a_long_list_of_keys_is_read_in_large_pages() {
    let key = |number: u32| format!("  - id: 0b7d4e21-6a9f-4c35-b1e8-{number:012x}\n");
    let keys: String = (0..3_000).map(key).collect();
    let seed = Seed::parse("seed", &format!("keys:\n{keys}"), |_| None).unwrap();
    let mock = Mock::start_with(seed.into_config(AlibabaConfig::default())).unwrap();
    let place = Place::new();
    let endpoint = mock.endpoint();
    place.program(&format!("run -q alibaba/keys-are-listed-page-by-page --endpoint {endpoint}")).assert().code(0);
    let pages = mock.requests(Operation::ListKeys);
    assert!((60..100).contains(&pages), "{pages}");
}

#[test]
fn an_account_gets_no_request_until_the_keys_are_allowed() {
    let mock = Mock::start().unwrap();
    let server = Server::before(mock.address(), usize::MAX, || {});
    // As through a tunnel.
    let target = format!("--endpoint {} --target-kind account --live --rate 1000", server.endpoint());

    let run = |arguments: &str| {
        let place = Place::new();
        let program = place.program(&format!("run {target} {arguments}"));
        let program =
            program.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
        (ended(program), place)
    };

    for (arguments, keys) in [
        ("", "31 keys"),
        ("--max-keys 1 alibaba/Encrypt/**", "2 keys"),
        ("--max-keys 0 **/Encrypt/Enabled", "1 key at"),
    ] {
        let (Ended { code, out, err }, _place) = run(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments}: {err}");
        assert!(err.contains(&format!("the run would make {keys}")) && err.contains("--max-keys"), "{err}");
    }

    assert_eq!(server.requests(), 0);

    let (Ended { code, out, err }, place) = run("--max-keys 1 alibaba/Encrypt/Enabled");
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(mock.requests(Operation::CreateKey), 1);
    let ledger = std::fs::read_to_string(place.path().join("reports/ledger.jsonl")).unwrap();
    assert!(ledger.contains("alibaba/Encrypt/Enabled") && !ledger.contains("testsecret"), "{ledger}");
}
