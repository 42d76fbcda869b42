//! Changing the text of a list: what does not change keeps its bytes, comments included.
//!
//! A corrected entry has other values and all its comments; an entry that goes takes the comments between its own lines
//! with it and leaves those above it, which may be about more than it; new entries come after the last one. What comes
//! out is read again and must say what it was to say, so that no list is ever spoilt.

use thiserror::Error;
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, RawString, Table, Value};

use super::KnownFailures;
use super::entry::{Entry, Failure};
use super::load::{ENTRIES, load};
use super::update::{Acceptance, Change, Update};
use crate::suite::Suite;

/// The text of a list without entries.
pub const EMPTY: &str = "\
# Failures that are known and accepted for a while: `kms-conformance run --known` reads this list.
# An entry says how a case fails, why that is accepted, and until when. What fails otherwise, passes or has expired
# fails the run, so that the list stays true; `kms-conformance known --update` brings it up to date.
format = 1
";

/// The text of a list without entries that is about a target.
pub fn empty_for(target: &str) -> String {
    format!("{EMPTY}target = {}\n", Value::from(target))
}

/// Why a text is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("its entries are not all under a line `[[{ENTRIES}]]` of their own")]
pub struct EditError;

/// The text of a list with what an update says. `known` is what `text`, in TOML, says.
///
/// # Errors
///
/// When the entries are written in a way that can't be changed without losing something.
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

    // What was written is read back: a list that says something else than was wanted is never stored.
    let read = load("", &edited, suite, known.today).map_err(|_| EditError)?;
    let wanted = wanted(known, update, acceptance);
    let same = read.target == known.target && read.entries.iter().map(Statement::of).eq(wanted);
    if same { Ok(edited) } else { Err(EditError) }
}

/// What an entry says.
#[derive(PartialEq)]
pub(super) struct Statement<'a> {
    case: &'a str,
    failure: &'a Failure,
    reason: &'a str,
    issue: Option<&'a str>,
    until: jiff::civil::Date,
}

impl<'a> Statement<'a> {
    pub(super) fn of(entry: &'a Entry) -> Self {
        let Entry { case, failure, reason, issue, until, source: _, cases: _ } = entry;
        Self { case, failure, reason, issue: issue.as_deref(), until: *until }
    }

    /// A new entry that says this.
    pub(super) fn table(&self) -> Table {
        let mut table = Table::new();
        set_failure(&mut table, self.case, self.failure);

        let until = self.until.to_string();
        table.insert("reason", Item::Value(self.reason.into()));
        if let Some(issue) = self.issue {
            table.insert("issue", Item::Value(issue.into()));
        }
        table.insert("until", Item::Value(until.parse().unwrap_or_else(|_| until.into())));
        table
    }
}

/// What the entries are to say, in order.
fn wanted<'a>(
    known: &'a KnownFailures,
    update: &'a Update,
    acceptance: Option<&'a Acceptance>,
) -> impl Iterator<Item = Statement<'a>> {
    let kept = known.entries.iter().zip(&update.entries).flat_map(|(entry, change)| match change {
        Change::Keep => vec![Statement::of(entry)],
        Change::Correct(failure) => vec![Statement { failure, ..Statement::of(entry) }],
        Change::Remove => Vec::new(),
        Change::Split(cases) => {
            cases.iter().map(|(case, failure)| Statement { case, failure, ..Statement::of(entry) }).collect()
        }
    });

    // Additions come last: what is listed keeps its place, so that a reviewer sees only what has changed.
    kept.chain(acceptance.into_iter().flat_map(|acceptance| added(update, acceptance)))
}

fn added<'a>(update: &'a Update, acceptance: &'a Acceptance) -> impl Iterator<Item = Statement<'a>> {
    let Acceptance { reason, until, issue } = acceptance;
    let issue = issue.as_deref();
    update.added.iter().map(move |(case, failure)| Statement { case, failure, reason, issue, until: *until })
}

