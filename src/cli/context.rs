//! The environment, read in one place, and the redacting writers to the standard output and the standard error.

use std::collections::HashMap;
use std::io::{self, Write};

use super::CliError;
use crate::redact::{RedactingWriter, Secret, SecretRegistry};
use crate::report::text::visible;

/// What the program takes from its environment. `Debug` shows no values.
#[derive(Default)]
pub struct Context {
    variables: HashMap<String, String>,
    secrets: SecretRegistry,
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
        Self { variables: variables.collect(), secrets: SecretRegistry::new() }
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

    /// Writes a text to the standard output.
    pub(super) fn print(&self, text: &str) -> Result<(), CliError> {
        let mut out = self.stdout();
        out.write_all(text.as_bytes()).and_then(|()| out.finish()).map_err(CliError::Output)
    }

    /// Writes a line, or several, to the standard error. Control characters are shown.
    pub(super) fn report(&self, text: &str) {
        self.report_styled(&visible(text));
    }

    /// Writes a text to the standard error that may hold escapes for colours.
    pub(super) fn report_styled(&self, text: &str) {
        let text = self.secrets.redact(text);
        // If the standard error can't be written to, nothing can be reported any more.
        let _ = writeln!(io::stderr(), "{}", text.trim_end());
    }
}
