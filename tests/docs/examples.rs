//! The examples for continuous integration, acted out: their commands are run by a shell as the service runs them. The host
//! that they name is reached through a proxy, which is a mock, so that it is another host to the program.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kms_conformance::mock::Mock;
use regex::Regex;
use serde_yaml::Value;

use super::action::{Runner, action};

const PROGRAM: &str = env!("CARGO_BIN_EXE_kms-conformance");

fn example(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)).unwrap()
}

fn yaml(name: &str) -> Value {
    serde_yaml::from_str(&example(name)).unwrap()
}

/// The lines of a script of GitLab.
fn lines(script: &Value) -> Vec<String> {
    script.as_sequence().unwrap().iter().map(|line| line.as_str().unwrap().to_owned()).collect()
}

/// A machine of the service: a folder in which commands are run, and a network in which `kms` is a mock.
struct Machine {
    folder: tempfile::TempDir,
    mock: Mock,
    variables: Vec<(String, String)>,
}

impl Machine {
    /// Where `cargo install` of the project puts the program under `CARGO_HOME`. A run there has a few cases only.
    fn new(mock: Mock) -> Self {
        let machine = Self { folder: tempfile::tempdir().unwrap(), mock, variables: Vec::new() };
        fs::create_dir_all(machine.path("bin")).unwrap();
        let few = "--routes canonical operation:Encrypt operation:Decrypt";
        machine.executable(
            "bin/few",
            &format!("if [ \"$1\" = run ]; then exec {PROGRAM} \"$@\" {few}; fi\nexec {PROGRAM} \"$@\""),
        );

        let few = machine.path("bin/few");
        let install = "--locked --git https://github.com/kms-conformance/kms-conformance";
        machine.executable(
            "bin/cargo",
            &format!(
                "[ \"$*\" = 'install {install}' ] || exit 90\nmkdir -p \"$CARGO_HOME/bin\"\n\
                 ln -sf {} \"$CARGO_HOME/bin/kms-conformance\"",
                few.display()
            ),
        );
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn executable(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.path(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Runs a script as the services do: it ends at the first command that fails.
    fn run(&self, script: &str) -> Output {
        let mut shell = Command::new("bash");
        shell.args(["-e", "-c", script]).current_dir(self.folder.path());
        let path = format!("{}:/usr/bin:/bin", self.path("bin").display());
        shell.env_clear().env("PATH", path).env("http_proxy", self.mock.endpoint());
        shell.envs(self.variables.iter().map(|(name, value)| (name, value)));
        shell.output().unwrap()
    }

    /// The same, and all is well.
    fn succeed(&self, script: &str) {
        let output = self.run(script);
        assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn has(&self, file: &str) -> bool {
        self.path(file).is_file()
    }

    fn results(&self, file: &str) -> serde_json::Value {
        serde_json::from_slice(&fs::read(self.path(file)).unwrap()).unwrap()
    }

    /// Whether the results are those of a whole run of an emulator.
    fn is_whole(&self, file: &str) -> bool {
        let results = self.results(file);
        let cases = results["cases"].as_array().unwrap();
        results["shard"].is_null() && cases.len() > 10 && cases.iter().any(|case| case["verdict"] == "pass")
    }
}

#[test]
fn the_jobs_of_gitlab_test_in_parts_and_make_one_page() {
    let jobs = yaml("ci/gitlab.yml");
    let test = &jobs["kms-conformance"];
    let page = &jobs["kms-conformance-page"];
    let base = &jobs[".kms-conformance"];
    let parts = test["parallel"].as_u64().unwrap();
    assert!([test, page].iter().all(|job| job["extends"] == ".kms-conformance"));

    let mut machine = Machine::new(Mock::start().unwrap());
    let folder = machine.folder.path().display().to_string();
    for (name, value) in base["variables"].as_mapping().unwrap() {
        machine.set(name.as_str().unwrap(), &value.as_str().unwrap().replace("$CI_PROJECT_DIR", &folder));
    }
    machine.set("CI_COMMIT_SHORT_SHA", "0123abcd");
    machine.set("CI_NODE_TOTAL", &parts.to_string());
    for index in 1..=parts {
        machine.set("CI_NODE_INDEX", &index.to_string());
        machine.succeed(&[lines(&base["before_script"]), lines(&test["script"])].concat().join("\n"));
        assert!(machine.has(&format!("reports/{index}/junit.xml")));
    }
    assert_eq!(test["artifacts"]["reports"]["junit"], "reports/*/junit.xml");

    machine.succeed(&lines(&page["script"]).join("\n"));
    machine.succeed(&lines(&page["after_script"]).join("\n"));
    assert!(machine.is_whole("reports/results.json"));
    for file in page["artifacts"]["paths"].as_sequence().unwrap() {
        assert!(machine.has(file.as_str().unwrap()), "{file:?}");
    }

    // A part that is missing is said, and the page is made all the same.
    fs::remove_dir_all(machine.path("reports/1")).unwrap();
    assert_eq!(machine.run(&lines(&page["script"]).join("\n")).status.code(), Some(3));
    machine.succeed(&lines(&page["after_script"]).join("\n"));
}

#[test]
fn the_pipeline_of_jenkins_tests_and_makes_its_page() {
    let text = example("ci/Jenkinsfile");
    let step = Regex::new(r"(?m)^ *sh '([^'\n]+)'$").unwrap();
    let mut machine = Machine::new(Mock::start().unwrap());
    // The image has the home of Cargo on its PATH.
    let home = machine.path("cargo").display().to_string();
    machine.set("CARGO_HOME", &home);
    machine.set("PATH", &format!("{home}/bin:{}:/usr/bin:/bin", machine.path("bin").display()));
    machine.set("GIT_COMMIT", "0123abcd");

    let steps: Vec<String> = step.captures_iter(&text).map(|found| found[1].to_owned()).collect();
    assert_eq!(steps.len(), text.matches("sh '").count());
    for step in &steps {
        machine.succeed(step);
    }
    assert!(machine.is_whole("reports/results.json"));
    assert!(machine.has("reports/junit.xml") && machine.has("reports/report.html"));
}

#[test]
fn the_workflow_of_github_tests_in_parts_and_puts_them_together() {
    let workflow = yaml("ci/github.yml");
    let job = &workflow["jobs"]["kms"];
    let uses = |step: &&Value, what: &str| step["uses"].as_str().is_some_and(|uses| uses.contains(what));
    let steps = job["steps"].as_sequence().unwrap();
    let step = steps.iter().find(|step| uses(step, "kms-conformance")).unwrap();
    let inputs = action()["inputs"].as_mapping().unwrap().clone();
    let with = step["with"].as_mapping().unwrap();
    assert!(with.keys().all(|name| inputs.contains_key(name)));

    let mut machine = Machine::new(Mock::start().unwrap());
    let endpoint = machine.mock.endpoint();
    let parts = job["strategy"]["matrix"]["part"].as_sequence().unwrap();
    let mut artifacts = Vec::new();
    for part in parts {
        let part = part.as_u64().unwrap().to_string();
        let value = |name: &str| with[name].as_str().unwrap().replace("${{ matrix.part }}", &part);
        let (shard, artifact) = (value("shard"), value("artifact"));
        // There is no such file as the list of known failures.
        let given = [("endpoint", endpoint.as_str()), ("shard", &shard), ("artifact", &artifact), ("program", PROGRAM)];
        let runner = Runner::new();
        let job = runner.run(&[&given[..], &[("selectors", "operation:Encrypt operation:Decrypt")]].concat());
        assert_eq!(job.outputs["exit-code"], "0", "{job:?}");

        let kept = machine.path("parts").join(&artifact);
        fs::create_dir_all(&kept).unwrap();
        fs::copy(runner.path(&job.outputs["results"]), kept.join("results.json")).unwrap();
        artifacts.push(artifact);
    }

    let job = &workflow["jobs"]["results"];
    let steps = job["steps"].as_sequence().unwrap();
    assert_eq!((&job["needs"], &job["if"]), (&"kms".into(), &"${{ !cancelled() }}".into()));
    let download = &steps.iter().find(|step| uses(step, "actions/download-artifact@")).unwrap()["with"];
    let begin = download["pattern"].as_str().unwrap().strip_suffix('*').unwrap();
    assert!(download["path"] == "parts" && artifacts.iter().all(|name| name.starts_with(begin)), "{artifacts:?}");
    let upload = &steps.iter().find(|step| uses(step, "actions/upload-artifact@")).unwrap()["with"];
    // Else an attempt that is repeated would download its own.
    assert!(!upload["name"].as_str().unwrap().starts_with(begin));

    let home = machine.path("cargo").display().to_string();
    machine.set("CARGO_HOME", &home);
    machine.set("PATH", &format!("{home}/bin:{}:/usr/bin:/bin", machine.path("bin").display()));
    let summary = machine.path("summary.md").display().to_string();
    machine.set("GITHUB_STEP_SUMMARY", &summary);
    let scripts: Vec<&str> = steps.iter().filter_map(|step| step["run"].as_str()).collect();
    for script in &scripts {
        machine.succeed(script);
    }
    assert!(machine.is_whole("results.json"));
    assert!(fs::read_to_string(summary).unwrap().contains("passed"));
    assert!(upload["path"].as_str().unwrap().lines().all(|file| machine.has(file)));

    fs::remove_dir_all(machine.path("parts").join(&artifacts[0])).unwrap();
    fs::remove_file(machine.path("report.html")).unwrap();
    assert_eq!(machine.run(scripts.last().unwrap()).status.code(), Some(3));
    assert!(machine.has("report.html"));
}

/// The pods of the indexed Job, one after the other, and what their results make together.
#[test]
fn the_pods_of_the_job_make_the_whole() {
    let text = example("kubernetes/run.yaml");
    let job: Value = serde_yaml::from_str(text.split("\n---\n").nth(1).unwrap()).unwrap();
    let pods = job["spec"]["completions"].as_u64().unwrap();
    let container = &job["spec"]["template"]["spec"]["containers"][0];
    let [shell, flag] = [0, 1].map(|index| container["command"][index].as_str().unwrap());
    assert_eq!((shell, flag), ("/bin/sh", "-c"));

    let mut machine = Machine::new(Mock::start().unwrap());
    machine.succeed("CARGO_HOME=. cargo install --locked --git https://github.com/kms-conformance/kms-conformance");
    let mount = machine.path("reports").display().to_string();
    let script = container["args"][0].as_str().unwrap().replace("/reports/", &format!("{mount}/"));
    for variable in container["env"].as_sequence().unwrap() {
        machine.set(variable["name"].as_str().unwrap(), variable["value"].as_str().unwrap());
    }
    for index in 0..pods {
        machine.set("JOB_COMPLETION_INDEX", &index.to_string());
        machine.succeed(&script);
    }

    // The commands that the file names in its first lines.
    let commands: Vec<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("#     "))
        .map(|line| line.replace("/reports/", &format!("{mount}/")))
        .collect();
    assert_eq!(commands.len(), 2);
    machine.succeed(&commands.join("\n"));
    assert!(machine.is_whole("reports/results.json") && machine.has("reports/report.html"));

    fs::remove_dir_all(machine.path("reports/0")).unwrap();
    let missing = machine.run(&commands[0]);
    assert_eq!(missing.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("shard slice:1/4 is missing"));
}
