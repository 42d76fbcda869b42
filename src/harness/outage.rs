//! An endpoint that does not respond any more is found once, and not by every test.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The longest reason that is read, in bytes.
const LONGEST: usize = 4096;

/// Why the endpoint can't be tested any more, once that is known.
#[derive(Debug)]
pub(super) struct Outage {
    reason: OnceLock<String>,
    /// Where the tests of a run of many processes note it.
    note: Option<PathBuf>,
}

impl Outage {
    /// Of this process; and of those that test what has this name in the same run, if there is one.
    pub(super) fn of(shared_name: Option<&str>, run: Option<&str>, folder: &Path) -> Self {
        let is_plain = |run: &&str| run.chars().all(|character| character.is_ascii_alphanumeric() || character == '-');
        let note = shared_name.zip(run.filter(is_plain)).map(|(name, run)| folder.join(format!("{name}-{run}.outage")));
        Self { reason: OnceLock::new(), note }
    }

    /// The reason, if the endpoint was found to be gone.
    pub(super) fn reason(&self) -> Option<String> {
        if let Some(reason) = self.reason.get() {
            return Some(reason.clone());
        }
        let text = fs::read(self.note.as_ref()?).ok()?;
        Some(String::from_utf8_lossy(text.get(..LONGEST).unwrap_or(&text)).into_owned())
    }

    /// Notes that the endpoint is gone.
    pub(super) fn note(&self, reason: &str) {
        let _ = self.reason.set(reason.to_owned());
        if let Some(path) = &self.note {
            // What is not noted is found once more. A file that is there holds the first reason.
            let file = OpenOptions::new().write(true).create_new(true).open(path);
            let _ = file.and_then(|mut file| file.write_all(reason.as_bytes()));
        }
    }
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;

    #[test]
    fn the_processes_of_a_run_learn_of_an_outage_and_those_of_the_next_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let of = |run| Outage::of(Some("target"), Some(run), folder.path());
        let (one, other, later) = (of("1"), of("1"), of("2"));
        assert_eq!(other.reason(), None);

        one.note("no service responds");
        one.note("what came of it");
        assert_eq!(one.reason().as_deref(), Some("no service responds"));
        assert_eq!(other.reason(), one.reason());
        assert_eq!(later.reason(), None);
    }

    #[test]
    fn a_run_that_names_a_folder_leaves_no_note() {
        let folder = tempfile::tempdir().unwrap();
        let outage = Outage::of(Some("target"), Some("../elsewhere"), folder.path());
        outage.note("gone");
        assert_eq!(outage.reason().as_deref(), Some("gone"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
