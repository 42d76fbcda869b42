//! Reading a file from its start: every whole line, and how it ends.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::{CHECKSUM_DIGITS, Chain, Entries, FORMAT, KIND, header};
use crate::mock::host::persistence::StateError;

/// The longest line that is read, in bytes. What many requests change at the same time is one line.
const LONGEST_LINE: u64 = 256 << 20;

/// How a file ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Whole,
    /// A whole line without its line feed.
    NoLineFeed,
    CutOff,
    /// Nothing has been written yet, or not even the first line.
    New,
}

/// What was read from a file.
pub(super) struct Scanned {
    pub(super) entries: Entries,
    pub(super) chain: Chain,
    /// The bytes that are good.
    pub(super) length: u64,
    /// The bytes of a last write that was cut off.
    pub(super) dropped: u64,
    pub(super) changes: u64,
    pub(super) ending: Ending,
}

/// A batch of changes as it stands in a file.
type Changes = Vec<(String, String, Option<Box<RawValue>>)>;

/// Reads a file from its start.
pub(super) fn scan(file: &File, path: &Path) -> Result<Scanned, StateError> {
    let failed = |source| StateError::Open { path: path.to_owned(), source: Arc::new(source) };
    let damaged = |reason: String| StateError::Damaged { path: path.to_owned(), reason };
    let mut reader = BufReader::with_capacity(1 << 16, file);
    reader.seek(SeekFrom::Start(0)).map_err(failed)?;
    let mut line = Vec::new();

    // No first line of another kind of file is worth more memory than this.
    (&mut reader).take(1024).read_until(b'\n', &mut line).map_err(failed)?;
    let mut scanned = Scanned::after_header(&line);
    // An empty file, or one whose first write was cut off, may be made anew.
    if !line.ends_with(b"\n") && header().as_bytes().starts_with(&line) {
        return Ok(Scanned { ending: Ending::New, ..scanned });
    }
    check_header(&line, path)?;

    for number in 2_u64.. {
        line.clear();
        // One byte more than is allowed, to distinguish too long from just long enough.
        let read = (&mut reader).take(LONGEST_LINE + 1).read_until(b'\n', &mut line).map_err(failed)? as u64;
        if read == 0 {
            break;
        }
        if read > LONGEST_LINE {
            return Err(damaged(format!("line {number} is longer than {} MiB", LONGEST_LINE >> 20)));
        }

        let Some((chain, json)) = check_line(&line, scanned.chain) else {
            // Text has no zero bytes, but what a file system had no time to write has.
            let is_last = reader.fill_buf().map_err(failed)?.is_empty();
            if is_last && (!line.ends_with(b"\n") || line.contains(&0)) {
                return Ok(Scanned { dropped: read, ending: Ending::CutOff, ..scanned });
            }
            return Err(damaged(format!("line {number} does not agree with its checksum")));
        };
        let changes =
            serde_json::from_slice(json).map_err(|error| damaged(format!("line {number} can't be read: {error}")))?;
        scanned.take(changes);

        scanned.chain = chain;
        scanned.length += read;
        // The checksum says that it is whole; the line feed that is missing will be added.
        if !line.ends_with(b"\n") {
            scanned.length += 1;
            scanned.ending = Ending::NoLineFeed;
        }
    }
    Ok(scanned)
}

impl Scanned {
    fn after_header(line: &[u8]) -> Self {
        Self {
            entries: Entries::new(),
            chain: Chain::start(),
            length: line.len() as u64,
            dropped: 0,
            changes: 0,
            ending: Ending::Whole,
        }
    }

    fn take(&mut self, changes: Changes) {
        self.changes += changes.len() as u64;
        for (table, name, value) in changes {
            match value {
                Some(value) => self.entries.insert((table, name), value),
                None => self.entries.remove(&(table, name)),
            };
        }
    }
}

/// Checks the first line of a file.
fn check_header(line: &[u8], path: &Path) -> Result<(), StateError> {
    let format = std::str::from_utf8(line).ok().and_then(|line| line.strip_prefix(KIND)?.trim_end().parse().ok());
    match format {
        Some(FORMAT) => Ok(()),
        Some(found) if found > FORMAT => Err(StateError::Newer { path: path.to_owned(), found, known: FORMAT }),
        Some(_) | None => Err(StateError::Foreign { path: path.to_owned() }),
    }
}

/// The chain with this line and the JSON of the line; nothing if it does not agree with its checksum.
fn check_line(line: &[u8], chain: Chain) -> Option<(Chain, &[u8])> {
    let text = line.strip_suffix(b"\n").unwrap_or(line);
    let (checksum, json) = text.split_at_checked(CHECKSUM_DIGITS).unwrap_or((text, &[]));
    let json = json.strip_prefix(b" ").unwrap_or_default();
    let chain = chain.with(json);
    (chain.checksum().as_bytes() == checksum).then_some((chain, json))
}
