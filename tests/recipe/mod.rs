//! The README's recipe, typed into an empty crate: the suite as its tests, under `cargo test` and under `cargo nextest`.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::fs;
use std::io::{Write, stderr};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use kms_conformance::mock::{AdminAccess, Faults, Mock, MockConfig, Operation};
use tempfile::TempDir;

use crate::cli::server::closed;

const README: &str = include_str!("../../README.md");

/// An empty crate with what the recipe adds to it.
struct Crate {
    _folder: TempDir,
    path: PathBuf,
}

/// The first block in this language after the heading of the recipe.
fn snippet(language: &str) -> &'static str {
    let recipe = README.split("### The suite in your own tests\n").nth(1).unwrap();
    let block = recipe.split(&format!("```{language}\n")).nth(1).unwrap();
    block.split("```").next().unwrap()
}

/// The settings by which this crate's tests are compiled, so that what they are compiled with need not be compiled again.
const PROFILE: &str = r#"
[profile.dev.package."*"]
opt-level = 1

[profile.dev.package.kms-conformance]
opt-level = 0
"#;

/// Made once, for building it takes minutes.
fn emulator() -> &'static Crate {
    static EMULATOR: OnceLock<Crate> = OnceLock::new();
    EMULATOR.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        symlink(env!("CARGO_MANIFEST_DIR"), folder.path().join("kms-conformance")).unwrap();
        let made = cargo(folder.path()).args(["new", "--quiet", "--lib", "--vcs", "none", "emulator"]).status();
        assert!(made.unwrap().success());

        let path = folder.path().join("emulator");
        let manifest = fs::read_to_string(path.join("Cargo.toml")).unwrap();
        fs::write(path.join("Cargo.toml"), format!("{manifest}\n{}{PROFILE}", snippet("toml"))).unwrap();
        fs::create_dir(path.join("tests")).unwrap();
        fs::write(path.join("tests/kms.rs"), snippet("rust")).unwrap();
        // So that nothing has to be downloaded.
        fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock"), path.join("Cargo.lock")).unwrap();
        Crate { _folder: folder, path }
    })
}

/// Cargo as a user has it in a terminal, with what is compiled already.
fn cargo(folder: &Path) -> Command {
    let mut command = Command::new("cargo");
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if ["NEXTEST", "CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| name.starts_with(start)) {
            command.env_remove(&*name);
        }
    }
    // This program is in the folder `debug/deps` of the target.
    let target = std::env::current_exe().unwrap().ancestors().nth(3).unwrap().to_owned();
    command
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only")
        .env_remove("KMS_ENDPOINT");
    command
}

/// The tests under a test runner: what it printed, and whether it was content.
fn tests(runner: &[&str], endpoint: Option<&str>, arguments: &[&str]) -> (bool, String) {
    let mut command = cargo(&emulator().path);
    command.args(runner).args(["--test", "kms"]).args(arguments);
    if let Some(endpoint) = endpoint {
        command.env("KMS_ENDPOINT", endpoint);
    }
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.success(), String::from_utf8_lossy(&[stderr, stdout].concat()).into_owned())
}

/// The test runners of this machine.
fn runners() -> Vec<&'static [&'static str]> {
    let mut runners: Vec<&[&str]> = vec![&["test"]];
    if Command::new("cargo-nextest").arg("--version").output().is_ok_and(|output| output.status.success()) {
        runners.push(&["nextest", "run"]);
    } else {
        // Not by a macro, whose text nobody sees when the test passes.
        let _ = writeln!(stderr(), "cargo-nextest is not installed, so the suite is not tested under it");
    }
    runners
}

/// What no more than these lines says of a target that can't be tested.
const FEW_LINES: usize = 60;

#[test]
#[ignore = "campaign: compiles a crate"]
fn the_recipe_works_in_an_empty_crate() {
    let mock = Mock::start_with(MockConfig { admin: AdminAccess::Loopback, ..MockConfig::default() }).unwrap();
    for runner in runners() {
        let filter: &[&str] = if runner == ["test"] { &["--", "Encrypt/Disabled"] } else { &["Encrypt/Disabled"] };
        let (green, text) = tests(runner, Some(&mock.endpoint()), filter);
        assert!(green && text.contains("alibaba/Encrypt/Disabled"), "{runner:?}: {text}");
    }
    let (_, text) = tests(&["test"], Some(&mock.endpoint()), &["--", "Encrypt/Disabled"]);
    assert!(text.contains(&format!("tests of {} (KMS_ENDPOINT)", mock.endpoint())), "{text}");
}

#[test]
#[ignore = "campaign: compiles a crate"]
fn what_can_not_be_tested_is_one_failure_of_a_few_lines() {
    let nowhere = closed();
    // Compiling is not a matter of the tests.
    let _ = tests(&["test"], None, &["--no-run"]);
    for runner in runners() {
        for (endpoint, reason) in
            [(None, "`KMS_ENDPOINT` is not set"), (Some(nowhere.as_str()), "no service responds at http://")]
        {
            let (green, text) = tests(runner, endpoint, &[]);
            assert!(!green && text.contains(reason), "{runner:?}: {text}");
            assert!(text.lines().count() < FEW_LINES, "{runner:?}: {text}");
        }
    }
}

#[test]
#[ignore = "campaign: compiles a crate"]
fn a_test_that_nextest_stops_removes_its_key() {
    if runners().len() == 1 {
        return;
    }
    let limits = emulator().path.join("limits.toml");
    fs::write(&limits, "[profile.default]\nslow-timeout = { period = \"1s\", terminate-after = 1 }\n").unwrap();
    let config = ["--config-file", limits.to_str().unwrap()];
    let filter = ["-E", "test(=alibaba/Encrypt/Enabled)"];

    // A response that comes, and one that does not.
    for latency in ["4s", "3600s"] {
        let mock = Mock::start().unwrap();
        let rules = vec![format!("latency={latency},operation=Encrypt").parse().unwrap()];
        mock.set_faults(Faults { rules, ..Faults::default() }).unwrap();

        let (green, text) = tests(&["nextest", "run"], Some(&mock.endpoint()), &[config, filter].concat());
        assert!(!green && text.contains("SIGTERM: removing the keys of 1 case"), "{latency}: {text}");
        let (made, removed) = (mock.requests(Operation::CreateKey), mock.requests(Operation::ScheduleKeyDeletion));
        assert!(made > 0 && removed == made, "{latency}: {made} {removed} {text}");
    }
}
