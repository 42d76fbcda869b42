//! The environment, read in one place, and the redacting writers to the standard output and the standard error.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use thiserror::Error;

use crate::client::name_of;
use crate::redact::{RedactingWriter, Secret, SecretRegistry};
use crate::report::text::{is_hidden, visible, visible_json, visible_styled};

/// What the program takes from its environment. `Debug` shows no values.
#[derive(Default)]
pub struct Context {
    variables: HashMap<String, String>,
    /// The names of those that are not Unicode.
    unreadable: HashSet<String>,
    secrets: SecretRegistry,
    /// Why the standard output could not be written to, if it could not.
    output_error: Mutex<Option<io::Error>>,
}

/// Why a variable can't be used. Its value is not shown, for it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VariableError {
    /// It is not Unicode.
    #[error("the value of the environment variable {0} is not UTF-8 text")]
    NotText(String),
    /// It is space alone.
    #[error("the value of the environment variable {0} is nothing but space; set it or unset it")]
    Blank(String),
    /// It holds a character that no key holds.
    #[error("the value of the environment variable {name} holds {character}; leave that out")]
    Character {
        /// The variable.
        name: String,
        /// The character in words.
        character: String,
    },
}

impl std::fmt::Debug for Context {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Context({} variables)", self.variables.len())
    }
}

impl Context {
    /// The environment of this process.
    pub fn of_process() -> Self {
        let mut context = Self::default();
        for (name, value) in std::env::vars_os() {
            // No variable that is looked up has another name.
            let Ok(name) = name.into_string() else { continue };
            match value.into_string() {
                Ok(value) => {
                    context.variables.insert(name, value);
                }
                Err(_) => {
                    context.unreadable.insert(name);
                }
            }
        }
        context
    }

    /// An environment that holds these variables alone.
    #[cfg(test)]
    pub(super) fn of(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { variables: variables.into_iter().collect(), ..Self::default() }
    }

