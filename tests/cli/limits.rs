//! What a run may cost holds on every kind of target, before it begins and while it goes on.

use kms_conformance::mock::{Faults, Mock, Operation};
use kms_conformance::verdict::Verdict;

use super::program::{Ended, Place, ended};

fn faulty(rules: &[&str]) -> Mock {
    let mock = Mock::start().unwrap();
    mock.set_faults(Faults { seed: 1, rules: rules.iter().map(|rule| rule.parse().unwrap()).collect() }).unwrap();
    mock
}

#[test]
fn a_run_that_would_cost_more_than_it_may_is_not_begun() {
    let mock = Mock::start().unwrap();
    let loopback = format!("--endpoint {}", mock.endpoint());
    let emulator = format!("{loopback} --target-kind emulator");
    let account = format!("{loopback} --target-kind account --live");

    for target in [&loopback, &emulator, &account, ""] {
        for (limit, what) in [
            ("--max-keys 3", "the run would make "),
            ("--max-keys 1000 --max-requests 10", "the run would send at least "),
        ] {
            let place = Place::new();
            let command = place.program(&format!("run {target} {limit} operation:Encrypt"));
            let command = command
                .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid")
                .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
            let Ended { code, out, err } = ended(command);
            assert_eq!((code, out.as_str()), (2, ""), "{target} {limit}: {err}");
            let flag = limit.split_whitespace().rev().nth(1).unwrap();
            assert!(err.contains(what) && err.contains(flag), "{target} {limit}: {err}");
            // No ledger of a run that made nothing.
            assert!(!place.path().join("reports").exists(), "{target} {limit}");
        }
    }
    assert_eq!(mock.total_requests(), 0);
}

/// At a known rate, the time that a run takes at least is known.
#[test]
fn a_run_that_would_take_longer_than_it_may_is_not_begun() {
    let mock = Mock::start().unwrap();
    let run =
        format!("run 'operation:Encrypt' --endpoint {} --rate 5 --max-duration", mock.endpoint()).replace('\'', "");
    let Ended { code, out, err } = ended(Place::new().program(&format!("{run} 3s")));
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    assert!(err.contains("the run would take at least ") && err.contains("--max-duration allows 3.00 s;"), "{err}");
    assert_eq!(mock.total_requests(), 0);

    // What leaves no room is left for later runs if that is wanted.
    let place = Place::new();
    let Ended { err, .. } = ended(place.program(&format!("{run} 3s --stalest-first alibaba/Encrypt/Enabled")));
    assert!(mock.total_requests() > 0, "{err}");
}

#[test]
fn a_run_ends_when_its_keys_are_used_up() {
    // A lost creation may have made a key, so it counts.
    let mock = faulty(&["drop-after,operation=CreateKey,nth=2", "drop-after,operation=CreateKey,nth=3"]);
    let place = Place::new();
    let run = format!("run --endpoint {} --max-keys 3 -j 1 --routes canonical", mock.endpoint());
    let cases = "alibaba/Encrypt/Enabled alibaba/Encrypt/Disabled alibaba/Decrypt/Enabled";
    let Ended { code, out, .. } = ended(place.program(&format!("{run} {cases}")));
    assert_eq!(mock.requests(Operation::CreateKey), 3, "{out}");
    let results = place.results();
    let stopped = results.stopped.clone().unwrap();
    assert_eq!(stopped, "the run may make no more than 3 keys: see --max-keys");
    assert!(!results.complete && results.summary.pass <= 1 && code != 0, "{out}");
    assert!(results.cases.iter().all(|case| case.verdict != Verdict::Fail), "{out}");
    // The two that got no response were found.
    assert_eq!((results.usage.keys_created, results.usage.keys_left), (3, 0), "{out}");
}

#[test]
fn no_more_keys_are_made_than_allowed_however_many_cases_run_at_the_same_time() {
    let faults: Vec<String> = (2..=13).map(|nth| format!("drop-after,operation=CreateKey,nth={nth}")).collect();
    let mock = faulty(&faults.iter().map(String::as_str).collect::<Vec<_>>());
    let place = Place::new();
    let run = format!("run --endpoint {} --max-keys 30 -j 16 --routes canonical operation:Encrypt", mock.endpoint());
    let Ended { out, .. } = ended(place.program(&run));
    assert!(mock.requests(Operation::CreateKey) <= 30, "{out}");
    assert_eq!(place.results().usage.keys_left, 0, "{out}");
}

#[test]
fn a_confirmation_leaves_the_keys_of_the_cases_to_come_alone() {
    let mock = Mock::start().unwrap();
    mock.set_deviations(vec!["Encrypt:Disabled=Success".to_owned()]).unwrap();
    let place = Place::new();
    let run = format!("run --endpoint {} --max-keys 2 -j 1", mock.endpoint());
    let Ended { code, out, .. } =
        ended(place.program(&format!("{run} alibaba/Encrypt/Disabled alibaba/GenerateDataKey/Enabled")));
    let results = place.results();
    assert_eq!((code, results.complete), (1, true), "{out}");
    assert_eq!((results.summary.fail, results.summary.pass, results.usage.keys_created), (1, 1, 2), "{out}");
    assert!(results.cases[0].notes.iter().any(|note| note.contains("--max-keys")), "{out}");
}

#[test]
fn a_run_ends_when_its_requests_are_used_up_and_removes_what_it_made() {
    let mock = Mock::start().unwrap();
    let deviations = ["Encrypt:Disabled=Success", "GenerateDataKey:Disabled=Success"];
    mock.set_deviations(deviations.map(str::to_owned).to_vec()).unwrap();
    let place = Place::new();
    let cases = "alibaba/Encrypt/Disabled alibaba/GenerateDataKey/Disabled";
    let run = format!("run --endpoint {} -j 1 {cases} --max-requests", mock.endpoint());
    let Ended { err, .. } = ended(place.program(&format!("{run} 1")));
    let planned: u64 = err.split_whitespace().find_map(|word| word.parse().ok()).unwrap();

    // Confirmations are more than was planned.
    let Ended { out, .. } = ended(place.program(&format!("{run} {planned}")));
    let results = place.results();
    let stopped = format!("the run may send no more than {planned} requests: see --max-requests");
    assert!(results.cases.iter().any(|case| case.reason.contains(&stopped)), "{out}");
    assert!(results.usage.requests <= planned && mock.total_requests() <= planned, "{:?}", results.usage);
    assert_eq!((results.usage.keys_left, results.leaks.len()), (0, 0), "{out}");
}
