//! Files by which the processes of a machine know of each other that test the same endpoint.

#[cfg(feature = "cli")]
use std::fs::TryLockError;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use url::Url;

use crate::client::EndpointUrl;

/// What the names of these files begin with: the same for every spelling of a loopback address and in every process, and
/// no longer than the name of a file may be.
pub(crate) fn shared_name(endpoint: &EndpointUrl) -> String {
    let place = match Url::parse(endpoint.as_str()) {
        Ok(url) if endpoint.is_loopback() => format!("loopback:{:?}", url.port_or_known_default()),
        Ok(url) => format!("{:?}:{:?}", url.host_str(), url.port_or_known_default()),
        Err(_) => endpoint.to_string(),
    };
    format!("kms-conformance-{}", short_digest(&place))
}

/// A text as a part of the name of a file.
pub(super) fn short_digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Locks a file for this process alone; none if another one has it.
#[cfg(feature = "cli")]
pub(super) fn lock(path: &Path) -> io::Result<Option<File>> {
    let file = open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// The file that is locked while something runs at the endpoint of this shared name: by one process alone where the clock
/// may be moved, and by several where it is not.
pub(crate) fn running_file(shared_name: &str, folder: &Path) -> PathBuf {
    folder.join(format!("{shared_name}.running"))
}

/// Opens a file that is to be locked and need not be there. Another user's is only read, which is enough to lock it. It
/// stays, for another process may be about to lock it.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let there = match path.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            OpenOptions::new().create(true).truncate(false).write(true).open(path)
        }
        // A pipe of that name would be waited for until somebody writes to it.
        Ok(metadata) if !metadata.is_file() => Err(io::Error::other("it is not a file")),
        Ok(_) | Err(_) => File::open(path),
    };
    match there {
        // Made by another user between the two calls.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => File::open(path),
        there => there,
    }
}
