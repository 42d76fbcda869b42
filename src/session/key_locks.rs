//! One run at a time is given a key: another one would take the state that this one made for the owner's, and leave it so.

use std::fs::File;
use std::path::Path;

use super::SessionError;
use super::shared_file::{self, shared_name, short_digest};
use crate::client::EndpointUrl;
use crate::run::GivenKey;

/// As long as it lives, no other run on this machine is given one of the keys. It ends with the process, however that ends.
#[derive(Debug)]
#[expect(dead_code, reason = "held, and never read")]
pub struct KeyLocks(Vec<File>);

impl KeyLocks {
    /// Takes keys at an endpoint; the files by which processes know of each other are in `folder`, that for temporary files.
    ///
    /// # Errors
    ///
    /// When another run has one of them, or a file can't be locked.
    pub fn take(keys: &[GivenKey], endpoint: &EndpointUrl, folder: &Path) -> Result<Self, SessionError> {
        let name = shared_name(endpoint);
        let lock = |GivenKey { id, .. }: &GivenKey| {
            let path = folder.join(format!("{name}-{}.key", short_digest(id)));
            match shared_file::lock(&path) {
                Ok(Some(file)) => Ok(file),
                Ok(None) => Err(SessionError::KeyInUse { id: id.clone() }),
                Err(source) => Err(SessionError::KeyLock { path, source }),
            }
        };
        keys.iter().map(lock).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_given_to_one_run_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let key = |id: &str| GivenKey { id: id.to_owned(), class: "EXTERNAL".into(), material: None };
        let take = |ids: &[&str], url: &str| {
            let keys: Vec<_> = ids.iter().map(|id| key(id)).collect();
            KeyLocks::take(&keys, &url.parse().unwrap(), folder.path())
        };
        let held = take(&["a", "b"], "http://127.0.0.1:8080").unwrap();
        let error = take(&["c", "b"], "http://localhost:8080").unwrap_err();
        assert!(error.to_string().starts_with("another run has the key b "), "{error}");
        // Other keys, and those of another endpoint, are nobody's.
        take(&["c"], "http://127.0.0.1:8080").unwrap();
        take(&["a"], "http://127.0.0.1:8081").unwrap();
        drop(held);
        take(&["a", "b"], "http://127.0.0.1:8080").unwrap();
    }
}
