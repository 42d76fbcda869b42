//! What the workflows run is known to the program, and the one with credentials is careful with them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_yaml::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Those of this project, and the example for authors of emulators.
fn workflows() -> Vec<(PathBuf, Value)> {
    let files = std::fs::read_dir(root().join(".github/workflows")).unwrap().map(|entry| entry.unwrap().path());
    let files = files.chain([root().join("examples/ci/python-emulator.yml")]);
    files.map(|path| (path.clone(), serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())).collect()
}

fn nightly() -> Value {
    workflows().into_iter().find(|(path, _)| path.ends_with("nightly.yml")).unwrap().1
}

/// The steps of all jobs.
fn steps(workflow: &Value) -> Vec<Value> {
    let jobs = workflow["jobs"].as_mapping().unwrap().values();
    jobs.flat_map(|job| job["steps"].as_sequence().unwrap().clone()).collect()
}

/// The commands of this program in a step, as words.
fn commands(step: &Value) -> Vec<Vec<String>> {
    let script = step["run"].as_str().unwrap_or_default();
    let lines = script.lines().map(str::trim).filter_map(|line| {
        let rest = line
            .strip_prefix("kms-conformance ")
            .or_else(|| line.split_once("cargo run ")?.1.split_once(" -- ").map(|(_, rest)| rest));
        rest.map(|rest| rest.split_whitespace().map(str::to_owned).collect())
    });
    lines.collect()
}

fn program(words: &[String]) -> Output {
    // A folder of its own, for a run puts aside the reports of the one before.
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".github")).unwrap();
    std::fs::copy(root().join(".github/nightly.toml"), folder.path().join(".github/nightly.toml")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_kms-conformance"));
    command.args(words).current_dir(folder.path()).env("HOME", folder.path()).output().unwrap()
}

#[test]
fn every_command_is_known_to_the_program() {
    let mut checked = Vec::new();
    for (path, workflow) in workflows() {
        for mut words in steps(&workflow).iter().flat_map(commands) {
            words.push("--help".to_owned());
            let output = program(&words);
            let path = path.display();
            assert!(output.status.success(), "{path}: {words:?}: {}", String::from_utf8_lossy(&output.stderr));
            checked.push(words[0].clone());
        }
    }
    for command in ["run", "doctor", "plan", "sweep", "known", "report"] {
        assert!(checked.iter().any(|found| found == command), "{checked:?}");
    }
}

/// With the credentials missing, which is the first thing that each command with a target looks for.
#[test]
fn every_command_of_the_night_is_about_the_account_of_its_file() {
    let all: Vec<Vec<String>> = steps(&nightly()).iter().flat_map(commands).collect();
    assert_eq!(all.len(), 5);
    for words in all {
        let output = program(&words);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        match words[0].as_str() {
            "plan" => {
                assert!(output.status.success(), "{err}");
                assert!(out.starts_with("119 cases against https://kms."), "{out}");
                let keys = out.lines().find_map(|line| line.trim().strip_prefix("keys to create")).unwrap();
                assert_eq!(keys.trim().split(':').next().unwrap(), "4", "the file allows as many keys as are planned");
            }
            // It looks at what needs no credentials too, and so would leave this machine.
            "doctor" => {}
            _ => {
                assert_eq!(output.status.code(), Some(2), "{words:?}: {out}{err}");
                assert!(err.contains("NIGHTLY_ACCESS_KEY_ID, which is named for the credentials, is not set"), "{err}");
            }
        }
    }
}

