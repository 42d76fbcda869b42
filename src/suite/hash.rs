//! What tells one suite from another: the hash of its case files.

use std::fmt;
use std::sync::OnceLock;

use sha2::{Digest as _, Sha256};

use super::files::CaseFile;

/// SHA-256 of the names and texts of case files, made when it is first needed: most commands never do.
#[derive(Clone)]
pub(super) struct SuiteHash {
    /// What it is made of, if it is made later.
    files: Vec<CaseFile>,
    made: OnceLock<String>,
}

impl SuiteHash {
    pub(super) fn of(files: &[&CaseFile]) -> Self {
        // Those that are part of the program cost nothing to keep; of others only the hash is kept.
        if files.iter().all(|file| file.is_built_in()) {
            return Self { files: files.iter().map(|file| (*file).clone()).collect(), made: OnceLock::new() };
        }
        Self { files: Vec::new(), made: OnceLock::from(hex(files.iter().copied())) }
    }

    /// The hash, hex.
    pub(super) fn as_str(&self) -> &str {
        self.made.get_or_init(|| hex(&self.files))
    }
}

impl fmt::Debug for SuiteHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("SuiteHash").field(&self.as_str()).finish()
    }
}

fn hex<'a>(files: impl IntoIterator<Item = &'a CaseFile>) -> String {
    let mut hash = Sha256::new();
    for file in files {
        for part in [file.path.as_bytes(), file.text.as_bytes()] {
            // With its length before it, no part can be taken for a piece of the next.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn files_have_one_hash_wherever_they_come_from() {
        let built_in = super::super::files::embedded();
        let read: Vec<_> =
            built_in.iter().map(|file| CaseFile::new(Arc::clone(&file.path), file.text.to_string())).collect();
        let hash = |files: &[CaseFile]| SuiteHash::of(&files.iter().collect::<Vec<_>>()).as_str().to_owned();
        assert_eq!(hash(&built_in), hash(&read));
        assert_ne!(hash(&read), hash(&read[1..]));
    }

    #[test]
    fn no_part_is_taken_for_a_piece_of_the_next() {
        let hash = |path, text| SuiteHash::of(&[&CaseFile::new(path, text)]).as_str().to_owned();
        assert_ne!(hash("ab", "c"), hash("a", "bc"));
        // By another program: the length in 8 bytes and `a`, then the length of nothing.
        assert_eq!(hash("a", ""), "6aa98e17c109dd8e2ae23a478ceb48e193c730289ba48d741388a3cc8b38ef4f");
    }
}
