//! What helps a person to use the program: explanations, comparisons, completions, the manual, and the help.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::program::{Ended, MockProcess, Place, ended};

fn explained(place: &Place, arguments: &str) -> String {
    let Ended { code, out, err } = ended(place.program(&format!("explain {arguments}")));
    assert_eq!((code, err.as_str()), (0, ""), "{arguments}");
    out
}

#[test]
fn a_case_is_explained_from_the_document_to_its_file() {
    let out = explained(&Place::new(), "alibaba/Encrypt/Disabled/EXTERNAL");
    for part in [
        "alibaba/Encrypt/Disabled/EXTERNAL\n\nwhy: ",
        "\nclause: key-states/table/encrypt\n  ",
        "in \"Impact of CMK states on API call (topic 44211)\", ",
        "\nkey `key` (EXTERNAL) becomes Disabled: CreateKey, GetParametersForImport, ImportKeyMaterial, DisableKey\n",
        "\nrequest: Encrypt\n  KeyId: ${key.id}\n",
        "\nexpected: Rejected.Disabled (409)\n",
        "\n--> cases/alibaba/matrix/encrypt.yaml:",
        "\noperation: Encrypt\n",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
    assert!(!out.contains("last result"), "{out}");

    // Of a scenario its own lines, and not those of its neighbours.
    let out = explained(&Place::new(), "alibaba/disabled-key-works-again-once-enabled");
    assert!(out.contains("\nsteps:\n") && out.contains("\n  disabled-key-works-again-once-enabled:\n"), "{out}");
    assert!(!out.contains("only-enabled-keys-encrypt:"), "{out}");
}

#[test]
fn every_case_can_be_explained() {
    let place = Place::new();
    // Some of each kind and of each cloud.
    for case in ["alibaba/material-expires-while-enabled/EXTERNAL", "aws/Encrypt/Disabled", "alibaba/CreateKey/Enabled"]
    {
        explained(&place, case);
    }
}

#[test]
fn an_explanation_has_the_last_result_and_a_near_miss_a_suggestion() {
    let place = Place::new();
    ended(place.program("run alibaba/Encrypt/Disabled --deviate Encrypt:Disabled=Success"));
    let out = explained(&place, "alibaba/Encrypt/Disabled");
    assert!(out.contains("\nlast result: fail (reports/results.json against "), "{out}");
    assert!(out.contains("\n  expected Rejected.Disabled (409), got Success (200)\n"), "{out}");
    assert!(explained(&place, "alibaba/Encrypt/Enabled").contains(" has none of this case\n"));

    let wrong = ended(place.program("explain encrypt/disabled"));
    assert_eq!(wrong.code, 2, "{}", wrong.out);
    assert!(wrong.err.contains("did you mean `alibaba/Encrypt/Disabled`?"), "{}", wrong.err);
    for pattern in ["alibaba/Encrypt/**", "operation:Encrypt"] {
        let wrong = ended(place.program(&format!("explain {pattern}")));
        let said = format!("one case is explained, by its whole id, and `{pattern}` means ");
        assert_eq!(wrong.code, 2, "{}", wrong.out);
        assert!(wrong.err.contains(&said) && wrong.err.contains("`list "), "{}", wrong.err);
    }
}

#[test]
fn an_explanation_has_the_verdicts_of_earlier_runs() {
    let place = Place::new();
    let case = "alibaba/Encrypt/Disabled";
    ended(place.program(&format!("run {case} --history nights --target-version 1.0")));
    ended(place.program(&format!("run {case} --history nights --deviate Encrypt:Disabled=Success")));
    let verdicts = r#"{"format": 1, "targets": [{"target": {"provider": "alibaba", "endpoint": "https://kms.example", "region": "cn-x"},
        "cases": {"alibaba/Encrypt/Disabled": {"verdict": "fail", "at": "2026-01-02T00:00:00Z"}}}]}"#;
    std::fs::write(place.path().join("reports/verdicts.json"), verdicts).unwrap();

    let out = explained(&place, &format!("{case} --history nights"));
    let (before, after) = out.split_once("\nnights against alibaba, the bundled mock:\n").unwrap();
    assert!(before.contains("\n  https://kms.example (cn-x): fail at 2026-01-02T00:00:00Z, never passed\n"), "{out}");
    let lines: Vec<&str> = after.lines().take(2).collect();
    assert!(lines[0].ends_with("Z (1.0)  pass"), "{out}");
    assert!(lines[1].ends_with("Z  fail: expected Rejected.Disabled (409), got Success (200)"), "{out}");

    let other = explained(&place, "alibaba/Encrypt/Enabled --history nights");
    assert!(other.contains("\nnights has no result of this case\n") && !other.contains("kms.example"), "{other}");
    let wrong = ended(place.program(&format!("explain {case} --history none")));
    assert_eq!(wrong.code, 2, "{}", wrong.err);
    std::fs::write(place.path().join("reports/verdicts.json"), "{").unwrap();
    assert_ne!(ended(place.program(&format!("explain {case}"))).code, 0);
}

