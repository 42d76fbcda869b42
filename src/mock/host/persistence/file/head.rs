//! What stands before the changes in a file: its format, and how many lines were finished.

use std::fmt;
use std::path::Path;

use super::{CHECKSUM_DIGITS, Chain};
use crate::mock::host::persistence::StateError;

/// The first line up to the number of the format.
const KIND: &str = "kms-conformance mock state, format ";

/// The newest format.
const NEWEST: u64 = 2;

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// 1: the first line and the changes. It is read, and written anew in the newest format.
    Old,
    /// 2: with a [`Mark`] between them.
    New,
}

impl Format {
    /// The first line.
    pub(super) fn line(self) -> String {
        let number = match self {
            Self::Old => 1,
            Self::New => NEWEST,
        };
        format!("{KIND}{number}\n")
    }

    /// The format that a first line names.
    pub(super) fn of(line: &[u8], path: &Path) -> Result<Self, StateError> {
        let path = || path.to_owned();
        if line.is_empty() {
            return Err(StateError::Empty { path: path() });
        }
        if !line.ends_with(b"\n") && Self::New.line().as_bytes().starts_with(line) {
            return Err(StateError::Damaged { path: path(), reason: "it is cut off in its first line".to_owned() });
        }

        let number = std::str::from_utf8(line).ok().and_then(|line| line.strip_prefix(KIND)?.trim_end().parse().ok());
        match number {
            Some(1) => Ok(Self::Old),
            Some(NEWEST) => Ok(Self::New),
            Some(found) if found > NEWEST => Err(StateError::Newer { path: path(), found, known: NEWEST }),
            Some(_) | None => Err(StateError::Foreign { path: path() }),
        }
    }
}

/// How many lines of changes were finished, and the checksum of the last of them. It is written over after each line, so
/// a file whose end is missing does not agree with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) lines: u64,
    pub(super) checksum: String,
}

impl Mark {
    /// Where it stands: behind the first line.
    pub(super) const PLACE: u64 = KIND.len() as u64 + 2;

    /// Its length in bytes, which is always the same.
    pub(super) const LENGTH: usize = DIGITS + 1 + CHECKSUM_DIGITS + 1;

    /// Reads one. None if it is not one.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
        let (lines, checksum) = text.split_once(' ')?;
        let mark = Self { lines: lines.parse().ok()?, checksum: checksum.to_owned() };
        (mark.to_string().as_bytes() == line && line.len() == Self::LENGTH).then_some(mark)
    }
}

/// Decimal digits of the number of lines, which has room for any.
const DIGITS: usize = 20;

impl fmt::Display for Mark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{:0width$} {}", self.lines, self.checksum, width = DIGITS)
    }
}

/// What a file without changes holds.
pub(super) fn new() -> String {
    let checksum = Chain::start(Format::New).checksum();
    format!("{}{}", Format::New.line(), Mark { lines: 0, checksum })
}
