//! The file of a report, which is written whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::ReportError;
#[cfg(unix)]
use super::pipe::Pipe;
use crate::input::is_standard;

/// A file to be written. Before the run begins it is checked that this is possible.
#[derive(Debug)]
pub struct Destination {
    /// The path as it was given, for messages.
    path: PathBuf,
    kind: Kind,
    /// Whether only its owner may read it.
    private: bool,
}

#[derive(Debug)]
enum Kind {
    /// A regular file: written beside it and renamed.
    File {
        /// The file itself, behind symbolic links.
        file: PathBuf,
        folder: PathBuf,
    },
    /// A device, which can only be written to as it is.
    Special,
    /// A pipe, open from the beginning.
    #[cfg(unix)]
    Pipe(Pipe),
    /// The standard output.
    Standard,
}

impl Destination {
    /// Checks that a file can be written at `path` and makes missing folders, so that a mistyped path is reported before an
    /// hour of requests and not after it.
    ///
    /// # Errors
    ///
    /// The folder can't be made or written to, or `path` is a folder.
    pub fn prepare(path: impl Into<PathBuf>) -> Result<Self, ReportError> {
        let path = path.into();
        match Kind::of(&path) {
            Ok(kind) => Ok(Self { path, kind, private: false }),
            Err(source) => Err(ReportError::File { path, source }),
        }
    }

    /// The same for a file that only its owner may read, whoever could read the one that was there before.
    #[must_use]
    pub fn private(self, private: bool) -> Self {
        Self { private, ..self }
    }

    /// The path as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the file: `fill` writes a temporary file in the same folder, which then takes the file's place. On an
    /// error the old file stays and the temporary one is removed.
    ///
    /// # Errors
    ///
    /// What `fill` or the system says, with the path and what to do about it.
    pub fn write(&self, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), ReportError> {
        match &self.kind {
            Kind::File { file, folder } => replace(file, folder, self.private, fill),
            Kind::Special => overwrite(&self.path, fill),
            #[cfg(unix)]
            Kind::Pipe(pipe) => pipe.write(fill),
            Kind::Standard => or_gone(write_to(&mut io::stdout().lock(), fill)),
        }
        .map_err(|source| self.error(source))
    }

    /// A nameless temporary file on the disk that the report goes to. It is gone when it is closed, even if the
    /// process is killed.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn spool(&self) -> Result<File, ReportError> {
        match &self.kind {
            Kind::File { folder, .. } => tempfile::tempfile_in(folder),
            #[cfg(unix)]
            Kind::Pipe(_) => tempfile::tempfile(),
            Kind::Special | Kind::Standard => tempfile::tempfile(),
        }
        .map_err(|source| self.error(source))
    }

    /// An error with this path.
    pub fn error(&self, source: io::Error) -> ReportError {
        if matches!(self.kind, Kind::Standard) {
            return ReportError::Output(source);
        }
        ReportError::File { path: self.path.clone(), source }
    }
}

impl Kind {
    fn of(path: &Path) -> io::Result<Self> {
        if is_standard(path) {
            return Ok(Self::Standard);
        }
        // A rename would replace a symbolic link, and not the file that it points to.
        let file = behind_links(path);

        match fs::metadata(&file) {
            Ok(metadata) if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            #[cfg(unix)]
            Ok(metadata) if is_pipe(&metadata) => return Ok(Self::Pipe(Pipe::open(path)?)),
            Ok(metadata) if !metadata.is_file() => return Ok(Self::Special),
            Ok(_) | Err(_) => {}
        }

        if file.file_name().is_none() {
            return Err(io::ErrorKind::InvalidFilename.into());
        }
        let folder = match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            Some(_) | None => PathBuf::from("."),
        };

        fs::create_dir_all(&folder)?;
        // Permissions don't show whether a file can be made, so one is made.
        tempfile::tempfile_in(&folder)?;
        Ok(Self::File { file, folder })
    }
}

#[cfg(unix)]
fn is_pipe(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    metadata.file_type().is_fifo()
}

/// The file itself, behind symbolic links, whether or not it is there.
pub(super) fn behind_links(path: &Path) -> PathBuf {
    // As many as Linux follows.
    const MOST_LINKS: usize = 40;

    // The standard output has a path, but a pipe behind it has none.
    if fs::metadata(path).is_ok() {
        return fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    }
    let mut file = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = fs::read_link(&file) else { break };
        // That of a relative link begins in its folder.
        file = file.parent().map_or_else(|| target.clone(), |folder| folder.join(&target));
    }
    file
}

/// The device that keeps nothing.
const NOWHERE: &str = "/dev/null";

/// Whether two paths mean one file: by its number where it is there, and otherwise by its folder and its name. What is
/// written to nowhere does no harm to anything.
pub fn is_one_file(one: &Path, other: &Path) -> bool {
    if is_standard(one) || is_standard(other) {
        return one == other;
    }
    if one == Path::new(NOWHERE) {
        return false;
    }
    if let Ok(same) = has_one_number(one, other) {
        return same;
    }
    let place = |path: &Path| {
        let file = behind_links(path);
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some((fs::canonicalize(folder).ok()?, file.file_name()?.to_owned()))
    };
    place(one).is_some_and(|one| Some(one) == place(other))
}

/// Whether two files that are there are one. Neither is opened: a pipe would wait for its other end.
#[cfg(unix)]
fn has_one_number(one: &Path, other: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;

    let number = |path| fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino()));
    Ok(number(one)? == number(other)?)
}

