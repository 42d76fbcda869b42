//! Why settings can't be used.

use std::io;

use thiserror::Error;

use crate::cli::VariableError;
use crate::diagnostic::Diagnostics;

/// Why settings can't be used.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The file can't be read.
    #[error("failed to read the configuration file {path}: {source}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// The file holds mistakes.
    #[error("{0}")]
    Mistakes(Diagnostics),
    /// A target is named, and there is no file.
    #[error(
        "there is no target `{target}`, for the working directory holds no {}; name the file by --config",
        super::FILE
    )]
    NoFile {
        /// The target.
        target: String,
    },
    /// The file has no such target.
    #[error(
        "{path} has no target `{target}`{}; it has {}",
        near.as_ref().map_or_else(String::new, |near| format!(" (did you mean `{near}`?)")),
        if targets.is_empty() { "none".to_owned() } else { targets.join(", ") }
    )]
    NoTarget {
        /// The file.
        path: String,
        /// The target.
        target: String,
        /// The most similar one.
        near: Option<String>,
        /// Those of the file.
        targets: Vec<String>,
    },
    /// A variable is not text.
    #[error(transparent)]
    Variable(#[from] VariableError),
    /// The value of a variable is not one of its flag.
    #[error("the environment variable {name} can't be used: {reason}")]
    Value {
        /// The variable.
        name: String,
        /// Why.
        reason: String,
    },
}
