//! The files of a run's reports belong to it alone while it runs: those of the run before are put aside, and no other run
//! writes to them.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::destination::behind_links;

/// What is added to the name of a report of the run before. Not in front of the ending: whoever collects `*.xml` must not
/// find it.
const ASIDE: &str = ".previous";

/// A file that is this run's alone, until this is dropped.
///
/// A report that was there is put aside first, so that a run which ends without one does not seem to have written it.
#[derive(Debug)]
pub struct Claim {
    /// The file itself, behind symbolic links.
    file: PathBuf,
    lock: Option<Lock>,
}

/// Another run is writing the same file.
#[derive(Debug, Error)]
#[error("another run is going to write {}: wait for its end, or give this one a folder of its own with --reports", path.display())]
pub struct Claimed {
    path: PathBuf,
}

impl Claim {
    /// Claims a file and puts aside a report that is there. Whatever is not a report of this program is left alone, for a path
    /// may be a mistake; so are files in folders that are missing or can't be written to: what is wrong with them is
    /// reported when the report is made.
    ///
    /// # Errors
    ///
    /// When another run has claimed the file.
    pub fn new(path: &Path) -> Result<Self, Claimed> {
        let mut claim = Self { file: behind_links(path), lock: None };
        claim.hold(path)?;
        let aside = aside(&claim.file);
        if is_report(&claim.file) && (is_report(&aside) || fs::symlink_metadata(&aside).is_err()) {
            // A folder that can't be written to is reported with the report.
            let _ = fs::rename(&claim.file, aside);
        }
        Ok(claim)
    }

    /// Claims the file if its folder was missing before.
    ///
    /// # Errors
    ///
    /// When another run has claimed the file.
    pub fn hold(&mut self, path: &Path) -> Result<(), Claimed> {
        let special = fs::metadata(&self.file).is_ok_and(|metadata| !metadata.is_file());
        if self.lock.is_some() || special {
            return Ok(());
        }
        match Lock::take(&self.file) {
            Ok(lock) => self.lock = Some(lock),
            Err(TryLockError::WouldBlock) => return Err(Claimed { path: path.to_owned() }),
            // Not every file system has locks, and the folder may be missing.
            Err(TryLockError::Error(_)) => {}
        }
        Ok(())
    }

    /// The report of the run before, where this run has written none. Otherwise it is removed, as this run's has taken its
    /// place.
    pub fn previous(&self) -> Option<PathBuf> {
        let aside = aside(&self.file);
        if !is_report(&aside) {
            return None;
        }
        if is_report(&self.file) {
            // It is only in the way then.
            let _ = fs::remove_file(&aside);
            return None;
        }
        Some(aside)
    }
}

/// Where a report of the run before is kept when the run after it has written none.
pub fn aside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ASIDE);
    name.into()
}

/// Whether a file is a report that this program has written, as its beginning shows.
pub fn is_report(file: &Path) -> bool {
    /// Enough for all that is looked for.
    const BEGINNING: u64 = 256;

    // A pipe would be waited for.
    if !fs::metadata(file).is_ok_and(|metadata| metadata.is_file()) {
        return false;
    }
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|file| file.take(BEGINNING).read_to_end(&mut bytes));
    let text: String = String::from_utf8_lossy(&bytes).split_whitespace().collect();

    let is_results = text.starts_with("{\"format\":") && text.contains("\"tool\":{\"name\":\"kms-conformance\"");
    let is_junit = text.starts_with("<?xml") && text.contains("<testsuitesname=\"kms-conformance\"");
    read.is_ok() && (is_results || is_junit)
}

