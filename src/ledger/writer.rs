//! What a run writes into its ledger.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::Waiting;
use super::alive::Alive;
use super::file::LineFile;
use super::line::{Belongings, FORMAT, LedgerEntry, LedgerLine, LedgerTarget, UndoCall};
use crate::redact::SecretRegistry;

/// The most bytes of what a key had besides its state, for a line that is longer than 64 KiB is not read.
const LONGEST_BELONGINGS: usize = 32 << 10;

/// Where the lines go: a file, or nowhere when the target is the bundled mock and ends with the run.
#[derive(Debug)]
pub struct Ledger {
    run: String,
    target: LedgerTarget,
    file: Option<LineFile>,
    /// The beginning of the last line of the file as it was found, if that line had no end.
    torn: Option<String>,
    secrets: SecretRegistry,
    /// How many things were made or are being made.
    items: AtomicU64,
    /// Says to others that the run goes on.
    #[expect(dead_code, reason = "held, and never read")]
    alive: Option<Alive>,
}

/// A thing that is being made, made or removed, by its number within the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item(pub(super) u64);

/// What is about to be made.
#[derive(Debug, Clone, Copy)]
pub enum Made<'a> {
    /// A key, by the text that it carries.
    Key {
        /// The text.
        mark: &'a str,
        /// Its class.
        class: &'a str,
        /// By what the secret is known from which its material is derived.
        seed: Option<&'a str>,
    },
    /// Something else, by its name and the call that removes it.
    Other {
        /// The name.
        name: &'a str,
        /// The operation of the call.
        undo: &'a str,
        /// The region to which it is sent, if it is not that of the target.
        region: Option<&'a str>,
        /// Its parameters.
        parameters: &'a Map<String, Value>,
    },
}

impl Ledger {
    /// A ledger that keeps nothing.
    pub fn none(run: impl Into<String>) -> Self {
        let nowhere = String::new;
        let target = LedgerTarget { provider: nowhere(), endpoint: nowhere(), region: nowhere() };
        Self {
            run: run.into(),
            target,
            file: None,
            torn: None,
            secrets: SecretRegistry::new(),
            items: AtomicU64::new(0),
            alive: None,
        }
    }

    /// Opens a file for appending, and begins a run: until this is dropped, others see that it goes on.
    ///
    /// # Errors
    ///
    /// When it can't be opened for writing.
    pub fn open(path: &Path, run: impl Into<String>, target: LedgerTarget) -> io::Result<Self> {
        let ledger = Self::reopen(path, run, target)?;
        // Nobody reads a device as a ledger.
        let alive = path.is_file().then(|| Alive::begin(path, &ledger.run)).transpose()?;
        Ok(Self { alive, ..ledger })
    }

    /// Opens a file to note what became of the things of a run that is over.
    ///
    /// # Errors
    ///
    /// When it can't be opened for writing.
    pub fn reopen(path: &Path, run: impl Into<String>, target: LedgerTarget) -> io::Result<Self> {
        let (file, torn) = LineFile::open(path)?;
        Ok(Self { target, file: Some(file), torn, ..Self::none(run) })
    }

    /// The same without registered secrets: an endpoint chooses the names of what it makes.
    #[must_use]
    pub fn redacting(self, secrets: &SecretRegistry) -> Self {
        Self { secrets: secrets.clone(), ..self }
    }

    /// The file, if there is one.
    pub fn path(&self) -> Option<&Path> {
        self.file.as_ref().map(LineFile::path)
    }

    /// What a person should know of the file as it was found: an earlier process was killed in the middle of a line.
    pub fn torn_line(&self) -> Option<String> {
        let torn = self.secrets.redact(self.torn.as_deref()?).into_owned();
        let path = self.path()?.display();
        Some(format!(
            "the last line of {path} has no end, so an earlier run was killed while it wrote it; it is kept as it is, and \
             new lines come below: {torn}"
        ))
    }

