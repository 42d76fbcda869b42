//! The journal file under every kind of mishap.

use super::*;

/// The length of what stands before the changes.
fn head_length() -> usize {
    head::new().len()
}

/// A file with the same lines, of which so many were finished.
fn with_finished(whole: &[u8], lines: u64) -> Vec<u8> {
    let mut chain = Chain::start(Format::New);
    let texts = whole[head_length()..].split_inclusive(|byte| *byte == b'\n');
    for line in texts.take(usize::try_from(lines).unwrap()) {
        chain = chain.with(&line[CHECKSUM_DIGITS + 1..line.len() - 1]);
    }
    let mark = Mark { lines, checksum: chain.checksum() }.to_string();
    [Format::New.line().as_bytes(), mark.as_bytes(), &whole[head_length()..]].concat()
}

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

/// The lines of changes that are whole in so many bytes; the line feed may be missing from the last.
fn whole_lines(bytes: &[u8], length: usize) -> usize {
    bytes[..(length + 1).min(bytes.len())].split(|byte| *byte == b'\n').count().saturating_sub(3)
}

#[test]
fn a_line_that_was_not_finished_is_dropped_and_every_whole_one_counts() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = std::fs::read(written(&folder)).unwrap();
    let path = folder.path().join("cut");
    for length in head_length()..bytes.len() {
        let lines = whole_lines(&bytes, length);
        // No later line was finished when the process was killed, and perhaps not even the last of these.
        for finished in [lines, lines.saturating_sub(1)] {
            std::fs::write(&path, &with_finished(&bytes, finished as u64)[..length]).unwrap();
            let (mut file, found) = open(&path).unwrap();
            let expected = lines.min(3);
            assert_eq!(found.entries.len(), expected, "{length}");

            file.append(&[alias(99)]).unwrap();
            drop(file);
            let (_, again) = open(&path).unwrap();
            assert_eq!((again.entries.len(), again.dropped), (expected + 1, 0), "{length}");
        }
    }
}

#[test]
fn a_finished_line_that_is_missing_is_noticed_wherever_the_file_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = std::fs::read(written(&folder)).unwrap();
    let path = folder.path().join("cut");
    for length in 0..bytes.len() - 1 {
        std::fs::write(&path, &bytes[..length]).unwrap();
        let error = rejected(&path);
        match error {
            StateError::Empty { .. } => assert_eq!(length, 0),
            StateError::Damaged { ref reason, .. } if length >= head_length() => {
                assert!(reason.contains("its end is missing"), "{length}: {reason}");
            }
            StateError::Damaged { .. } => {}
            error => panic!("{length}: {error}"),
        }
        assert_eq!(std::fs::read(&path).unwrap(), bytes[..length], "a rejected file is left as it is");
    }

    // Without its last line feed it holds everything.
    std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    assert_eq!(open(&path).unwrap().1.entries.len(), 3);
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_line_that_is_missing_is_noticed_after_the_file_was_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder);
    let (mut file, _) = open(&path).unwrap();
    file.compact().unwrap();
    file.append(&[alias(99)]).unwrap();
    drop(file);
    let bytes = std::fs::read(&path).unwrap();
    let last_line = bytes[..bytes.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap();
    std::fs::write(&path, &bytes[..=last_line]).unwrap();
    let message = rejected(&path).to_string();
    assert!(message.contains("its end is missing: 1 line of saved changes"), "{message}");
}

#[test]
fn a_file_of_format_1_is_written_anew_as_format_2() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let mut chain = Chain::start(Format::Old);
    let text = Format::Old.line() + &line(&mut chain, [alias(1).json()].into_iter());
    std::fs::write(&path, text + "0123456789ab").unwrap();
    let (_, found) = open(&path).unwrap();
    assert_eq!((values(&found), found.dropped), (vec!["\"value 1\"".to_owned()], 12));
    assert!(std::fs::read_to_string(&path).unwrap().starts_with(&Format::New.line()));
    let (_, again) = open(&path).unwrap();
    assert_eq!(values(&again), ["\"value 1\""]);
}

#[test]
fn many_that_begin_at_once_make_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let opened = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| open(&path))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(opened.iter().filter(|opened| opened.is_ok()).count(), 1);
    let in_use = |error: &StateError| matches!(error, StateError::InUse { .. });
    assert!(opened.iter().filter_map(|opened| opened.as_ref().err()).all(in_use));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_that_is_not_there_yet_stays_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink("target", &link).unwrap();
    assert!(open(&link).unwrap().1.is_new);
    assert!(folder.path().join("target").is_file());
    assert!(!open(&link).unwrap().1.is_new);
    let round = folder.path().join("round");
    std::os::unix::fs::symlink("round", &round).unwrap();
    assert!(matches!(rejected(&round), StateError::Open { .. }));
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
    let first_line = Format::New.line().len();
    for at in 0..whole.len() - 1 {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        std::fs::write(&path, &changed).unwrap();

        let error = rejected(&path);
        let expected = match error {
            StateError::Foreign { .. } | StateError::Newer { .. } => at < first_line,
            StateError::Damaged { .. } => at >= first_line - 1,
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
    for at in 2..lines.len() {
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
        ("kms-conformance mock state, format 3\n", "has format 3, and this version knows formats up to 2"),
        ("kms-conformance mock state, fo", "is damaged: it is cut off in its first line"),
        ("kms-conformance mock state, format 2\n", "is damaged: line 2 is not the number of its lines"),
        ("", "is empty, so what it held is lost; put a copy back, or remove it"),
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
