//! The environment, read in one place.

use std::collections::HashMap;

use crate::secret::Secret;

/// What the program takes from its environment. `Debug` shows no values.
#[derive(Default)]
pub struct Context {
    variables: HashMap<String, String>,
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
        Self { variables: variables.collect() }
    }

    /// The value of a variable; an empty one counts as not set.
    pub fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).filter(|value| !value.is_empty()).cloned()
    }

    /// A variable that holds a secret.
    pub fn secret(&self, name: &str) -> Option<Secret> {
        self.variable(name).map(Secret::new)
    }
}
