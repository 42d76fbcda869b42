//! `self-test`: the suite against the mock's deviations.

use super::cases::{change, own};
use super::program::{Ended, Place, ended};

#[test]
fn a_deviation_is_caught_by_the_named_cases_and_by_no_others() {
    let place = Place::new();
    let Ended { code, out, err } = ended(place.program("self-test Encrypt:Disabled@EXTERNAL=Success"));
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let lines: Vec<String> = out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let [line, closing] = lines.as_slice() else { panic!("{out}") };
    assert!(line.starts_with("ok Encrypt:Disabled@EXTERNAL=Success 4: alibaba/Encrypt/Disabled/EXTERNAL,"), "{out}");
    assert!(closing.starts_with("1 deviation: 1 caught by the named cases only ("), "{out}");
    assert_eq!(place.names(""), [""; 0], "it left files");
}

#[test]
fn on_keys_of_a_tour_only_the_cases_run_that_ran_on_fresh_keys() {
    let place = Place::new();
    let Ended { code, out, err } =
        ended(place.program("self-test --compare --named-only Encrypt:Disabled@EXTERNAL=Success"));
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let compared = out.lines().last().unwrap_or_default();
    assert!(compared.starts_with("1 deviation or emulator on keys of a tour (4 cases run, "), "{out}");
    assert!(compared.contains(": 4 failures of the 4 that fail on fresh keys; 0 "), "{out}");
}

#[test]
fn a_suite_that_expects_a_deviation_does_not_catch_it() {
    let place = Place::new();
    own(&place);
    change(&place, "alibaba/matrix/encrypt.yaml", "Disabled: Rejected.Disabled", "Disabled: Success");
    let Ended { code, out, err } =
        ended(place.program("self-test --quiet --named-only --cases own Encrypt:Disabled@Aliyun_KMS=Success"));
    assert_eq!((code, err.as_str()), (1, ""), "{out}");
    assert!(out.contains("missed by alibaba/Encrypt/Disabled, whose verdict is inconclusive"), "{out}");
    assert!(out.ends_with("1 not as the catalogue says (3 cases run)\n"), "{out}");
}

#[test]
fn a_case_that_blames_something_else_is_found() {
    let place = Place::new();
    own(&place);
    change(&place, "alibaba/matrix/encrypt.yaml", "Disabled: Rejected.Disabled", "Disabled: Success");
    let Ended { code, out, err } =
        ended(place.program("self-test --cases own DescribeKey:Disabled=409/Rejected.Disabled"));
    assert_eq!((code, err.as_str()), (1, ""), "{out}");
    assert!(out.contains("should not have failed: alibaba/Encrypt/Disabled: "), "{out}");
}

#[test]
fn cases_that_can_not_notice_a_deviation_may_be_left_out() {
    let place = Place::new();
    let cases_run = |flags: &str| -> usize {
        let Ended { code, out, err } =
            ended(place.program(&format!("self-test {flags} Encrypt:Disabled@EXTERNAL=Success")));
        assert_eq!((code, err.as_str()), (0, ""), "{flags}: {out}");
        let closing = out.lines().last().unwrap_or_default();
        assert!(closing.starts_with("1 deviation: 1 caught by the named cases only ("), "{flags}: {out}");
        closing.split(['(', ' ']).find_map(|word| word.parse().ok().filter(|number| *number > 1)).unwrap_or_default()
    };
    let [whole, concerned, named] = ["", "--concerned-only", "--named-only"].map(cases_run);
    assert!(whole > concerned && concerned > named && named == 4, "{whole} {concerned} {named}");
}

#[test]
fn a_case_that_could_notice_a_deviation_is_not_left_out() {
    let place = Place::new();
    own(&place);
    change(&place, "alibaba/matrix/encrypt.yaml", "Disabled: Rejected.Disabled", "Disabled: Success");
    let Ended { code, out, .. } =
        ended(place.program("self-test --concerned-only --cases own DescribeKey:Disabled=409/Rejected.Disabled"));
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("should not have failed: alibaba/Encrypt/Disabled: "), "{out}");
}

#[test]
#[ignore = "campaign: a run of the whole suite"]
fn a_poor_emulator_is_tried_after_the_deviations() {
    let place = Place::new();
    let Ended { code, out, err } =
        ended(place.program("self-test --named-only data-keys-never Encrypt:Disabled@EXTERNAL=Success"));
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let lines: Vec<String> = out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let [deviation, emulator, deviations, emulators] = lines.as_slice() else { panic!("{out}") };
    assert!(deviation.starts_with("ok Encrypt:Disabled@EXTERNAL=Success "), "{out}");
    assert!(emulator.starts_with("ok data-keys-never-look must fail: 34 of 34, inconclusive: "), "{out}");
    assert!(emulator.ends_with(" × the requests"), "{out}");
    assert!(deviations.starts_with("1 deviation: "), "{out}");
    assert_eq!(emulators, "1 poor emulator: 34 of 34 cases that must fail did");
}

#[test]
fn an_emulator_whose_cases_the_suite_lacks_is_named() {
    let place = Place::new();
    own(&place);
    change(&place, "alibaba/scenarios/aliases.yaml", "key-has-many-aliases:", "key-has-several-aliases:");
    let Ended { code, err, .. } = ended(place.program("self-test --cases own no-aliases-501"));
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("poor emulator `no-aliases-501`: `alibaba/key-has-many-aliases` means no case"), "{err}");
}

#[test]
fn a_name_that_is_in_no_deviation_gets_a_hint() {
    let Ended { code, out, err } = ended(Place::new().program("self-test Encrpt:Disabled=Success"));
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("`Encrpt:Disabled=Success`") && err.contains("`Encrypt:Disabled=Success`"), "{err}");
}

#[test]
fn a_suite_without_the_named_cases_is_an_error() {
    let place = Place::new();
    own(&place);
    change(&place, "alibaba/scenarios/new-keys.yaml", "new-key-is-enabled:", "new-keys-work:");
    let Ended { code, err, .. } = ended(place.program("self-test --cases own new-key-is-disabled"));
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("new-key-is-disabled: `alibaba/new-key-is-enabled` means no case"), "{err}");
}
