//! The composite action, acted out: its steps are run by bash as a runner does it, against a mock that deviates.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use kms_conformance::mock::{AwsConfig, Mock};
use regex::Regex;
use serde_yaml::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(super) fn action() -> Value {
    let text = fs::read_to_string(root().join(".github/actions/kms-conformance/action.yml")).unwrap();
    serde_yaml::from_str(&text).unwrap()
}

/// What a job with the action came to.
#[derive(Debug)]
pub(super) struct Job {
    is_red: bool,
    /// What its steps have printed.
    log: String,
    summary: String,
    /// The names of the files that were kept as an artifact, if any were.
    artifact: Option<Vec<String>>,
    pub(super) outputs: BTreeMap<String, String>,
}

/// A runner of the action: evaluates the expressions that it has, and those alone.
pub(super) struct Runner {
    workspace: tempfile::TempDir,
    /// Where requests to other hosts go, instead of to these.
    pub(super) proxy: Option<String>,
}

impl Runner {
    pub(super) fn new() -> Self {
        Self { workspace: tempfile::tempdir().unwrap(), proxy: None }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.workspace.path().join(name)
    }

    pub(super) fn run(&self, given: &[(&str, &str)]) -> Job {
        fs::write(self.path("summary.md"), "").unwrap();
        let action = action();
        let mut values = BTreeMap::new();
        for (name, input) in action["inputs"].as_mapping().unwrap() {
            let name = name.as_str().unwrap();
            let given = given.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            let default = input["default"].as_str().map(str::to_owned);
            values.insert(format!("inputs.{name}"), given.or(default).unwrap_or_default());
        }
        for (name, _) in given {
            assert!(values.contains_key(&format!("inputs.{name}")), "{name}");
        }
        values.insert("github.sha".to_owned(), "0123abcd".to_owned());
        values.insert("github.action_path".to_owned(), "/nowhere".to_owned());
        values.insert("runner.temp".to_owned(), self.path("temp").display().to_string());

        let mut job =
            Job { is_red: false, log: String::new(), summary: String::new(), artifact: None, outputs: BTreeMap::new() };
        for step in action["runs"]["steps"].as_sequence().unwrap() {
            if self.is_run(step, &values, job.is_red) {
                self.step(step, &mut values, &mut job);
            }
        }
        job.summary = fs::read_to_string(self.path("summary.md")).unwrap_or_default();
        for (name, output) in action["outputs"].as_mapping().unwrap() {
            let value = evaluated(output["value"].as_str().unwrap(), &values);
            job.outputs.insert(name.as_str().unwrap().to_owned(), value);
        }
        job
    }

    /// Whether a step is run: after a failure only those that always are.
    fn is_run(&self, step: &Value, values: &BTreeMap<String, String>, is_red: bool) -> bool {
        match step["if"].as_str() {
            None => !is_red,
            Some("always()") => true,
            Some("always() && inputs.artifact != '' && steps.reports.outputs.written != ''") => {
                !values["inputs.artifact"].is_empty() && values.contains_key("steps.reports.outputs.written")
            }
            Some(other) => panic!("{other}"),
        }
    }

    fn step(&self, step: &Value, values: &mut BTreeMap<String, String>, job: &mut Job) {
        if let Some(uses) = step["uses"].as_str() {
            assert!(uses.starts_with("actions/upload-artifact@"), "{uses}");
            let paths = evaluated(step["with"]["path"].as_str().unwrap(), values);
            let files = paths.lines().map(|line| self.path(line)).filter(|file| file.is_file());
            let names = files.map(|file| file.file_name().unwrap().to_str().unwrap().to_owned());
            job.artifact = Some(names.collect());
            return;
        }

        assert_eq!(step["shell"].as_str(), Some("bash"));
        let script = step["run"].as_str().unwrap();
        // What is put into a script is run by it, whatever it says.
        assert!(!script.contains("${{"), "{script}");
        fs::write(self.path("step.sh"), script).unwrap();
        fs::write(self.path("output"), "").unwrap();
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(self.path("step.sh"));
        command.current_dir(self.workspace.path()).env("GITHUB_ACTIONS", "true");

        command.env("GITHUB_OUTPUT", self.path("output")).env("GITHUB_STEP_SUMMARY", self.path("summary.md"));
        for (name, value) in step["env"].as_mapping().unwrap() {
            command.env(name.as_str().unwrap(), evaluated(value.as_str().unwrap(), values));
        }
        command.envs(self.proxy.iter().map(|proxy| ("http_proxy", proxy)));
        let output = command.output().unwrap();
        job.log += &String::from_utf8_lossy(&output.stdout);
        job.log += &String::from_utf8_lossy(&output.stderr);
        job.is_red |= !output.status.success();

        if let Some(id) = step["id"].as_str() {
            for line in fs::read_to_string(self.path("output")).unwrap().lines() {
                let (name, value) = line.split_once('=').unwrap();
                values.insert(format!("steps.{id}.outputs.{name}"), value.to_owned());
            }
        }
    }
}

