//! One file while it is checked: looks words up, and reports what is wrong where.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use crate::suite::map::IndexMap;
use serde_json::Value;

use super::template_scope::{RESERVED, TemplateScope, for_key, meant};
use super::vocabulary::Vocabulary;
use crate::diagnostic::{Diagnostic, Span};
use crate::event::Source;
use crate::near::nearest;
use crate::suite::Map;
use crate::suite::field_path::FieldPath;
use crate::suite::name::{ClassName, ClauseId, Code, Edition, FixtureName, OperationName, State};
use crate::suite::request::{Parameter, RequestTemplate};
use crate::suite::step::Expected;
use crate::suite::template::Template;
use crate::yaml::{Outline, Path};

/// One file while it is checked.
pub(in crate::suite) struct FileChecker<'a> {
    pub outline: &'a Outline<'a>,
    pub vocabulary: &'a Vocabulary,
    pub mistakes: &'a mut Vec<Diagnostic>,
}

/// What is wrong, and what could be meant.
pub(in crate::suite) struct Message {
    pub message: String,
    pub help: Option<String>,
}

impl<M: Into<String>> From<M> for Message {
    fn from(message: M) -> Self {
        Self { message: message.into(), help: None }
    }
}

impl Message {
    pub fn help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }
}

impl FileChecker<'_> {
    /// Reports a mistake in a value.
    pub fn error_at_value(&mut self, at: &Path<'_>, message: impl Into<Message>) {
        self.error(at, self.outline.value(at), message.into());
    }

    /// Reports a mistake of a key, or of what stands under it as a whole.
    pub fn error_at_key(&mut self, at: &Path<'_>, message: impl Into<Message>) {
        self.error(at, self.outline.key(at), message.into());
    }

    /// Reports a mistake, unless the parser has reported one at its place already.
    fn error(&mut self, at: &Path<'_>, span: Span, message: Message) {
        // A stand-in is there, whose mistake is reported already.
        if self.outline.is_mistaken_at(at) {
            return;
        }
        let file = Arc::clone(&self.outline.file);
        self.mistakes.push(Diagnostic { file, span: Some(span), message: message.message, help: message.help });
    }

    /// Where a key stands.
    pub fn source(&self, at: &Path<'_>) -> Source {
        let span = self.outline.key(at);
        Source { folder: None, file: Arc::clone(&self.outline.file), line: span.line, column: span.column }
    }

    pub fn format(&mut self, format: u32) {
        if format != 1 {
            self.error_at_value(
                &Path::Root.key("format"),
                format!("format {format} is not known to this program, only 1"),
            );
        }
    }

    /// Reports the items of a list that stand in it twice.
    pub fn once(&mut self, at: &Path<'_>, items: &[String]) {
        let mut seen = HashSet::new();
        for (index, item) in items.iter().enumerate() {
            if !seen.insert(item.as_str()) {
                self.error_at_value(&at.item(index), format!("`{item}` stands in the list twice"));
            }
        }
    }

    /// A text that a reader needs.
    pub fn sentence(&mut self, at: &Path<'_>, text: &str) {
        if text.trim().is_empty() {
            self.error_at_value(at, "this must not be empty");
        }
    }

    pub fn state(&mut self, at: &Path<'_>, text: &str) -> State {
        match self.vocabulary.states.get(text) {
            Some(state) => state.clone(),
            None => {
                let near = nearest(text, self.vocabulary.states.iter().map(State::as_str));
                self.unknown(at, "state", text, near);
                // The unknown word stands for itself, so that the rest can still be checked.
                State::from(text)
            }
        }
    }

    /// A state that stands as a key of a map.
    pub fn state_key(&mut self, at: &Path<'_>, text: &str) -> Option<State> {
        if let Some(state) = self.vocabulary.states.get(text) {
            return Some(state.clone());
        }
        let near = nearest(text, self.vocabulary.states.iter().map(State::as_str));
        self.error_at_key(at, Message::from(format!("unknown state `{text}`")).help(near.map(meant)));
        None
    }

    pub fn class(&mut self, at: &Path<'_>, text: &str, as_key: bool) -> Option<ClassName> {
        if let Some((class, _)) = self.vocabulary.classes.get_key_value(text) {
            return Some(class.clone());
        }
        let near = nearest(text, self.vocabulary.classes.keys().map(ClassName::as_str));
        let unknown = Message::from(format!("unknown class of keys `{text}`")).help(near.map(meant));
        if as_key {
            self.error_at_key(at, unknown);
        } else {
            self.error_at_value(at, unknown);
        }
        None
    }

    pub fn operation(&mut self, at: &Path<'_>, text: &str) -> OperationName {
        match self.vocabulary.operations.get(text).or_else(|| self.vocabulary.others.get(text)) {
            Some(operation) => operation.clone(),
            None => {
                let known = self.vocabulary.operations.iter().chain(&self.vocabulary.others);
                let near = nearest(text, known.map(OperationName::as_str));
                self.unknown(at, "operation", text, near);
                OperationName::from(text)
            }
        }
    }

    /// An operation that the table has.
    pub fn row_operation(&mut self, at: &Path<'_>, text: &str) -> OperationName {
        if self.vocabulary.others.contains(text) {
            self.error_at_value(at, format!("`{text}` has no row in the table"));
        }
        self.operation(at, text)
    }

    /// An outcome, with each of its statuses.
    pub fn outcome(&mut self, at: &Path<'_>, text: &str) -> Vec<Expected> {
        match self.vocabulary.outcomes.get_key_value(text) {
            Some((code, statuses)) => {
                statuses.iter().map(|status| Expected { code: code.clone(), status: *status }).collect()
            }
            None => {
                let near = nearest(text, self.vocabulary.outcomes.keys().map(Code::as_str));
                self.unknown(at, "outcome", text, near);
                vec![Expected { code: Code::from(text), status: 0 }]
            }
        }
    }

    pub fn clause(&mut self, at: &Path<'_>, text: &str) -> ClauseId {
        // Without a readable file of clauses, every clause would seem to be unknown.
        let Some(clauses) = &self.vocabulary.clauses else { return ClauseId::from(text) };
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
        match self.vocabulary.editions.get(text) {
            Some(edition) => edition.clone(),
            None if self.vocabulary.clauses.is_none() => Edition::from(text),
            None => {
                let near = nearest(text, self.vocabulary.editions.iter().map(Edition::as_str));
                self.unknown(at, "edition", text, near);
                Edition::from(text)
            }
        }
    }

    /// Reports an edition that is not that of its clause.
    pub fn edition_fits(&mut self, at: &Path<'_>, edition: &Edition, clause: &ClauseId) {
        if let Some(clauses) = &self.vocabulary.clauses
            && let Some(found) = clauses.get(clause)
            && found.edition != *edition
            && self.vocabulary.editions.contains(edition)
        {
            self.error_at_value(at, format!("the clause `{clause}` is of the edition `{}`", found.edition));
        }
    }

    pub fn fixtures(&mut self, at: &Path<'_>, texts: &[String]) -> Vec<FixtureName> {
        let mut fixtures = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            match self.vocabulary.fixtures.get_key_value(text.as_str()) {
                Some((fixture, _)) => fixtures.push(fixture.clone()),
                None => {
                    let near = nearest(text, self.vocabulary.fixtures.keys().map(FixtureName::as_str));
                    self.unknown(&at.item(index), "fixture", text, near);
                }
            }
        }
        fixtures
    }

    pub fn field_path(&mut self, at: &Path<'_>, text: &str, as_key: bool) -> Option<FieldPath> {
        let path = FieldPath::parse(text);
        if path.is_none() {
            let message = format!("`{text}` is not the path of a field: names joined with single dots");
            if as_key {
                self.error_at_key(at, message);
            } else {
                self.error_at_value(at, message);
            }
        }
        path
    }

    pub fn field_paths(&mut self, at: &Path<'_>, texts: &[String]) -> Vec<FieldPath> {
        texts.iter().enumerate().filter_map(|(index, text)| self.field_path(&at.item(index), text, false)).collect()
    }

    /// The list whose entries are counted, which pages must be able to say.
    pub fn counted(&mut self, at: &Path<'_>, list: &str) -> Option<FieldPath> {
        if !self.vocabulary.counts_entries {
            self.error_at_key(
                at,
                "`counted` does not go with paging by marker, where no page says how many entries there are",
            );
        }
        self.field_path(at, list, false)
    }

    /// Names and what they stand for: name → path.
    pub fn capture(&mut self, at: &Path<'_>, capture: &Map<String>) -> IndexMap<String, FieldPath> {
        let mut found = IndexMap::default();
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
            self.error_at_key(at, format!("`{name}` is not a name: letters, digits, `_` and `-`"));
        }
    }

    /// A name that begins a path in templates.
    pub fn root_name(&mut self, at: &Path<'_>, name: &str) {
        self.name(at, name);
        if RESERVED.contains(&name) {
            self.error_at_key(at, format!("`{name}` has a meaning of its own in templates"));
        }
    }

    pub fn duration(&mut self, at: &Path<'_>, text: &str) -> Duration {
        duration(text).unwrap_or_else(|| {
            let message = format!("`{text}` is not a duration: a number and `s`, `m`, `h` or `d`, such as `7d`");
            self.error_at_value(at, message);
            Duration::ZERO
        })
    }

    /// A template, all of whose names must be known.
    pub fn template(&mut self, at: &Path<'_>, text: &str, scope: &TemplateScope) -> Template {
        match Template::parse(text) {
            Ok(template) => {
                for path in template.paths() {
                    if let Err((message, help)) = scope.check(path, self.vocabulary) {
                        self.inside(at, text, text.find(&path.join(".")).unwrap_or(0), Message { message, help });
                    }
                }

                // In a step about another key, `key` means that one.
                match &scope.on {
                    Some(key) => template.with_paths(&|path| for_key(path, key, self.vocabulary)),
                    None => template,
                }
            }
            Err(error) => {
                self.inside(at, text, error.at, Message::from(error.message));
                // An empty template lets the reading go on, so that all mistakes are found at once.
                Template::default()
            }
        }
    }

    pub fn request(&mut self, at: &Path<'_>, parameters: &Map<Value>, scope: &TemplateScope) -> RequestTemplate {
        RequestTemplate(
            parameters
                .iter()
                .map(|(name, value)| (name.clone(), self.parameter(&at.key(name), value, scope)))
                .collect(),
        )
    }

    fn parameter(&mut self, at: &Path<'_>, value: &Value, scope: &TemplateScope) -> Parameter {
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
            // It could mean that the parameter is left out as well as that it is empty.
            Value::Null => {
                self.error_at_key(at, "a parameter needs a value; leave it out, or give the empty text");
                Parameter::Text(Template::default())
            }
        }
    }

    /// Reports a word that is not known.
    fn unknown(&mut self, at: &Path<'_>, what: &str, text: &str, near: Option<&str>) {
        self.error_at_value(at, Message::from(format!("unknown {what} `{text}`")).help(near.map(meant)));
    }

    /// Reports a mistake inside a text, at a byte of it.
    fn inside(&mut self, at: &Path<'_>, text: &str, byte: usize, message: Message) {
        let whole = self.outline.value(at);
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

        self.error(at, span, message);
    }
}

/// How many characters the word at a byte has, at least 1.
fn word_length(text: &str, byte: usize) -> u32 {
    let rest = text.get(byte..).unwrap_or_default();
    let inside = |character: &char| character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | '$' | '{');
    (rest.chars().take_while(inside).count() as u32).max(1)
}

/// Whether a text is in kebab-case.
pub(in crate::suite) fn is_kebab(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(fits) && !text.starts_with('-') && !text.ends_with('-')
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
