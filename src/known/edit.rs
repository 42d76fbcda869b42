//! Changing the text of a list: what does not change keeps its bytes, comments included.
//!
//! Nothing is written anew but what must be. A corrected entry has other values and all its comments; an entry that goes
//! takes the comments between its own lines with it and leaves those above it, which may be about more than it; new
//! entries come after the last one. What comes out is read again and must say what it was to say, so that a text that is
//! laid out in an unforeseen way is refused and never spoilt.

use thiserror::Error;

use super::KnownFailures;
use super::entry::{Entry, Failure};
use super::file::KnownFile;
use super::load::{ENTRIES, load};
use super::scalar::scalar;
use super::update::{Acceptance, Change, Update};
use crate::suite::Suite;
use crate::yaml::{Document, Path};

mod layout;

use layout::{Item, Lines};

/// The text of a list without entries.
pub const EMPTY: &str = "\
# Failures that are known and accepted for a while: `kms-conformance run --known` reads this list.
# An entry says how a case fails, why that is accepted, and until when. What fails otherwise, passes or has expired
# fails the run, so that the list stays true; `kms-conformance known --update` brings it up to date.
format: 1
known_failures: []
";

/// Why a text is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "the entries are laid out in a way that can't be changed without losing something; begin each with `- case:`, and have one field on a line"
)]
pub struct EditError;

/// The text of a list with what an update says. `known` is what `text` says.
///
/// # Errors
///
/// When the text is laid out in a way that is not foreseen.
pub fn apply(
    text: &str,
    known: &KnownFailures,
    suite: &Suite,
    update: &Update,
    acceptance: Option<&Acceptance>,
) -> Result<String, EditError> {
    if update.is_empty() {
        return Ok(text.to_owned());
    }
    let edited = edited(text, known, update, acceptance).ok_or(EditError)?;
    let read = load("", &edited, suite, known.today).map_err(|_| EditError)?;
    let wanted = wanted(known, update, acceptance);
    let same = read.entries.len() == wanted.len()
        && read.entries.iter().zip(&wanted).all(|(read, wanted)| Said::of(read) == *wanted);
    if same { Ok(edited) } else { Err(EditError) }
}

/// What an entry says.
#[derive(PartialEq)]
struct Said<'a> {
    case: &'a str,
    failure: &'a Failure,
    reason: &'a str,
    issue: Option<&'a str>,
    until: jiff::civil::Date,
}

impl<'a> Said<'a> {
    fn of(entry: &'a Entry) -> Self {
        let Entry { case, failure, reason, issue, until, source: _, cases: _ } = entry;
        Self { case, failure, reason, issue: issue.as_deref(), until: *until }
    }

    /// The lines of a new entry, without indentation; the first begins with the dash.
    fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("- case: {}", scalar(self.case))];
        lines.extend(fields(self.failure).into_iter().map(|(name, value)| format!("  {name}: {value}")));
        lines.push(format!("  reason: {}", scalar(self.reason)));
        lines.extend(self.issue.map(|issue| format!("  issue: {}", scalar(issue))));
        lines.push(format!("  until: {}", self.until));
        lines
    }
}

/// What the entries are to say, in order.
fn wanted<'a>(known: &'a KnownFailures, update: &'a Update, acceptance: Option<&'a Acceptance>) -> Vec<Said<'a>> {
    let mut wanted = Vec::new();
    for (entry, change) in known.entries.iter().zip(&update.entries) {
        match change {
            Change::Keep => wanted.push(Said::of(entry)),
            Change::Correct(failure) => wanted.push(Said { failure, ..Said::of(entry) }),
            Change::Remove => {}
            Change::Split(cases) => {
                wanted.extend(cases.iter().map(|(case, failure)| Said { case, failure, ..Said::of(entry) }));
            }
        }
    }
    wanted.extend(acceptance.into_iter().flat_map(|acceptance| added(update, acceptance)));
    wanted
}

fn added<'a>(update: &'a Update, acceptance: &'a Acceptance) -> impl Iterator<Item = Said<'a>> {
    let Acceptance { reason, until, issue } = acceptance;
    update.added.iter().map(|(case, failure)| Said { case, failure, reason, issue: issue.as_deref(), until: *until })
}

/// The fields that tell how a case fails, with their values as YAML.
fn fields(failure: &Failure) -> Vec<(&'static str, String)> {
    let answer = failure.answer();
    let code = answer.map(|answer| ("code", scalar(&answer.code)));
    let status = answer.map(|answer| ("status", answer.status.to_string()));
    let kind = failure.kind().map(|kind| ("kind", kind.name().to_owned()));
    [code, status, kind].into_iter().flatten().collect()
}

/// The changed text. None if it is laid out in a way that is not foreseen.
fn edited(text: &str, known: &KnownFailures, update: &Update, acceptance: Option<&Acceptance>) -> Option<String> {
    let mut mistakes = Vec::new();
    let document = Document::<KnownFile>::read(&"".into(), text, &mut mistakes)?;
    let positions = &document.outline.positions;
    let path = Path::Root.key(ENTRIES);
    let mut lines = Lines::new(text);
    let key = lines.field(positions.key(&path), positions.value(&path))?;
    let items = (0..known.entries.len()).map(|index| Item::find(&lines, positions, &path.item(index)));
    let items: Vec<Item> = Item::separate(&lines, items.collect::<Option<_>>()?, positions)?;
    if items.is_empty() {
        key.remove_empty_list(&mut lines)?;
    }
    let indent = items.first().map_or(2, |item| item.indent);
    for ((item, change), entry) in items.iter().zip(&update.entries).zip(&known.entries) {
        match change {
            Change::Keep => {}
            Change::Correct(failure) => item.set(&mut lines, &fields(failure))?,
            Change::Remove => lines.remove(item.first, item.end),
            Change::Split(cases) => {
                let ((case, failure), others) = cases.split_first()?;
                let mut all = vec![("case", scalar(case))];
                all.extend(fields(failure));
                item.set(&mut lines, &all)?;
                for (case, failure) in others {
                    let said = Said { case, failure, ..Said::of(entry) };
                    lines.insert(item.end, item.indent, &said.lines());
                }
            }
        }
    }
    let after = items.last().map_or(key.line + 1, |item| item.end);
    for said in acceptance.into_iter().flat_map(|acceptance| added(update, acceptance)) {
        lines.insert(after, indent, &said.lines());
    }
    let nothing_left = update.added.is_empty() && update.entries.iter().all(|change| *change == Change::Remove);
    if nothing_left {
        lines.replace(key.colon..key.colon, " []".to_owned());
    }
    lines.finish()
}

#[cfg(test)]
mod tests;