/// A text with its expressions evaluated.
fn evaluated(text: &str, values: &BTreeMap<String, String>) -> String {
    let expression = Regex::new(r"\$\{\{ *([a-z_.-]+) *\}\}").unwrap();
    let once = |text: &str| {
        let replaced = expression
            .replace_all(text, |found: &regex::Captures<'_>| values.get(&found[1]).cloned().unwrap_or_default());
        replaced.into_owned()
    };
    // The default of an input may be an expression.
    let text = once(&once(text));
    assert!(!text.contains("${{"), "{text}");
    text
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_kms-conformance");

#[test]
fn a_deviation_makes_the_job_red_and_its_repair_green() {
    let mock = Mock::start().unwrap();
    let endpoint = mock.endpoint();
    mock.set_deviations(vec!["Encrypt:Disabled=Success".to_owned()]).unwrap();
    let inputs =
        [("endpoint", endpoint.as_str()), ("program", PROGRAM), ("selectors", "operation:Encrypt\noperation:Decrypt")];

    let runner = Runner::new();
    let job = runner.run(&inputs);
    assert!(job.is_red, "{job:?}");
    assert_eq!(job.outputs["exit-code"], "1");
    assert!(job.log.contains("::error file=cases/alibaba/matrix/encrypt.yaml,line="), "{}", job.log);
    assert!(job.summary.contains("alibaba/Encrypt/Disabled"), "{}", job.summary);
    let kept = job.artifact.unwrap();
    for file in ["badge.svg", "junit.xml", "report.html", "results.json"] {
        assert!(kept.iter().any(|name| name == file), "{file}: {kept:?}");
    }
    let results = fs::read_to_string(runner.path(&job.outputs["results"])).unwrap();
    assert!(results.contains("\"version\":\"0123abcd\""));

    // Failures that a job may have.
    let job = runner.run(&[&inputs[..], &[("fail", "false"), ("artifact", "")]].concat());
    assert!(!job.is_red && job.artifact.is_none(), "{job:?}");
    assert_eq!(job.outputs["exit-code"], "1");

    mock.set_deviations(Vec::new()).unwrap();
    // What looks like a flag or a step upwards is none.
    fs::write(runner.path("-known.toml"), "format = 1\n").unwrap();
    let job = runner.run(
        &[
            &inputs[..],
            &[
                ("exclude", "alibaba/Encrypt/Enabled"),
                ("shard", "slice:1/2"),
                ("target-version", "-x"),
                ("known", "-known.toml"),
                ("reports", "..reports/kms"),
            ],
        ]
        .concat(),
    );
    assert!(!job.is_red, "{job:?}");
    assert_eq!(job.outputs["exit-code"], "0");
    let results = fs::read_to_string(runner.path("..reports/kms/results.json")).unwrap();
    assert!(results.contains("\"version\":\"-x\""));
}

/// The cloud that most emulators are of is named, for the first one is the default.
#[test]
fn another_cloud_is_named() {
    let mock = Mock::start_with(AwsConfig::default()).unwrap();
    mock.set_deviations(vec!["Encrypt:Disabled=Success".to_owned()]).unwrap();
    let endpoint = mock.endpoint();
    let inputs = [
        ("endpoint", endpoint.as_str()),
        ("program", PROGRAM),
        ("provider", "aws"),
        ("selectors", "operation:Encrypt"),
        ("routes", "canonical"),
        ("isolation", "tour"),
    ];

    let job = Runner::new().run(&inputs);
    assert!(job.is_red && job.outputs["exit-code"] == "1", "{job:?}");
    assert!(job.log.contains("::error file=cases/aws/matrix/encrypt.yaml,line="), "{}", job.log);
}

#[test]
fn an_emulator_on_another_host_is_named_one() {
    let mock = Mock::start().unwrap();
    let mut runner = Runner::new();
    runner.proxy = Some(mock.endpoint());
    let inputs = [("endpoint", "http://kms:8080"), ("program", PROGRAM), ("selectors", "alibaba/Encrypt/Enabled")];
    let job = runner.run(&[&inputs[..], &[("target-kind", "emulator")]].concat());
    assert!(!job.is_red && job.outputs["exit-code"] == "0", "{job:?}");
    for kind in ["", "account"] {
        let job = runner.run(&[&inputs[..], &[("target-kind", kind)]].concat());
        assert!(job.is_red && job.outputs["exit-code"] == "2", "{job:?}");
        assert_eq!(job.log.contains("--target-kind emulator"), kind.is_empty(), "{}", job.log);
    }
}

#[test]
fn wrong_inputs_run_nothing_and_there_is_a_summary_all_the_same() {
    let dangerous = "http://127.0.0.1:1\n::add-mask::x";
    for (name, value) in [
        ("endpoint", ""),
        ("endpoint", "ftp://127.0.0.1"),
        ("endpoint", "http://user:secret@127.0.0.1"),
        ("endpoint", dangerous),
        ("target-kind", "loopback"),
        ("provider", "aws --cases ."),
        ("routes", "shortest"),
        ("isolation", "none"),
        ("wait", "soon"),
        ("shard", "3/4"),
        ("max-skipped", "-1"),
        ("reports", "/etc"),
        ("reports", "../outside"),
        ("reports", "a/../../outside"),
        ("reports", ".."),
        ("reports", "D:\\outside"),
        ("reports", "."),
        ("reports", "./"),
        ("reports", "a/./b"),
        ("reports", "~/out"),
        ("reports", "!out"),
        ("reports", "#out"),
        ("reports", "out[1]"),
        ("reports", "*"),
        ("reports", "ou?"),
        ("reports", "-out"),
        ("artifact", "a b"),
        ("fail", "no"),
        ("known", "none.toml"),
    ] {
        let runner = Runner::new();
        let mut inputs = vec![("program", "/bin/false"), (name, value)];
        if name != "endpoint" {
            inputs.push(("endpoint", "http://127.0.0.1:1"));
        }

        let job = runner.run(&inputs);
        assert!(job.is_red, "{name}={value}");
        let errors = job.log.lines().filter(|line| line.starts_with("::error title=kms-conformance::")).count();
        assert_eq!((errors, job.log.lines().count()), (1, 1), "{name}={value}: {}", job.log);
        let error = job.log.trim_end().strip_prefix("::error title=kms-conformance::").unwrap();
        assert_eq!(job.summary, format!("kms-conformance has no results: nothing was run: {error}.\n"));
        assert_eq!((job.outputs["exit-code"].as_str(), job.artifact), ("", None));
        // A folder that is wrong is not looked at.
        assert_eq!(job.outputs["results"].is_empty(), name == "reports", "{name}={value}");
    }
}

#[test]
fn reports_of_an_earlier_job_are_never_those_of_one_that_failed_before_its_run() {
    const REPORTS: [&str; 4] = ["results.json", "junit.xml", "report.html", "badge.svg"];

    let mock = Mock::start().unwrap();
    let endpoint = mock.endpoint();
    // What begins with a dot is a folder like others.
    let inputs = [("endpoint", endpoint.as_str()), ("reports", "./.kms"), ("selectors", "alibaba/Encrypt/Enabled")];
    let runner = Runner::new();
    let there = |ending: &str| REPORTS.map(|name| runner.path(&format!(".kms/{name}{ending}")).is_file());

    for wrong in [("wait", "soon"), ("program", "/nonexistent/kms"), ("selectors", "nosuch")] {
        let job = runner.run(&[&inputs[..], &[("program", PROGRAM)]].concat());
        assert!(!job.is_red && !job.log.contains("is put aside"), "{job:?}");
        assert_eq!(job.artifact.unwrap(), [&REPORTS[..], &["ledger.jsonl"]].concat());
        assert_eq!((there(""), there(".previous")), ([true; 4], [false; 4]), "{wrong:?}");

        // Twice: what was put aside stays.
        for _ in 0..2 {
            let job = runner.run(&[&[wrong][..], &inputs, &[("program", PROGRAM)]].concat());
            assert!(job.is_red && job.artifact.is_none(), "{job:?}");
            assert!(job.summary.starts_with("kms-conformance has no results: "), "{}", job.summary);
            assert_eq!((there(""), there(".previous")), ([false; 4], [true; 4]), "{wrong:?}");
        }
    }
}

#[test]
fn failures_and_news_need_not_make_the_job_red_and_nothing_else_may_stay_green() {
    let described = action()["outputs"]["exit-code"]["description"].as_str().unwrap().to_owned();
    for code in 0..=5 {
        assert!(described.contains(&format!(" {code} ")), "{described}");
        let runner = Runner::new();
        // A shell that is told to `run` runs the file of this name.
        fs::write(runner.path("run"), format!("exit {code}\n")).unwrap();
        for fail in ["true", "false"] {
            let job = runner.run(&[("endpoint", "http://127.0.0.1:1"), ("program", "bash"), ("fail", fail)]);
            let may_be_green = code == 0 || (fail == "false" && [1, 5].contains(&code));
            assert_eq!(job.is_red, !may_be_green, "{code}, {fail}: {job:?}");
            assert_eq!(job.outputs["exit-code"], code.to_string());
            assert!(job.summary.contains(&format!("the run ended with exit code {code},")), "{}", job.summary);
        }
    }
}

#[test]
fn an_endpoint_that_is_not_there_is_red_whatever_may_fail() {
    let runner = Runner::new();
    let job = runner.run(&[
        ("endpoint", "http://127.0.0.1:1"),
        ("program", PROGRAM),
        ("wait", "1ms"),
        ("fail", "false"),
        ("selectors", "alibaba/Encrypt/Enabled"),
    ]);
    assert!(job.is_red && job.outputs["exit-code"] == "4", "{job:?}");
    assert!(job.artifact.unwrap().iter().any(|name| name == "results.json"));
}
