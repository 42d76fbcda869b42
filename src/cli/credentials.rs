//! What requests are signed with: from the environment or from files, and never from flags.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use thiserror::Error;

use super::again::Again;
use super::{Context, VariableError};
use crate::input::read_text;
use crate::provider::{
    CredentialFileError, CredentialVariables, Credentials, Declaration, Profile, ProfileError, ProfileFiles,
    StoredCredentials,
};
use crate::session::TargetKind;

/// The biggest file of credentials, in bytes.
const BIGGEST: usize = 1 << 20;

// Where the credentials are. What is named here comes before everything else; then come the usual variables of the
// environment, and on an account the configuration of the cloud's own command line.
#[derive(Debug, Args)]
#[command(next_help_heading = "Credentials")]
pub(super) struct CredentialArguments {
    /// Take the credentials from this profile of the cloud's own command line [default: those of the environment, and on an
    /// account without them the current profile]
    #[arg(long, value_name = "NAME", conflicts_with = "credentials_file")]
    profile: Option<String>,
    /// Take temporary credentials from this file, a response of the cloud that has an access key, its token and its end
    #[arg(long, value_name = "FILE")]
    credentials_file: Option<PathBuf>,
    /// The environment variable that holds the id of the access key, if it is not the usual one
    #[arg(long, value_name = "NAME", conflicts_with_all = ["profile", "credentials_file"], requires = "access_key_secret_env")]
    access_key_id_env: Option<String>,
    /// The environment variable that holds the secret of the access key
    #[arg(long, value_name = "NAME", requires = "access_key_id_env")]
    access_key_secret_env: Option<String>,
    /// The environment variable that holds the token of temporary credentials
    #[arg(long, value_name = "NAME", requires = "access_key_id_env")]
    security_token_env: Option<String>,
}