#[test]
fn two_targets_are_compared_side_by_side() {
    let place = Place::new();
    let one = MockProcess::start(&place, "--deviate Encrypt:Disabled=Success --deviate Decrypt:Disabled=Success");
    let other =
        MockProcess::start(&place, "--deviate Encrypt:Disabled=Success --deviate Decrypt:Disabled=409/Rejected.X");
    let toml = format!("format = 1\n[targets.one]\nendpoint = \"{}\"\n", one.endpoint);
    std::fs::write(place.path().join("kms-conformance.toml"), toml).unwrap();
    let cases = "alibaba/Encrypt/Disabled alibaba/Decrypt/Disabled alibaba/DescribeKey/Disabled";

    let Ended { code, out, err } = ended(place.program(&format!("diff --a one --b {} {cases}", other.endpoint)));
    assert_eq!((code, err.as_str()), (1, ""), "{out}");
    for part in [
        "both right                    1\n",
        "only a right                  0\n",
        "both wrong, alike             1\n",
        "both wrong, differently       1\n",
        "\nboth wrong, differently\n  alibaba/Decrypt/Disabled  a: ",
        "\n3 cases judged on both; kms-conformance report html reports/diff/a/results.json reports/diff/b/results.json",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }

    // Where both are wrong alike it is said once.
    assert!(out.contains("\nboth wrong, alike\n  alibaba/Encrypt/Disabled  Success (200)\n"), "{out}");

    // Wrong alike is not a difference.
    let same =
        ended(place.program("diff --a one --b one alibaba/Encrypt/Disabled --format json -- --confirm-failures 0"));
    assert_eq!(same.code, 0, "{}", same.err);
    let shown: Value = serde_json::from_str(&same.out).unwrap();
    assert_eq!(shown["judged"]["both_wrong_alike"], 1, "{}", same.out);
    assert_eq!(shown["cases"][0]["way"], "wrong-alike", "{}", same.out);

    for (arguments, wanted) in
        [("--a one --b nobody", 2), ("--a one --b http://127.0.0.1:1 alibaba/Encrypt/Enabled", 4)]
    {
        let Ended { code, out, err } = ended(place.program(&format!("diff {arguments}")));
        assert_eq!(code, wanted, "{arguments}: {out}{err}");
    }
}

#[test]
fn flags_that_two_runs_can_not_have_are_rejected_before_anything_is_sent() {
    let place = Place::new();
    let mock = MockProcess::start(&place, "");
    let endpoint = &mock.endpoint;
    for (flags, message) in [
        ("--json -", "--json behind `--`: each run has its own, in the folders a and b of --reports"),
        ("--junit all.xml", "--junit behind `--`: each run has its own"),
        ("--record run.har", "--record behind `--`: both runs would write it"),
        ("--known -", "--known - behind `--`: both runs would read it"),
        ("--reports other", "the argument '--reports <DIR>' cannot be used multiple times"),
        ("--endpoint http://127.0.0.1:1", "the argument '--endpoint <URL>' cannot be used multiple times"),
        ("-v", "cannot be used with"),
        ("--deviate Encrypt:Disabled=Success", "cannot be used with"),
        ("--no-such-flag", "unexpected argument '--no-such-flag'"),
    ] {
        let line = format!("diff --a {endpoint} --b {endpoint} alibaba/Encrypt/Enabled -- {flags}");
        let Ended { code, out, err } = ended(place.program(&line));
        assert_eq!((code, out.as_str()), (2, ""), "{flags}: {err}");
        assert_eq!(err.matches("error: ").count(), 1, "{flags}: {err}");
        assert!(err.contains(message), "{flags}: {err}");
        assert!(!place.path().join("reports/diff").exists(), "{flags}");
    }
}

