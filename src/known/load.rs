//! The text of a list → checked entries, or all mistakes at once.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;
use url::Url;

use super::entry::{Beyond, Entry, Failure};
use super::file::{EntryFile, KnownFile};
use super::{KnownFailures, toml};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::event::{ListedKind, Outcome, Source};
use crate::suite::Suite;
use crate::suite::case::Case;
use crate::suite::selector::Selector;
use crate::yaml::{Document, Outline, Path};

/// The field that holds the entries.
pub(super) const ENTRIES: &str = "known_failures";

/// Reads a list. `file` is the name for messages, `today` the day (UTC) on which it is to hold.
///
/// # Errors
///
/// All mistakes of the text, and entries that mean no case of the suite. That an entry has expired is none.
pub fn load(file: &str, text: &str, suite: &Suite, today: Date) -> Result<KnownFailures, Diagnostics> {
    let mut mistakes = Vec::new();
    let file: Arc<str> = file.into();
    let read = if is_yaml(&file) { Document::<KnownFile>::read } else { toml::read };
    let known = read(&file, text, &mut mistakes).map(|document| {
        let page = Page { outline: &document.outline, mistakes: &mut mistakes };
        check(page, &document.value, suite, today)
    });
    match known {
        Some(known) if mistakes.is_empty() => Ok(known),
        _ => Err(Diagnostics::new(mistakes, [(&*file, text)])),
    }
}

/// Whether a list is written in YAML, as its name says. Such lists are read and not changed.
pub fn is_yaml(file: &str) -> bool {
    std::path::Path::new(file).extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// The file while it is being checked.
struct Page<'a> {
    outline: &'a Outline<'a>,
    mistakes: &'a mut Vec<Diagnostic>,
}

/// More mistakes than these have one cause, such as a list of other cases.
const MOST_MISTAKES: usize = 100;

impl Page<'_> {
    /// Whether enough is wrong.
    fn is_full(&self) -> bool {
        self.mistakes.len() >= MOST_MISTAKES
    }

    /// Notes a mistake in a value, unless its place holds one already.
    fn note(&mut self, at: &Path<'_>, message: impl Into<String>, help: Option<String>) {
        if !self.outline.is_mistaken_at(at) {
            let span = Some(self.outline.value(at));
            let file = Arc::clone(&self.outline.file);
            self.mistakes.push(Diagnostic { file, span, message: message.into(), help });
        }
    }
}

fn check(mut page: Page<'_>, file: &KnownFile, suite: &Suite, today: Date) -> KnownFailures {
    if file.format != 1 {
        let message = format!("format {} is not known to this program, only 1", file.format);
        page.note(&Path::Root.key("format"), message, None);
    }

    let list = Path::Root.key(ENTRIES);
    let mut entries: Vec<Entry> = Vec::new();
    for (index, given) in file.known_failures.iter().enumerate() {
        if page.is_full() {
            break;
        }
        entries.push(check_entry(&mut page, &list.item(index), given));
    }

    let by_case = assign(&mut page, &mut entries, suite);
    if page.is_full() {
        let file = Arc::clone(&page.outline.file);
        let message = "there may be further mistakes, which are not looked for".to_owned();
        page.mistakes.push(Diagnostic { file, span: None, message, help: None });
    }
    KnownFailures { target: file.target.clone(), entries, by_case, today }
}

/// Checks what can be said of an entry by itself. A mistaken entry comes back with something in its place.
fn check_entry(page: &mut Page<'_>, at: &Path<'_>, given: &EntryFile) -> Entry {
    let failure = check_failure(page, at, given);

    if given.reason.trim().is_empty() {
        page.note(&at.key("reason"), "this must not be empty: say why the failure is accepted", None);
    }
    if let Some(issue) = given.issue.as_ref().filter(|issue| !is_link(issue)) {
        page.note(&at.key("issue"), format!("`{issue}` is not a link such as https://example.com/issues/1"), None);
    }
    let until = date(&given.until);
    if until.is_none() {
        page.note(&at.key("until"), format!("`{}` is not a date such as 2027-12-31", given.until), None);
    }

    let span = page.outline.value(at);
    Entry {
        case: given.case.clone(),
        failure,
        reason: given.reason.trim().to_owned(),
        issue: given.issue.clone(),
        until: until.unwrap_or(Date::MIN),
        source: Source { folder: None, file: Arc::clone(&page.outline.file), line: span.line, column: span.column },
        cases: Vec::new(),
    }
}