    /// Notes something that is about to be made.
    ///
    /// # Errors
    ///
    /// When it can't be written. Nothing may be made then.
    pub fn making(&self, operation: &str, case: &str, what: Made<'_>) -> io::Result<Item> {
        let item = Item(self.items.fetch_add(1, Ordering::Relaxed) + 1);
        let line = self.line(LedgerEntry::Making, Some(item), operation, case);
        let line = LedgerLine { target: Some(self.target.clone()), ..line };
        self.write(match what {
            Made::Key { mark, class, seed } => LedgerLine {
                mark: Some(mark.to_owned()),
                class: Some(class.to_owned()),
                seed: seed.map(str::to_owned),
                ..line
            },
            Made::Other { name, undo, region, parameters } => LedgerLine {
                name: Some(name.to_owned()),
                undo: Some(UndoCall {
                    operation: undo.to_owned(),
                    region: region.map(str::to_owned),
                    parameters: parameters.clone(),
                }),
                ..line
            },
        })?;
        Ok(item)
    }

    /// Notes a key of an earlier run that is about to be used again.
    ///
    /// # Errors
    ///
    /// When it can't be written. The key must be left alone then.
    pub fn taking_over(&self, operation: &str, case: &str, key: &Waiting) -> io::Result<Item> {
        let item = Item(self.items.fetch_add(1, Ordering::Relaxed) + 1);
        let line = self.line(LedgerEntry::TakingOver, Some(item), operation, case);
        self.write(LedgerLine {
            target: Some(self.target.clone()),
            mark: Some(self.run.clone()),
            class: Some(key.class.clone()),
            seed: key.seed.clone(),
            name: Some(key.id.clone()),
            ..line
        })?;
        Ok(item)
    }

    /// Notes a key that was there before the run and is about to be used, and its state.
    ///
    /// # Errors
    ///
    /// When it can't be written. The key must be left alone then.
    pub fn borrowing(&self, operation: &str, case: &str, id: &str, class: &str, state: &str) -> io::Result<Item> {
        let item = Item(self.items.fetch_add(1, Ordering::Relaxed) + 1);
        let line = self.line(LedgerEntry::Borrowing, Some(item), operation, case);
        self.write(LedgerLine {
            target: Some(self.target.clone()),
            class: Some(class.to_owned()),
            name: Some(id.to_owned()),
            state: Some(state.to_owned()),
            ..line
        })?;
        Ok(item)
    }

    /// Notes what a key had that was there before the run, and that is about to be changed. What is too long for a line or holds
    /// a secret is left out.
    ///
    /// # Errors
    ///
    /// When it can't be written. The key must be left alone then.
    pub fn changing(&self, item: Item, operation: &str, id: &str, belongings: Belongings) -> io::Result<()> {
        let text = serde_json::to_string(&belongings)?;
        let texts = belongings.values().flatten().flat_map(|entry| entry.values()).filter_map(Value::as_str);
        if text.len() > LONGEST_BELONGINGS || texts.into_iter().any(|text| self.secrets.redact(text) != text) {
            return Ok(());
        }
        let line = self.line(LedgerEntry::Changing, Some(item), operation, "");
        self.write(LedgerLine { name: Some(id.to_owned()), belongings: Some(belongings), ..line })
    }

    /// Notes that a key was removed, and when it will be gone, if the service says so.
    ///
    /// # Errors
    ///
    /// When it can't be written.
    pub fn removed(
        &self,
        item: Option<Item>,
        operation: &str,
        case: &str,
        name: &str,
        until: Option<Timestamp>,
    ) -> io::Result<()> {
        let line = self.line(LedgerEntry::Removed, item, operation, case);
        self.write(LedgerLine { name: Some(name.to_owned()), until: until.map(|until| until.to_string()), ..line })
    }

    /// Notes that a key of an earlier run was seen to be gone.
    ///
    /// # Errors
    ///
    /// When it can't be written.
    pub fn gone(&self, operation: &str, key: &Waiting) -> io::Result<()> {
        let line = self.line(LedgerEntry::Gone, Some(key.item), operation, &key.case);
        self.write(LedgerLine { run: key.run.clone(), name: Some(key.id.clone()), ..line })
    }

