//! Credentials in the files of a cloud's own tools.

use jiff::Timestamp;
use thiserror::Error;

use super::Credentials;

/// Reads a file with temporary credentials.
pub type ReadSession = fn(&str) -> Result<StoredCredentials, CredentialFileError>;

/// Credentials of a file.
#[derive(Debug, Clone)]
pub struct StoredCredentials {
    /// What requests are signed with.
    pub credentials: Credentials,
    /// When they end, if they do.
    pub expires: Option<Timestamp>,
}

/// Why a file gives no credentials. Its values are not shown, for they may be secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CredentialFileError {
    /// It is not JSON.
    #[error("it is not JSON: line {line}, column {column} is wrong")]
    Json {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// A field is missing, or empty.
    #[error("{place} has no `{field}`")]
    Missing {
        /// What should have it.
        place: String,
        /// The field.
        field: &'static str,
    },
    /// A field has another type, or holds what can't be meant.
    #[error("`{field}` of {place} {reason}")]
    Field {
        /// What has it.
        place: String,
        /// The field.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no such profile.
    #[error(
        "it has no profile `{name}`{}; it has {}",
        near.as_ref().map_or_else(String::new, |near| format!(" (did you mean `{near}`?)")),
        if profiles.is_empty() { "none".to_owned() } else { profiles.join(", ") }
    )]
    NoProfile {
        /// Its name.
        name: String,
        /// The most similar one.
        near: Option<String>,
        /// Those that there are.
        profiles: Vec<String>,
    },
    /// A profile has credentials of a kind that this program can't use.
    #[error(
        "the profile `{profile}` has the mode `{mode}`, for which credentials must be requested first; this program reads {}",
        modes.join(" and ")
    )]
    Mode {
        /// The profile.
        profile: String,
        /// Its mode.
        mode: String,
        /// Those that can be used.
        modes: &'static [&'static str],
    },
}
