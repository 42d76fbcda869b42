//! The list that the program has, lists with mistakes, and a list that is wrong about a run.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock};

use tokio_util::sync::CancellationToken;

use super::expectations::Wanted;
use super::load::load;
use super::surprise::PoorSurprise;
use super::{PoorEmulator, PoorTable, PoorTest, PoorTrial, poor_emulators, poor_summary};
use crate::mock::{CellText, Repertoire, registry};
use crate::self_test::data::tested;
use crate::suite::Suite;
use crate::suite::files::embedded;
use crate::suite::load::load as load_suite;

static SUITE: LazyLock<Arc<Suite>> = LazyLock::new(|| Arc::new(load_suite(embedded(), None).unwrap()));

/// The deviations of the default provider's mock.
fn repertoire() -> Repertoire {
    registry::deviations(&SUITE.service.provider).unwrap()
}

/// Every provider with a mock, its suite and its emulators.
fn emulators_of_all() -> impl Iterator<Item = (Suite, Vec<PoorEmulator>)> {
    tested().map(|provider| {
        let suite = load_suite(embedded(), Some(provider)).unwrap();
        (suite, poor_emulators(provider).unwrap())
    })
}

/// A list of one emulator, whose expectations stand in `rest`.
fn list(rest: &str) -> String {
    format!(
        "format: 1\nemulators:\n  - name: poor\n    description: it is wrong\n    deviations: [GenerateDataKey:Disabled=Success]\n{rest}"
    )
}

/// What is wrong with a list, with the suite of the program.
fn mistake(text: &str) -> String {
    match load(text, repertoire()) {
        Err(mistakes) => mistakes.iter().map(|mistake| format!("{mistake}\n")).collect(),
        Ok(emulators) => {
            let failed = emulators.iter().find_map(|emulator| emulator.expectations(&SUITE).err());
            failed.map(|mistake| mistake.to_string()).unwrap_or_default()
        }
    }
}

#[test]
fn the_list_of_the_program_is_sound() {
    for (suite, emulators) in emulators_of_all() {
        assert!(!emulators.is_empty());
        for emulator in &emulators {
            let expectations = emulator.expectations(&suite).unwrap();
            let fails = expectations.of_case.values().any(|wanted| matches!(wanted, Wanted::Fail(_)));
            assert!(fails, "{} has nothing that must fail", emulator.name);
        }
    }
}

#[test]
fn every_cell_that_deviates_must_fail_can_not_be_reached_or_is_said_to_be_open() {
    let all = emulators_of_all().collect::<Vec<_>>();
    for (suite, emulator) in all.iter().flat_map(|(suite, emulators)| emulators.iter().map(move |one| (suite, one))) {
        let expectations = emulator.expectations(suite).unwrap();
        for deviation in &emulator.deviations {
            let Some(cell) = CellText::split(deviation.name()) else { continue };
            let prefix = format!("{}/{}/{}", suite.service.provider, cell.operation, cell.state);
            let said_of = suite.cases.iter().enumerate().filter(|(_, case)| {
                let id = case.id.as_str();
                let own = id == prefix || id.starts_with(&format!("{prefix}/"));
                own && suite.why_skipped(case).is_none()
            });
            for (index, case) in said_of {
                let wanted = expectations.of_case.get(&index);
                let right =
                    matches!(wanted, Some(Wanted::Fail(_) | Wanted::Blocked(_) | Wanted::MayFail | Wanted::NotFail));
                // By an import that has no effect no key comes into these.
                assert!(right, "{}: nothing is said of {}", emulator.name, case.id);
            }
        }
    }
}

