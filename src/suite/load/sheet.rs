//! One file while it is being checked: looks words up, and notes what is wrong where.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::Value;

use super::scope::{RESERVED, Scope, for_key, meant};
use super::words::Words;
use crate::diagnostic::{Diagnostic, Span};
use crate::event::Source;
use crate::near::nearest;
use crate::suite::field_path::FieldPath;
use crate::suite::file::Map;
use crate::suite::name::{ClassName, ClauseId, Code, Edition, FixtureName, OperationName, State};
use crate::suite::request::{Parameter, RequestTemplate};
use crate::suite::step::Expected;
use crate::suite::template::Template;
use crate::yaml::{Outline, Path};

/// One file while it is being checked.
pub(super) struct Sheet<'a> {
    pub outline: &'a Outline,
    pub words: &'a Words,
    pub mistakes: &'a mut Vec<Diagnostic>,
}

/// Notes a mistake of a file, unless its place holds one already.
pub(super) fn note(mistakes: &mut Vec<Diagnostic>, outline: &Outline, at: &Path<'_>, key: bool, text: Note) {
    if outline.is_mistaken_at(at) {
        return;
    }
    let span = if key { outline.positions.key(at) } else { outline.positions.value(at) };
    let file = Arc::clone(&outline.file);
    mistakes.push(Diagnostic { file, span: Some(span), message: text.message, help: text.help });
}

/// What is wrong, and what could be meant.
pub(super) struct Note {
    pub message: String,
    pub help: Option<String>,
}

impl<M: Into<String>> From<M> for Note {
    fn from(message: M) -> Self {
        Self { message: message.into(), help: None }
    }
}

impl Note {
    pub fn help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }
}

