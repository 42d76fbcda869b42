//! Where entries and their fields lie in the text, and the changes to be made to it.

use std::ops::Range;

use crate::diagnostic::Span;
use crate::known::load::ENTRIES;
use crate::yaml::{Path, Positions};

/// A text by lines, and the changes to be made to it.
pub(super) struct Lines<'a> {
    text: &'a str,
    /// Where each line begins, in bytes, and where the text ends.
    starts: Vec<usize>,
    newline: &'static str,
    changes: Vec<(Range<usize>, String)>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        if starts.last() != Some(&text.len()) {
            starts.push(text.len());
        }
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Self { text, starts, newline, changes: Vec::new() }
    }

    fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// A line, from 0, without its end.
    fn line(&self, line: usize) -> &'a str {
        let whole = self.starts.get(line).zip(self.starts.get(line + 1));
        let whole = whole.map_or("", |(start, end)| &self.text[*start..*end]);
        whole.strip_suffix('\n').map_or(whole, |line| line.strip_suffix('\r').unwrap_or(line))
    }

    /// Whether a line says nothing: it is empty or a comment.
    fn is_silent(&self, line: usize) -> bool {
        let text = self.line(line).trim();
        text.is_empty() || text.starts_with('#')
    }

    /// The byte that a span begins at.
    fn byte(&self, span: Span) -> Option<usize> {
        let line = (span.line as usize).checked_sub(1)?;
        let text = self.line(line);
        let column = (span.column as usize).checked_sub(1)?;
        let within = text.char_indices().nth(column).map_or(text.len(), |(at, _)| at);
        Some(self.starts.get(line)? + within)
    }

    /// A field, by the places of its key and its value.
    pub(super) fn field(&self, key: Span, value: Span) -> Option<Field> {
        let start = self.byte(key)?;
        let after_key = start + scalar_length(&self.text[start..], key)?;
        let gap = &self.text[after_key..];
        let colon = after_key + (gap.len() - gap.trim_start_matches(' ').len());
        let colon = self.text[colon..].starts_with(':').then_some(colon + 1)?;
        Some(Field { line: (key.line as usize).checked_sub(1)?, start, colon, value: self.byte(value)?, span: value })
    }

    pub(super) fn replace(&mut self, range: Range<usize>, text: String) {
        self.changes.push((range, text));
    }

    /// Removes lines.
    pub(super) fn remove(&mut self, first: usize, end: usize) {
        if let (Some(start), Some(end)) = (self.starts.get(first), self.starts.get(end)) {
            self.replace(*start..*end, String::new());
        }
    }

    /// Inserts lines before a line.
    pub(super) fn insert(&mut self, before: usize, indent: usize, lines: &[String]) {
        let at = self.starts.get(before).copied().unwrap_or(self.text.len());
        let lines: Vec<String> = lines.iter().map(|line| format!("{:indent$}{line}", "")).collect();
        let text = if at == self.text.len() && !self.text.ends_with('\n') {
            lines.iter().map(|line| format!("{}{line}", self.newline)).collect()
        } else {
            lines.iter().map(|line| format!("{line}{}", self.newline)).collect()
        };
        self.replace(at..at, text);
    }

    /// The text with all changes; those at one place in the order in which they were made. None if two overlap.
    pub(super) fn finish(mut self) -> Option<String> {
        // What is inserted at a place comes before what is removed from there on.
        self.changes.sort_by_key(|(range, _)| (range.start, range.end));
        let mut text = String::with_capacity(self.text.len());
        let mut done = 0;
        for (range, new) in &self.changes {
            text.push_str(self.text.get(done..range.start)?);
            text.push_str(new);
            done = range.end;
        }
        text.push_str(self.text.get(done..)?);
        Some(text)
    }
}

/// A field of a map.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    /// The line of the key, from 0.
    pub(super) line: usize,
    /// The byte at which the key begins.
    start: usize,
    /// The byte after its colon.
    pub(super) colon: usize,
    /// The byte at which the value begins.
    value: usize,
    /// The place of the value.
    span: Span,
}

impl Field {
    /// The bytes of the value, if it is a text on the line of its key.
    fn value(&self, lines: &Lines<'_>) -> Option<Range<usize>> {
        if self.span.line as usize != self.line + 1 {
            return None;
        }
        let length = scalar_length(lines.text.get(self.value..)?, self.span)?;
        Some(self.value..self.value + length)
    }

    /// Removes the brackets of a list without anything in them, so that entries can follow.
    pub(super) fn remove_empty_list(&self, lines: &mut Lines<'_>) -> Option<()> {
        let within = lines.text.get(self.value..)?.strip_prefix('[')?;
        let rest = within.trim_start_matches(' ').strip_prefix(']')?;
        let end = lines.text.len() - rest.len();
        lines.replace(self.colon..end, String::new());
        Some(())
    }
}

