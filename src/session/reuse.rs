//! The keys of earlier runs that a run uses again.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::shared_file::open;
use crate::client::{Target, is_same_target};
use crate::diagnostic::counted;
use crate::ledger::{History, LedgerTarget};
use crate::redact::Secret;
use crate::run::{MaterialSeed, Pool};

/// The keys of earlier runs, and what keeps other runs from using them at the same time.
#[derive(Debug, Default)]
pub(super) struct Reusable {
    pub(super) pool: Pool,
    /// Held as long as the run goes on, and never read.
    _lock: Option<File>,
    /// What a person should know, if no key can be used.
    pub(super) notice: Option<String>,
}

impl Reusable {
    /// The keys that a ledger says wait for their deletion at a target. No other run gets them as long as this lives.
    ///
    /// # Errors
    ///
    /// What the system says of the ledger.
    pub(super) fn of(ledger: &Path, target: &Target) -> io::Result<Self> {
        let lock = lock_file(ledger);
        let file = match open(&lock) {
            Ok(file) => file,
            Err(error) => return Ok(Self::without(format!("{} can't be opened: {error}", lock.display()))),
        };
        // Where a file system has no locks, two runs might use one key.
        if file.try_lock().is_err() {
            let why = format!("another run holds {}, and may use them", lock.display());
            return Ok(Self::without(why));
        }

        let here = target.for_ledger();
        let (waiting, notice) = match History::read(ledger) {
            Ok(history) => {
                let waiting = history.waiting(|there: &LedgerTarget| is_same_target(there, &here));
                (waiting, unreadable(ledger, &history))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => (Vec::new(), None),
            Err(error) => return Err(error),
        };
        Ok(Self { pool: Pool::new(waiting), _lock: Some(file), notice })
    }

    fn without(why: String) -> Self {
        Self { notice: Some(format!("keys of earlier runs are not used again: {why}")), ..Self::default() }
    }
}

/// That a ledger has lines which say nothing.
fn unreadable(ledger: &Path, history: &History) -> Option<String> {
    let first = history.unreadable.first()?;
    let others = history.unreadable.len() - 1;
    let others =
        if others > 0 { format!(" (and {} like it)", counted(others, "line", "lines")) } else { String::new() };
    Some(format!(
        "{}:{}: {}{others}; a key that such a line names is neither used again nor counted, and `sweep --by-marks` finds it",
        ledger.display(),
        first.line,
        first.reason
    ))
}

/// What key material is derived from: a secret that was given for it, or else the one of the credentials, unless they are
/// made for a short time.
pub(super) fn material_seed(given: Option<&Secret>, target: &Target) -> Option<MaterialSeed> {
    let credentials = &target.credentials;
    let lasting = credentials.token.is_none().then_some(&credentials.secret);
    given.or(lasting).cloned().map(MaterialSeed::new)
}

/// The file that is locked by the run which uses keys of earlier ones.
fn lock_file(ledger: &Path) -> PathBuf {
    let mut name = ledger.as_os_str().to_owned();
    name.push(".reuse");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_say_nothing_are_reported_once() {
        let place = tempfile::tempdir().unwrap();
        let ledger = place.path().join("ledger.jsonl");
        let notice = |text: &str| {
            std::fs::write(&ledger, text).unwrap();
            unreadable(&ledger, &History::read(&ledger).unwrap())
        };
        assert_eq!(notice(""), None);
        let one = notice("garbage\n").unwrap();
        assert!(one.contains("ledger.jsonl:1: it is not a line of a ledger") && !one.contains("like it"), "{one}");
        let three = notice("garbage\ngarbage\n{\"format\":2,\"at\":\"2026").unwrap();
        assert!(three.contains(":1: ") && three.contains(" (and 2 lines like it); a key"), "{three}");
    }
}