#[test]
fn a_list_is_strict() {
    for (rest, wanted) in [
        ("    must_fial: [Encrypt/Disabled]\n", "must_fial"),
        ("    must_fail: [{operation: Encrypt, sate: Disabled}]\n", "sate"),
        ("    must_fail: [{operation: Encrypt, kind: wrong}]\n", "wrong"),
        ("    must_fail: [7]\n", "a selector or a map"),
        (
            "    must_fail: [Encrypt/Disbled]\n",
            "poor_emulators.yaml:3:11: poor emulator `poor`: `alibaba/Encrypt/Disbled` means no case; did you",
        ),
        (
            "    must_fail: [{operation: Encrpt}]\n",
            "`operation:Encrpt` means no case; did you mean `operation:Encrypt`?",
        ),
        (
            "    must_fail: [{operation: Encrypt, state: Enabled, expect: rejection}]\n",
            "{operation: Encrypt; state: Enabled; expect: rejection} means no case",
        ),
        (
            "    must_fail: [{operation: Encrypt, except: [{operation: Decrypt}]}]\n",
            "the exception {operation: Decrypt} takes nothing away from {operation: Encrypt}",
        ),
        ("    must_fail: [{operation: Encrypt, except: [{operation: Encrypt}]}]\n", "take everything away"),
        ("    must_fail: [{operation: Encrypt, except: [{state: Enabled, kind: code}]}]\n", "has a `kind`"),
        (
            "    must_fail: [{operation: Encrypt}]\n    must_pass: [{state: Disabled}]\n",
            "two things are said of alibaba/Encrypt/Disabled: must_fail and must_pass",
        ),
        ("    must_pass: [{operation: Encrypt, kind: code}]\n", "only what must fail has a `kind`"),
        ("    may_fail: [{cases: [{operation: Encrypt}], why: \"\"}]\n", "must say why"),
        (
            "    blocked: [{by: {operation: Encrpt}, cases: [{operation: Decrypt}]}]\n",
            "`blocked` names the operation `Encrpt`, which is not known",
        ),
        ("    blocked: [{by: {operation: []}, cases: [{operation: Decrypt}]}]\n", "must name an operation"),
        ("    most_requests: 1.7\n", "`most_requests` is above 0 and at most 1.6"),
        ("    like: other\n", "it is like `other`, which is not above it"),
    ] {
        let found = mistake(&list(rest));
        assert!(found.contains(wanted), "{rest}: {found}");
    }

    let good = list("    must_fail: [{operation: GenerateDataKey, state: Disabled}]\n");
    assert_eq!(mistake(&good), "");
    for (old, new, wanted) in [
        ("format: 1", "format: 2", "poor_emulators.yaml:1:9: the format 2 is not known"),
        ("Disabled=Success", "Disbled=Success", "poor emulator `poor`: unknown key state `Disbled`"),
        ("[GenerateDataKey:Disabled=Success]", "[]", "it has no deviation"),
        ("it is wrong", "It is wrong.", "one sentence without its end"),
        ("name: poor", "name: Poor Thing", "a name has lower-case letters"),
    ] {
        let found = mistake(&good.replace(old, new));
        assert!(found.contains(wanted), "{new}: {found}");
    }

    let twice = good.clone() + good.split_once("emulators:\n").unwrap().1;
    assert!(mistake(&twice).contains("there are two of this name"));
}

#[test]
fn what_is_said_of_one_emulator_holds_for_another_that_is_like_it() {
    let second = "  - name: second\n    description: it is as wrong\n    deviations: [\"Encrypt:crashes\"]\n    like: poor\n    kind: crash\n    must_fail: [Encrypt/Disabled]\n";
    let text = list("    kind: allowed\n    must_fail: [Encrypt/Enabled]\n    others: as-clean\n") + second;
    let emulators = load(&text, repertoire()).unwrap();
    let expectations = emulators[1].expectations(&SUITE).unwrap();
    let kinds: BTreeSet<String> = expectations.of_case.values().map(|wanted| format!("{wanted:?}")).collect();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["Fail(Some(Crash))"]);
    assert!(expectations.of_case.len() == 2 && expectations.others_as_clean);
}

/// Tests the emulators of a list.
async fn trials_of(text: &str) -> Vec<PoorTrial> {
    let (suite, emulators) = (Arc::clone(&SUITE), load(text, repertoire()).unwrap());
    let mut trials = Vec::new();
    let test = PoorTest { suite, emulators, compare: false, jobs: NonZeroUsize::new(2).unwrap() };
    test.run(CancellationToken::new(), |trial| trials.push(trial)).await.unwrap();
    trials
}

#[tokio::test]
async fn a_run_is_compared_with_what_the_list_says() {
    let right = list(
        "    kind: allowed\n    must_fail: [{operation: GenerateDataKey, state: Disabled}]\n    \
         not_pass: [only-enabled-keys-encrypt/**, alias-in-generate-data-key]\n    others: as-clean\n",
    );
    let wrong = "  - name: wrong\n    description: what is said of it is wrong\n    deviations: [GenerateDataKey:Disabled=Success]\n    \
                 most_requests: 0.5\n    must_fail:\n      - {id: GenerateDataKey/Disabled, kind: code}\n      - Encrypt/Disabled\n    \
                 blocked: [{by: {operation: DisableKey}, cases: [Decrypt/Disabled]}]\n    \
                 must_pass: [only-enabled-keys-encrypt]\n";
    let trials = trials_of(&(right + wrong)).await;
    let [right, wrong] = trials.as_slice() else { panic!("{trials:?}") };

    let line = PoorTable(right).to_string();
    assert!(right.is_as_named(), "{line}");
    assert_eq!((right.must_fail, right.caught), (7, 7), "{line}");
    assert!(line.starts_with("ok    poor  ") && line.contains("must fail: 7 of 7, inconclusive: 3, "), "{line}");

    let text = PoorTable(wrong).to_string();
    let sorts: BTreeSet<u8> = wrong.surprises.iter().map(PoorSurprise::sort).collect();
    for part in [
        "FAIL  wrong",
        "must not be pass: alibaba/Encrypt/Disabled\n",
        "must fail as code, and fails as allowed: alibaba/GenerateDataKey/Disabled: ",
        "should not have failed: alibaba/GenerateDataKey/Disabled/EXTERNAL: ",
        "is blocked by DisableKey, and has the verdict pass: alibaba/Decrypt/Disabled\n",
        "must pass, and is inconclusive: alibaba/only-enabled-keys-encrypt: ",
        " requests, and may send ",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(sorts.len() == 6 && text.lines().count() > 6, "{text}");
    assert_eq!(
        poor_summary(&trials),
        "2 poor emulators: 8 of 9 cases that must fail did, 1 not as the list of them says"
    );
}