#[test]
fn the_messages_of_two_runs_are_told_apart() {
    let place = Place::new();
    let mock = MockProcess::start(&place, "");
    let line =
        format!("diff --a {0} --b http://127.0.0.1:1 --format json -- --exclude alibaba/Nothing/**", mock.endpoint);
    let Ended { code, err, .. } = ended(place.program(&line));
    assert_eq!(code, 2, "{err}");
    let (of_runs, own): (Vec<&str>, Vec<&str>) =
        err.lines().partition(|line| line.starts_with("a: ") || line.starts_with("b: "));
    for name in ["a", "b"] {
        let said = format!("{name}: error: the exclusion `alibaba/Nothing/**` matches no case");
        assert_eq!(of_runs.iter().filter(|line| line.starts_with(&said)).count(), 1, "{err}");
    }
    assert_eq!(own, ["error: the run against a did not come to its end"], "{err}");
}

#[test]
fn two_wrong_effects_are_alike_only_if_reports_show_the_same() {
    let place = Place::new();
    let nothing = MockProcess::start(&place, "--deviate cancel-does-nothing");
    let disabled = MockProcess::start(&place, "--deviate cancel-leaves-disabled");
    let case = "alibaba/CancelKeyDeletion/PendingDeletion";
    let diff = |a: &str, b: &str| ended(place.program(&format!("diff --a {a} --b {b} {case} --format json")));

    let Ended { code, out, err } = diff(&nothing.endpoint, &disabled.endpoint);
    assert_eq!(code, 1, "{out}{err}");
    let shown: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(shown["judged"]["both_wrong_differently"], 1, "{out}");
    let texts = [&shown["cases"][0]["a"], &shown["cases"][0]["b"]].map(|text| text.as_str().unwrap());
    assert!(texts[0].starts_with("Success (200), ") && texts[0].contains("DescribeKey says PendingDeletion"), "{out}");
    assert!(texts[1].starts_with("Success (200), ") && texts[1].contains("DescribeKey says Disabled"), "{out}");

    // The keys have other ids each time.
    let Ended { code, out, err } = diff(&nothing.endpoint, &nothing.endpoint);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("\"both_wrong_alike\": 1"), "{out}");
}

/// What the script in the file `bash` offers after a line; none where bash is missing.
fn offered_by_bash(folder: &Path, line: &str) -> Option<Vec<String>> {
    let complete = "source ./bash; COMP_WORDS=($1 ''); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); \
         _kms__conformance kms-conformance '' \"${COMP_WORDS[COMP_CWORD - 1]}\"; printf '%s\\n' \"${COMPREPLY[@]}\"";
    let output = Command::new("bash").args(["-c", complete, "bash", line]).current_dir(folder).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

#[test]
fn completions_and_the_manual_are_made_of_the_arguments() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let Ended { code, out, err } = ended(place.program(&format!("completions {shell}")));
        assert_eq!((code, err.as_str()), (0, ""), "{shell}");
        for word in ["self-test", "operation-summary", "keep-keys"] {
            assert!(out.contains(word), "{shell}: {word}");
        }
        std::fs::write(place.path().join(shell), out).unwrap();
    }
    for (words, wanted) in [
        ("kms-conformance ", "run"),
        ("kms-conformance report ", "badge"),
        ("kms-conformance help report ", "badge"),
        ("kms-conformance report badge ", "--out"),
        ("kms-conformance run --isolation ", "tour"),
    ] {
        let offered = offered_by_bash(place.path(), words);
        assert!(offered.is_none_or(|offered| offered.iter().any(|one| one == wanted)), "{words}: {wanted}");
    }

    assert_eq!(ended(place.program("man --out man")).code, 0);
    let names = place.names("man");
    for name in
        ["kms-conformance.1", "kms-conformance-run.1", "kms-conformance-report-html.1", "kms-conformance-call.1"]
    {
        assert!(names.contains(&name.to_owned()), "{names:?}");
    }
    let page = std::fs::read_to_string(place.path().join("man/kms-conformance-run.1")).unwrap();
    assert!(page.contains(".TH kms\\-conformance\\-run 1") || page.contains(".TH kms-conformance-run 1"), "{page}");
    assert!(page.contains("Exit codes") && page.contains("operation\\-summary"), "{page}");
    assert!(page.contains("[\\fISELECTOR\\fR]...") && page.contains(".SH EXIT CODES, ENVIRONMENT"), "{page}");
    let page = std::fs::read_to_string(place.path().join("man/kms-conformance-report-merge.1")).unwrap();
    assert!(page.contains("<\\fIRESULT\\fR>..."), "{page}");
}

