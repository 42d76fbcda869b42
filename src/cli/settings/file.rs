//! The file of settings, checked as a whole: every mistake at once, with its place.

use std::ffi::OsString;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::SettingsError;
use super::key::{Key, Shape};
use super::secret::{is_name_of_secret, is_name_of_variable, shown, takes_variable};
use crate::diagnostic::places::{Places, lone_return};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::input::read_text;
use crate::near::nearest;
use crate::redact::{Secret, SecretRegistry};

/// The only format that there is.
const FORMAT: &str = "1";

/// The biggest file, in bytes.
const BIGGEST: usize = 1 << 20;

/// What may stand at the top of a file.
const TOP: [&str; 3] = ["format", "defaults", "targets"];

/// A file of settings.
#[derive(Debug, Default)]
pub(super) struct SettingsFile {
    pub(super) path: String,
    /// The settings of every target, and of none.
    pub(super) defaults: Vec<Entry>,
    pub(super) targets: IndexMap<String, Vec<Entry>>,
}

/// A setting.
#[derive(Debug)]
pub(super) struct Entry {
    /// The name of its key.
    pub(super) name: String,
    /// The words that hand it to a command; none for a switch that is off.
    pub(super) words: Vec<OsString>,
    pub(super) place: Span,
}

/// Reads a file. What is right in it is kept in any case, along with its mistakes.
///
/// # Errors
///
/// When it can't be read at all.
pub(super) fn read(
    path: &Path,
    keys: &[&Key],
    secrets: &SecretRegistry,
) -> Result<(SettingsFile, Option<Diagnostics>), SettingsError> {
    let name = path.display().to_string();
    let text = read_text(path, BIGGEST).map_err(|source| SettingsError::Read { path: name.clone(), source })?;
    Ok(parse(&name, &text, keys, secrets))
}

/// Parses the text of a file.
pub(super) fn parse(
    path: &str,
    text: &str,
    keys: &[&Key],
    secrets: &SecretRegistry,
) -> (SettingsFile, Option<Diagnostics>) {
    let mut reader = Reader { file: path.into(), places: Places::new(text), keys, secrets, mistakes: Vec::new() };
    let mut file = reader.file(text);
    path.clone_into(&mut file.path);

    let mistakes = (!reader.mistakes.is_empty()).then(|| {
        let shown = shown(text);
        Diagnostics::new(reader.mistakes, [(path, shown.as_str())])
    });
    (file, mistakes)
}

