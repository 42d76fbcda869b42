//! What becomes of entries.

use super::*;
use crate::known::sample::{ALLOWED, End, PASS, UNJUDGED, acceptance, judged, known, results, suite};

const LIST: &str = "\
format = 1
known_failures = [
  {case = 'alibaba/Encrypt/Disabled', code = 'Success', status = 200, reason = 'a', until = 2026-12-31},
  {case = 'alibaba/Decrypt/*', code = 'Success', status = 200, reason = 'b', until = 2026-01-30},
]
";

const DISABLED: &str = "alibaba/Encrypt/Disabled";

/// The cases that the pattern means.
fn pattern() -> Vec<String> {
    known(LIST).entries()[1].cases.iter().map(ToString::to_string).collect()
}

fn plan(ends: &[(&str, End<'_>)]) -> Update {
    Update::plan(&known(LIST), suite(), judged(&results(ends)), Some(&acceptance())).unwrap()
}

#[test]
fn what_holds_or_was_not_judged_stays() {
    let pattern = pattern();
    assert!(pattern.len() > 1, "{pattern:?}");
    let mut ends: Vec<(&str, End<'_>)> = pattern.iter().map(|id| (id.as_str(), ALLOWED)).collect();
    ends[0].1 = UNJUDGED;
    ends.push((DISABLED, UNJUDGED));
    let update = plan(&ends);
    assert!(update.is_empty());
    assert_eq!(update.expired, [1], "it is not renewed");
}

#[test]
fn what_passes_goes_and_what_is_new_comes() {
    let update = plan(&[("alibaba/Encrypt/Enabled", ("refused", "X", 500)), (DISABLED, ("effect", "X", 409))]);
    let failure = |kind, code: &str, status| {
        Failure::of(Verdict::Fail, Some(kind), Some(&crate::event::Outcome { code: code.to_owned(), status })).unwrap()
    };
    let corrected = failure(crate::verdict::Kind::Effect, "X", 409);
    assert_eq!(update.entries, [Change::Correct(corrected), Change::Remove]);
    let added = failure(crate::verdict::Kind::Rejected, "X", 500);
    assert_eq!(update.added, [("alibaba/Encrypt/Enabled".to_owned(), added)]);
    assert_eq!(update.expired, [0; 0]);
}

#[test]
fn a_pattern_that_no_longer_holds_falls_into_its_cases() {
    let pattern = pattern();
    let mut ends: Vec<(&str, End<'_>)> = pattern.iter().map(|id| (id.as_str(), ALLOWED)).collect();
    ends[0].1 = PASS;
    let [_, Change::Split(cases)] = &plan(&ends).entries[..] else { panic!() };
    let ids: Vec<&str> = cases.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, pattern[1..].iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn a_run_that_shows_too_little_updates_nothing() {
    let known = known(LIST);
    let mut all = results(&[(DISABLED, ALLOWED), ("alibaba/Encrypt/Enabled", ALLOWED)]);
    let reason = |judged: Judged<'_>| Update::plan(&known, suite(), judged, None).unwrap_err().to_string();
    assert_eq!(
        reason(Judged { complete: false, ..judged(&all) }),
        "the run was cut short, so it does not show which failures are left; let it run to its end"
    );

    all[0].verdict = Verdict::NotRun;
    let not_run = format!("the run was cut short before 1 case was run, such as {}, so it does not show", all[0].id);
    assert!(reason(judged(&all)).starts_with(&not_run), "{}", reason(judged(&all)));
    all[0].verdict = Verdict::Pass;
    assert!(reason(Judged { suite_hash: "0", ..judged(&all) }).starts_with("the run was one of other case files"));
    assert_eq!(
        reason(judged(&all)),
        "1 case fails or can't be judged and is not listed; to accept them, say why and until when with --reason and --until:\n  alibaba/Encrypt/Enabled"
    );

    all.retain(|case| &*case.id != "alibaba/CreateKey/Enabled");
    assert_eq!(
        reason(judged(&all)),
        format!(
            "{} cases of the list no longer fail, such as alibaba/Decrypt/Disabled, but entries are only removed after a run of the whole suite, of which this one left out 1 case",
            pattern().len()
        )
    );
    all.retain(|case| &*case.id != DISABLED);
    assert_eq!(
        reason(judged(&all)),
        "the run left out 1 case of the list, such as alibaba/Encrypt/Disabled; run the whole suite"
    );

    let mut silent = results(&[(DISABLED, ("code", "", 0))]);
    assert!(reason(judged(&silent)).starts_with("alibaba/Encrypt/Disabled fails without a response"));
    silent.clear();
    assert!(reason(judged(&silent)).starts_with("the run left out "));
}

#[test]
fn a_run_of_a_part_adds_and_corrects() {
    let list = LIST.lines().take(3).chain(["]"]).collect::<Vec<_>>().join("\n");
    let known = known(&list);
    let mut part = results(&[(DISABLED, ("code", "X", 409)), ("alibaba/Encrypt/Enabled", ALLOWED)]);
    part.retain(|case| case.id.contains("/Encrypt/"));
    let update = Update::plan(&known, suite(), judged(&part), Some(&acceptance())).unwrap();
    assert!(matches!(update.entries[..], [Change::Correct(_)]));
    assert_eq!(update.added.len(), 1);
}

#[test]
fn what_the_endpoint_keeps_from_being_judged_is_listed_too() {
    const SCENARIO: &str = "alibaba/only-enabled-keys-encrypt";
    let stuck: End<'_> = ("fixture", "", 0);
    let update = plan(&[(DISABLED, stuck), (SCENARIO, stuck)]);
    assert_eq!(update.added, [(SCENARIO.to_owned(), Failure::Inconclusive)]);
    assert_eq!(update.entries[0], Change::Keep, "how it fails is not known");

    let list = format!(
        "format = 1\n[[known_failures]]\ncase = '{SCENARIO}'\nkind = 'inconclusive'\nreason = 'a'\nuntil = 2026-12-31\n"
    );
    let known = known(&list);
    let changed = |end| {
        let all = results(&[(SCENARIO, end)]);
        Update::plan(&known, suite(), judged(&all), None).unwrap().entries.swap_remove(0)
    };
    assert_eq!(changed(stuck), Change::Keep);
    assert_eq!(changed(PASS), Change::Remove);
    assert!(matches!(changed(ALLOWED), Change::Correct(Failure::Response(_))));
}

#[test]
fn a_crash_is_listed_with_its_response_and_held_by_its_kind_alone() {
    const CRASH: End<'_> = ("crash", "InternalFailure", 500);
    let update = plan(&[(DISABLED, CRASH), ("alibaba/Encrypt/Enabled", ("malformed", "", 0))]);
    assert_eq!(update.entries[0], Change::Correct(failure_of("crash", "InternalFailure", 500)));
    assert_eq!(update.added, [("alibaba/Encrypt/Enabled".to_owned(), failure_of("malformed", "", 0))]);

    let list = format!(
        "format = 1\n[[known_failures]]\ncase = '{DISABLED}'\nkind = 'crash'\nreason = 'a'\nuntil = 2026-12-31\n"
    );
    let known = known(&list);
    let changed = |end| {
        let all = results(&[(DISABLED, end)]);
        Update::plan(&known, suite(), judged(&all), None).unwrap().entries.swap_remove(0)
    };
    assert_eq!(changed(CRASH), Change::Keep);
    assert_eq!(changed(("crash", "", 0)), Change::Keep);
    assert_eq!(changed(UNJUDGED), Change::Keep);
    assert!(matches!(changed(("malformed", "", 0)), Change::Correct(_)));
    assert!(matches!(changed(ALLOWED), Change::Correct(Failure::Response(_))));
}

fn failure_of(kind: &str, code: &str, status: u16) -> Failure {
    let all = results(&[(DISABLED, (kind, code, status))]);
    let case = all.iter().find(|case| &*case.id == DISABLED).unwrap();
    Failure::of(case.verdict, case.kind, case.actual.as_ref()).unwrap()
}

#[test]
fn results_of_another_target_are_refused() {
    for (listed, judged, is_same) in [
        ("http://127.0.0.1:1", "http://localhost:2", true),
        ("https://kms.example", "https://kms.example:443", true),
        ("bundled mock", "bundled mock", true),
        ("http://127.0.0.1:1", "bundled mock", false),
        ("https://kms.example", "https://kms.example.org", false),
        ("http://kms.example:1", "http://kms.example:2", false),
        ("https://kms.example", "http://127.0.0.1:1", false),
    ] {
        assert_eq!(is_same_target(listed, judged), is_same, "{listed} and {judged}");
        assert_eq!(is_same_target(judged, listed), is_same, "{judged} and {listed}");
    }
}
