//! The journal file: opening, reading, appending, and writing anew.

mod head;
mod scan;
mod system;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use self::head::{Format, Mark};
use self::scan::{Ending, scan};
use self::system::{is_readable_by_others, make, open_locked, sync_folder};
use super::{Change, StateError};

/// Hexadecimal digits of a line's checksum.
const CHECKSUM_DIGITS: usize = 16;

/// A file smaller than this is never written anew.
const SMALLEST_TO_COMPACT: u64 = 4 << 20;

/// How many times the length of what a file holds it may have before it is written anew.
const MOST_GROWTH: u64 = 3;

/// About how many bytes of changes a line holds in a file that is written anew.
const COMPACT_LINE: usize = 1 << 20;

/// The records of a file by their tables and names.
pub(super) type Entries = HashMap<(String, String), Box<RawValue>>;

/// Whether a record (table, name) has become useless by this time.
pub(super) type IsOutdated = fn(&str, &str, Timestamp) -> bool;

/// A state file, locked for as long as it is open.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    file: File,
    chain: Chain,
    length: u64,
    /// How many lines of changes it holds.
    lines: u64,
    /// The length at which it is written anew.
    compact_at: u64,
    is_outdated: IsOutdated,
}

/// What was found in a file.
pub(super) struct Found {
    pub(super) entries: Entries,
    /// The bytes of a last write that was cut off.
    pub(super) dropped: u64,
    /// Whether others than the owner may read it.
    pub(super) readable_by_others: bool,
    /// Whether it was made.
    pub(super) is_new: bool,
}

impl StateFile {
    /// Opens a file, or makes it if it is not there.
    pub(super) fn open(path: &Path, is_outdated: IsOutdated) -> Result<(Self, Found), StateError> {
        let failed = |source| StateError::Open { path: path.to_owned(), source: Arc::new(source) };
        if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
            return Err(StateError::Foreign { path: path.to_owned() });
        }

        let (file, is_new) = open_locked(path, head::new().as_bytes())?;
        // Through a symbolic link, the file behind it is written anew and not the link.
        let path = path.canonicalize().map_err(failed)?;
        let scanned = scan(&file, &path)?;

        let readable_by_others = is_readable_by_others(&file).map_err(failed)?;
        let found = Found { entries: scanned.entries, dropped: scanned.dropped, readable_by_others, is_new };
        let mut opened = Self {
            path,
            file,
            chain: scanned.chain,
            length: scanned.length,
            lines: scanned.lines,
            compact_at: SMALLEST_TO_COMPACT,
            is_outdated,
        };
        opened.mend(scanned.ending).map_err(failed)?;

