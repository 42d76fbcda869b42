//! The values of templates while a case runs.
//!
//! - `key`: a key that a case owns, with what is known of it;
//! - `context`: what a template is evaluated for;
//! - `evaluation`: the value of a template, of a path and of an expression in it;
//! - `function`: the value of a function.

mod context;
mod evaluation;
mod function;
mod key;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use serde_json::Value;

pub(super) use self::context::Context;
pub(super) use self::evaluation::NoValue;
pub(super) use self::key::KeyBinding;
use crate::provider::ClockForm;
use crate::redact::SecretRegistry;
use crate::suite::name::{ClassName, KeyName, State};

/// The values of templates.
#[derive(Debug)]
pub(super) struct Bindings {
    pub(super) keys: HashMap<KeyName, KeyBinding>,
    pub(super) values: HashMap<String, String>,
    /// The fields of responses that were kept under a name.
    pub(super) responses: HashMap<String, Value>,
    pub(super) class: ClassName,
    pub(super) state: Option<State>,
    /// Marks the keys of this run.
    pub(super) mark: String,
    /// Makes the names of this attempt unique.
    pub(super) prefix: String,
    pub(super) names_made: u32,
    /// The source of test data.
    pub(super) random: fastrand::Rng,
    /// Where secrets that are made up here are registered.
    pub(super) secrets: SecretRegistry,
    /// How the cloud writes times.
    pub(super) clock_form: ClockForm,
    /// The regions besides that of the target.
    pub(super) other_regions: Vec<String>,
}

impl Bindings {
    pub(super) fn new(
        class: ClassName,
        state: Option<State>,
        mark: &str,
        prefix: String,
        random: fastrand::Rng,
        secrets: SecretRegistry,
    ) -> Self {
        Self {
            keys: HashMap::new(),
            values: HashMap::new(),
            responses: HashMap::new(),
            class,
            state,
            mark: mark.to_owned(),
            prefix,
            names_made: 0,
            random,
            secrets,
            clock_form: ClockForm::Rfc3339,
            other_regions: Vec::new(),
        }
    }

    /// The same for cases that may use these regions besides that of the target.
    #[must_use]
    pub(super) fn with_other_regions(self, regions: Vec<&str>) -> Self {
        Self { other_regions: regions.into_iter().map(str::to_owned).collect(), ..self }
    }

    /// The same for a cloud that writes times in this form.
    #[must_use]
    pub(super) fn with_clock_form(self, clock_form: ClockForm) -> Self {
        Self { clock_form, ..self }
    }
}