struct Reader<'a> {
    file: Arc<str>,
    places: Places<'a>,
    keys: &'a [&'a Key],
    secrets: &'a SecretRegistry,
    mistakes: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn mistake(&mut self, range: Range<usize>, message: impl Into<String>, help: Option<String>) {
        let (file, span) = (Arc::clone(&self.file), Some(self.places.span(Some(range))));
        self.mistakes.push(Diagnostic { file, span, message: message.into(), help });
    }

    fn file(&mut self, text: &str) -> SettingsFile {
        let mut file = SettingsFile::default();
        if let Some(at) = lone_return(text) {
            let help = "save it with line ends of Unix (LF) or Windows (CR LF)".to_owned();
            self.mistake(at..at, "a line ends with a carriage return alone", Some(help));
            return file;
        }

        let table = match DeTable::parse(text) {
            Ok(table) => table.into_inner(),
            Err(error) => {
                self.mistake(error.span().unwrap_or_default(), error.message(), None);
                return file;
            }
        };

        let mut has_format = false;
        for (name, value) in table {
            match &**name.get_ref() {
                "format" => {
                    has_format = true;
                    self.format(&value);
                }
                "defaults" => file.defaults = self.table(&name, value),
                "targets" => {
                    for (target, value) in self.tables(&name, value) {
                        let entries = self.table(&target, value);
                        file.targets.insert(target.into_inner().into_owned(), entries);
                    }
                }
                other => self.unknown_at_top(name.span(), other, &value),
            }
        }

        if !has_format {
            self.mistake(0..0, "it has no `format`", Some("begin it with `format = 1`".to_owned()));
        }
        file
    }

    fn format(&mut self, value: &Spanned<DeValue<'_>>) {
        let is_known = matches!(value.get_ref(), DeValue::Integer(number) if number.as_str() == FORMAT);
        if !is_known {
            self.mistake(value.span(), "this program reads format 1 alone", None);
        }
    }

    fn unknown_at_top(&mut self, at: Range<usize>, name: &str, value: &Spanned<DeValue<'_>>) {
        if self.is_secret(at.clone(), name, value.get_ref()) {
            return;
        }
        let help = match nearest(name, TOP) {
            Some(near) => format!("did you mean `{near}`?"),
            None if self.keys.iter().any(|key| key.name == name) => {
                "settings stand under `[defaults]` or `[targets.NAME]`".to_owned()
            }
            None => format!("the top of the file holds {}", TOP.join(", ")),
        };
        self.mistake(at, format!("`{name}` is unknown here"), Some(help));
    }

    /// The entries of a table of tables.
    fn tables<'b>(
        &mut self,
        name: &Spanned<std::borrow::Cow<'_, str>>,
        value: Spanned<DeValue<'b>>,
    ) -> Vec<(Spanned<std::borrow::Cow<'b, str>>, Spanned<DeValue<'b>>)> {
        let at = value.span();
        match value.into_inner() {
            DeValue::Table(table) => table.into_iter().collect(),
            _ => {
                let help = "write `[targets.NAME]` and its settings below".to_owned();
                self.mistake(at, format!("`{}` holds a table for each target", name.get_ref()), Some(help));
                Vec::new()
            }
        }
    }

    /// The settings of a table.
    fn table(&mut self, name: &Spanned<std::borrow::Cow<'_, str>>, value: Spanned<DeValue<'_>>) -> Vec<Entry> {
        let at = value.span();
        let DeValue::Table(table) = value.into_inner() else {
            let message = format!("`{}` is a table of settings, and this is none", name.get_ref());
            self.mistake(at, message, None);
            return Vec::new();
        };
        table.into_iter().filter_map(|(name, value)| self.entry(name.span(), name.get_ref(), &value)).collect()
    }

    fn entry(&mut self, at: Range<usize>, name: &str, value: &Spanned<DeValue<'_>>) -> Option<Entry> {
        let keys = self.keys;
        let Some(key) = keys.iter().copied().find(|key| key.name == name) else {
            if !self.is_secret(at.clone(), name, value.get_ref()) {
                let help = match nearest(name, keys.iter().map(|key| key.name.as_str())) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "a setting has the name of a flag: `kms-conformance run --help` shows them".to_owned(),
                };
                self.mistake(at, format!("`{name}` is not a setting"), Some(help));
            }
            return None;
        };
        if takes_variable(name) && !self.names_variable(name, value) {
            return None;
        }

        let words = self.words(key, value)?;
        Some(Entry { name: name.to_owned(), words, place: self.places.span(Some(at)) })
    }

    /// Whether a name is that of a secret. It is reported, and never shown.
    fn is_secret(&mut self, at: Range<usize>, name: &str, value: &DeValue<'_>) -> bool {
        if !is_name_of_secret(name) {
            return false;
        }
        self.hide(value);
        let help = "set a variable of the environment, and give its name by the setting that ends in `-env`";
        self.mistake(at, format!("`{name}` is a secret, and secrets never stand in this file"), Some(help.to_owned()));
        true
    }

    /// Whether the value of a setting that names a variable can be such a name.
    fn names_variable(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> bool {
        match value.get_ref() {
            DeValue::String(text) if !is_name_of_variable(text) => {
                self.hide(value.get_ref());
                let message = format!("`{name}` takes the name of an environment variable, and this is none");
                let help = "secrets never stand in this file".to_owned();
                self.mistake(value.span(), message, Some(help));
                false
            }
            // What is not text is reported with the other wrong types.
            _ => true,
        }
    }

    /// From now on a value is redacted in everything that is written.
    fn hide(&self, value: &DeValue<'_>) {
        if let DeValue::String(text) = value {
            self.secrets.add_credential(&Secret::new(text.to_string()));
        }
    }

    /// The words of a value.
    fn words(&mut self, key: &Key, value: &Spanned<DeValue<'_>>) -> Option<Vec<OsString>> {
        let words = match (key.shape, value.get_ref()) {
            (Shape::Switch, DeValue::Boolean(on)) => key.repeated(u8::from(*on)),
            (Shape::Count, DeValue::Integer(number)) => match integer(number).map(u8::try_from) {
                Some(Ok(times)) => key.repeated(times),
                _ => Err(format!("`{number}` is not how often a flag can be given")),
            },
            (Shape::Number | Shape::NumberOrText, DeValue::Integer(number)) => match integer(number) {
                Some(number) => key.word(&number.to_string()).map(|word| vec![word]),
                None => Err(format!("`{number}` is too big")),
            },
            (Shape::Text | Shape::NumberOrText, DeValue::String(text)) => key.word(text).map(|word| vec![word]),
            (Shape::List, DeValue::Array(items)) => return self.list(key, items.iter()),
            (shape, other) => Err(format!("`{}` takes {}, and this is {}", key.name, takes(shape), is(other))),
        };
        match words {
            Ok(words) => Some(words),
            Err(reason) => {
                self.mistake(value.span(), reason, None);
                None
            }
        }
    }

    fn list<'b, 'c: 'b>(
        &mut self,
        key: &Key,
        items: impl Iterator<Item = &'b Spanned<DeValue<'c>>>,
    ) -> Option<Vec<OsString>> {
        let mut words = Vec::new();
        let mut is_right = true;
        for item in items {
            let word = match item.get_ref() {
                DeValue::String(text) => key.word(text),
                other => Err(format!("`{}` takes a list of texts, and this is {}", key.name, is(other))),
            };
            match word {
                Ok(word) => words.push(word),
                Err(reason) => {
                    is_right = false;
                    self.mistake(item.span(), reason, None);
                }
            }
        }
        is_right.then_some(words)
    }
}

fn integer(number: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// What a shape takes, in words.
fn takes(shape: Shape) -> &'static str {
    match shape {
        Shape::Switch => "true or false",
        Shape::Count | Shape::Number => "a whole number",
        Shape::Text => "a text",
        Shape::NumberOrText => "a whole number or a word",
        Shape::List => "a list of texts",
    }
}

/// What a value is, in words.
fn is(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