/// A file beside the report that is locked while the run lasts; the system unlocks it however the process ends.
#[derive(Debug)]
struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    fn take(file: &Path) -> Result<Self, TryLockError> {
        let name = file.file_name().ok_or(TryLockError::Error(io::ErrorKind::InvalidFilename.into()))?;
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(".lock");
        let path = file.with_file_name(hidden);

        loop {
            let file = File::options().create(true).append(true).open(&path).map_err(TryLockError::Error)?;
            file.try_lock()?;
            // The run before may have removed it between these two steps.
            if is_at(&file, &path) {
                return Ok(Self { path, _file: file });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Where a file can't be told from one that took its place, it stays; and so does one with contents, which is
        // somebody else's.
        if cfg!(unix) && fs::metadata(&self.path).is_ok_and(|metadata| metadata.len() == 0) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Whether an open file is the one at a path.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let number = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(there)) => number(open) == number(there),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The beginning of a report, with something to tell it from others.
    fn report(text: &str) -> String {
        format!("<?xml version=\"1.0\"?>\n<testsuites name=\"kms-conformance\" tests=\"{text}\">")
    }

    #[test]
    fn what_was_there_is_put_aside_until_it_is_replaced() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("report.xml");
        for (text, kept) in [("first", "first"), ("second", "second")] {
            fs::write(&path, report(text)).unwrap();
            // A run that ends without a report, and one after it that does so too.
            for _ in 0..2 {
                let claim = Claim::new(&path).unwrap();
                assert!(!path.exists());
                assert_eq!(fs::read_to_string(claim.previous().unwrap()).unwrap(), report(kept));
            }
        }
        assert_eq!(names(root.path()), ["report.xml.previous"]);

        let claim = Claim::new(&path).unwrap();
        fs::write(&path, report("third")).unwrap();
        assert_eq!(claim.previous(), None);
        drop(claim);
        assert_eq!(names(root.path()), ["report.xml"]);
    }

    #[test]
    fn what_is_no_report_is_never_touched() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        let files = ["list.toml", "list.toml.previous", ".list.toml.lock", "mine.xml.previous"];
        files.iter().for_each(|name| fs::write(path(name), "text of a person").unwrap());
        fs::write(path("mine.xml"), report("1")).unwrap();

        for name in ["list.toml", "mine.xml"] {
            let claim = Claim::new(&path(name)).unwrap();
            assert_eq!(claim.previous(), None);
            fs::write(path("mine.xml"), report("2")).unwrap();
            assert_eq!(claim.previous(), None);
        }
        assert_eq!(fs::read_to_string(path("mine.xml")).unwrap(), report("2"));
        for name in files {
            assert_eq!(fs::read_to_string(path(name)).unwrap(), "text of a person", "{name}");
        }
        assert_eq!(
            names(root.path()),
            [".list.toml.lock", "list.toml", "list.toml.previous", "mine.xml", "mine.xml.previous"]
        );
    }

    #[test]
    fn reports_are_known_by_their_beginning() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("file");
        for (text, is) in [
            ("{\n\"format\": 1,\n\"tool\": {\"name\":\"kms-conformance\",\"version\":\"0.1.0\"},", true),
            ("{\n  \"format\": 1,\n  \"tool\": {\n    \"name\": \"kms-conformance\"", true),
            ("<?xml version=\"1.0\"?><testsuites name=\"kms-conformance\">", true),
            ("<?xml version=\"1.0\"?><testsuites name=\"pytest\">", false),
            ("{\"format\": 1}", false),
            ("format = 1\n# kms-conformance", false),
            ("", false),
        ] {
            fs::write(&path, text).unwrap();
            assert_eq!(is_report(&path), is, "{text}");
        }
        assert!(!is_report(root.path()) && !is_report(&root.path().join("missing")));
    }

    #[test]
    fn a_file_is_claimed_once() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("report.xml");
        let claim = Claim::new(&path).unwrap();
        let error = Claim::new(&path).unwrap_err().to_string();
        assert!(error.starts_with("another run is going to write ") && error.contains("report.xml"), "{error}");
        // Another name in the same folder is another file.
        Claim::new(&root.path().join("other.xml")).unwrap();
        drop(claim);
        Claim::new(&path).unwrap();
        assert_eq!(names(root.path()), [""; 0]);
    }

    #[test]
    fn a_missing_folder_is_claimed_when_it_is_there() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("reports/report.xml");
        let mut claims = [Claim::new(&path).unwrap(), Claim::new(&path).unwrap()];
        fs::create_dir(root.path().join("reports")).unwrap();
        claims[0].hold(&path).unwrap();
        claims[1].hold(&path).unwrap_err();
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("folder");
        fs::create_dir(&folder).unwrap();
        assert_eq!(Claim::new(&folder).unwrap().previous(), None);
        assert_eq!(Claim::new(Path::new("/dev/null")).unwrap().previous(), None);
        assert_eq!(names(root.path()), ["folder"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let root = tempfile::tempdir().unwrap();
        let (file, link) = (root.path().join("file"), root.path().join("link"));
        fs::write(&file, report("old")).unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        let claim = Claim::new(&link).unwrap();
        assert_eq!(fs::read_to_string(claim.previous().unwrap()).unwrap(), report("old"));
        drop(claim);
        assert_eq!(names(root.path()), ["file.previous", "link"]);
        let destination = super::super::destination::Destination::prepare(&link).unwrap();
        destination.write(|out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
