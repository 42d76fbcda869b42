//! `--cases`: case files of one's own, with mistakes and without. What the loader says of each kind of mistake is
//! tested with the loader.

use std::fs;
use std::path::Path;

use super::program::{Ended, Place, ended};

/// A copy of the program's own case files in `own`.
pub fn own(place: &Place) {
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"), &place.path().join("own"));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &to) } else { fs::copy(entry.path(), &to).map(|_| ()).unwrap() }
    }
}

/// Replaces a text in a file of `own`.
pub fn change(place: &Place, file: &str, from: &str, to: &str) {
    let path = place.path().join("own").join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn all_mistakes_of_all_files_are_reported_at_once_and_nothing_runs() {
    let place = Place::new();
    own(&place);
    change(&place, "alibaba/matrix/encrypt.yaml", "Disabled: Rejected.Disabled", "Disabled: Rejected.Disable");
    change(&place, "alibaba/matrix/decrypt.yaml", "why:", "because:");
    change(&place, "alibaba/scenarios/new-keys.yaml", "clause:", "clause: [");
    for arguments in ["run --cases own", "check own", "list --cases own"] {
        let Ended { code, out, err } = ended(place.program(arguments));
        assert_eq!((code, out.as_str()), (2, ""), "{arguments}: {err}");
        for part in [
            "Rejected.Disable",
            "because",
            "--> own/alibaba/matrix/encrypt.yaml:",
            "alibaba/matrix/decrypt.yaml:",
            "alibaba/scenarios/new-keys.yaml:",
        ] {
            assert!(err.contains(part), "{arguments}: {part}: {err}");
        }
    }
    assert_eq!(place.names(""), ["own"]);
}

/// Whoever clicks on the place of a failure wants to see the file that was read.
#[test]
fn the_place_of_a_failure_is_in_the_folder_that_was_given() {
    let place = Place::new();
    own(&place);
    for cases in ["own", "own/alibaba", "./own/"] {
        let run = format!("run alibaba/Encrypt/Disabled --deviate Encrypt:Disabled=Success --cases {cases}");
        let program = place.program(&run).env("GITHUB_ACTIONS", "true");
        let Ended { out, .. } = ended(program);
        let shown = out.lines().find_map(|line| line.trim().strip_prefix("--> ")).unwrap();
        let annotated = out.lines().find_map(|line| line.strip_prefix("::error file=")).unwrap();
        let explained = ended(place.program(&format!("explain alibaba/Encrypt/Disabled --cases {cases}"))).out;
        let explained = explained.lines().find_map(|line| line.strip_prefix("--> ")).unwrap();
        for (file, end) in [(shown, ':'), (annotated, ','), (explained, ':')] {
            let file = file.split(end).next().unwrap();
            assert!(place.path().join(file).is_file() && file.contains("own/"), "{cases}: {file}");
        }
    }
}

#[test]
fn the_case_files_of_every_provider_are_checked() {
    let place = Place::new();
    own(&place);
    copy(&place.path().join("own/alibaba"), &place.path().join("own/other"));
    change(&place, "other/kms.yaml", "provider: alibaba", "provider: other");

    let Ended { code, out, err } = ended(place.program("check own"));
    assert_eq!(code, 0, "{err}");
    let heads: Vec<&str> = out.lines().filter_map(|line| Some(line.split_once(':')?.0)).collect();
    assert_eq!(heads, ["alibaba", "aws", "other"], "{out}");

    change(&place, "other/matrix/encrypt.yaml", "Disabled: Rejected.Disabled", "Disabled: Rejected.Disable");
    let Ended { code, err, .. } = ended(place.program("check own"));
    assert_eq!(code, 2);
    assert!(err.contains("other/matrix/encrypt.yaml:") && !err.contains("alibaba/matrix"), "{err}");

    change(&place, "alibaba/matrix/decrypt.yaml", "why:", "because:");
    let Ended { err, .. } = ended(place.program("check own"));
    assert!(err.contains("other/matrix/encrypt.yaml:") && err.contains("alibaba/matrix/decrypt.yaml:"), "{err}");
}

#[test]
fn a_changed_expectation_changes_the_verdict() {
    let place = Place::new();
    own(&place);
    change(
        &place,
        "alibaba/matrix/encrypt.yaml",
        "PendingImport: Rejected.PendingImport",
        "PendingImport: Rejected.Disabled",
    );
    let Ended { code, out, .. } = ended(place.program("run --cases own operation:Encrypt state:PendingImport"));
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("expected Rejected.Disabled (409), got Rejected.PendingImport (409)"), "{out}");
    assert_eq!(ended(place.program("check own")).code, 0);
}

#[test]
fn a_folder_without_case_files_is_an_error() {
    let place = Place::new();
    fs::create_dir(place.path().join("empty")).unwrap();
    for arguments in ["run --cases missing", "run --cases empty", "check empty"] {
        let Ended { code, err, .. } = ended(place.program(arguments));
        assert_eq!(code, 2, "{arguments}: {err}");
        let folder = arguments.rsplit(' ').next().unwrap();
        assert!(err.contains(folder), "{arguments}: {err}");
    }
    assert_eq!(place.names(""), ["empty"]);
}
