//! One run at a time moves the clock of an endpoint: another one would judge the time that this one made.

use std::fs::File;
use std::path::Path;

use super::SessionError;
use super::shared_file::{self, running_file, shared_name};
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
        let path = running_file(&shared_name(endpoint), folder);
        match shared_file::lock(&path) {
            Ok(Some(file)) => Ok(Self(file)),
            Ok(None) => Err(SessionError::ClockInUse { endpoint: endpoint.to_string() }),
            Err(source) => Err(SessionError::ClockLock { path, source }),
        }
    }
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
        std::fs::create_dir(running_file(&shared_name(&endpoint), folder.path())).unwrap();
        let error = ClockLock::take(&endpoint, folder.path()).unwrap_err().to_string();
        assert!(error.contains("it is not a file"), "{error}");
    }
}