#[cfg(not(unix))]
fn has_one_number(one: &Path, other: &Path) -> io::Result<bool> {
    same_file::is_same_file(one, other)
}

fn replace(
    file: &Path,
    folder: &Path,
    private: bool,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".report-").suffix(".tmp");
    #[cfg(unix)]
    if !private {
        // A temporary file is private by default, but a report is often picked up by another user.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }

    // The folder may have been removed since it was checked.
    fs::create_dir_all(folder)?;
    let mut temporary = builder.tempfile_in(folder)?;
    // Who may read a file is for its owner to say.
    if !private && let Ok(metadata) = fs::metadata(file) {
        temporary.as_file().set_permissions(metadata.permissions())?;
    }
    write_to(temporary.as_file_mut(), fill)?;
    // Before the rename, or a crash could leave an empty file in the place of the report.
    temporary.as_file().sync_all()?;
    temporary.persist(file)?;
    Ok(())
}

fn overwrite(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    or_gone(write_to(&mut File::options().write(true).open(path)?, fill))
}

/// Whoever reads a pipe and goes away has seen enough.
pub(super) fn or_gone(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

pub(super) fn write_to(file: &mut impl Write, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut buffered = BufWriter::new(file);
    fill(&mut buffered)?;
    buffered.flush()
}

/// What a person can do about an error.
pub(super) fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some space or choose another disk",
        io::ErrorKind::FileTooLarge => "the process or the disk has a limit on the size of files, see `ulimit -f`",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => "choose a folder that you may write to",
        io::ErrorKind::IsADirectory => "it is a folder, name a file in it",
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "a part of the path is a file and not a folder, choose another path"
        }
        io::ErrorKind::InvalidFilename => "name a file",
        io::ErrorKind::NotConnected => "start its reader first, or name a file",
        _ => "check the path or choose another one",
    }
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

    #[test]
    fn missing_folders_are_made() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a/b/report.txt");
        Destination::prepare(&path).unwrap().write(|out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(names(path.parent().unwrap()), ["report.txt"]);
    }

    #[test]
    fn an_error_leaves_only_the_old_file() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("report.txt");
        fs::write(&path, "old").unwrap();
        let error = Destination::prepare(&path)
            .unwrap()
            .write(|out| {
                out.write_all(b"half")?;
                Err(io::ErrorKind::StorageFull.into())
            })
            .unwrap_err();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(names(root.path()), ["report.txt"]);
        let message = error.to_string();
        assert!(message.contains(path.to_str().unwrap()) && message.contains("free some space"), "{message}");
    }

    #[test]
    fn a_path_that_can_not_be_written_is_rejected_before_the_run() {
        let root = tempfile::tempdir().unwrap();
        let message = Destination::prepare(root.path()).unwrap_err().to_string();
        assert!(message.contains("name a file in it"), "{message}");
        fs::write(root.path().join("file"), "").unwrap();
        let message = Destination::prepare(root.path().join("file/report.txt")).unwrap_err().to_string();
        assert!(message.contains("is a file and not a folder"), "{message}");
        assert!(Destination::prepare("").is_err());
        assert_eq!(names(root.path()), ["file"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_others_may_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let (file, link) = (root.path().join("file"), root.path().join("link"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        Destination::prepare(&link).unwrap().write(|out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        let plain = root.path().join("plain");
        fs::write(&plain, "").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&file), mode(&plain), "the report has the mode that any new file has");

        // The mode that its owner gave it stays, and a link to nowhere makes the file that it means.
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        Destination::prepare(&link).unwrap().write(|out| out.write_all(b"newer")).unwrap();
        assert_eq!(mode(&file) & 0o777, 0o640);
        fs::remove_file(&file).unwrap();
        Destination::prepare(&link).unwrap().write(|out| out.write_all(b"newest")).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "newest");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[cfg(unix)]
    #[test]
    fn one_file_is_known_by_all_its_names() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        fs::create_dir(path("folder")).unwrap();
        fs::write(path("file"), "").unwrap();
        fs::hard_link(path("file"), path("hard")).unwrap();
        std::os::unix::fs::symlink(path("file"), path("soft")).unwrap();
        std::os::unix::fs::symlink("new", path("dangling")).unwrap();
        let place = |name: &str| if name == "-" { name.into() } else { path(name) };
        let is_same = |one: &str, other: &str| is_one_file(&place(one), &place(other));

        for (one, other) in [
            ("file", "file"),
            ("file", "folder/../file"),
            ("file", "hard"),
            ("soft", "hard"),
            ("new", "./new"),
            ("new", "folder/../new"),
            ("new", "dangling"),
            ("-", "-"),
        ] {
            assert!(is_same(one, other), "{one} and {other}");
        }

        for (one, other) in [("file", "new"), ("new", "newer"), ("file", "folder/file"), ("-", "file")] {
            assert!(!is_same(one, other), "{one} and {other}");
        }
        assert!(!is_one_file(Path::new("/dev/null"), Path::new("/dev/null")));
    }

    #[cfg(unix)]
    #[test]
    fn a_private_file_is_for_its_owner_whatever_was_there_before() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("report");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        Destination::prepare(&path).unwrap().private(true).write(|out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_device_is_named() {
        let error = Destination::prepare("/dev/full").unwrap().write(|out| out.write_all(b"text")).unwrap_err();
        let message = error.to_string();
        assert!(message.starts_with("failed to write /dev/full: ") && message.contains("free some space"), "{message}");
    }
}
