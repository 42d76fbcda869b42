//! Files that are handed to the program, read up to a length.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The most bytes that are read of a pipe or a device.
const LONGEST_STREAM: usize = 32 << 20;

/// Whether a path stands for the standard input or output.
pub fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads a file of at most `most` bytes. A bigger one is an error by its size, before it is read; a pipe or a
/// device, which has none, when so much has come.
///
/// # Errors
///
/// Any error of the system, or that it is too big.
pub fn read(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    if is_standard(path) {
        return read_standard(most.min(LONGEST_STREAM));
    }
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    // The buffer of what has no length grows while it is read, to twice what comes.
    let most = if metadata.is_file() { most } else { most.min(LONGEST_STREAM) };
    let limit = u64::try_from(most).unwrap_or(u64::MAX);

    if metadata.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder and not a file"));
    }
    if metadata.len() > limit {
        return Err(too_big(most));
    }

    // With room for all of it at once: a buffer that grows takes up to three times as much.
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len() + 1).unwrap_or(0));
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() > most { Err(too_big(most)) } else { Ok(bytes) }
}

fn too_big(most: usize) -> io::Error {
    let size = if most >= 1 << 20 { format!("{} MiB", most >> 20) } else { format!("{} KiB", most >> 10) };
    io::Error::new(io::ErrorKind::FileTooLarge, format!("it is bigger than {size}"))
}

/// Reads the standard input, of at most `most` bytes.
fn read_standard(most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    io::stdin().lock().take(limit).read_to_end(&mut bytes)?;
    if bytes.len() > most { Err(too_big(most)) } else { Ok(bytes) }
}

/// The same for a text, without the mark that some editors put at its beginning.
///
/// # Errors
///
/// Any error of [`read`], or that it is not text.
pub fn read_text(path: &Path, most: usize) -> io::Result<String> {
    text(read(path, most)?).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Checks that a file that is there is a regular one: only such can be read twice, or have another take its place. A
/// pipe would be waited for.
///
/// # Errors
///
/// That it is something else.
pub fn check_regular(path: &Path) -> io::Result<()> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder and not a file"))
        }
        Ok(metadata) if !metadata.is_file() => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is a pipe or a device, and this file is used more than once: name a regular file",
        )),
        // What is missing, or can't be looked at, is reported by whoever opens it.
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Why bytes are not text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotText {
    /// They are UTF-16.
    Utf16,
    /// A byte is not UTF-8.
    Byte {
        /// Its line, from 1.
        line: usize,
        /// Its column in characters, from 1.
        column: usize,
    },
}

impl fmt::Display for NotText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utf16 => formatter.write_str("it is UTF-16: save it as UTF-8"),
            Self::Byte { line, column } => {
                write!(formatter, "it is not UTF-8 text: line {line}, column {column} is wrong; save it as UTF-8")
            }
        }
    }
}

impl std::error::Error for NotText {}

/// Bytes as text, without a byte-order mark.
///
/// # Errors
///
/// That they are not UTF-8.
pub fn text(bytes: Vec<u8>) -> Result<String, NotText> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(NotText::Utf16);
    }
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        NotText::Byte { line, column: 1 + String::from_utf8_lossy(&before[line_start..]).chars().count() }
    })?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_too_big_or_not_text_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "ab").unwrap();
        assert_eq!(read_text(&path, 2).unwrap(), "ab");
        assert_eq!(read_text(&path, 1).unwrap_err().to_string(), "it is bigger than 0 KiB");
        std::fs::write(&path, b"a\xff").unwrap();
        assert_eq!(
            read_text(&path, 2).unwrap_err().to_string(),
            "it is not UTF-8 text: line 1, column 2 is wrong; save it as UTF-8"
        );
        assert_eq!(read(folder.path(), 2).unwrap_err().to_string(), "it is a folder and not a file");
        // It takes no room on the disk, and would take more memory than there is.
        File::create(&path).unwrap().set_len(1 << 40).unwrap();
        assert_eq!(read(&path, 8 << 20).unwrap_err().to_string(), "it is bigger than 8 MiB");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_used_twice_must_be_a_regular_file() {
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        for path in [fifo.as_path(), Path::new("/dev/zero")] {
            let error = check_regular(path).unwrap_err().to_string();
            assert!(error.starts_with("it is a pipe or a device"), "{error}");
        }
        assert_eq!(check_regular(folder.path()).unwrap_err().to_string(), "it is a folder and not a file");
        assert!(check_regular(&folder.path().join("missing")).is_ok());
    }

    #[test]
    fn bytes_that_are_not_text_are_shown_with_their_place_and_a_mark_is_passed_over() {
        let said = |bytes: &[u8]| text(bytes.to_vec()).map_err(|error| error.to_string());
        assert_eq!(said(b"\xef\xbb\xbfa\xef\xbb\xbf").unwrap(), "a\u{feff}");
        assert_eq!(said(b"").unwrap(), "");
        assert_eq!(
            said(b"a\0\xff\xfe").unwrap_err().split_once(": ").unwrap().1,
            "line 1, column 3 is wrong; save it as UTF-8"
        );
        assert_eq!(
            text("aß\nüö".as_bytes().iter().copied().chain([0x80]).collect()),
            Err(NotText::Byte { line: 2, column: 3 })
        );
        assert_eq!(said(b"\xff\xfea\0").unwrap_err(), "it is UTF-16: save it as UTF-8");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_device_without_an_end_is_an_error() {
        assert_eq!(read(Path::new("/dev/zero"), 1 << 20).unwrap_err().to_string(), "it is bigger than 1 MiB");
    }
}
