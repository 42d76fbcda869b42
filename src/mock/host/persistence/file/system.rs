//! What the operating system has to do for a file: lock it, keep it private, make its name last.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::mock::host::persistence::StateError;

/// Opens a file and locks it. One that is not there is made, with this in it; the flag says so.
///
/// A file comes into being whole, under another name first: an empty one is never found where a mock has made one.
pub(super) fn open_locked(path: &Path, new: &[u8]) -> Result<(File, bool), StateError> {
    let failed = |source| StateError::Open { path: path.to_owned(), source: Arc::new(source) };
    let mut is_new = false;
    loop {
        let file = match File::options().read(true).write(true).open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && !is_new => {
                is_new = make_whole(path, new).map_err(failed)?;
                continue;
            }
            opened => opened.map_err(failed)?,
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StateError::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        // Another mock may have put a new file in its place between opening and locking.
        if is_at(&file, path).map_err(failed)? {
            return Ok((file, is_new));
        }
    }
}

/// Makes a file that holds `content`, unless there is one by now; `false` then.
fn make_whole(path: &Path, content: &[u8]) -> io::Result<bool> {
    // What a symbolic link points to is made, and the link stays.
    let path = &behind_links(path)?;
    let mut name = path.clone().into_os_string();
    // Several mocks of a process may begin at once.
    static MADE: AtomicU64 = AtomicU64::new(0);
    name.push(format!(".{}-{}.new", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed)));
    let whole = PathBuf::from(name);
    // A process that had the same number may have left one.
    let _ = std::fs::remove_file(&whole);

    let mut file = make(&whole)?;
    let made = file.write_all(content).and_then(|()| file.sync_all());
    // A hard link, for a rename would put it in the place of one that another mock has made meanwhile.
    let named = made.and_then(|()| std::fs::hard_link(&whole, path));
    let named = match named {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        // Not every file system has hard links.
        Err(_) if !path.exists() => std::fs::rename(&whole, path).map(|()| true),
        Err(error) => Err(error),
    };
    let _ = std::fs::remove_file(&whole);
    // A new file is only found after a crash if its folder is on disk too.
    named.and_then(|is_new| sync_folder(path).map(|()| is_new))
}

/// The path that a symbolic link to nowhere means in the end.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    const MOST_LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = std::fs::read_link(&path) else { return Ok(path) };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    Err(io::Error::other("it leads through too many symbolic links"))
}

/// Makes a file that only its owner may read.
pub(super) fn make(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(unix)]
pub(super) fn is_readable_by_others(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
pub(super) fn is_readable_by_others(_: &File) -> io::Result<bool> {
    Ok(false)
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let opened = file.metadata()?;
    match std::fs::metadata(path) {
        Ok(found) => Ok((opened.dev(), opened.ino()) == (found.dev(), found.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

/// Makes sure that the name of a file lasts.
#[cfg(unix)]
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => File::open(".")?.sync_all(),
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
