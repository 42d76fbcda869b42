//! The book: every chapter is in its summary, every link leads somewhere, every command does what it says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use kms_conformance::mock::Mock;
use regex::Regex;

use super::readme::{UNTIL, lines, program, words};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// The chapters of the book, as its summary has them.
fn chapters() -> Vec<String> {
    let summary = fs::read_to_string(docs().join("SUMMARY.md")).unwrap();
    let link = Regex::new(r"\]\(([^)]+)\)").unwrap();
    link.captures_iter(&summary).map(|found| found[1].to_owned()).collect()
}

#[test]
fn every_page_is_a_chapter_once() {
    let chapters = chapters();
    let unique: BTreeSet<String> = chapters.iter().cloned().collect();
    assert_eq!(unique.len(), chapters.len());
    let mut pages = BTreeSet::new();
    for (folder, before) in [(docs(), ""), (docs().join("decisions"), "decisions/")] {
        for entry in fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".md") && name != "SUMMARY.md" {
                pages.insert(format!("{before}{name}"));
            }
        }
    }
    assert_eq!(unique, pages);
    let index = fs::read_to_string(docs().join("decisions.md")).unwrap();
    for page in pages.iter().filter(|page| page.starts_with("decisions/")) {
        assert!(index.contains(&format!("({page})")), "{page}");
    }
}

/// The name of a heading in addresses, as GitHub and mdBook make it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|one| one.is_alphanumeric() || matches!(one, ' ' | '-' | '_'));
    kept.map(|one| if one == ' ' { '-' } else { one.to_ascii_lowercase() }).collect()
}

/// What a link to a file of the repository begins with. The book holds its chapters alone, so a path beside them would lead
/// nowhere in it.
const REPOSITORY: &str = "https://github.com/kms-conformance/kms-conformance/";

/// The file or folder that a link of a chapter leads to. None if it is elsewhere on the web.
fn target(chapter: &Path, file: &str) -> Option<PathBuf> {
    if let Some(file) = file.strip_prefix(REPOSITORY) {
        let found = file.strip_prefix("blob/main/").or_else(|| file.strip_prefix("tree/main/"));
        // Releases and issues are no files.
        return found.map(|file| Path::new(env!("CARGO_MANIFEST_DIR")).join(file));
    }
    if file.starts_with("http") {
        return None;
    }
    if file.is_empty() {
        return Some(chapter.to_owned());
    }

    let target = chapter.parent().unwrap().join(file);
    let inside = target.canonicalize().is_ok_and(|target| target.starts_with(docs().canonicalize().unwrap()));
    assert!(inside, "{}: {file} is no chapter: write {REPOSITORY}blob/main/…", chapter.display());
    Some(target)
}

#[test]
fn every_link_leads_somewhere() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    for chapter in chapters() {
        let path = docs().join(&chapter);
        let text = fs::read_to_string(&path).unwrap();
        for found in link.captures_iter(&text) {
            let (file, place) = found[1].split_once('#').unwrap_or((&found[1], ""));
            let Some(target) = target(&path, file) else { continue };
            assert!(target.exists(), "{chapter}: {file}");
            if !place.is_empty() {
                let page = fs::read_to_string(&target).unwrap();
                let headings = page.lines().filter(|line| line.starts_with('#'));
                let known: Vec<String> = headings.map(|line| anchor(line.trim_start_matches('#'))).collect();
                assert!(known.iter().any(|known| known == place), "{chapter}: {}: {known:?}", &found[1]);
            }
        }
    }
}

/// The commands of a chapter, one after the other in one folder, as a reader runs them. `# exit code 1` behind a command is its exit
/// code; otherwise it is 0. Those for an account are only looked at.
#[test]
fn every_command_does_what_it_says() {
    let mut ran = 0;
    for chapter in chapters() {
        let text = fs::read_to_string(docs().join(&chapter)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mock = Mock::start().unwrap();
        for line in lines(&text) {
            let (command, expected) = match line.split_once("# exit code ") {
                Some((command, code)) => (command, code.trim().parse().unwrap()),
                None => (line.split(" #").next().unwrap(), 0),
            };
            let mut words = words(command).split_off(1);
            for word in &mut words {
                if word == "http://127.0.0.1:8080" {
                    *word = mock.endpoint();
                } else if word == UNTIL {
                    *word = "9999-12-31".to_owned();
                }
            }
            let has = |name: &str| words.iter().any(|word| word == name);
            let is_for_account = has("--region") || has("--target") || has("--live") || has("http://127.0.0.1:5000");
            if has("mock") && has("--listen") && !has("--deviate") && !chapter.starts_with("tutorial") || is_for_account
            {
                words.push("--help".to_owned());
            } else if has("mock") && has("--listen") {
                // The one that the reader starts in another terminal.
                let wrong = words.windows(2).filter(|pair| pair[0] == "--deviate").map(|pair| pair[1].clone());
                mock.set_deviations(wrong.collect()).unwrap();
                continue;
            }
            let names_cases =
                |word: &String| word.starts_with("operation:") || word.contains('/') && !word.contains("://");
            if words[0] == "run" && !words.iter().any(names_cases) {
                // All cases of a cloud take minutes on a machine that has other work.
                words.push("operation:Encrypt".to_owned());
            }
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let output = program(&words, folder.path());
            let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert_eq!(output.status.code(), Some(expected), "{chapter}: {words:?}: {err}{out}");
            ran += 1;
        }
    }
    assert!(ran >= 30, "{ran}");
}