/// The changed text. None if the entries are not tables.
fn edited(text: &str, known: &KnownFailures, update: &Update, acceptance: Option<&Acceptance>) -> Option<String> {
    // The editor writes line feeds only.
    let windows = text.contains("\r\n");
    let mut document: DocumentMut = text.replace("\r\n", "\n").parse().ok()?;
    let mut left_over = String::new();

    if document.get(ENTRIES).and_then(Item::as_array).is_some_and(Array::is_empty) {
        left_over = take(&mut document, ENTRIES);
    }
    let list = document.entry(ENTRIES).or_insert_with(|| ArrayOfTables::new().into()).as_array_of_tables_mut()?;

    // From the last entry to the first, so that no change moves an entry that is still to be changed.
    for (index, (entry, change)) in known.entries.iter().zip(&update.entries).enumerate().rev() {
        match change {
            Change::Keep => {}
            Change::Correct(failure) => set_failure(list.get_mut(index)?, &entry.case, failure),
            Change::Remove => {
                let above = comments_of(list.remove(index).decor().prefix());
                match list.get_mut(index) {
                    Some(next) => put_above(next, &above),
                    None => left_over.insert_str(0, &above),
                }
            }
            Change::Split(cases) => {
                let ((case, failure), others) = cases.split_first()?;
                for (case, failure) in others.iter().rev() {
                    list.insert(index + 1, Statement { case, failure, ..Statement::of(entry) }.table());
                }
                set_failure(list.get_mut(index)?, case, failure);
            }
        }
    }

    acceptance.into_iter().flat_map(|acceptance| added(update, acceptance)).for_each(|said| list.push(said.table()));

    document.set_trailing(left_over + text_of(Some(document.trailing())));
    let edited = document.to_string();
    Some(if windows { edited.replace('\n', "\r\n") } else { edited })
}

/// Has an entry say which case it means and how that fails. Its other fields and all comments stay.
fn set_failure(table: &mut Table, case: &str, failure: &Failure) {
    let response = failure.response();
    let fields: [(&str, Option<Value>); 4] = [
        ("case", Some(case.into())),
        ("code", response.map(|response| response.code.as_str().into())),
        ("status", response.map(|response| i64::from(response.status).into())),
        ("kind", failure.kind().map(|kind| kind.name().into())),
    ];
    let names = fields.each_ref().map(|(name, _)| *name);
    let grows = fields.iter().any(|(name, value)| value.is_some() && !table.contains_key(name));
    for (name, value) in fields {
        set(table, name, value);
    }

    // What is new stands with the others that say how the case fails, and not behind the date.
    if grows {
        table.sort_values_by(|one, _, other, _| names.contains(&other.get()).cmp(&names.contains(&one.get())));
    }
}

fn set(table: &mut Table, name: &str, value: Option<Value>) {
    match (table.get_mut(name).and_then(Item::as_value_mut), value) {
        // What is the same keeps its quotes, or the way in which a number is written.
        (Some(old), Some(new)) if old.as_str() == new.as_str() && old.as_integer() == new.as_integer() => {}
        (Some(old), Some(mut new)) => {
            new.decor_mut().clone_from(old.decor());
            *old = new;
        }
        (None, Some(new)) => {
            table.insert(name, Item::Value(new));
        }
        (Some(_), None) => {
            // The comments of a last field have no field below to go to, so they go above the entry.
            let comments = take(table, name);
            put_above(table, &comments);
        }
        (None, None) => {}
    }
}

/// Removes a field. Its comments go to the field after it; without one, they come back.
fn take(table: &mut Table, name: &str) -> String {
    let after = table.iter().skip_while(|(other, _)| *other != name).nth(1).map(|(after, _)| after.to_owned());
    let Some((key, item)) = table.remove_entry(name) else { return String::new() };
    let beside = text_of(item.as_value().and_then(|value| value.decor().suffix())).trim();
    let beside = if beside.is_empty() { String::new() } else { format!("{beside}\n") };
    let comments = comments_of(key.leaf_decor().prefix()) + &beside;

    let Some(mut after) = after.and_then(|after| table.key_mut(&after)) else { return comments };
    let below = text_of(after.leaf_decor().prefix()).to_owned();
    after.leaf_decor_mut().set_prefix(comments + &below);
    String::new()
}

/// Puts comments above an entry, and above those that it has there.
fn put_above(table: &mut Table, comments: &str) {
    if !comments.is_empty() {
        let below = text_of(table.decor().prefix()).to_owned();
        table.decor_mut().set_prefix(comments.to_owned() + &below);
    }
}

/// What stands before a key, if there is a comment in it.
fn comments_of(before: Option<&RawString>) -> String {
    let text = text_of(before);
    if text.contains('#') { text.to_owned() } else { String::new() }
}

fn text_of(text: Option<&RawString>) -> &str {
    text.and_then(RawString::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests;
