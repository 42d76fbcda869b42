//! The environment, read in one place, and the redacting writers to the standard output and the standard error.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use crate::redact::{RedactingWriter, Secret, SecretRegistry};
use crate::report::text::{visible, visible_json, visible_styled};

/// What the program takes from its environment. `Debug` shows no values.
#[derive(Default)]
pub struct Context {
    variables: HashMap<String, String>,
    secrets: SecretRegistry,
    /// Why the standard output could not be written to, if it could not.
    output_error: Mutex<Option<io::Error>>,
}

impl std::fmt::Debug for Context {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Context({} variables)", self.variables.len())
    }
}

impl Context {
    /// The environment of this process. Variables that are not Unicode are left out.
    pub fn of_process() -> Self {
        let variables = std::env::vars_os();
        let variables =
            variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self { variables: variables.collect(), ..Self::default() }
    }

    /// The value of a variable; an empty one counts as not set.
    pub fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).filter(|value| !value.is_empty()).cloned()
    }

    /// A variable that holds a secret. From now on it is redacted in everything that is written.
    pub fn secret(&self, name: &str) -> Option<Secret> {
        let secret = self.variable(name).map(Secret::new)?;
        self.secrets.add_credential(&secret);
        Some(secret)
    }

    /// What must not be written.
    pub fn secrets(&self) -> &SecretRegistry {
        &self.secrets
    }

    /// The standard output.
    pub(super) fn stdout(&self) -> RedactingWriter<io::Stdout> {
        RedactingWriter::new(io::stdout(), &self.secrets)
    }

    /// Writes a text to the standard output, with control characters shown. If that can't be written to, the command goes on
    /// all the same, for its verdict is wanted too; [`Self::output_error`] then says why.
    pub(super) fn print(&self, text: &str) {
        self.print_raw(&visible(text));
    }

    /// The same for JSON, with control characters as escapes of JSON.
    pub(super) fn print_json(&self, text: &str) {
        self.print_raw(&visible_json(text));
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

    /// Why the standard output could not be written to. That its reader has gone away, as `head` does, is no error.
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
