//! A pipe that a report is written to: whether somebody reads it is found before the run, and not waited for after it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::destination::{or_gone, write_to};

/// How long a full pipe is left to its reader before the next attempt.
const PAUSE: Duration = Duration::from_millis(5);

/// A pipe with a reader, who sees no end of it before this is dropped. None if the reader has gone away.
#[derive(Debug)]
pub(super) struct Pipe(Option<File>);

impl Pipe {
    /// Opens a pipe without waiting for a reader.
    ///
    /// # Errors
    ///
    /// That nobody reads it, or any error of the system.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        match File::options().write(true).custom_flags(libc::O_NONBLOCK).open(path) {
            Ok(file) => Ok(Self(Some(file))),
            Err(error) if error.raw_os_error() == Some(libc::ENXIO) => {
                // One without a name of its own, such as /dev/stdout, had a reader, who has seen enough.
                let has_name = fs::canonicalize(path).is_ok();
                let nobody = || io::Error::new(io::ErrorKind::NotConnected, "nobody reads this pipe");
                if has_name { Err(nobody()) } else { Ok(Self(None)) }
            }
            Err(error) => Err(error),
        }
    }

    /// Writes to the pipe, as fast as its reader reads.
    ///
    /// # Errors
    ///
    /// What `fill` or the system says; that the reader goes away is none.
    pub(super) fn write(&self, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let Some(file) = &self.0 else { return Ok(()) };
        or_gone(write_to(&mut Patient(file), fill))
    }
}

/// Waits where a pipe is full. It is open in the mode in which the system does not.
struct Patient<'a>(&'a File);

impl Write for Patient<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.0.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(PAUSE),
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::process::Command;

    use super::super::destination::Destination;

    #[test]
    fn a_pipe_is_written_to_if_somebody_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let error = Destination::prepare(&path).unwrap_err().to_string();
        assert!(error.contains("nobody reads this pipe") && error.contains("start its reader first"), "{error}");

        // More than a pipe holds, so that the writer has to wait.
        let text = "text".repeat(100_000);
        let reader = std::thread::spawn({
            let path = path.clone();
            move || {
                let mut read = String::new();
                std::fs::File::open(path).unwrap().read_to_string(&mut read).unwrap();
                read
            }
        });
        let destination = loop {
            // The reader takes its time to come.
            match Destination::prepare(&path) {
                Ok(destination) => break destination,
                Err(_) => std::thread::yield_now(),
            }
        };
        destination.write(|out| out.write_all(text.as_bytes())).unwrap();
        drop(destination);
        assert!(reader.join().unwrap() == text);
    }

    #[test]
    fn a_reader_that_goes_away_has_seen_enough() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        // On Linux, who opens a pipe for both waits for nobody.
        let reader = std::fs::File::options().read(true).write(true).open(&path).unwrap();
        let destination = Destination::prepare(&path).unwrap();
        drop(reader);
        destination.write(|out| out.write_all(b"text")).unwrap();
    }
}
