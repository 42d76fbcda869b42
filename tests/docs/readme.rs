//! What the README shows is what the program does: its commands run, its picture is current, its figures are counted.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kms_conformance::mock::Mock;
use kms_conformance::suite::files::embedded;
use kms_conformance::suite::load::load;
use kms_conformance::suite::summary::Summary;

const README: &str = include_str!("../../README.md");

/// The day until which the examples accept failures. It will be over one day, which must not fail these tests.
pub(super) const UNTIL: &str = "2027-03-31";

pub(super) fn program(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kms-conformance"))
        .args(arguments)
        .current_dir(folder)
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid")
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret")
        .env_remove("NO_COLOR")
        .env_remove("GITHUB_ACTIONS")
        .env_remove("GITHUB_STEP_SUMMARY")
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap()
}

/// The lines of code blocks for a shell that call the program, as words.
fn commands() -> Vec<Vec<String>> {
    lines(README).into_iter().map(|line| words(line).split_off(1)).collect()
}

/// The lines of code blocks for a shell that call the program.
pub(super) fn lines(text: &str) -> Vec<&str> {
    let blocks = text.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap());
    blocks.flat_map(str::lines).map(str::trim).filter(|line| line.starts_with("kms-conformance ")).collect()
}

/// The words of a line as a shell takes them; what stands in quotes is one.
pub(super) fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for (index, part) in line.split('\'').enumerate() {
        for (index, piece) in if index % 2 == 1 { vec![part] } else { part.split(' ').collect() }.iter().enumerate() {
            if index > 0 {
                words.push(String::new());
            }
            words.last_mut().unwrap().push_str(piece);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn every_command_for_a_loopback_endpoint_runs() {
    let mock = Mock::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut ran = 0;
    for mut words in commands() {
        if words[0] == "mock" || words.iter().any(|word| word == "--region" || word == "--target") {
            continue;
        }
        for word in &mut words {
            // The name of a container stands for any emulator.
            if word == "http://127.0.0.1:8080" || word == "http://kms:8080" {
                *word = mock.endpoint();
            } else if word == UNTIL {
                *word = "9999-12-31".to_owned();
            }
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = program(&words, folder.path());
        assert!(
            output.status.success(),
            "{words:?}: {}{}",
            String::from_utf8_lossy(&output.stderr),
            String::from_utf8_lossy(&output.stdout)
        );
        ran += 1;
    }

    assert!(ran >= 5, "{ran}");
    for report in ["reports/junit.xml", "reports/results.json", "target/kms/junit.xml"] {
        assert!(folder.path().join(report).exists(), "{report}");
    }
}

#[test]
fn the_commands_for_an_account_and_for_the_mock_are_known_to_the_program() {
    let folder = tempfile::tempdir().unwrap();
    for words in commands() {
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        // What stands behind two hyphens is for the commands that this one starts.
        let end = words.iter().position(|word| *word == "--").unwrap_or(words.len());
        words.insert(end, "--help");
        assert!(program(&words, folder.path()).status.success(), "{words:?}");
    }
}

#[test]
fn a_run_of_an_account_makes_as_many_keys_as_its_command_allows() {
    let folder = tempfile::tempdir().unwrap();
    let mut checked = 0;
    for mut words in commands() {
        let Some(at) = words.iter().position(|word| word == "--max-keys") else { continue };
        checked += 1;
        let allowed = std::mem::replace(&mut words[at + 1], "0".to_owned());
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let message = String::from_utf8(program(&words, folder.path()).stderr).unwrap();
        assert!(message.contains(&format!("the run would make {allowed} keys at https://")), "{words:?}: {message}");
    }
    assert_eq!(checked, 2);
}

#[test]
fn the_list_of_known_failures_is_right() {
    let start = README.find("format = 1\n\n[[known_failures]]\n").unwrap();
    let text = README[start..].split("```").next().unwrap();
    let suite = load(embedded(), None).unwrap();
    let known = kms_conformance::known::load::load("known.toml", text, &suite, UNTIL.parse().unwrap());
    let known = known.unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert!(known.entries().iter().all(|entry| !known.is_expired(entry)));
}

/// Each is planned, which sends nothing and needs no credentials.
#[test]
fn the_configuration_files_are_right() {
    let page = include_str!("../../docs/configuration.md");
    for (text, targets, cases) in [(README, &["nightly"][..], "7 cases"), (page, &["nightly", "emulator"], "")] {
        let folder = tempfile::tempdir().unwrap();
        let start = text.split("```toml\n").find(|block| block.contains("[targets.")).unwrap();
        std::fs::write(folder.path().join("kms-conformance.toml"), start.split("```").next().unwrap()).unwrap();
        for target in targets {
            let output = program(&["plan", "--target", target], folder.path());
            let shown = String::from_utf8(output.stdout).unwrap();
            assert!(output.status.success(), "{target}: {}", String::from_utf8_lossy(&output.stderr));
            assert!(shown.contains(cases), "{shown}");
        }
    }
}

#[test]
fn the_figures_are_counted() {
    let suite = load(embedded(), None).unwrap();
    let summary = Summary::of(&suite);
    assert!(README.contains(&format!("{} cases", summary.cases)), "{summary}");
    let official = suite.rows.iter().filter(|row| row.edition.as_str() == "official");
    let cells: usize = official.map(|row| row.cells.iter().count()).sum();
    assert!(README.contains(&format!("all {cells} cells")), "{cells}");
    assert!(README.contains(&format!("{} scenarios", suite.scenarios.len())), "{}", suite.scenarios.len());
}

/// The picture is what the program prints, but for what differs from run to run: the port, ids, and the time it took.
#[test]
fn the_picture_is_what_the_program_prints() {
    let folder = tempfile::tempdir().unwrap();
    let words = [
        "run",
        "kind:cell",
        "kind:move",
        "--edition",
        "official",
        "--routes",
        "canonical",
        "--deviate",
        "Encrypt:Disabled=Success",
        "--color",
        "always",
        "--progress",
        "none",
        "--table",
        "full",
    ];

    let output = program(&words, folder.path());
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let picture = anstyle_svg::Term::new().render_svg(&steady(&text));
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".github/table.svg");
    if std::env::var_os("UPDATE_PICTURE").is_some() {
        std::fs::write(&path, &picture).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();

    assert!(
        committed == picture,
        "the picture is not current; run `UPDATE_PICTURE=1 cargo test --test integration docs`"
    );
}

fn steady(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let start = line.trim_start();
        // Long lines, which hold ids and signatures, would only make the picture small; paths differ from system to system.
        if start.starts_with("reports: ")
            || start.contains("response: ")
            || start.contains("reproduce: ")
            || start.contains("reason: ")
        {
            continue;
        }
        let line = match line.split_once("http://127.0.0.1:") {
            Some((before, after)) => {
                let rest = after.trim_start_matches(|character: char| character.is_ascii_digit());
                format!("{before}http://127.0.0.1:8080{rest}")
            }
            None => line.to_owned(),
        };
        let line = match line.rsplit_once(" · ") {
            Some((before, time)) if time.contains(" s") => before.to_owned(),
            _ => line,
        };
        lines.push(line);
    }
    lines.join("\n")
}
