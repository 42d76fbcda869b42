//! Endpoints where no service answers, and endpoints elsewhere.

use kms_conformance::mock::{Mock, Operation};
use kms_conformance::report::results::Results;
use kms_conformance::verdict::{Kind, Verdict};

use crate::program::{Ended, MockProcess, Place, ended};
use crate::server::{Server, closed};

/// A run that ends early because there is no service, with one reason and both reports.
#[track_caller]
fn ends_early(arguments: &str, reason: &str) -> Results {
    let place = Place::new();
    let Ended { code, out, err } = ended(place.program(arguments));
    assert_eq!((code, err.as_str()), (3, ""), "{out}");
    let results = place.results();
    assert!(!results.complete);
    assert_eq!(results.summary.pass + results.summary.fail, 0, "{:?}", results.summary);
    let stopped = results.stopped.clone().unwrap();
    assert!(stopped.contains(reason), "{stopped}");
    assert!(out.contains(&format!("cut short: {stopped}; ")), "{out}");
    // What was asked before the end has one reason too, and what was not names the same.
    let why = |kind: Option<Kind>| {
        let cases = results.cases.iter().filter(|case| case.verdict == Verdict::Inconclusive && (case.kind == kind));
        let mut reasons: Vec<&str> = cases.map(|case| case.reason.as_str()).collect();
        reasons.dedup();
        reasons.sort_unstable();
        reasons.dedup();
        reasons.len()
    };
    assert!(why(Some(Kind::Cut)) == 1 && why(Some(Kind::Transport)) <= 1 && why(Some(Kind::Refusal)) <= 1, "{out}");
    assert!(results.usage.requests < 200, "{:?}", results.usage);
    assert!(place.junit().contains("type=\"not-run\""), "{}", place.junit());
    results
}

#[test]
fn a_closed_port_ends_the_run_early() {
    let endpoint = closed();
    let results = ends_early(&format!("run --endpoint {endpoint}"), &format!("no service answers at {endpoint}"));
    assert_eq!(results.usage.keys_created, 0);
}

#[test]
fn a_web_page_ends_the_run_early() {
    let server = Server::web_page();
    let arguments = format!("run --endpoint {}", server.endpoint());
    ends_early(&arguments, "HTTP 200 with an HTML body, which is no answer of this service");
}

#[test]
fn an_endpoint_that_hangs_up_ends_the_run_early() {
    let server = Server::hanging_up();
    let results = ends_early(&format!("run --endpoint {}", server.endpoint()), "the connection was closed");
    // Whether such a request had an effect can't be known.
    assert!(results.notices.iter().any(|notice| notice.contains("keys with the mark kc-")), "{:?}", results.notices);
}

#[test]
fn an_endpoint_that_never_answers_ends_the_run_early() {
    let server = Server::silent();
    let arguments = format!("run --timeout 300ms --endpoint {}", server.endpoint());
    ends_early(&arguments, "no answer within 300ms");
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
        assert_eq!((exit, err.as_str()), (3, ""), "{out}");
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

/// An address of this machine that does not count as this machine, because it is no loopback address.
#[cfg(target_os = "linux")]
fn elsewhere(endpoint: &str) -> String {
    endpoint.replace("127.0.0.1", "0.0.0.0")
}

#[test]
#[cfg(target_os = "linux")]
fn an_endpoint_elsewhere_gets_no_request_until_the_keys_are_allowed() {
    let mock = Mock::start().unwrap();
    let server = Server::before(mock.address(), usize::MAX, || {});
    let endpoint = elsewhere(&server.endpoint());
    let run = |arguments: &str| {
        let place = Place::new();
        let program = place.program(&format!("run --endpoint {endpoint} --rate 1000 {arguments}"));
        let program =
            program.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
        (ended(program), place)
    };
    for (arguments, keys) in
        [("", "2"), ("--max-keys 1 alibaba/Encrypt/**", "7"), ("--max-keys 0 **/Encrypt/Enabled", "1")]
    {
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
