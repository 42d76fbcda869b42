//! The file of a ledger: lines are whole, however many processes append to it and however they end.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The longest part of a torn line that is shown, in bytes.
const LONGEST_SHOWN: u64 = 200;

/// A file that lines are appended to.
#[derive(Debug)]
pub(super) struct LineFile {
    path: PathBuf,
    file: Mutex<File>,
}

impl LineFile {
    /// Opens a file, or makes it. If its last line has no end, the beginning of that line is given too.
    pub(super) fn open(path: &Path) -> io::Result<(Self, Option<String>)> {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        let mut file = private_options().open(path)?;
        make_private(&file)?;

        // Another process may be in the middle of a line.
        let _ = file.lock();
        let torn = torn_line(&mut file);
        let _ = file.unlock();
        Ok((Self { path: path.to_owned(), file: Mutex::new(file) }, torn?))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends a line, whose end is added, and waits until it is on disk.
    pub(super) fn append(&self, line: &str) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // A file system without locks still appends a line of this length as a whole.
        let is_locked = file.lock().is_ok();
        let written = append(&mut file, line);
        if is_locked {
            file.unlock()?;
        }
        written?;
        file.sync_data()
    }
}

fn append(file: &mut File, line: &str) -> io::Result<()> {
    // A process that was killed in the middle of a line must not have the next one glued to it.
    let repair = if ends_with_line(file)? { "" } else { "\n" };
    file.write_all(format!("{repair}{line}\n").as_bytes())
}

/// Whether the file is empty, is none that has a length, or ends with a line feed.
fn ends_with_line(file: &mut File) -> io::Result<bool> {
    let length = file.metadata()?.len();
    if length == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::Start(length - 1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// The beginning of the last line, if it has no end.
fn torn_line(file: &mut File) -> io::Result<Option<String>> {
    if ends_with_line(file)? {
        return Ok(None);
    }

    let length = file.metadata()?.len();
    let mut begin = length;
    let mut tail = Vec::new();
    // Backwards in growing parts, for what the file holds may be long and need not be a ledger's.
    while begin > 0 && !tail.contains(&b'\n') && length - begin < 64 * LONGEST_SHOWN {
        begin = begin.saturating_sub((length - begin).max(LONGEST_SHOWN));
        tail.clear();
        file.seek(SeekFrom::Start(begin))?;
        Read::by_ref(file).take(length - begin).read_to_end(&mut tail)?;
    }
    let line = tail.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let shown = &line[..line.len().min(usize::try_from(LONGEST_SHOWN).unwrap_or(usize::MAX))];
    Ok(Some(String::from_utf8_lossy(shown).into_owned()))
}

/// The file names keys of an account, so it is for its owner alone.
#[cfg(unix)]
fn private_options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.create(true).read(true).append(true).mode(PRIVATE);
    options
}

#[cfg(not(unix))]
fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).read(true).append(true);
    options
}

#[cfg(unix)]
const PRIVATE: u32 = 0o600;

/// The same for a file that others could read.
#[cfg(unix)]
fn make_private(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = file.metadata()?;
    if metadata.is_file() && metadata.permissions().mode() & 0o077 != 0 {
        file.set_permissions(std::fs::Permissions::from_mode(PRIVATE))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn make_private(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_line_is_told_and_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        for (before, torn, after) in [
            ("", None, "x\n"),
            ("a\n", None, "a\nx\n"),
            ("a\nb", Some("b".to_owned()), "a\nb\nx\n"),
            ("b", Some("b".to_owned()), "b\nx\n"),
            (&*format!("a\n{}", "b".repeat(900)), Some("b".repeat(200)), &*format!("a\n{}\nx\n", "b".repeat(900))),
        ] {
            std::fs::write(&path, before).unwrap();
            let (file, told) = LineFile::open(&path).unwrap();
            assert_eq!(told, torn);
            file.append("x").unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), after);
        }
    }

    #[test]
    fn a_line_that_another_process_did_not_end_is_ended_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        let (file, _) = LineFile::open(&path).unwrap();
        file.append("a").unwrap();
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"torn").unwrap();
        file.append("b").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a\ntorn\nb\n");
    }

    #[test]
    fn lines_of_several_writers_are_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let path = &path;
                scope.spawn(move || {
                    // Each has a handle of its own, as a process has.
                    let (file, _) = LineFile::open(path).unwrap();
                    for number in 0..50 {
                        file.append(&format!("{writer}:{number}:{}", "x".repeat(5_000))).unwrap();
                    }
                });
            }
        });
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 200);
        assert!(text.lines().all(|line| line.len() > 5_000 && line.ends_with("xxx")));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_it_also_if_others_could() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        drop(LineFile::open(&path).unwrap());
        assert_eq!(mode(), 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        drop(LineFile::open(&path).unwrap());
        assert_eq!(mode(), 0o600);
    }
}
