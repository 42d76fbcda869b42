//! What the files of a cloud's official tools hold for a user besides the environment.

use std::io;
use std::path::PathBuf;

use jiff::Timestamp;
use thiserror::Error;

use super::{CredentialFileError, Credentials};

/// The values of the environment variables, by name.
pub type Variables<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// The files in which the official tools of a cloud keep credentials under names.
#[derive(Debug, Clone, Copy)]
pub struct ProfileFiles {
    /// The environment variable that names a profile.
    pub variable: &'static str,
    /// The environment variables that name the files, if they are not in their usual places.
    pub file_variables: &'static [&'static str],
    /// Reads the profile that the environment names, or the default one.
    pub read: fn(&Variables<'_>) -> Result<Profile, ProfileError>,
    /// The region of the profile, which counts also where the access key comes from elsewhere.
    pub region: fn(&Variables<'_>) -> Option<String>,
}

/// What a profile holds.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// The region.
    pub region: Option<String>,
    /// The access key.
    pub credentials: Option<Credentials>,
    /// When that ends, if it does.
    pub expires: Option<Timestamp>,
    /// The file that it stands in.
    pub path: Option<PathBuf>,
}

/// Why a profile can't be used.
#[derive(Debug, Error)]
pub enum ProfileError {
    /// A file can't be read.
    #[error("failed to read the profiles in {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not as the tools write it, or has no such profile.
    #[error("{} gives no credentials: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: CredentialFileError,
    },
    /// A line does not belong to a profile. What it holds may be a secret.
    #[error("line {line} of {} is neither a [profile] nor a `name = value`", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The number of the line, from 1.
        line: usize,
    },
    /// No file has the profile that was named.
    #[error("{variable} names the profile `{name}`, which neither {} nor {} has", files[0].display(), files[1].display())]
    Missing {
        /// The environment variable that names it.
        variable: &'static str,
        /// The profile.
        name: String,
        /// Where it was looked for.
        files: [PathBuf; 2],
    },
    /// Half of an access key.
    #[error("the profile `{name}` in {} has `{has}` without `{lacks}`", path.display())]
    Half {
        /// The profile.
        name: String,
        /// The file.
        path: PathBuf,
        /// The setting that it has.
        has: &'static str,
        /// The setting that it lacks.
        lacks: &'static str,
    },
    /// Its access key would have to be had from elsewhere.
    #[error(
        "{variable} names the profile `{name}`, which holds no access key of its own, and `{setting}` is not followed: put the \
         access key into environment variables"
    )]
    Indirect {
        /// The environment variable that names it.
        variable: &'static str,
        /// The profile.
        name: String,
        /// The setting that says where.
        setting: String,
    },
}
