//! The arguments that a command needs to meet the same target, as they are shown to be pasted into a shell.

use crate::report::curl::quote;

/// Arguments for a shell.
#[derive(Debug, Default)]
pub(super) struct Again(Vec<String>);

impl Again {
    /// Adds an argument without a flag.
    pub(super) fn word(&mut self, word: impl ToString) {
        self.0.push(word.to_string());
    }

    /// Adds a flag with its value, if there is one.
    pub(super) fn flag(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.0.extend([format!("--{name}"), value.to_string()]);
        }
    }

    /// Adds a flag that has no value, if it was given.
    pub(super) fn switch(&mut self, name: &str, is_given: bool) {
        if is_given {
            self.0.push(format!("--{name}"));
        }
    }

    /// The arguments in one line.
    pub(super) fn line(&self) -> String {
        self.0.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ")
    }

    /// The arguments as words, which no shell has read.
    pub(super) fn into_words(self) -> Vec<String> {
        self.0
    }
}
