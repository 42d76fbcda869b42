//! The verdicts are the same whichever process the mock is in, and whichever method sends the requests.

use kms_conformance::event::CaseResult;

use super::program::{Ended, MockProcess, Place, ended};

/// Cells of every row in the states that need the fewest calls. That all cases give the same verdicts in every form of the
/// wire is tested with the provider.
const CELLS: &str = "--routes canonical --edition official state:Enabled state:Disabled kind:cell";

/// What is reported of each case, without what differs from run to run.
fn reported(cases: &[CaseResult]) -> Vec<String> {
    let reported = |case: &CaseResult| {
        let CaseResult { id, verdict, kind, expected, actual, route, .. } = case;
        format!("{id} {verdict} {kind:?} {expected:?} {actual:?} {route:?}")
    };
    cases.iter().map(reported).collect()
}

#[test]
#[ignore = "campaign: a run of the whole suite"]
fn a_mock_of_another_process_gives_the_same_verdicts() {
    for (deviation, expected) in [("", 0), ("--deviate ScheduleKeyDeletion:Disabled=409/Rejected.Disabled", 1)] {
        let (bundled, served) = (Place::new(), Place::new());
        let mock = MockProcess::start(&served, deviation);
        let Ended { code, out, err } = ended(bundled.program(&format!("run {CELLS} {deviation}")));
        assert_eq!((code, err.as_str()), (expected, ""), "{out}");
        // Nothing in the mock is late, so no state is worth waiting for.
        let arguments = format!("run {CELLS} --move-clock --settle-timeout 0s --endpoint {}", mock.endpoint);
        let Ended { code, out, err } = ended(served.program(&arguments));
        let note = "note: the keys of failing cases were removed; with --keep-keys they stay, and `call` sends them requests\n";
        assert_eq!((code, err.as_str()), (expected, if expected == 0 { "" } else { note }), "{out}");
        let (bundled, served) = (bundled.results(), served.results());
        assert_eq!(reported(&bundled.cases), reported(&served.cases));
        assert_eq!(bundled.summary, served.summary);
        assert!(bundled.target.bundled_mock && !served.target.bundled_mock);
    }
}

#[test]
fn both_methods_give_the_same_verdicts() {
    let (by_post, by_get) = (Place::new(), Place::new());
    assert_eq!(ended(by_post.program(&format!("run {CELLS} --method post"))).code, 0);
    assert_eq!(ended(by_get.program(&format!("run {CELLS} --method get"))).code, 0);
    assert_eq!(reported(&by_post.results().cases), reported(&by_get.results().cases));
}

#[test]
fn a_given_access_key_replaces_the_example() {
    let place = Place::new();
    let mock = MockProcess::start(&place, "--access-key-id mine --access-key-secret-env MOCK_SECRET");
    let run = || place.program(&format!("run operation:Encrypt --endpoint {}", mock.endpoint));
    assert_eq!(ended(run()).code, 4);
    let own = run().env("ALIBABA_CLOUD_ACCESS_KEY_ID", "mine").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "another secret");
    let Ended { code, out, .. } = ended(own);
    assert_eq!(code, 0, "{out}");
    let files = ["reports/results.json", "reports/junit.xml"]
        .map(|name| std::fs::read_to_string(place.path().join(name)).unwrap());
    assert!(files.iter().all(|text| !text.contains("another secret") && !text.contains("another%20secret")));
}