fn check_failure(page: &mut Page<'_>, at: &Path<'_>, given: &EntryFile) -> Failure {
    match (&given.code, given.status) {
        (Some(_), None) => page.note(&at.key("code"), "`code` needs a `status` beside it", None),
        (None, Some(_)) => page.note(&at.key("status"), "`status` needs a `code` beside it", None),
        (Some(_), Some(_)) | (None, None) => {}
    }
    if given.code.as_ref().is_some_and(|code| code.trim().is_empty()) {
        page.note(&at.key("code"), "this must not be empty", Some("a success has the code `Success`".to_owned()));
    }
    if given.status.is_some_and(|status| !(100..600).contains(&status)) {
        page.note(&at.key("status"), "an HTTP status has a number from 100 to 599", None);
    }

    let says_how = given.code.is_some() || given.status.is_some() || given.kind.is_some();
    // A field that is not known may have been meant to say it.
    if !says_how && !page.outline.is_curtailed_at(at) {
        let help = "give the `code` and the `status` of the response, and a `kind` if they are not what is wrong";
        page.note(at, "the entry does not say how the case fails", Some(help.to_owned()));
    }
    if given.kind == Some(ListedKind::Inconclusive) && (given.code.is_some() || given.status.is_some()) {
        page.note(&at.key("kind"), "a case that can't be judged has no `code` and no `status`", None);
    }

    let response = given.code.clone().zip(given.status).map(|(code, status)| Outcome { code, status });
    let beyond = |kind, response| Failure::Beyond { kind, response };
    match (given.kind, response) {
        (Some(ListedKind::Body), response) => beyond(Beyond::Body, response),
        (Some(ListedKind::Effect), response) => beyond(Beyond::Effect, response),
        (Some(ListedKind::Crash), response) => beyond(Beyond::Crash, response),
        (Some(ListedKind::Malformed), response) => beyond(Beyond::Malformed, response),
        (Some(ListedKind::Inconclusive), _) => Failure::Inconclusive,
        (None, Some(response)) => Failure::Response(response),
        (None, None) => Failure::Response(Outcome { code: String::new(), status: 0 }),
    }
}

/// Says which entry speaks for which case: first the exact ids, then the patterns for what is left.
fn assign(page: &mut Page<'_>, entries: &mut [Entry], suite: &Suite) -> HashMap<Arc<str>, usize> {
    let list = Path::Root.key(ENTRIES);
    let mut by_case: HashMap<Arc<str>, usize> = HashMap::new();
    let (patterns, ids): (Vec<usize>, Vec<usize>) =
        (0..entries.len()).partition(|index| is_pattern(&entries[*index].case));
    let mut listed: HashMap<String, u32> = HashMap::new();

    for index in ids.into_iter().chain(patterns) {
        if page.is_full() {
            break;
        }
        let item = list.item(index);
        let at = item.key("case");
        let Entry { case, source, .. } = &entries[index];
        let before = listed.get(case).copied();
        listed.entry(case.clone()).or_insert(source.line);
        let Some(meant) = meant(page, &at, case, before, suite) else { continue };

        let case = &entries[index].case;
        let mut own = Vec::new();
        let mut rival = None;
        for meant in meant {
            match by_case.get(meant.id.as_str()) {
                None => own.push(meant.id.shared()),
                Some(other) if is_pattern(&entries[*other].case) => rival = rival.or(Some((*other, &meant.id))),
                // An exact id outranks the pattern.
                Some(_) => {}
            }
        }

        if let Some((other, rival)) = rival {
            let Entry { case: pattern, source, .. } = &entries[other];
            let message = format!("`{case}` means {rival}, as `{pattern}` on line {} does", source.line);
            page.note(&at, message, Some(format!("narrow a pattern, or give {rival} an entry of its own")));
        } else if own.is_empty() {
            page.note(&at, format!("every case that `{case}` means has an entry of its own"), None);
        }
        by_case.extend(own.iter().map(|id| (Arc::clone(id), index)));
        entries[index].cases = own;
    }
    by_case
}

/// The cases that an entry means; `before` is the line of an earlier one with the same text. None if it means none, or if
/// what it says is a mistake.
fn meant<'a>(
    page: &mut Page<'_>,
    at: &Path<'_>,
    case: &str,
    before: Option<u32>,
    suite: &'a Suite,
) -> Option<Vec<&'a Case>> {
    if page.outline.is_mistaken_at(at) {
        return None;
    }
    if let Some(line) = before {
        page.note(at, format!("`{case}` is listed already, on line {line}"), None);
        return None;
    }
    // Other selectors than ids would mean other cases as soon as the table changes.
    if case.contains(':') || case.trim().is_empty() {
        page.note(at, "a case is named by its id or by a pattern of ids", None);
        return None;
    }

    // Nearly all entries are ids, which need no search.
    if let Some(exact) = suite.case(case) {
        return Some(vec![exact]);
    }
    let selector = Selector::Id(case.to_owned());
    let meant: Vec<_> = suite.cases.iter().filter(|case| selector.matches(suite, case)).collect();
    if meant.is_empty() {
        let help = selector.suggest(suite).map(|near| format!("did you mean `{near}`?"));
        page.note(at, format!("`{case}` means no case"), help);
        return None;
    }
    Some(meant)
}

/// Whether an entry means cases by a pattern.
pub(super) fn is_pattern(case: &str) -> bool {
    case.contains('*')
}

/// Whether a text is a link that a browser opens.
pub fn is_link(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// A date as `yyyy-mm-dd`, and in no other of the forms that ISO 8601 has.
pub fn date(text: &str) -> Option<Date> {
    let digits = text.bytes().enumerate().all(|(index, byte)| match index {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    if text.len() == 10 && digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests;