#[test]
fn the_example_for_an_emulator_waits_judges_and_reports() {
    let found = workflows().into_iter().find(|(path, _)| path.ends_with("python-emulator.yml")).unwrap();
    let steps = steps(&found.1);
    let of = |command: &str| {
        let mut all = steps.iter().flat_map(commands);
        all.find(|words| words[0] == command).unwrap_or_else(|| panic!("it does not {command}"))
    };

    let run = of("run");
    let value = |flag: &str| {
        let at = run.iter().position(|word| word == flag).unwrap_or_else(|| panic!("{run:?} has no {flag}"));
        run[at + 1].as_str()
    };

    // It is still starting when the run begins.
    assert!(value("--wait").ends_with('s'));
    assert_eq!(value("--provider"), "aws");
    // The list that is checked is the one that is used, and what is kept is what the run writes.
    assert_eq!(Some(value("--known")), of("known").last().map(String::as_str));
    let kept = steps.iter().find(|step| step["uses"].as_str().is_some_and(|uses| uses.contains("upload-artifact")));
    let kept = kept.unwrap();
    for file in ["junit.xml", "results.json"] {
        let path = format!("{}/{file}", value("--reports"));
        assert!(kept["with"]["path"].as_str().unwrap().lines().any(|line| line == path), "{path}");
    }

    // However the run ended.
    assert_eq!(kept["if"], "${{ !cancelled() }}");

    // The emulator is started where the run looks for it, by what no step waits for.
    let script = |step: &Value| step["run"].as_str().unwrap_or_default().trim().to_owned();
    let start = steps.iter().map(script).find(|script| script.ends_with('&')).unwrap();
    let (_, port) = value("--endpoint").rsplit_once(':').unwrap();
    assert!(start.contains(&format!("-p {port} ")), "{start}");
}

#[test]
fn the_night_sweeps_and_reports_however_it_ends() {
    let workflow = nightly();
    let steps = steps(&workflow);
    let is_always = |step: &Value| step["if"].as_str().is_some_and(|condition| condition.contains("always()"));
    let runs = |word: &'static str| move |step: &Value| commands(step).iter().any(|words| words[0] == word);
    let run = steps.iter().position(runs("run")).unwrap();

    let after = &steps[run + 1..];
    assert!(after.iter().all(is_always), "nothing that follows the run depends on how it ended");
    assert!(after.iter().any(runs("sweep")));
    let uses = |name: &str| after.iter().any(|step| step["uses"].as_str().is_some_and(|uses| uses.starts_with(name)));
    assert!(uses("actions/cache/save@") && uses("actions/upload-artifact@"));

    // Two nights never overlap, and none is cut short by the next.
    assert_eq!(workflow["concurrency"]["cancel-in-progress"], Value::Bool(false));
    assert!(workflow["concurrency"]["group"].is_string());
    // The job has time left for the sweep when that of the run is over.
    let minutes = workflow["jobs"]["account"]["timeout-minutes"].as_u64().unwrap();
    let file = std::fs::read_to_string(root().join(".github/nightly.toml")).unwrap();
    let of_run = file.lines().find_map(|line| line.strip_prefix("max-duration = \"")?.strip_suffix("m\"")).unwrap();
    assert!(minutes >= 2 * of_run.parse::<u64>().unwrap());
}

#[test]
fn the_night_is_careful_with_its_secrets() {
    let workflow = nightly();
    assert_eq!(workflow["permissions"], Value::Mapping(serde_yaml::Mapping::new()));
    assert_eq!(workflow["jobs"]["account"]["permissions"].as_mapping().unwrap().len(), 1);
    assert_eq!(workflow["jobs"]["account"]["permissions"]["contents"], Value::from("read"));

    for step in steps(&workflow) {
        if let Some(uses) = step["uses"].as_str() {
            let commit = uses.split_once('@').unwrap().1;
            let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_commit, "{uses} is not pinned");
            assert!(step["env"].is_null(), "{uses} gets no secrets");
        }
        // What is put into a script becomes a part of it.
        assert!(!step["run"].as_str().unwrap_or_default().contains("${{"), "{step:?}");
        if step["env"].is_mapping() && !commands(&step).is_empty() {
            assert!(commands(&step).iter().all(|words| words.iter().any(|word| word == "--target")), "{step:?}");
        }
    }
}
