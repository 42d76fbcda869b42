//! One run at a time moves the clock of an endpoint: another one would judge the time that this one made.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use sha2::{Digest as _, Sha256};
use url::Url;

use super::SessionError;
use crate::client::EndpointUrl;

/// As long as it lives, no other run on this machine moves the clock of the endpoint. It ends with the process, however
/// that ends.
#[derive(Debug)]
#[expect(dead_code, reason = "held, and never read")]
pub struct ClockLock(File);

impl ClockLock {
    /// Takes the clock of an endpoint; the files by which processes know of each other are in `folder`, that for temporary
    /// files.
    ///
    /// # Errors
    ///
    /// When another run moves that clock, or the file can't be locked.
    pub fn take(endpoint: &EndpointUrl, folder: &Path) -> Result<Self, SessionError> {
        let path = folder.join(format!("{}.running", shared_name(endpoint)));
        let failed = |source: io::Error| SessionError::ClockLock { path: path.clone(), source };
        let file = open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(SessionError::ClockInUse { endpoint: endpoint.to_string() }),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

/// Opens a file that need not be there. Another user's is only read, which is enough to lock it. It stays, for another
/// process may be about to lock it.
fn open(path: &Path) -> io::Result<File> {
    match path.metadata() {
        // A pipe of that name would be waited for until somebody writes to it.
        Ok(metadata) if !metadata.is_file() => Err(io::Error::other("it is not a file")),
        Ok(_) => File::open(path),
        Err(_) => OpenOptions::new().create(true).truncate(false).write(true).open(path),
    }
}

/// A name for an endpoint that is the same for every spelling of a loopback address, and no longer than the name of a file
/// may be.
fn shared_name(endpoint: &EndpointUrl) -> String {
    let place = match Url::parse(endpoint.as_str()) {
        Ok(url) if endpoint.is_loopback() => format!("loopback:{:?}", url.port_or_known_default()),
        Ok(url) => format!("{:?}:{:?}", url.host_str(), url.port_or_known_default()),
        Err(_) => endpoint.to_string(),
    };
    let digest = Sha256::digest(place.as_bytes());
    let start: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("kms-conformance-{start}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_taken_once_in_every_spelling_of_its_endpoint() {
        let folder = tempfile::tempdir().unwrap();
        let take = |url: &str| ClockLock::take(&url.parse().unwrap(), folder.path());
        let held = take("http://127.0.0.1:8080").unwrap();
        assert!(matches!(take("http://localhost:8080/"), Err(SessionError::ClockInUse { .. })));
        take("http://127.0.0.1:8081").unwrap();
        drop(held);
        take("http://localhost:8080").unwrap();
    }

    #[test]
    fn what_is_not_a_file_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let endpoint = "http://127.0.0.1:8080".parse().unwrap();
        std::fs::create_dir(folder.path().join(format!("{}.running", shared_name(&endpoint)))).unwrap();
        let error = ClockLock::take(&endpoint, folder.path()).unwrap_err().to_string();
        assert!(error.contains("it is not a file"), "{error}");
    }
}