    /// The value of a variable; an empty one counts as not set.
    pub fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).filter(|value| !value.is_empty()).cloned()
    }

    /// The names of variables that are set, with this beginning, in the order of their names.
    pub(super) fn variables_beginning_with(&self, beginning: &str) -> impl Iterator<Item = &str> {
        let mut names: Vec<&str> = self.variables.keys().map(String::as_str).collect();
        names.retain(|name| name.starts_with(beginning));
        names.sort_unstable();
        names.into_iter()
    }

    /// The same for a variable that must be text if it is set.
    ///
    /// # Errors
    ///
    /// It is not text.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, VariableError> {
        match self.unreadable.contains(name) {
            true => Err(VariableError::NotText(name.to_owned())),
            false => Ok(self.variable(name)),
        }
    }

    /// Whether a variable is set, but empty.
    pub fn is_empty(&self, name: &str) -> bool {
        self.variables.get(name).is_some_and(String::is_empty)
    }

    /// From now on the value of a variable is redacted in everything that is written.
    pub fn hide(&self, name: &str) {
        if let Some(value) = self.variable(name) {
            self.secrets.add_credential(&Secret::new(value.trim_matches(is_blank)));
        }
    }

    /// A variable that holds a key or its name. Files and command lines leave line ends and spaces around them, with which
    /// no signature is right: they are left out, and said.
    ///
    /// # Errors
    ///
    /// It is not text, or something in it can't be seen.
    pub fn key(&self, name: &str) -> Result<Option<String>, VariableError> {
        if self.unreadable.contains(name) {
            return Err(VariableError::NotText(name.to_owned()));
        }
        let Some(value) = self.variable(name) else { return Ok(None) };

        let key = value.trim_matches(is_blank);
        if key.is_empty() {
            return Err(VariableError::Blank(name.to_owned()));
        }
        if let Some(character) = key.chars().find(|character| is_hidden(*character)) {
            return Err(VariableError::Character { name: name.to_owned(), character: name_of(character) });
        }

        let end = value.chars().next_back().filter(|character| is_blank(*character));
        let begin = value.chars().next().filter(|character| is_blank(*character));
        if let Some(character) = end.or(begin) {
            let place = if end.is_some() { "ends in" } else { "begins with" };
            let character = name_of(character);
            self.report(&format!("the value of {name} {place} {character}, which is left out"));
        }
        Ok(Some(key.to_owned()))
    }

    /// A variable that holds a secret, as [`Self::key`] reads it. From now on it is redacted in everything that is written.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn secret(&self, name: &str) -> Result<Option<Secret>, VariableError> {
        let secret = self.key(name)?.map(Secret::new);
        if let Some(secret) = &secret {
            self.secrets.add_credential(secret);
        }
        Ok(secret)
    }

    /// What must not be written.
    pub fn secrets(&self) -> &SecretRegistry {
        &self.secrets
    }

    /// The standard output.
    pub(super) fn stdout(&self) -> RedactingWriter<io::Stdout> {
        RedactingWriter::new(io::stdout(), &self.secrets)
    }

    /// The standard error.
    pub(super) fn stderr(&self) -> RedactingWriter<io::Stderr> {
        RedactingWriter::new(io::stderr(), &self.secrets)
    }

    /// Writes a text to the standard output, with control characters shown. If that can't be written to, the command goes on
    /// all the same, for its verdict is wanted too; [`Self::output_error`] then says why.
    pub(super) fn print(&self, text: &str) {
        self.print_raw(&visible(text));
    }

    /// The same for a value as JSON, with control characters as escapes of JSON.
    pub(super) fn print_json(&self, value: &impl Serialize) {
        // What the program lists holds nothing that JSON can't.
        let text = serde_json::to_string_pretty(value).unwrap_or_default();
        self.print_raw(&format!("{}\n", visible_json(&text)));
    }

    /// The same for a text of this program alone, which may hold escapes for colours.
    pub(super) fn print_raw(&self, text: &str) {
        let mut kept = self.output_error.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_some() {
            return;
        }
        let mut out = self.stdout();
        *kept = out.write_all(text.as_bytes()).and_then(|()| out.finish()).err();
    }

    /// Whether the standard output could not be written to, for another reason than that its reader has gone away.
    pub(super) fn output_failed(&self) -> bool {
        let kept = self.output_error.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().is_some_and(|error| error.kind() != io::ErrorKind::BrokenPipe)
    }

    /// Why the standard output could not be written to. That its reader has gone away, as `head` does, is not an error.
    pub(super) fn output_error(&self) -> Option<io::Error> {
        let kept = self.output_error.lock().unwrap_or_else(PoisonError::into_inner).take();
        kept.filter(|error| error.kind() != io::ErrorKind::BrokenPipe)
    }

    /// Writes a line, or several, to the standard error. Control characters are shown.
    pub(super) fn report(&self, text: &str) {
        self.report_styled(&visible(text));
    }

    /// Writes a text to the standard error that may hold escapes for colours.
    pub(super) fn report_styled(&self, text: &str) {
        let text = visible_styled(&self.secrets.redact(text));
        // If the standard error can't be written to, nothing can be reported any more.
        let _ = writeln!(io::stderr(), "{}", text.trim_end());
    }
}

/// Whether a character around a key is not part of it.
fn is_blank(character: char) -> bool {
    character.is_whitespace() || is_hidden(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(value: &str) -> Context {
        Context { variables: HashMap::from([("KEY".to_owned(), value.to_owned())]), ..Context::default() }
    }

    #[test]
    fn what_stands_around_a_key_is_left_out() {
        for value in [
            "a long-secret key",
            "a long-secret key\n",
            "a long-secret key\r\n",
            " a long-secret key\t",
            "\u{feff}a long-secret key",
        ] {
            let context = context(value);
            assert_eq!(context.key("KEY"), Ok(Some("a long-secret key".to_owned())), "{value:?}");
            context.hide("KEY");
            assert!(!context.secrets.redact("x a long-secret key y").contains("secret"), "{value:?}");
        }
        assert_eq!(context("").key("KEY"), Ok(None));
        assert!(context("").is_empty("KEY") && !context("x").is_empty("KEY"));
    }

    #[test]
    fn what_is_in_a_key_is_not_guessed() {
        assert_eq!(context(" \n").key("KEY"), Err(VariableError::Blank("KEY".to_owned())));
        let error = context("se\rcret").key("KEY").unwrap_err().to_string();
        assert_eq!(error, "the value of the environment variable KEY holds a carriage return `\\r`; leave that out");
        let unreadable = Context { unreadable: HashSet::from(["KEY".to_owned()]), ..Context::default() };
        assert_eq!(unreadable.key("KEY"), Err(VariableError::NotText("KEY".to_owned())));
    }
}