impl Sheet<'_> {
    /// Notes a mistake in a value.
    pub fn value(&mut self, at: &Path<'_>, note_: impl Into<Note>) {
        note(self.mistakes, self.outline, at, false, note_.into());
    }

    /// Notes a mistake of a key, or of what stands under it as a whole.
    pub fn key(&mut self, at: &Path<'_>, note_: impl Into<Note>) {
        note(self.mistakes, self.outline, at, true, note_.into());
    }

    /// Where a key stands.
    pub fn source(&self, at: &Path<'_>) -> Source {
        let span = self.outline.positions.key(at);
        Source { file: Arc::clone(&self.outline.file), line: span.line, column: span.column }
    }

    pub fn format(&mut self, format: u32) {
        if format != 1 {
            self.value(&Path::Root.key("format"), format!("format {format} is not known to this program, only 1"));
        }
    }

    /// A text that a reader needs.
    pub fn sentence(&mut self, at: &Path<'_>, text: &str) {
        if text.trim().is_empty() {
            self.value(at, "this must not be empty");
        }
    }

    pub fn state(&mut self, at: &Path<'_>, text: &str) -> State {
        match self.words.states.get(text) {
            Some(state) => state.clone(),
            None => {
                let near = nearest(text, self.words.states.iter().map(State::as_str));
                self.unknown(at, "state", text, near);
                State::from(text)
            }
        }
    }

    /// A state that stands as a key of a map.
    pub fn state_key(&mut self, at: &Path<'_>, text: &str) -> Option<State> {
        if let Some(state) = self.words.states.get(text) {
            return Some(state.clone());
        }
        let near = nearest(text, self.words.states.iter().map(State::as_str));
        self.key(at, Note::from(format!("unknown state `{text}`")).help(near.map(meant)));
        None
    }

    pub fn class(&mut self, at: &Path<'_>, text: &str, as_key: bool) -> Option<ClassName> {
        if let Some((class, _)) = self.words.classes.get_key_value(text) {
            return Some(class.clone());
        }
        let near = nearest(text, self.words.classes.keys().map(ClassName::as_str));
        let unknown = Note::from(format!("unknown class of keys `{text}`")).help(near.map(meant));
        if as_key {
            self.key(at, unknown);
        } else {
            self.value(at, unknown);
        }
        None
    }

    pub fn operation(&mut self, at: &Path<'_>, text: &str) -> OperationName {
        match self.words.operations.get(text).or_else(|| self.words.others.get(text)) {
            Some(operation) => operation.clone(),
            None => {
                let known = self.words.operations.iter().chain(&self.words.others);
                let near = nearest(text, known.map(OperationName::as_str));
                self.unknown(at, "operation", text, near);
                OperationName::from(text)
            }
        }
    }

    /// An operation that the table has.
    pub fn row_operation(&mut self, at: &Path<'_>, text: &str) -> OperationName {
        if self.words.others.contains(text) {
            self.value(at, format!("`{text}` has no row in the table"));
        }
        self.operation(at, text)
    }

    pub fn outcome(&mut self, at: &Path<'_>, text: &str) -> Expected {
        match self.words.outcomes.get_key_value(text) {
            Some((code, status)) => Expected { code: code.clone(), status: *status },
            None => {
                let near = nearest(text, self.words.outcomes.keys().map(Code::as_str));
                self.unknown(at, "outcome", text, near);
                Expected { code: Code::from(text), status: 0 }
            }
        }
    }

    pub fn clause(&mut self, at: &Path<'_>, text: &str) -> ClauseId {
        let Some(clauses) = &self.words.clauses else { return ClauseId::from(text) };
        match clauses.get_key_value(text) {
            Some((clause, _)) => clause.clone(),
            None => {
                let near = nearest(text, clauses.keys().map(ClauseId::as_str));
                self.unknown(at, "clause", text, near);
                ClauseId::from(text)
            }
        }
    }

    pub fn edition(&mut self, at: &Path<'_>, text: &str) -> Edition {
        match self.words.editions.get(text) {
            Some(edition) => edition.clone(),
            None if self.words.clauses.is_none() => Edition::from(text),
            None => {
                let near = nearest(text, self.words.editions.iter().map(Edition::as_str));
                self.unknown(at, "edition", text, near);
                Edition::from(text)
            }
        }
    }

    /// The edition of a file, which must be that of its clause.
    pub fn edition_of(&mut self, at: &Path<'_>, text: &str, clause: &ClauseId) -> Edition {
        let edition = self.edition(at, text);
        if let Some(clauses) = &self.words.clauses
            && let Some(found) = clauses.get(clause)
            && found.edition != edition
            && self.words.editions.contains(text)
        {
            self.value(at, format!("the clause `{clause}` is of the edition `{}`", found.edition));
        }
        edition
    }

    pub fn fixtures(&mut self, at: &Path<'_>, texts: &[String]) -> Vec<FixtureName> {
        let mut fixtures = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            match self.words.fixtures.get_key_value(text.as_str()) {
                Some((fixture, _)) => fixtures.push(fixture.clone()),
                None => {
                    let near = nearest(text, self.words.fixtures.keys().map(FixtureName::as_str));
                    self.unknown(&at.item(index), "fixture", text, near);
                }
            }
        }
        fixtures
    }

    pub fn field_path(&mut self, at: &Path<'_>, text: &str, as_key: bool) -> Option<FieldPath> {
        let path = FieldPath::parse(text);
        if path.is_none() {
            let message = format!("`{text}` is no path of a field: names joined with single dots");
            if as_key {
                self.key(at, message);
            } else {
                self.value(at, message);
            }
        }
        path
    }

    pub fn field_paths(&mut self, at: &Path<'_>, texts: &[String]) -> Vec<FieldPath> {
        texts.iter().enumerate().filter_map(|(index, text)| self.field_path(&at.item(index), text, false)).collect()
    }

    /// Names and what they stand for: name → path.
    pub fn capture(&mut self, at: &Path<'_>, capture: &Map<String>) -> IndexMap<String, FieldPath> {
        let mut found = IndexMap::new();
        for (name, text) in capture {
            let place = at.key(name);
            self.name(&place, name);
            if let Some(path) = self.field_path(&place, text, false) {
                found.insert(name.clone(), path);
            }
        }
        found
    }

    /// A name that templates can say.
    pub fn name(&mut self, at: &Path<'_>, name: &str) {
        let fits = |character: char| character.is_ascii_alphanumeric() || character == '_' || character == '-';
        if name.is_empty() || !name.chars().all(fits) {
            self.key(at, format!("`{name}` is no name: letters, digits, `_` and `-`"));
        }
    }

    /// A name that begins a path in templates.
    pub fn root_name(&mut self, at: &Path<'_>, name: &str) {
        self.name(at, name);
        if RESERVED.contains(&name) {
            self.key(at, format!("`{name}` has a meaning of its own in templates"));
        }
    }

    pub fn duration(&mut self, at: &Path<'_>, text: &str) -> Duration {
        duration(text).unwrap_or_else(|| {
            let message = format!("`{text}` is no duration: a number and `s`, `m`, `h` or `d`, such as `7d`");
            self.value(at, message);
            Duration::ZERO
        })
    }

    /// A template, all of whose names must be known.
    pub fn template(&mut self, at: &Path<'_>, text: &str, scope: &Scope) -> Template {
        match Template::parse(text) {
            Ok(template) => {
                for path in template.paths() {
                    if let Err((message, help)) = scope.check(path, self.words) {
                        self.inside(at, text, text.find(&path.join(".")).unwrap_or(0), Note { message, help });
                    }
                }
                match &scope.on {
                    Some(key) => template.with_paths(&|path| for_key(path, key, self.words)),
                    None => template,
                }
            }
            Err(error) => {
                self.inside(at, text, error.at, Note::from(error.message));
                Template::default()
            }
        }
    }

    pub fn request(&mut self, at: &Path<'_>, parameters: &Map<Value>, scope: &Scope) -> RequestTemplate {
        RequestTemplate(
            parameters
                .iter()
                .map(|(name, value)| (name.clone(), self.parameter(&at.key(name), value, scope)))
                .collect(),
        )
    }

    fn parameter(&mut self, at: &Path<'_>, value: &Value, scope: &Scope) -> Parameter {
        match value {
            Value::String(text) => Parameter::Text(self.template(at, text, scope)),
            Value::Number(number) => Parameter::Number(number.clone()),
            Value::Bool(boolean) => Parameter::Boolean(*boolean),
            Value::Array(items) => {
                let items = items.iter().enumerate();
                Parameter::List(items.map(|(index, item)| self.parameter(&at.item(index), item, scope)).collect())
            }
            Value::Object(fields) => {
                let fields = fields.iter();
                Parameter::Map(
                    fields.map(|(name, value)| (name.clone(), self.parameter(&at.key(name), value, scope))).collect(),
                )
            }
            Value::Null => {
                self.key(at, "a parameter needs a value; leave it out, or give the empty text");
                Parameter::Text(Template::default())
            }
        }
    }

    /// Notes a word that is not known.
    fn unknown(&mut self, at: &Path<'_>, what: &str, text: &str, near: Option<&str>) {
        self.value(at, Note::from(format!("unknown {what} `{text}`")).help(near.map(meant)));
    }

    /// Notes a mistake inside a text, at a byte of it.
    fn inside(&mut self, at: &Path<'_>, text: &str, byte: usize, note: Note) {
        if self.outline.is_mistaken_at(at) {
            return;
        }
        let whole = self.outline.positions.value(at);
        let characters = text.get(..byte).map_or(0, |before| before.chars().count()) as u32;
        let length = text.chars().count() as u32;
        // Only a text that stands in the file as it is can be counted in: plain, or in quotes without escapes.
        let span = match whole.length.checked_sub(length) {
            Some(quotes @ (0 | 2)) => Span {
                column: whole.column + quotes / 2 + characters,
                length: length.saturating_sub(characters).clamp(1, word_length(text, byte)),
                ..whole
            },
            _ => whole,
        };
        let file = Arc::clone(&self.outline.file);
        self.mistakes.push(Diagnostic { file, span: Some(span), message: note.message, help: note.help });
    }
}

