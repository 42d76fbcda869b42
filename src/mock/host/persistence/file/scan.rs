//! Reading a file from its start: every whole line, and how it ends.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::head::{Format, Mark};
use super::{CHECKSUM_DIGITS, Chain, Entries};
use crate::diagnostic::counted;
use crate::mock::host::persistence::StateError;

/// The longest line that is read, in bytes. What many requests change at the same time is one line.
const LONGEST_LINE: u64 = 256 << 20;

/// How a file ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Whole,
    /// A whole line without its line feed.
    NoLineFeed,
    /// A line that was never finished.
    CutOff,
}

/// What was read from a file.
pub(super) struct Scanned {
    pub(super) format: Format,
    pub(super) entries: Entries,
    pub(super) chain: Chain,
    /// How many lines of changes are good.
    pub(super) lines: u64,
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
    let format = Format::of(&line, path)?;
    let mut scanned = Scanned::after_head(format, &line);
    let mut head_lines = 1_u64;
    let mut finished = None;

    if format == Format::New {
        line.clear();
        (&mut reader).take(Mark::LENGTH as u64).read_until(b'\n', &mut line).map_err(failed)?;
        let mark = Mark::read(&line).ok_or_else(|| damaged("line 2 is not the number of its lines".to_owned()))?;
        scanned.length += line.len() as u64;
        head_lines += 1;
        finished = Some(mark);
    }

    // A line that was finished had its response sent: without it, what clients know is not so any more.
    let is_missing = |lines: u64| {
        let mark = finished.as_ref().filter(|mark| lines < mark.lines)?;
        let missing = mark.lines - lines;
        Some(damaged(format!(
            "its end is missing: {} of saved changes are gone",
            counted(usize::try_from(missing).unwrap_or(usize::MAX), "line", "lines")
        )))
    };

    let disagrees = |scanned: &Scanned| {
        let marked = finished.as_ref().filter(|mark| mark.lines == scanned.lines);
        marked.is_some_and(|mark| mark.checksum != scanned.chain.checksum())
    };
    if disagrees(&scanned) {
        return Err(damaged("line 2 does not agree with the lines after it".to_owned()));
    }

    for number in head_lines + 1.. {
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
                return match is_missing(scanned.lines) {
                    Some(error) => Err(error),
                    None => Ok(Scanned { dropped: read, ending: Ending::CutOff, ..scanned }),
                };
            }
            return Err(damaged(format!("line {number} does not agree with its checksum")));
        };
        let changes =
            serde_json::from_slice(json).map_err(|error| damaged(format!("line {number} can't be read: {error}")))?;
        scanned.take(changes);

        scanned.chain = chain;
        scanned.length += read;
        scanned.lines += 1;
        if disagrees(&scanned) {
            return Err(damaged("line 2 does not agree with the lines after it".to_owned()));
        }
        // The checksum says that it is whole; the line feed that is missing will be added.
        if !line.ends_with(b"\n") {
            scanned.length += 1;
            scanned.ending = Ending::NoLineFeed;
        }
    }
    is_missing(scanned.lines).map_or(Ok(scanned), Err)
}

impl Scanned {
    fn after_head(format: Format, line: &[u8]) -> Self {
        Self {
            format,
            entries: Entries::new(),
            chain: Chain::start(format),
            lines: 0,
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

/// The chain with this line and the JSON of the line; nothing if it does not agree with its checksum.
fn check_line(line: &[u8], chain: Chain) -> Option<(Chain, &[u8])> {
    let text = line.strip_suffix(b"\n").unwrap_or(line);
    let (checksum, json) = text.split_at_checked(CHECKSUM_DIGITS).unwrap_or((text, &[]));
    let json = json.strip_prefix(b" ").unwrap_or_default();
    let chain = chain.with(json);
    (chain.checksum().as_bytes() == checksum).then_some((chain, json))
}