    /// Notes that something was made, was not made, or was removed; none if what was removed was found without its making
    /// being known.
    ///
    /// # Errors
    ///
    /// When it can't be written.
    pub fn note(
        &self,
        entry: LedgerEntry,
        item: Option<Item>,
        operation: &str,
        case: &str,
        name: Option<&str>,
    ) -> io::Result<()> {
        let line = self.line(entry, item, operation, case);
        self.write(LedgerLine { name: name.map(str::to_owned), ..line })
    }

    fn line(&self, entry: LedgerEntry, item: Option<Item>, operation: &str, case: &str) -> LedgerLine {
        LedgerLine {
            format: FORMAT,
            at: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            run: self.run.clone(),
            entry,
            item: item.map(|item| item.0),
            operation: operation.to_owned(),
            case: case.to_owned(),
            target: None,
            mark: None,
            class: None,
            seed: None,
            state: None,
            until: None,
            belongings: None,
            name: None,
            undo: None,
        }
    }

    /// Writes a line and waits until it is on disk: the key is made only now, and whatever happens then, the line is there.
    fn write(&self, mut line: LedgerLine) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        // What an endpoint chose, before it is escaped, for in JSON a secret with quotes looks different. Nothing else is
        // replaced: the rest is the program's own text, and a secret may be a word of it.
        line.name = line.name.map(|name| self.secrets.redact(&name).into_owned());
        if let Some(undo) = &mut line.undo {
            for parameter in undo.parameters.values_mut() {
                if let Value::String(text) = parameter {
                    *text = self.secrets.redact(text).into_owned();
                }
            }
        }
        file.append(&serde_json::to_string(&line)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::Secret;

    fn target() -> LedgerTarget {
        let [provider, endpoint, region] = ["toy", "http://127.0.0.1:1", "r"].map(str::to_owned);
        LedgerTarget { provider, endpoint, region }
    }

    fn lines(path: &Path) -> Vec<LedgerLine> {
        let text = std::fs::read_to_string(path).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_line_says_who_makes_what_where() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/ledger.jsonl");
        for run in ["kc-1", "kc-2"] {
            let ledger = Ledger::open(&path, run, target()).unwrap();
            let item = ledger.making("CreateKey", "a/b", Made::Key { mark: run, class: "K", seed: None }).unwrap();
            ledger.note(LedgerEntry::Made, Some(item), "CreateKey", "a/b", Some("id")).unwrap();
        }
        let lines = lines(&path);
        assert_eq!(lines.len(), 4);
        assert_eq!((lines[2].run.as_str(), lines[2].entry, lines[2].item), ("kc-2", LedgerEntry::Making, Some(1)));
        assert_eq!((lines[2].target.clone(), lines[2].mark.as_deref()), (Some(target()), Some("kc-2")));
        assert_eq!((lines[3].name.as_deref(), lines[3].item), (Some("id"), Some(1)));
    }

    #[test]
    fn what_an_endpoint_chose_is_redacted_and_the_format_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.jsonl");
        let secrets = SecretRegistry::new();
        for word in ["the \"token\" of it", "operation", "\",\"entry\":\"", "CreateKey", "alibaba/Encrypt/Disabled"] {
            secrets.add_credential(&Secret::new(word));
        }
        let ledger = Ledger::open(&path, "kc-1", target()).unwrap().redacting(&secrets);
        let name = "the \"token\" of it";
        let parameters = Map::from_iter([("Name".to_owned(), Value::from(name))]);
        let made = Made::Other { name, undo: "Remove", region: Some("r-2"), parameters: &parameters };
        let item = ledger.making("CreateKey", "alibaba/Encrypt/Disabled", made).unwrap();
        ledger.note(LedgerEntry::Made, Some(item), "CreateKey", "alibaba/Encrypt/Disabled", Some(name)).unwrap();

        for line in lines(&path) {
            assert_eq!((line.operation.as_str(), line.case.as_str()), ("CreateKey", "alibaba/Encrypt/Disabled"));
            assert_eq!(line.name.as_deref(), Some("[redacted]"));
        }
        assert!(!std::fs::read_to_string(&path).unwrap().contains("token"));
    }
}
