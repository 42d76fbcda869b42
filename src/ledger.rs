//! The list of every key and alias that a run makes, written before it is made.
//!
//! One JSON object a line, appended and synced, so that a person or a later sweep finds what a killed run left behind:
//!
//! ```json
//! {"format":1,"at":"2026-11-22T05:00:00Z","run":"kc-3f9a1c","entry":"making","operation":"CreateKey","case":"alibaba/Encrypt/Enabled"}
//! {"format":1,"at":"2026-11-22T05:00:00Z","run":"kc-3f9a1c","entry":"made","operation":"CreateKey","case":"alibaba/Encrypt/Enabled","name":"5f1c9d0a-…"}
//! {"format":1,"at":"2026-11-22T05:00:01Z","run":"kc-3f9a1c","entry":"removed","operation":"ScheduleKeyDeletion","case":"alibaba/Encrypt/Enabled","name":"5f1c9d0a-…"}
//! ```

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::redact::{RedactingWriter, SecretRegistry};

/// The version of the format.
const FORMAT: u32 = 1;

/// Where the lines go: a file, or nowhere when the target is the bundled mock and ends with the run.
#[derive(Debug)]
pub struct Ledger {
    run: String,
    file: Option<(PathBuf, Mutex<File>)>,
    secrets: SecretRegistry,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerLine {
    /// The version of the format.
    pub format: u32,
    /// When it was written.
    pub at: String,
    /// The run's mark, which its keys carry too.
    pub run: String,
    /// What happened.
    pub entry: LedgerEntry,
    /// The operation that makes or removes.
    pub operation: String,
    /// The case that it was for.
    pub case: String,
    /// The id of the key or the name of the alias; that of a key is unknown while it is being made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What happened to a key or alias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LedgerEntry {
    /// It is about to be made.
    Making,
    /// It was made.
    Made,
    /// It was removed, or will be by itself.
    Removed,
}

impl Ledger {
    /// A ledger that keeps nothing.
    pub fn none(run: impl Into<String>) -> Self {
        Self { run: run.into(), file: None, secrets: SecretRegistry::new() }
    }

    /// Opens a file for appending.
    ///
    /// # Errors
    ///
    /// When it can't be opened for writing.
    pub fn open(path: &Path, run: impl Into<String>) -> io::Result<Self> {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self { run: run.into(), file: Some((path.to_owned(), Mutex::new(file))), secrets: SecretRegistry::new() })
    }

    /// The same without registered secrets: an endpoint chooses the names of what it makes.
    #[must_use]
    pub fn redacting(self, secrets: &SecretRegistry) -> Self {
        Self { secrets: secrets.clone(), ..self }
    }

    /// The file, if there is one.
    pub fn path(&self) -> Option<&Path> {
        self.file.as_ref().map(|(path, _)| path.as_path())
    }

    /// Writes a line and waits until it is on disk.
    ///
    /// # Errors
    ///
    /// When it can't be written. Nothing may be made then.
    pub fn note(&self, entry: LedgerEntry, operation: &str, case: &str, name: Option<&str>) -> io::Result<()> {
        let Some((_, file)) = &self.file else { return Ok(()) };
        let line = LedgerLine {
            format: FORMAT,
            at: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            run: self.run.clone(),
            entry,
            operation: operation.to_owned(),
            case: case.to_owned(),
            // Before it is escaped, for in JSON a secret with quotes looks different.
            name: name.map(|name| self.secrets.redact(name).into_owned()),
        };
        let mut text = serde_json::to_string(&line)?;
        text.push('\n');

        let file = file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut writer = RedactingWriter::new(&*file, &self.secrets);
        writer.write_all(text.as_bytes())?;
        writer.finish()?;
        // The key is made only now: whatever happens then, the line is there.
        file.sync_data()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::Secret;

    #[test]
    fn lines_are_appended_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/ledger.jsonl");
        for run in ["kc-1", "kc-2"] {
            let ledger = Ledger::open(&path, run).unwrap();
            ledger.note(LedgerEntry::Making, "CreateKey", "a/b", None).unwrap();
            ledger.note(LedgerEntry::Made, "CreateKey", "a/b", Some("id")).unwrap();
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<LedgerLine> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 4);
        assert_eq!((lines[2].run.as_str(), lines[2].entry), ("kc-2", LedgerEntry::Making));
        assert_eq!(lines[3].name.as_deref(), Some("id"));
    }

    #[test]
    fn a_name_that_is_a_secret_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.jsonl");

        let secrets = SecretRegistry::new();
        secrets.add_credential(&Secret::new("the \"token\" of it"));
        secrets.add_received("what the endpoint calls a data key");
        let ledger = Ledger::open(&path, "kc-1").unwrap().redacting(&secrets);
        for name in ["the \"token\" of it", "what the endpoint calls a data key"] {
            ledger.note(LedgerEntry::Made, "CreateKey", "the \"token\" of it", Some(name)).unwrap();
        }

        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<LedgerLine> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for line in lines {
            assert_eq!((line.case.as_str(), line.name.as_deref()), ("[redacted]", Some("[redacted]")));
        }
    }
}