/// How many characters the word at a byte has, at least 1.
fn word_length(text: &str, byte: usize) -> u32 {
    let rest = text.get(byte..).unwrap_or_default();
    let inside = |character: &char| character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | '$' | '{');
    (rest.chars().take_while(inside).count() as u32).max(1)
}

/// Items of a list that stand in it twice: their indexes.
pub(super) fn repeated<'a, T: Borrow<str> + 'a>(items: impl IntoIterator<Item = &'a T>) -> Vec<usize> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut again = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        if seen.insert(item.borrow(), index).is_some() {
            again.push(index);
        }
    }
    again
}

fn duration(text: &str) -> Option<Duration> {
    let unit = text.chars().next_back()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    let digits = &text[..text.len() - 1];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // A century is beyond every clock that is moved, and far from overflow.
    let number: u64 = digits.parse().ok()?;
    let total = number.checked_mul(seconds)?;
    (total <= 100 * 366 * 86_400).then(|| Duration::from_secs(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_number_and_a_unit() {
        assert_eq!(duration("7d"), Some(Duration::from_secs(604_800)));
        assert_eq!(duration("24h"), Some(Duration::from_secs(86_400)));
        assert_eq!(duration("30m"), Some(Duration::from_secs(1_800)));
        assert_eq!(duration("90s"), Some(Duration::from_secs(90)));
        assert_eq!(duration("36600d"), Some(Duration::from_secs(3_162_240_000)));
        for text in ["", "d", "7", "7 d", "-7d", "+7d", "7w", "1.5h", "99999999999999999999d", "36601d", "7ß", "٧d"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
