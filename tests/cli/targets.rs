//! What a target is decides what a user must have allowed.

use kms_conformance::ledger::History;
use kms_conformance::mock::{Mock, Operation};

use super::program::{Ended, Place, ended};
use super::server::{Server, closed};
use snapbox::cmd::Command as Snapped;

/// An access key that is not the example's.
fn own(program: Snapped) -> Snapped {
    program
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5tOwnKeyOfSomebody")
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "own secret")
}

#[test]
fn a_host_that_is_not_this_one_needs_a_word() {
    for (arguments, own_key, flag) in [
        // An account by default.
        ("--endpoint https://kms.invalid --max-keys 1", true, "--live"),
        ("--region cn-hangzhou --max-keys 1", true, "--live"),
        ("--endpoint http://kms.invalid --max-keys 1 --live", true, "--insecure-http"),
        ("--endpoint http://kms.invalid --target-kind emulator", true, "--insecure-http"),
        ("--endpoint http://127.0.0.1:1 --target-kind account --max-keys 1", true, "--live"),
        ("--endpoint https://kms.invalid --live", true, "--max-keys 1"),
    ] {
        let place = Place::new();
        let program = place.program(&format!("run {arguments} alibaba/Encrypt/Enabled"));
        let Ended { code, out, err } = ended(if own_key { own(program) } else { program });
        assert_eq!((code, out.as_str()), (2, ""), "{arguments}: {err}");
        assert!(err.contains(flag), "{arguments}: {err}");
        assert!(!place.path().join("reports").exists(), "{arguments}");
    }
}

#[test]
fn an_account_can_be_allowed_by_the_environment() {
    let place = Place::new();
    let run = "run --endpoint https://kms.invalid --max-keys 1 --timeout 1s alibaba/Encrypt/Enabled";
    for (value, code) in [("0", 2), ("", 2), ("1", 4), ("true", 4)] {
        let ended = ended(own(place.program(run)).env("KMS_CONFORMANCE_LIVE", value));
        assert_eq!(ended.code, code, "{value}: {}", ended.err);
    }
}

#[test]
fn an_emulator_on_another_host_is_run_like_one_on_this_one() {
    // The name can't be resolved, so nothing leaves this host; what matters is that the run begins.
    let place = Place::new();
    let run = "run --endpoint http://kms.invalid:8080 --target-kind emulator --timeout 1s operation:Encrypt";
    let Ended { code, err, .. } = ended(place.program(run));
    assert_eq!((code, err.as_str()), (4, ""));
    let routes = place.results().cases.iter().filter(|case| case.id.contains("/via-")).count();
    assert!(routes > 10, "{routes}");
}

#[test]
fn a_run_with_an_own_access_key_says_what_it_is_about_to_do() {
    let mock = Mock::start().unwrap();
    let endpoint = mock.endpoint();
    let place = Place::new();
    let run =
        format!("run -q --endpoint {endpoint} --region eu-central-1 alibaba/Encrypt/Enabled alibaba/Encrypt/Disabled");
    // The mock does not know the key, so that is all that comes of it.
    let Ended { code, err, .. } = ended(own(place.program(&run)));
    assert_eq!(code, 4);
    let line = err.lines().next().unwrap();
    assert!(line.starts_with("about to make 2 keys with at least "), "{err}");
    for part in [&*endpoint, "(loopback)", "region eu-central-1", "LTAI…ody"] {
        assert!(line.contains(part), "{err}");
    }
    assert!(!err.contains("LTAI5tOwnKeyOfSomebody") && !err.contains("own secret"), "{err}");

    // The example's needs no words.
    let Ended { err, .. } = ended(place.program(&run));
    assert_eq!(err, "");
}

#[test]
fn it_is_said_before_the_first_request() {
    let place = Place::new();
    let closed = closed();
    let Ended { err, .. } = ended(own(place.program(&format!("run --endpoint {closed} alibaba/Encrypt/Enabled"))));
    assert!(err.starts_with("about to make 1 key "), "{err}");
}

#[test]
fn no_proxy_sees_what_is_sent_to_this_host() {
    let mock = Mock::start().unwrap();
    let proxy = Server::hanging_up();
    let place = Place::new();
    let mut program = place.program(&format!("run -q --endpoint {} alibaba/Encrypt/Enabled", mock.endpoint()));
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        program = program.env(name, proxy.endpoint());
    }
    assert_eq!(ended(program).code, 0);
    assert_eq!((proxy.requests(), mock.requests(Operation::CreateKey)), (0, 1));
}

#[test]
fn a_ledger_is_kept_wherever_an_endpoint_is_given() {
    let mock = Mock::start().unwrap();
    for (target, kept) in [("", false), (&*format!("--endpoint {}", mock.endpoint()), true)] {
        let place = Place::new();
        assert_eq!(ended(place.program(&format!("run -q {target} alibaba/Encrypt/Enabled"))).code, 0);
        assert_eq!(place.path().join("reports/ledger.jsonl").exists(), kept, "{target}");
    }
}

#[test]
fn a_torn_line_of_a_ledger_is_reported_and_not_glued_to_the_next() {
    let mock = Mock::start().unwrap();
    let place = Place::new();
    let run = format!("run -q --endpoint {} alibaba/Encrypt/Enabled", mock.endpoint());
    assert_eq!(ended(place.program(&run)).code, 0);
    let path = place.path().join("reports/ledger.jsonl");
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() - 30]).unwrap();

    let Ended { code, out, .. } = ended(place.program(&run));
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("the last line of reports/ledger.jsonl has no end"), "{out}");
    let history = History::read(&path).unwrap();
    assert_eq!((history.things.len(), history.unreadable.len(), history.unreadable[0].line), (2, 1, 3));
    // That the first key was removed is what the torn line said.
    assert_eq!(history.left().count(), 1);

    let Ended { out, .. } = ended(place.program(&run));
    assert!(!out.contains("has no end"), "{out}");
}

#[test]
fn two_runs_at_once_share_a_mock_and_a_ledger() {
    let mock = Mock::start().unwrap();
    let place = Place::new();
    let run = format!("run -q --endpoint {} operation:Encrypt operation:DeleteAlias", mock.endpoint());
    std::thread::scope(|scope| {
        for number in 0..2 {
            let (place, run) = (&place, &run);
            scope.spawn(move || {
                let files = format!("{run} --json {number}.json --junit {number}.xml");
                let Ended { code, out, .. } = ended(place.program(&files));
                assert_eq!(code, 0, "{out}");
            });
        }
    });
    let history = History::read(&place.path().join("reports/ledger.jsonl")).unwrap();
    let runs: std::collections::HashSet<&str> = history.things.iter().map(|thing| thing.run.as_str()).collect();
    assert_eq!((runs.len(), history.left().count(), history.unreadable.len()), (2, 0, 0));
}
