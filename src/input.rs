//! Files that are handed to the program, read up to a length.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Reads a file of at most `most` bytes. A bigger one is an error by its size, before it is read; a pipe or a
/// device, which has none, when so much has come.
///
/// # Errors
///
/// Any error of the system, or that it is too big.
pub fn read(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let limit = u64::try_from(most).unwrap_or(u64::MAX);
    let too_big = || {
        let size = if most >= 1 << 20 { format!("{} MiB", most >> 20) } else { format!("{} KiB", most >> 10) };
        io::Error::new(io::ErrorKind::FileTooLarge, format!("it is bigger than {size}"))
    };

    let file = File::open(path)?;
    if file.metadata()?.len() > limit {
        return Err(too_big());
    }

    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() > most { Err(too_big()) } else { Ok(bytes) }
}

/// The same for a text.
///
/// # Errors
///
/// Any error of [`read`], or that it is not text.
pub fn read_text(path: &Path, most: usize) -> io::Result<String> {
    String::from_utf8(read(path, most)?).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        io::Error::new(io::ErrorKind::InvalidData, format!("it is not UTF-8 text: byte {at} is wrong"))
    })
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
        assert_eq!(read_text(&path, 2).unwrap_err().to_string(), "it is not UTF-8 text: byte 1 is wrong");
        // It takes no room on the disk, and would take more memory than there is.
        File::create(&path).unwrap().set_len(1 << 40).unwrap();
        assert_eq!(read(&path, 8 << 20).unwrap_err().to_string(), "it is bigger than 8 MiB");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_device_without_an_end_is_an_error() {
        assert_eq!(read(Path::new("/dev/zero"), 1 << 20).unwrap_err().to_string(), "it is bigger than 1 MiB");
    }
}