        // What is mostly outdated is not carried along for the life of this process too, nor is an old format.
        let is_mostly_outdated = scanned.changes > found.entries.len() as u64 * MOST_GROWTH;
        if scanned.format == Format::Old || is_mostly_outdated && opened.length >= SMALLEST_TO_COMPACT {
            opened.compact().map_err(failed)?;
        } else {
            opened.compact_at = SMALLEST_TO_COMPACT.max(opened.length * MOST_GROWTH);
        }
        Ok((opened, found))
    }

    fn mend(&mut self, ending: Ending) -> io::Result<()> {
        match ending {
            Ending::Whole => return Ok(()),
            Ending::NoLineFeed => {
                self.file.seek(SeekFrom::Start(self.length - 1))?;
                self.file.write_all(b"\n")?;
            }
            Ending::CutOff => self.file.set_len(self.length)?,
        }
        self.file.sync_all()
    }

    /// The path, for messages.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends changes as one line, and returns when they are sure to last. After a failure the file is not to be
    /// written to any more.
    pub(super) fn append(&mut self, changes: &[Change]) -> io::Result<()> {
        let line = line(&mut self.chain, changes.iter().map(Change::json));
        self.file.seek(SeekFrom::Start(self.length))?;
        self.file.write_all(line.as_bytes())?;

        // The response goes out after this, and must hold even when the power fails.
        self.file.sync_data()?;
        self.length += line.len() as u64;
        self.lines += 1;

        // From now on the file says by itself that this line must be there. After a power failure it may say so of an
        // earlier one only, for the next sync is what makes it last.
        let mark = Mark { lines: self.lines, checksum: self.chain.checksum() };
        self.file.seek(SeekFrom::Start(Mark::PLACE))?;
        self.file.write_all(mark.to_string().as_bytes())
    }

    /// Whether it has grown enough to be written anew.
    pub(super) fn has_grown(&self) -> bool {
        self.length >= self.compact_at
    }

    /// Writes what the file holds to a new one that takes its place. After a failure it goes on as it was.
    pub(super) fn compact(&mut self) -> io::Result<()> {
        // Not again at every append if it fails.
        self.compact_at = self.length * MOST_GROWTH;
        let scanned = scan(&self.file, &self.path).map_err(io::Error::other)?;

        let mut name = self.path.clone().into_os_string();
        name.push(".new");
        let new_path = PathBuf::from(name);
        // What an earlier process may have left half-written.
        let _ = std::fs::remove_file(&new_path);
        let file = make(&new_path)?;

        let mut entries = scanned.entries;
        let now = Timestamp::now();
        entries.retain(|(table, name), _| !(self.is_outdated)(table, name, now));
        let written = self.write_anew(file, &new_path, entries);
        if written.is_err() {
            // If it stays, the next attempt removes it.
            let _ = std::fs::remove_file(&new_path);
        }
        written
    }

    fn write_anew(&mut self, file: File, new_path: &Path, entries: Entries) -> io::Result<()> {
        // A lock belongs to a file and not to its name, so the new one needs its own.
        file.try_lock().map_err(io::Error::from)?;

        let mut writer = BufWriter::new(&file);
        writer.write_all(head::new().as_bytes())?;
        let (mut length, mut lines) = (head::new().len() as u64, 0);
        let mut chain = Chain::start(Format::New);

        let mut entries = entries.into_iter().peekable();
        while entries.peek().is_some() {
            let mut size = 0;
            let some = std::iter::from_fn(|| {
                let ((table, name), value) = entries.next_if(|_| size < COMPACT_LINE)?;
                let json = Change::set(table, name, value.get().to_owned()).json();
                size += json.len();
                Some(json)
            });
            let line = line(&mut chain, some);
            writer.write_all(line.as_bytes())?;
            length += line.len() as u64;
            lines += 1;
        }
        writer.seek(SeekFrom::Start(Mark::PLACE))?;
        writer.write_all(Mark { lines, checksum: chain.checksum() }.to_string().as_bytes())?;
        writer.flush()?;
        drop(writer);

        // The new file takes the place of the old one only once all of it is on disk.
        file.sync_all()?;
        std::fs::rename(new_path, &self.path)?;
        sync_folder(&self.path)?;

        (self.file, self.chain, self.length, self.lines) = (file, chain, length, lines);
        self.compact_at = SMALLEST_TO_COMPACT.max(length * MOST_GROWTH);
        Ok(())
    }
}

impl Drop for StateFile {
    fn drop(&mut self) {
        // Closing alone would leave the lock to a process that is being made from this one at the same moment. If it
        // fails, closing has to do.
        let _ = self.file.unlock();
    }
}

/// What all lines so far come to.
#[derive(Clone, Copy, Debug)]
struct Chain([u8; 32]);

impl Chain {
    fn start(format: Format) -> Self {
        Self(Sha256::digest(format.line()).into())
    }

    /// The chain with one more line.
    fn with(self, json: &[u8]) -> Self {
        Self(Sha256::new().chain_update(self.0).chain_update(json).finalize().into())
    }

    fn checksum(self) -> String {
        self.0[..CHECKSUM_DIGITS / 2].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn line(chain: &mut Chain, changes: impl Iterator<Item = String>) -> String {
    let json = format!("[{}]", changes.collect::<Vec<_>>().join(","));
    *chain = chain.with(json.as_bytes());
    format!("{} {json}\n", chain.checksum())
}

#[cfg(test)]
mod tests;
