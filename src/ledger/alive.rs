//! Whether the run that writes a ledger goes on: as long as it does, it has a file of its own beside the ledger, locked. A
//! process that ends, however that happens, has no lock any more.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::mark::is_mark;

/// The file of a run that goes on; it is removed when the run is over.
#[derive(Debug)]
pub(super) struct Alive {
    path: PathBuf,
    _file: File,
}

impl Alive {
    /// Begins a run, before it writes its first line.
    pub(super) fn begin(ledger: &Path, run: &str) -> io::Result<Self> {
        let path = path_of(ledger, run);
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
        // Where a file system has no locks, a sweep can't tell, and goes by age alone.
        let _ = file.try_lock();
        Ok(Self { path, _file: file })
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        // The lock would end anyway; a file that stays says nothing.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// What is known of a run that wrote lines of a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// It goes on.
    Running,
    /// It has ended, or was killed.
    Over,
    /// The file can't be locked, so it can't be known.
    Unknown,
}

impl Life {
    /// What is known of a run. It needs no exclusive lock, so several processes can find out at the same time.
    pub fn of(ledger: &Path, run: &str) -> Self {
        // A ledger is a file that anybody may have written: no other text becomes a part of a path.
        if !is_mark(run) {
            return Self::Unknown;
        }
        match File::open(path_of(ledger, run)) {
            Ok(file) => match file.try_lock_shared() {
                Ok(()) => Self::Over,
                Err(TryLockError::WouldBlock) => Self::Running,
                Err(TryLockError::Error(_)) => Self::Unknown,
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::Over,
            Err(_) => Self::Unknown,
        }
    }

    /// Removes the file of a run that was killed.
    pub fn forget(ledger: &Path, run: &str) {
        if Self::of(ledger, run) == Self::Over {
            let _ = std::fs::remove_file(path_of(ledger, run));
        }
    }
}

fn path_of(ledger: &Path, run: &str) -> PathBuf {
    let mut name = ledger.as_os_str().to_owned();
    name.push(format!(".{run}.running"));
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_goes_on_until_its_lock_ends() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = folder.path().join("ledger.jsonl");
        let run = "kc-3f9a1c00";
        assert_eq!(Life::of(&ledger, run), Life::Over);
        let alive = Alive::begin(&ledger, run).unwrap();
        assert_eq!((Life::of(&ledger, run), Life::of(&ledger, run)), (Life::Running, Life::Running));
        Life::forget(&ledger, run);
        assert_eq!(Life::of(&ledger, run), Life::Running);
        drop(alive);
        assert_eq!(Life::of(&ledger, run), Life::Over);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

        // What a killed run leaves has no lock.
        std::fs::write(path_of(&ledger, run), "").unwrap();
        assert_eq!(Life::of(&ledger, run), Life::Over);
        Life::forget(&ledger, run);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert_eq!(Life::of(&ledger, "../kc-3f9a1c00"), Life::Unknown);
    }
}
