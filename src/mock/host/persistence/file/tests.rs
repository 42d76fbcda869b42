//! The journal file under every kind of mishap.

use super::*;

const SETTLED: usize = 8;

/// Records whose names begin with `old` are outdated.
fn open(path: &Path) -> Result<(StateFile, Found), StateError> {
    StateFile::open(path, |_, name, _| name.starts_with("old"))
}

fn alias(number: usize) -> Change {
    Change::set("alias", format!("alias {number}"), format!("\"value {number}\""))
}

/// A file with a few lines, closed again.
fn written(folder: &tempfile::TempDir) -> PathBuf {
    let path = folder.path().join("state");
    let (mut file, found) = open(&path).unwrap();
    assert!(found.entries.is_empty());
    for number in 0..SETTLED {
        file.append(&[alias(number), Change::remove("alias", format!("alias {}", number.wrapping_sub(3)))]).unwrap();
    }
    path
}

fn values(found: &Found) -> Vec<String> {
    let mut values: Vec<String> = found.entries.values().map(|value| value.get().to_owned()).collect();
    values.sort();
    values
}

fn rejected(path: &Path) -> StateError {
    open(path).map(|_| ()).unwrap_err()
}

#[test]
fn what_was_appended_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder);
    for _ in 0..2 {
        let (_, found) = open(&path).unwrap();
        assert_eq!(values(&found), ["\"value 5\"", "\"value 6\"", "\"value 7\""]);
        assert_eq!(found.dropped, 0);
    }
}

#[test]
fn wherever_the_file_is_cut_off_every_whole_line_counts() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = std::fs::read(written(&folder)).unwrap();
    let path = folder.path().join("cut");
    for length in 0..bytes.len() {
        std::fs::write(&path, &bytes[..length]).unwrap();
        let (mut file, found) = open(&path).unwrap();
        // The line feed may be missing from a whole line.
        let lines = bytes[..=length].split(|byte| *byte == b'\n').count().saturating_sub(2);
        let expected = lines.min(3);
        assert_eq!(found.entries.len(), expected, "{length}");

        file.append(&[alias(99)]).unwrap();
        drop(file);
        let (_, again) = open(&path).unwrap();
        assert_eq!((again.entries.len(), again.dropped), (expected + 1, 0), "{length}");
    }
}

#[test]
fn zeros_that_a_file_system_left_at_the_end_are_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder);
    let whole = std::fs::read(&path).unwrap();
    let tails: [&[u8]; 3] = [&[0; 700], b"0123456789abcdef [[\"alias\",\"a\",\0\0\0\0]]\n", b"0123456789ab"];
    for tail in tails {
        std::fs::write(&path, [&whole, tail].concat()).unwrap();
        let (_, found) = open(&path).unwrap();
        assert_eq!((values(&found).len(), found.dropped), (3, tail.len() as u64));
        assert_eq!(std::fs::read(&path).unwrap(), whole);
    }
}

#[test]
fn a_changed_byte_is_noticed_wherever_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder);
    let whole = std::fs::read(&path).unwrap();
    for at in 0..whole.len() - 1 {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        std::fs::write(&path, &changed).unwrap();

        let error = rejected(&path);
        let in_header = at < header().len();
        let expected = match error {
            StateError::Foreign { .. } | StateError::Newer { .. } => in_header,
            StateError::Damaged { .. } => !in_header || at == header().len() - 1,
            _ => false,
        };
        assert!(expected, "{at}: {error}");
        assert_eq!(std::fs::read(&path).unwrap(), changed, "a rejected file is left as it is");
    }
}

#[test]
fn a_line_that_is_gone_or_comes_twice_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder);
    let whole = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    for at in 1..lines.len() - 1 {
        let without = [&lines[..at], &lines[at + 1..]].concat().concat();
        let twice = [&lines[..=at], &lines[at..]].concat().concat();
        for changed in [without, twice] {
            std::fs::write(&path, changed).unwrap();
            assert!(matches!(rejected(&path), StateError::Damaged { .. }), "{at}");
        }
    }
}

#[test]
fn other_files_and_newer_formats_are_rejected_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    for (text, expected) in [
        ("#!/bin/sh\n", "is not a state file of the mock"),
        ("{}", "is not a state file of the mock"),
        ("kms-conformance mock state, format \n", "is not a state file of the mock"),
        ("kms-conformance mock state, format 0\n", "is not a state file of the mock"),
        ("kms-conformance mock state, format 2\n", "has format 2, and this version knows formats up to 1"),
    ] {
        std::fs::write(&path, text).unwrap();
        let message = rejected(&path).to_string();
        assert!(message.contains(expected), "{message}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
    assert!(matches!(rejected(folder.path()), StateError::Foreign { .. }));
    assert!(matches!(rejected(&folder.path().join("no/state")), StateError::Open { .. }));
}

#[test]
fn two_never_have_the_same_file_open_even_when_it_is_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder);
    let (mut file, _) = open(&path).unwrap();
    assert!(matches!(rejected(&path), StateError::InUse { .. }));
    file.compact().unwrap();
    assert!(matches!(rejected(&path), StateError::InUse { .. }));
    drop(file);
    assert!(open(&path).is_ok());
}

#[test]
fn a_file_that_has_grown_is_written_anew_and_holds_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    // What a process that was killed has left.
    std::fs::write(folder.path().join("state.new"), "half a fi").unwrap();
    let (mut file, _) = open(&path).unwrap();
    let long = "x".repeat(100_000);

    let mut compacted = 0;
    for number in 0..300 {
        file.append(&[Change::set("key", format!("key {}", number % 7), format!("\"{number} {long}\""))]).unwrap();
        if file.has_grown() {
            file.compact().unwrap();
            compacted += 1;
        }
    }
    assert!(compacted >= 3, "{compacted}");
    let length = std::fs::metadata(&path).unwrap().len();
    assert_eq!(length, file.length);
    assert!(length < SMALLEST_TO_COMPACT + 200_000, "{length}");

    drop(file);
    let (_, found) = open(&path).unwrap();
    let expected: Vec<String> = (293..300).map(|number| format!("\"{number} {long}\"")).collect();
    assert_eq!(values(&found), expected);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_it_and_a_link_to_it_stays_a_link() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder);
    let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let (mut file, found) = open(&link).unwrap();
    assert!(!found.readable_by_others);
    file.compact().unwrap();
    drop(file);
    assert_eq!(mode(), 0o600);
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(open(&path).unwrap().1.readable_by_others);
}

#[test]
fn outdated_records_are_left_out_when_the_file_is_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let (mut file, _) = open(&path).unwrap();
    let record = |name: &str| Change::record("nonce", name.to_owned(), &true);
    file.append(&[record("new"), record("old")]).unwrap();
    file.compact().unwrap();
    drop(file);

    let names: Vec<String> = open(&path).unwrap().1.entries.into_keys().map(|(_, name)| name).collect();
    assert_eq!(names, ["new"]);
}