/// Why there are no credentials.
#[derive(Debug, Error)]
pub enum CredentialError {
    /// One of the variables of an access key is set without the other.
    #[error("{set} is set, but {missing} {}; set both, or none", if *is_empty { "is empty" } else { "is not" })]
    Half {
        /// A variable that is set.
        set: String,
        /// One that it needs.
        missing: String,
        /// Whether that one is there, but empty.
        is_empty: bool,
    },
    /// A variable that is named is not set.
    #[error("the environment variable {0}, which is named for the credentials, is not set, or is empty")]
    NotSet(String),
    /// A variable can't be used.
    #[error(transparent)]
    Variable(#[from] VariableError),
    /// A file can't be read.
    #[error("failed to read the credentials in {path}: {source}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A file gives no credentials.
    #[error("{path} gives no credentials: {source}")]
    File {
        /// The file.
        path: String,
        /// Why.
        source: CredentialFileError,
    },
    /// A profile can't be used.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// A profile is named that has none.
    #[error("the profile `{0}` holds no access key")]
    NoKey(String),
    /// The tools of the cloud have no profiles.
    #[error("{0} has no profiles that this program reads; leave out --profile")]
    NoProfiles(&'static str),
    /// The cloud has no form for such a file.
    #[error("{0} has no form of temporary credentials in a file; leave out --credentials-file")]
    NoSessionFile(&'static str),
    /// They have ended.
    #[error("the credentials in {path} have expired at {expired}: get new ones")]
    Expired {
        /// The file.
        path: String,
        /// When.
        expired: String,
    },
}

impl CredentialArguments {
    /// The arguments that name the credentials, for another command.
    pub(super) fn again(&self, again: &mut Again) {
        let Self { profile, credentials_file, access_key_id_env, access_key_secret_env, security_token_env } = self;
        again.flag("profile", profile.as_ref());
        again.flag("credentials-file", credentials_file.as_ref().map(|path| path.display()));
        again.flag("access-key-id-env", access_key_id_env.as_ref());
        again.flag("access-key-secret-env", access_key_secret_env.as_ref());
        again.flag("security-token-env", security_token_env.as_ref());
    }

    /// The access key, if there is one, and the region that stands beside it. Each secret is redacted from now on in
    /// everything that is written.
    ///
    /// # Errors
    ///
    /// When what is named is not there, or can't be used any more.
    pub(super) fn find(
        &self,
        provider: &Declaration,
        kind: TargetKind,
        context: &Context,
    ) -> Result<Profile, CredentialError> {
        let alone = |credentials| Profile { credentials: Some(credentials), ..Profile::default() };
        if let Some(path) = &self.credentials_file {
            return session(provider, path, context);
        }
        if let Some(name) = &self.profile {
            let files = provider.profiles.ok_or(CredentialError::NoProfiles(provider.title))?;
            let profile = read(files, |variable| (variable == files.variable).then(|| name.clone()), context)?;
            return match profile.credentials {
                Some(_) => Ok(profile),
                None => Err(CredentialError::NoKey(name.clone())),
            };
        }
        if let (Some(id), Some(secret)) = (&self.access_key_id_env, &self.access_key_secret_env) {
            return self.named(id, secret, context).map(alone);
        }
        // The access key of a person must not be shown to what does not belong to the cloud, unless that is what is said.
        let is_meant = |files: &ProfileFiles| kind == TargetKind::Account || context.variable(files.variable).is_some();
        let files = provider.profiles.filter(is_meant);
        if let Some(credentials) = of_environment(&provider.credential_variables, context)? {
            let region = files.and_then(|files| (files.region)(&|name| context.variable(name)));
            return Ok(Profile { region, ..alone(credentials) });
        }

        match files {
            Some(files) => read(files, |_| None, context),
            None => Ok(Profile::default()),
        }
    }

    /// Those of the variables that are named.
    fn named(&self, id: &str, secret: &str, context: &Context) -> Result<Credentials, CredentialError> {
        let not_set = |name: &str| CredentialError::NotSet(name.to_owned());
        let token = self.security_token_env.as_ref();
        let token = token.map(|name| context.secret(name)?.ok_or_else(|| not_set(name))).transpose()?;
        Ok(Credentials {
            access_key_id: context.key(id)?.ok_or_else(|| not_set(id))?,
            secret: context.secret(secret)?.ok_or_else(|| not_set(secret))?,
            token,
        })
    }
}

/// Those of the usual variables.
fn of_environment(variables: &CredentialVariables, context: &Context) -> Result<Option<Credentials>, CredentialError> {
    let (id, secret) = (context.key(variables.access_key_id)?, context.secret(variables.secret)?);
    let token = context.secret(variables.token)?;
    match (id, secret) {
        (Some(access_key_id), Some(secret)) => Ok(Some(Credentials { access_key_id, secret, token })),
        (None, None) if token.is_none() => Ok(None),
        (id, secret) => {
            let set = match (&id, &secret) {
                (Some(_), _) => variables.access_key_id,
                (None, Some(_)) => variables.secret,
                (None, None) => variables.token,
            };
            let missing = if id.is_none() { variables.access_key_id } else { variables.secret };
            let is_empty = context.is_empty(missing);
            Err(CredentialError::Half { set: set.to_owned(), missing: missing.to_owned(), is_empty })
        }
    }
}

/// Those of a profile; `named` comes before the environment.
fn read(
    files: ProfileFiles,
    named: impl Fn(&str) -> Option<String>,
    context: &Context,
) -> Result<Profile, CredentialError> {
    let profile = (files.read)(&|name| named(name).or_else(|| context.variable(name)))?;
    checked(profile, context)
}

/// Those of a file with temporary credentials.
fn session(provider: &Declaration, path: &Path, context: &Context) -> Result<Profile, CredentialError> {
    let name = path.display().to_string();
    let read = provider.session_file.ok_or(CredentialError::NoSessionFile(provider.title))?;
    let text = read_text(path, BIGGEST).map_err(|source| CredentialError::Read { path: name.clone(), source })?;
    let StoredCredentials { credentials, expires } =
        read(&text).map_err(|source| CredentialError::File { path: name, source })?;
    let (credentials, path) = (Some(credentials), Some(path.to_owned()));
    checked(Profile { credentials, expires, path, ..Profile::default() }, context)
}

/// The same if it has not ended. Its secrets are not written from now on.
fn checked(profile: Profile, context: &Context) -> Result<Profile, CredentialError> {
    for secret in profile.credentials.iter().flat_map(|key| std::iter::once(&key.secret).chain(&key.token)) {
        context.secrets().add_credential(secret);
    }
    let path = profile.path.clone().unwrap_or_default();
    if is_open_to_all(&path) {
        let path = path.display();
        context.report(&format!("everybody on this machine can read {path}, which holds a secret: `chmod 600` it"));
    }
    match profile.expires {
        Some(expires) if expires <= Timestamp::now() => {
            Err(CredentialError::Expired { path: path.display().to_string(), expired: expires.to_string() })
        }
        _ => Ok(profile),
    }
}

/// Whether everybody may read a file.
#[cfg(unix)]
fn is_open_to_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    const READ_BY_OTHERS: u32 = 0o004;
    path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & READ_BY_OTHERS != 0)
}

#[cfg(not(unix))]
fn is_open_to_all(_path: &Path) -> bool {
    false
}