/// An entry.
pub(super) struct Item {
    /// The line of its dash, from 0.
    pub(super) first: usize,
    /// The line after its last one that is neither empty nor a comment.
    pub(super) end: usize,
    /// The column of its dash, from 0.
    pub(super) indent: usize,
    /// Whether it is a map in braces.
    braces: bool,
    /// The column of its fields, from 0, where they stand on lines of their own.
    column: usize,
    /// Where it begins: the line, from 0.
    line: usize,
    fields: Vec<(&'static str, Field)>,
}

/// The fields that an update may change.
const NAMES: [&str; 7] = ["case", "code", "status", "kind", "reason", "issue", "until"];

impl Item {
    /// Finds an entry. Its end is not known before those after it are.
    pub(super) fn find(lines: &Lines<'_>, positions: &Positions, at: &Path<'_>) -> Option<Self> {
        let span = positions.value(at);
        let line = (span.line as usize).checked_sub(1)?;
        let start = lines.byte(span)?;
        let mut first = line;
        // The dash may stand on a line of its own, with comments after it.
        let before = lines.text.get(*lines.starts.get(line)?..start)?;
        if before.trim().is_empty() {
            first = (0..line).rev().find(|line| !lines.is_silent(*line))?;
        }
        let text = lines.line(first);
        let indent = text.len() - text.trim_start_matches(' ').len();
        if !text[indent..].starts_with('-') {
            return None;
        }
        let here = positions.key(at);
        let mut fields = Vec::new();
        for name in NAMES {
            let path = at.key(name);
            // What is not there stands where the entry does.
            let (key, value) = (positions.key(&path), positions.value(&path));
            if key != here {
                fields.push((name, lines.field(key, value)?));
            }
        }
        fields.sort_by_key(|(_, field)| field.start);
        let braces = lines.text[start..].starts_with('{');
        let column = (span.column as usize).checked_sub(1)?;
        Some(Self { first, end: first, indent, braces, column, line, fields })
    }

    /// Finds the end of each entry: before the next one, or before what follows the list, without comments.
    pub(super) fn separate(lines: &Lines<'_>, mut items: Vec<Self>, positions: &Positions) -> Option<Vec<Self>> {
        let root = Path::Root;
        let (format, list) = (positions.key(&root.key("format")), positions.key(&root.key(ENTRIES)));
        let after = if format.line > list.line { format.line as usize - 1 } else { lines.count() };
        let end = (0..after).find(|line| lines.line(*line).starts_with("...")).unwrap_or(after);
        let mut bound = end;
        for item in items.iter_mut().rev() {
            let mut last = bound;
            while last > item.line + 1 && lines.is_silent(last - 1) {
                last -= 1;
            }
            item.end = last;
            bound = item.first;
            if item.end <= item.line {
                return None;
            }
        }
        Some(items)
    }

    fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|(known, _)| *known == name).map(|(_, field)| field)
    }

    /// Gives fields these values, and removes those that tell how a case fails and are not among them.
    pub(super) fn set(&self, lines: &mut Lines<'_>, values: &[(&'static str, String)]) -> Option<()> {
        let goes =
            |name: &str| matches!(name, "code" | "status" | "kind") && !values.iter().any(|(given, _)| *given == name);
        for (index, (name, field)) in self.fields.iter().enumerate() {
            if goes(name) {
                let first = self.fields[..index].iter().all(|(name, _)| goes(name));
                self.unset(lines, index, field, first)?;
            }
        }
        for (name, value) in values {
            match self.field(name) {
                Some(field) => {
                    let range = field.value(lines)?;
                    if lines.text[range.clone()] != **value {
                        lines.replace(range, value.clone());
                    }
                }
                None => self.add(lines, name, value, values)?,
            }
        }
        Some(())
    }

    /// Adds a field after the status, or else after the case.
    fn add(&self, lines: &mut Lines<'_>, name: &str, value: &str, values: &[(&'static str, String)]) -> Option<()> {
        let stays = |name: &str| values.iter().any(|(given, _)| *given == name);
        let status = self.field("status").filter(|_| stays("status"));
        let anchor = status.or_else(|| self.field("case"))?;
        let end = anchor.value(lines)?.end;
        if self.braces {
            lines.replace(end..end, format!(", {name}: {value}"));
        } else {
            lines.insert(anchor.line + 1, self.column, &[format!("{name}: {value}")]);
        }
        Some(())
    }

    /// Removes a field. `first`: no field before it stays.
    fn unset(&self, lines: &mut Lines<'_>, index: usize, field: &Field, first: bool) -> Option<()> {
        let end = field.value(lines)?.end;
        if self.braces {
            let range = if first {
                field.start..self.fields.get(index + 1)?.1.start
            } else {
                self.fields.get(index.checked_sub(1)?)?.1.value(lines)?.end..end
            };
            lines.replace(range, String::new());
        } else if index == 0 && field.line == self.first {
            // The dash stays, and what follows it stands on the lines below.
            let line = *lines.starts.get(field.line)?;
            let dash = lines.text[line..field.start].trim_end().len();
            lines.replace(line + dash..line + lines.line(field.line).len(), String::new());
        } else {
            lines.remove(field.line, field.line + 1);
        }
        Some(())
    }
}

/// How many bytes a text on one line has at the beginning of `rest`.
fn scalar_length(rest: &str, span: Span) -> Option<usize> {
    let line = rest.lines().next().unwrap_or_default();
    match line.chars().next()? {
        '"' => {
            let mut escaped = false;
            let end = line.char_indices().skip(1).find(|(_, character)| {
                let ends = *character == '"' && !escaped;
                escaped = *character == '\\' && !escaped;
                ends
            });
            end.map(|(at, _)| at + 1)
        }
        '\'' => {
            let mut at = 1;
            loop {
                at += line.get(at..)?.find('\'')? + 1;
                if line[at..].starts_with('\'') {
                    at += 1;
                } else {
                    return Some(at);
                }
            }
        }
        // A list or a map has no length of this kind, and what goes on below the line is not foreseen.
        '[' | '{' => Some(1),
        _ => {
            let length = line.char_indices().nth(span.length as usize).map_or(line.len(), |(at, _)| at);
            let plain = &line[..length];
            Some(plain.trim_end().len())
        }
    }
}