/// The commands of the program, as its help names them.
fn commands(place: &Place) -> Vec<String> {
    commands_of(place, "")
}

/// The commands of one of them, with its name.
fn commands_of(place: &Place, above: &str) -> Vec<String> {
    let help = ended(place.program(&format!("{above} --help"))).out;
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.map(|line| line.split_whitespace().next().unwrap()).filter(|name| *name != "help");
    names.map(|name| format!("{above} {name}").trim().to_owned()).collect()
}

#[test]
fn the_help_of_every_command_has_its_exit_codes_and_an_example() {
    let place = Place::new();
    let commands = commands(&place);
    assert!(commands.len() > 12, "{commands:?}");
    let parts = commands_of(&place, "report");
    assert_eq!(parts.len(), 9, "{parts:?}");
    for command in commands.iter().chain(&parts) {
        let help = ended(place.program(&format!("{command} --help"))).out;
        assert!(help.contains("\nExit codes:\n") && help.contains("\nExample"), "{command}: {help}");
        assert!(help.lines().all(|line| line.chars().count() <= 130), "{command}");
    }

    let run = ended(place.program("run --help")).out;
    for variable in
        ["GITHUB_STEP_SUMMARY", "GITHUB_ACTIONS", "KMS_CONFORMANCE_MATERIAL_SEED", "CI, ", "COLUMNS", "NO_COLOR"]
    {
        assert!(run.contains(&format!("\n  {variable}")), "{variable}: {run}");
    }

    for command in ["run", "sweep", "doctor", "call", "diff"] {
        let help = ended(place.program(&format!("{command} --help"))).out;
        for variable in ["ALIBABA_CLOUD_ACCESS_KEY_SECRET", "AWS_SESSION_TOKEN", "AWS_REGION", "HTTPS_PROXY"] {
            assert!(help.contains(variable), "{command} {variable}: {help}");
        }
    }
    for heading in
        ["Cases:", "Configuration:", "Target:", "Credentials:", "Running:", "Limits:", "Verdicts:", "Reports:"]
    {
        assert!(run.contains(&format!("\n{heading}\n")), "{heading}: {run}");
    }
}

#[test]
fn a_name_without_a_result_is_an_error() {
    let place = Place::new();
    assert_eq!(ended(place.program("run -q alibaba/Encrypt/Enabled")).code, 0);
    for report in ["html", "league"] {
        let more = format!("report {report} reports/results.json --name one --name two");
        let Ended { code, out, err } = ended(place.program(&more));
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains("--name is given 2 times, and there is 1 result"), "{err}");
    }
}

#[test]
fn the_version_names_the_promises_that_are_built_in() {
    let place = Place::new();
    assert_eq!(ended(place.program("--version")).out, format!("kms-conformance {}\n", env!("CARGO_PKG_VERSION")));
    let Ended { code, out, .. } = ended(place.program("--version --verbose"));
    assert_eq!(code, 0);
    for part in ["\nalibaba: ", " cases, suite ", "\n  edition official: ", "\n  edition later: ", "\naws: "] {
        assert!(out.contains(part), "{part}: {out}");
    }
}
