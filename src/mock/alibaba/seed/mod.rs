//! Seed files: the access keys and keys that a mock has from the start, written by people in YAML.
//!
//! `examples/seed.yaml` shows every field, `examples/seed.schema.json` describes them to editors.

mod check;
mod entry;
mod key;

use std::sync::Arc;

use schemars::generate::SchemaSettings;
use serde_json::Value;

pub use key::SeedKey;

use crate::diagnostic::Diagnostics;
use crate::mock::alibaba::access_key::AccessKey;
use crate::redact::Secret;
use crate::yaml::Document;

/// What a seed file holds.
///
/// ```
/// use kms_conformance::mock::{AlibabaConfig, Mock, Seed};
///
/// let text = "
/// keys:
///   - id: 0b7d4e21-6a9f-4c35-b1e8-92d3f7a650cc
///     aliases: [alias/orders]
/// ";
/// let seed = Seed::parse("seed.yaml", text, |_| None)?;
/// let mock = Mock::start_with(seed.into_config(AlibabaConfig::default()))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Seed {
    /// Who may sign requests.
    pub access_keys: Vec<AccessKey>,
    /// Keys with their aliases.
    pub keys: Vec<SeedKey>,
}

impl Seed {
    /// Reads a seed file. `file` is its name in messages, and `environment` looks up what `secret_env` names.
    ///
    /// # Errors
    /// All mistakes with their places. The lines themselves are not shown, since they may hold secrets.
    pub fn parse(file: &str, text: &str, environment: impl Fn(&str) -> Option<Secret>) -> Result<Self, Diagnostics> {
        let mut mistakes = Vec::new();
        let document = Document::<entry::SeedFile>::read(&Arc::from(file), text, &mut mistakes);
        let seed = document.map(|document| check::check(document, &environment, &mut mistakes));
        match seed {
            Some(seed) if mistakes.is_empty() => Ok(seed),
            _ => Err(Diagnostics::new(mistakes, [])),
        }
    }

    /// The JSON Schema of seed files, draft 7.
    pub fn schema() -> Value {
        SchemaSettings::draft07().into_generator().into_root_schema_for::<entry::SeedFile>().to_value()
    }
}
