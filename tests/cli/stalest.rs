//! Runs for whose cases there is no room run those that were not judged for longest; and what a live account does otherwise than
//! the documents say is news.

use std::collections::BTreeSet;

use kms_conformance::event::CaseResult;
use kms_conformance::mock::Mock;
use kms_conformance::verdict::{Kind, Verdict};

use super::program::{Ended, Place, ended};

fn cases(place: &Place) -> Vec<CaseResult> {
    place.results().cases
}

fn ids<'c>(cases: impl IntoIterator<Item = &'c CaseResult>) -> BTreeSet<String> {
    cases.into_iter().map(|case| case.id.to_string()).collect()
}

#[test]
fn cases_that_were_not_judged_for_longest_are_run_first() {
    let (mock, place) = (Mock::start().unwrap(), Place::new());
    let run = |arguments: &str| {
        let select = "alibaba/Encrypt/* alibaba/Decrypt/* alibaba/GenerateDataKey/* --routes canonical -q";
        ended(place.program(&format!("run {select} --endpoint {} --max-keys 4 {arguments}", mock.endpoint())))
    };
    let Ended { code, err, .. } = run("");
    assert!(code == 2 && err.contains("--max-keys allows 4"), "{err}");

    let mut judged: BTreeSet<String> = BTreeSet::new();
    let mut runs = 0;
    loop {
        let Ended { code, out, err } = run("--stalest-first");
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        let all = cases(&place);
        let (left, run): (Vec<_>, Vec<_>) = all.iter().partition(|case| case.verdict == Verdict::NotRun);
        assert!(left.iter().all(|case| case.kind == Some(Kind::Later) && case.reason.contains("--stalest-first")));
        assert!(run.iter().all(|case| case.verdict == Verdict::Pass), "{out}");
        assert_eq!(place.results().usage.keys_created, 4, "{out}");

        // Until all were judged once, none is judged twice, but for those for which there is room besides.
        let new = ids(run.iter().copied()).difference(&judged).count();
        assert_eq!(new, run.len().min(all.len() - judged.len()), "{out}");
        let known = run.iter().filter(|case| case.previous.is_some()).count();
        assert_eq!(known, run.len() - new);
        judged.extend(ids(run));
        runs += 1;
        if judged.len() == all.len() {
            break;
        }
    }
    assert!(runs > 2, "{runs}");

    // The next one begins with what the first one judged, and says when that was.
    run("--stalest-first");
    let all = cases(&place);
    let previous = all.iter().filter(|case| case.verdict == Verdict::Pass).map(|case| case.previous.as_ref().unwrap());
    assert!(previous.clone().all(|one| one.verdict == Verdict::Pass && one.confirmed_at.is_some()));
    assert!(previous.count() > 0);
}

#[test]
fn what_an_account_does_otherwise_than_the_document_is_news() {
    let (mock, place) = (Mock::start().unwrap(), Place::new());
    mock.set_deviations(vec!["Encrypt:Disabled=Success".to_owned()]).unwrap();
    let run = |kind: &str| {
        let arguments = format!("run alibaba/Encrypt/Disabled alibaba/Encrypt/Enabled --max-keys 3 {kind}");
        let command = place.program(&format!("{arguments} --confirm 1 --endpoint {}", mock.endpoint()));
        let command = command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid");
        ended(command.env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret"))
    };
    let failed = || cases(&place).into_iter().find(|case| case.verdict == Verdict::Fail).unwrap();

    let Ended { code, out, .. } = run("--target-kind account --live --rate 1000");
    assert_eq!(code, 5, "{out}");
    let conflict = failed().conflict.unwrap();
    assert!(conflict.edition.contains("2019-08-20"), "{conflict:?}");
    assert!(out.contains("  conflict: the live service differs from the document \"Impact of CMK states"), "{out}");
    // Nothing of the kind is said of an emulator.
    let Ended { code, out, .. } = run("");
    assert_eq!((code, failed().conflict), (1, None), "{out}");
}
