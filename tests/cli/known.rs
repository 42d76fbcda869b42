//! `--known` and `known`: what is on the list does not fail a run, as long as the list is true.

use std::fs;

use kms_conformance::event::ListedOutcome;
use kms_conformance::verdict::Verdict;
use snapbox::{Assert, IntoData as _, str};

use super::program::{Ended, MockProcess, Place, ended};

const DISABLED: &str = "alibaba/Encrypt/Disabled";

/// A list with one entry.
fn list(place: &Place, case: &str, code: &str, until: &str) {
    let text = format!(
        "format = 1\n\n[[known_failures]]\ncase = \"{case}\"\ncode = \"{code}\"\nstatus = 200\nreason = \"It does not look.\"\nuntil = {until}\n"
    );
    fs::write(place.path().join("known.toml"), text).unwrap();
}

/// An emulator that encrypts with a disabled key.
fn emulator(place: &Place) -> MockProcess {
    MockProcess::start(place, "--deviate Encrypt:Disabled@Aliyun_KMS=Success")
}

fn run(place: &Place, mock: &MockProcess, rest: &str) -> Ended {
    ended(place.program(&format!("run --endpoint {} --known known.toml {rest}", mock.endpoint)))
}

/// The verdict on the case, and how it compares with its entry.
fn judged(place: &Place) -> (Verdict, Option<ListedOutcome>) {
    let results = place.results();
    let case = results.cases.iter().find(|case| &*case.id == DISABLED).unwrap();
    (case.verdict, case.listed.as_ref().map(|listed| listed.outcome))
}

#[track_caller]
fn same(shown: String, expected: snapbox::data::Inline) {
    Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(shown, expected.raw());
}

#[test]
fn a_failure_as_listed_does_not_fail_the_run() {
    let place = Place::new();
    let mock = emulator(&place);
    for case in [DISABLED, "alibaba/Encrypt/Dis*"] {
        list(&place, case, "Success", "2999-12-31");
        let Ended { code, out, err } = run(&place, &mock, "--fail-fast --jobs 1 alibaba/Encrypt/*");
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        assert_eq!(judged(&place), (Verdict::KnownFailure, Some(ListedOutcome::Holds)));
        let line = format!("known failures\nk {DISABLED}  It does not look. (until 2999-12-31)\n");
        assert!(out.contains(&line) && out.contains(", 1 known failure"), "{out}");
        let skipped = "<skipped message=\"It does not look. (until 2999-12-31)\" type=\"known-failure\">";
        assert!(place.junit().contains(skipped), "{}", place.junit());
    }
    assert!(place.results().complete, "the known failure does not end the run");
}

#[test]
fn a_listed_case_that_passes_fails_the_run() {
    let place = Place::new();
    list(&place, DISABLED, "Success", "2999-12-31");
    let Ended { code, out, .. } = ended(place.program("run --known known.toml -q alibaba/Encrypt/*"));
    assert_eq!(code, 1, "{out}");
    assert_eq!(judged(&place), (Verdict::UnexpectedPass, Some(ListedOutcome::Passes)));
    assert!(place.junit().contains("<failure message=\"it passed, but it is listed as a known failure\""));
    let shown = out.split("  clause:").next().unwrap().to_owned();
    same(
        shown,
        str![[r#"
! alibaba/Encrypt/Disabled  unexpected-pass
  it passed, but it is listed as a known failure
  --> cases/alibaba/matrix/encrypt.yaml:13:3
  listed: known.toml:3:1 says Success (200): It does not look. (until 2999-12-31); remove the entry

"#]],
    );
}

#[test]
fn a_failure_that_is_not_as_listed_fails_the_run() {
    let place = Place::new();
    let mock = emulator(&place);
    for (code, until, outcome, message) in [
        ("Rejected.Other", "2999-12-31", ListedOutcome::Differs, "got Success (200); listed is Rejected.Other (200)\n"),
        (
            "Success",
            "2020-12-31",
            ListedOutcome::Expired,
            "got Success (200); listed until 2020-12-31, which is over\n",
        ),
    ] {
        list(&place, DISABLED, code, until);
        let ended = run(&place, &mock, "-q alibaba/Encrypt/*");
        assert_eq!(ended.code, 1, "{}", ended.out);
        assert_eq!(judged(&place), (Verdict::Fail, Some(outcome)));
        assert!(ended.out.contains(message) && ended.out.contains("listed: known.toml:3:1 says "), "{}", ended.out);
    }
    let Ended { code, out, err } = ended(place.program("known --check known.toml"));
    assert_eq!((code, out.as_str()), (1, "1 entry for 1 case: not all right\n"));
    same(
        err,
        str![[r#"
error: known.toml:3:1: the entry of alibaba/Encrypt/Disabled expired on 2020-12-31; correct the endpoint, or give the entry a later date

"#]],
    );
}

#[test]
fn an_entry_whose_case_is_not_judged_says_nothing() {
    let place = Place::new();
    list(&place, DISABLED, "Success", "2020-12-31");
    assert_eq!(ended(place.program("run --known known.toml alibaba/Encrypt/Enabled")).code, 0);
    // Its state can't be reached.
    let arguments =
        format!("run --known known.toml --deviate DisableKey:Enabled=409/Rejected.PendingImport {DISABLED}");
    assert_eq!(ended(place.program(&arguments)).code, 4);
    assert_eq!(judged(&place), (Verdict::Inconclusive, None));
}

#[test]
fn a_mistaken_list_is_reported_before_the_run() {
    let place = Place::new();
    list(&place, "alibaba/Encrpyt/Disabled", "Success", "\"31.12.2999\"");
    for arguments in ["run --known known.toml", "known --check known.toml", "known --update known.toml"] {
        let results = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/results.json");
        let results = if arguments.contains("update") { format!(" --results {results}") } else { String::new() };
        let Ended { code, out, err } = ended(place.program(&format!("{arguments}{results}")));
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        same(
            err,
            str![[r#"
error: `alibaba/Encrpyt/Disabled` means no case
 --> known.toml:4:8
  |
4 | case = "alibaba/Encrpyt/Disabled"
  |        ^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `alibaba/Encrypt/Disabled`?

error: `31.12.2999` is not a date such as 2027-12-31
 --> known.toml:8:9
  |
8 | until = "31.12.2999"
  |         ^^^^^^^^^^^^

2 mistakes in 1 file

"#]],
        );
    }
    assert_eq!(place.names(""), ["known.toml"]);
    for arguments in ["run --known missing.yaml", "known --check missing.yaml", "known --update known.toml"] {
        let Ended { code, err, .. } = ended(place.program(arguments));
        assert!(code == 2 && err.starts_with("error: failed to read "), "{err}");
    }
}

#[test]
fn wrong_flags_are_reported() {
    let place = Place::new();
    for (arguments, message) in [
        ("known", "<--check <FILE>|--update <FILE>|--convert <FILE>>"),
        ("known --check a --update b", "cannot be used with"),
        ("known --update a --reason x", "--until <DATE>"),
        ("known --update a --until 2999-12-31", "--reason <TEXT>"),
        ("known --update a --reason= --until 2999-12-31", "say why the failures are accepted"),
        (
            "known --update a --reason x --until 2020-12-31",
            "a is left as it is: what is new can't be accepted until 2020-12-31, which is over",
        ),
        ("known --update a --reason x --until soon", "`soon` is not a date such as 2027-12-31"),
        ("known --check a --reason x --until 2999-12-31", "cannot be used with"),
    ] {
        let Ended { code, err, .. } = ended(place.program(arguments));
        assert!(code == 2 && err.contains(message), "{arguments}: {err}");
    }
}

/// The cases that notice the emulator's deviation, and those of the same operation that don't.
const RELATED: &str = "operation:Encrypt alibaba/alias-in-encrypt alibaba/only-enabled-keys-encrypt";

#[test]
fn an_updated_list_makes_the_run_succeed() {
    let place = Place::new();
    let mock = emulator(&place);
    let run = |rest: &str| ended(place.program(&format!("run --endpoint {} -q {RELATED} {rest}", mock.endpoint)));
    let update = |rest: &str| {
        let mut arguments: Vec<&str> = "known --update known.toml".split(' ').collect();
        arguments.extend(rest.split('|').filter(|argument| !argument.is_empty()));
        ended(place.program("").args(arguments))
    };
    assert_eq!(run("").code, 1);
    let Ended { code, out, err } = update("");
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    assert!(
        err.starts_with("error: known.toml is left as it is: ") && err.contains(&format!("\n  {DISABLED}\n")),
        "{err}"
    );
    assert_eq!(place.names(""), ["reports"]);

    let Ended { code, out, err } =
        update("--reason|It does not look.|--until|2999-12-31|--issue|https://example.com/1");
    assert_eq!((code, err.as_str()), (0, ""));
    same(
        out,
        str![[r#"
+ alibaba/Encrypt/Disabled  Success (200)
+ alibaba/Encrypt/Disabled/via-cancel  Success (200)
+ alibaba/Encrypt/Disabled/via-enable  Success (200)
+ alibaba/alias-in-encrypt  inconclusive
+ alibaba/only-enabled-keys-encrypt  inconclusive
known.toml: 5 added, 0 corrected, 0 removed, 0 as before

"#]],
    );
    let text = fs::read_to_string(place.path().join("known.toml")).unwrap();
    same(
        text.replace(&mock.endpoint, "[ENDPOINT]"),
        str![[r##"
# Failures that are known and accepted for a while: `kms-conformance run --known` reads this list.
# An entry says how a case fails, why that is accepted, and until when. What fails otherwise, passes or has expired
# fails the run, so that the list stays true; `kms-conformance known --update` brings it up to date.
format = 1
target = "[ENDPOINT]"

[[known_failures]]
case = "alibaba/Encrypt/Disabled"
code = "Success"
status = 200
reason = "It does not look."
issue = "https://example.com/1"
until = 2999-12-31

[[known_failures]]
case = "alibaba/Encrypt/Disabled/via-cancel"
code = "Success"
status = 200
reason = "It does not look."
issue = "https://example.com/1"
until = 2999-12-31

[[known_failures]]
case = "alibaba/Encrypt/Disabled/via-enable"
code = "Success"
status = 200
reason = "It does not look."
issue = "https://example.com/1"
until = 2999-12-31

[[known_failures]]
case = "alibaba/alias-in-encrypt"
kind = "inconclusive"
reason = "It does not look."
issue = "https://example.com/1"
until = 2999-12-31

[[known_failures]]
case = "alibaba/only-enabled-keys-encrypt"
kind = "inconclusive"
reason = "It does not look."
issue = "https://example.com/1"
until = 2999-12-31

"##]],
    );
    let Ended { code, out, err } = run("--known known.toml");
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert_eq!(update("").out, "known.toml: 0 added, 0 corrected, 0 removed, 5 as before\n");
    assert_eq!(fs::read_to_string(place.path().join("known.toml")).unwrap(), text);
    assert_eq!(ended(place.program("known --check known.toml")).out, "5 entries for 5 cases: all right\n");

    let text = text.replace(&mock.endpoint, "bundled mock");
    fs::write(place.path().join("known.toml"), &text).unwrap();
    // The emulator has been corrected, but this run had only some of the cases.
    assert_eq!(ended(place.program("run -q alibaba/Encrypt/**")).code, 0);
    let Ended { code, err, .. } = update("");
    assert_eq!(code, 2);
    assert!(err.contains("the run left out 2 cases of the list"), "{err}");
    assert_eq!(ended(place.program("run -q --fail-fast --deviate Encrypt:Enabled=409/Rejected.Disabled")).code, 1);
    assert!(update("").err.contains("the run was cut short"));
    assert_eq!(fs::read_to_string(place.path().join("known.toml")).unwrap(), text);
    assert_eq!(place.names(""), ["known.toml", "reports"]);

    assert_eq!(ended(place.program(&format!("run -q --known known.toml {RELATED}"))).code, 1);
    let Ended { code, err, .. } = update("");
    assert!(code == 2 && err.contains("entries are only removed after a run of the whole suite"), "{err}");
}

#[test]
#[ignore = "campaign: a run of the whole suite"]
fn an_entry_whose_case_passes_is_removed_after_a_run_of_the_whole_suite() {
    let place = Place::new();
    list(&place, DISABLED, "Success", "2999-12-31");
    assert_eq!(ended(place.program("run -q --known known.toml")).code, 1);

    let out = ended(place.program("known --update known.toml")).out;
    assert!(out.ends_with("known.toml: 0 added, 0 corrected, 1 removed, 0 as before\n"), "{out}");
    let text = fs::read_to_string(place.path().join("known.toml")).unwrap();
    assert!(!text.contains("case = "), "{text}");
}

#[test]
fn an_old_list_in_yaml_is_read_and_can_be_converted() {
    let place = Place::new();
    let mock = emulator(&place);
    let yaml = format!(
        "format: 1\nknown_failures:\n  # Until the new store.\n  - case: {DISABLED}\n    code: Success\n    status: 200\n    reason: It does not look.\n    until: 2999-12-31 # or so\n"
    );
    fs::write(place.path().join("known.yaml"), &yaml).unwrap();

    let arguments = format!("run --endpoint {} --known known.yaml -q {DISABLED}", mock.endpoint);
    assert_eq!(ended(place.program(&arguments)).code, 0);
    assert_eq!(ended(place.program("known --check known.yaml")).out, "1 entry for 1 case: all right\n");

    let Ended { code, err, .. } = ended(place.program("known --update known.yaml"));
    let wanted = "error: known.yaml is left as it is: a list in YAML is read but not changed; `known --convert known.yaml` writes it in TOML\n";
    assert_eq!((code, err.as_str()), (2, wanted));
    let Ended { code, err, .. } = ended(place.program("known --update new.yaml"));
    let wanted = "error: new.yaml is left as it is: lists are written in TOML: name it new.toml\n";
    assert_eq!((code, err.as_str()), (2, wanted));

    let Ended { code, out, .. } = ended(place.program("known --convert known.yaml"));
    assert_eq!((code, out.as_str()), (0, "known.toml: 1 entry of known.yaml, which is not needed any more\n"));
    assert_eq!(ended(place.program("known --check known.toml")).out, "1 entry for 1 case: all right\n");
    let toml = fs::read_to_string(place.path().join("known.toml")).unwrap();
    assert!(toml.contains("# Until the new store.\n# or so\n[[known_failures]]\n"), "{toml}");
    assert_eq!(fs::read_to_string(place.path().join("known.yaml")).unwrap(), yaml);

    for (arguments, message) in [
        ("known --convert known.yaml", "known.toml is left as it is: it is there already"),
        ("known --convert known.toml", "only a list in YAML is converted, and known.toml does not end in .yaml"),
    ] {
        let Ended { code, err, .. } = ended(place.program(arguments));
        assert!(code == 2 && err.contains(message), "{err}");
    }
}

#[test]
fn an_update_is_for_the_target_of_the_list_and_can_be_shown_first() {
    let place = Place::new();
    let path = |name: &str| place.path().join(name);
    let run = format!("run -q --deviate Encrypt:Disabled=Success {DISABLED}");
    assert_eq!(ended(place.program(&run)).code, 1);
    let accept = "known --update known.toml --reason because --until 2999-12-31";

    // Nothing is written until it is wanted.
    let Ended { code, out, err } = ended(place.program(&format!("{accept} --dry-run")));
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(
        out.contains("--- known.toml\n+++ known.toml\n") && out.contains("\n+target = \"bundled mock\"\n"),
        "{out}"
    );
    assert!(out.ends_with("known.toml: would be 1 added, 0 corrected, 0 removed, 0 as before\n"), "{out}");
    assert!(!path("known.toml").exists());
    assert_eq!(ended(place.program(accept)).code, 0);
    let text = fs::read_to_string(path("known.toml")).unwrap();
    assert!(text.contains("\nformat = 1\ntarget = \"bundled mock\"\n"), "{text}");
    let Ended { code, out, .. } = ended(place.program("known --update known.toml --dry-run"));
    assert_eq!((code, out.as_str()), (0, "known.toml: would be 0 added, 0 corrected, 0 removed, 1 as before\n"));

    let mock = emulator(&place);
    assert_eq!(ended(place.program(&format!("run -q --endpoint {} {DISABLED}", mock.endpoint))).code, 1);
    let Ended { code, err, .. } = ended(place.program("known --update known.toml"));
    let refused = format!("it is about bundled mock, and these are results of {}; ", mock.endpoint);
    assert!(code == 2 && err.contains(&refused), "{err}");
    assert_eq!(fs::read_to_string(path("known.toml")).unwrap(), text);

    // A list of before, which does not say it.
    fs::write(path("known.toml"), text.replace("target = \"bundled mock\"\n", "")).unwrap();
    let Ended { code, err, .. } = ended(place.program("known --update known.toml"));
    let said = format!("known.toml does not say what it is about; these are results of {}\n", mock.endpoint);
    assert_eq!((code, err), (0, said));
}

#[cfg(unix)]
#[test]
fn an_update_keeps_the_mode_of_the_file_and_its_links() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let (file, link) = (place.path().join("list.toml"), place.path().join("known.toml"));
    fs::write(&file, "format = 1\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o604)).unwrap();
    std::os::unix::fs::symlink("list.toml", &link).unwrap();
    assert_eq!(ended(place.program(&format!("run -q --deviate Encrypt:Disabled=Success {DISABLED}"))).code, 1);
    let update = "known --update known.toml --reason because --until 2999-12-31";
    assert_eq!(ended(place.program(update)).code, 0);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&file).unwrap().contains(DISABLED));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o604);

    // A list and results can come from a pipe.
    let list = fs::read(&file).unwrap();
    let Ended { code, out, .. } = ended(place.program("known --check -").stdin(list));
    assert_eq!((code, out.as_str()), (0, "1 entry for 1 case: all right\n"));
    let results = fs::read(place.path().join("reports/results.json")).unwrap();
    let Ended { code, out, .. } = ended(place.program("known --update known.toml --results -").stdin(results));
    assert!(code == 0 && out.ends_with("1 as before\n"), "{out}");
    let Ended { code, err, .. } = ended(place.program("known --update -"));
    assert!(code == 2 && err.contains("a list is read and then written: name a file"), "{err}");
}
