//! What ends the program before it has done its work.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use thiserror::Error;

use super::Exit;
use super::{CredentialError, ProviderError, SettingsError, VariableError};
use crate::client::ClientError;
use crate::diagnostic::Diagnostics;
use crate::mock::{DeviationError, StartError, StateError, TlsError, TokenError};
use crate::plan::NoRoute;
use crate::provider::{ChoiceError, CredentialVariables};
use crate::report::ReportError;
use crate::report::claim::Claimed;
use crate::report::curl::quote;
use crate::report::har::RecordingError;
use crate::report::history::HistoryError;
use crate::report::merge::MergeError;
use crate::report::results::ReadError;
use crate::report::text::{as_u64, count, visible};
use crate::self_test::SelfTestError;
use crate::session::{SessionError, with_source};
use crate::suite::files::FilesError;
use crate::suite::selector::SelectError;

/// What ends the program before it has done its work.
#[derive(Debug, Error)]
pub enum CliError {
    /// Case files can't be read.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// Case files hold mistakes.
    #[error("{0}")]
    Cases(#[from] Diagnostics),
    /// Settings can't be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A selector is wrong.
    #[error(transparent)]
    Select(#[from] SelectError),
    /// No provider could be chosen.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// An option is not the provider's.
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    /// The endpoint or its certificates are wrong.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A run can't be put together.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A report can't be written.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// Another run writes the same report.
    #[error(transparent)]
    Claimed(#[from] Claimed),
    /// A case can't be planned.
    #[error(transparent)]
    Plan(#[from] NoRoute),
    /// The suite can't be tried against the catalogue of deviations.
    #[error(transparent)]
    SelfTest(#[from] SelfTestError),
    /// No deviation has this name.
    #[error(
        "no deviation of the catalogue has `{name}` in its name{}; `mock --list-deviations` shows all",
        near.as_ref().map_or_else(String::new, |near| format!(" (`{near}` has a similar one)"))
    )]
    NoDeviation {
        /// The name that was given.
        name: String,
        /// The most similar name.
        near: Option<String>,
    },
    /// The mock has no such deviation.
    #[error("--deviate: {0}")]
    Deviation(#[from] DeviationError),
    /// The mock does not start.
    #[error("{}", with_source(.0))]
    Mock(#[from] StartError),
    /// No credentials for a remote endpoint.
    #[error(
        "no credentials for {endpoint}: set {id} and {secret} (and {token} for temporary ones){profile}; they can't be given by flags, because those show in process lists{emulator}",
        emulator = if *may_be_emulator { "; if it is an emulator, say so with --target-kind emulator" } else { "" },
        profile = profile.map_or_else(String::new, |variable| format!(", or name a profile that has them by {variable} or --profile")),
        id = .variables.access_key_id, secret = .variables.secret, token = .variables.token
    )]
    NoCredentials {
        /// The endpoint.
        endpoint: String,
        /// The variables that hold them.
        variables: CredentialVariables,
        /// The variable that names a profile, if the cloud's tools have such.
        profile: Option<&'static str>,
        /// Whether nobody has said what the endpoint is, and it is not the cloud's own.
        may_be_emulator: bool,
    },
    /// A variable holds something else than the name of a region.
    #[error("{variable}: {reason}")]
    Region {
        /// The variable.
        variable: String,
        /// What is wrong.
        reason: String,
    },
    /// The credentials can't be used.
    #[error(transparent)]
    Credentials(#[from] CredentialError),
    /// A variable can't be used.
    #[error(transparent)]
    Variable(#[from] VariableError),
    /// What is to be one case may be several.
    #[error(
        "one case is explained, by its whole id, and `{pattern}` means {}, such as {first}; `list {}` shows them",
        count(as_u64(*cases), "case"), quote(pattern)
    )]
    NotOneCase {
        /// What was given.
        pattern: String,
        /// How many cases that are.
        cases: usize,
        /// The id of the first.
        first: String,
    },
    /// A flag of `diff` for both runs that they can't share.
    #[error("{flag} behind `--`: {reason}")]
    NotForBothRuns {
        /// The flag.
        flag: &'static str,
        /// Why not, and what to do.
        reason: &'static str,
    },
    /// The command line of the runs of `diff` is wrong.
    #[error("the two runs can't be begun with these flags: {0}")]
    FlagsOfRuns(String),
    /// Results of different clouds can't stand side by side.
    #[error("{one} has results of {cloud}, and {other} has results of {other_cloud}; a page shows one cloud")]
    TwoClouds {
        /// A file.
        one: String,
        /// Its provider.
        cloud: String,
        /// Another file.
        other: String,
        /// Its provider.
        other_cloud: String,
    },
    /// More names than results were given.
    #[error(
        "--name is given {}, and there {}: each names one, in their order",
        if *names == 1 { "once".to_owned() } else { format!("{names} times") },
        if *results == 1 { "is 1 result".to_owned() } else { format!("are {results} results") }
    )]
    MoreNames {
        /// How many names.
        names: usize,
        /// How many results.
        results: usize,
    },
    /// Two files would be one.
    #[error("{} and {} would be one file, {path}; give each a place of its own", of[0], of[1])]
    OnePlace {
        /// The path of the first.
        path: String,
        /// What they are.
        of: [&'static str; 2],
    },
    /// No target was named that could be swept.
    #[error("name the target to sweep with --endpoint or --region: what the bundled mock holds ends with its run")]
    NothingToSweep,
    /// No target was named that could be examined.
    #[error("name the target to examine with --endpoint or --region: nothing keeps this program from the bundled mock")]
    NothingToExamine,
    /// No target was named that a request could be sent to.
    #[error(
        "name the target with --endpoint, --region or --target: the bundled mock has no keys before a run, and none after it"
    )]
    NothingToCall,
    /// A parameter is given twice.
    #[error("the parameter `{name}` is given twice")]
    ParameterTwice {
        /// Its name.
        name: String,
    },
    /// Keys can't be kept.
    #[error("--keep-keys needs --endpoint: the keys of the bundled mock end with it")]
    NothingToKeep,
    /// A ledger can't be read.
    #[error("failed to read the ledger {}: {source}; {instead}", path.display())]
    ReadLedger {
        /// The file.
        path: PathBuf,
        /// What can be done without it.
        instead: &'static str,
        /// Why.
        source: io::Error,
    },
    /// The file of given keys can't be read.
    #[error("failed to read the keys {}: {source}", path.display())]
    ReadKeys {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A variable that is needed is not set.
    #[error("the environment variable {0}, which must hold the secret of the access key, is not set, or is empty")]
    NoSecret(String),
    /// The variable of the admin token is not set.
    #[error("the environment variable {0}, which must hold the admin token, is not set")]
    NoToken(String),
    /// The admin token can't be sent.
    #[error("the environment variable {variable} does not hold an admin token: {source}")]
    Token {
        /// The variable.
        variable: String,
        /// Why.
        source: TokenError,
    },
    /// A flag is for the mock of another cloud.
    #[error("{flag} is for the mock of `{of}`, and this one is of `{provider}`")]
    FlagOfOtherMock {
        /// The flag.
        flag: &'static str,
        /// The cloud that it is for.
        of: &'static str,
        /// The cloud that is to be served.
        provider: &'static str,
    },
    /// Accounts and access keys are not pairs.
    #[error(
        "there are {accounts} of --account and {ids} of --access-key-id; give one account, or one for each access key"
    )]
    UnevenAccounts {
        /// How many accounts.
        accounts: usize,
        /// How many access keys.
        ids: usize,
    },
    /// Access keys and variables of their secrets are not pairs.
    #[error("there are {ids} of --access-key-id and {names} of --access-key-secret-env; each needs the other")]
    UnevenAccessKeys {
        /// How many ids.
        ids: usize,
        /// How many names of variables.
        names: usize,
    },
    /// A file can't be read.
    #[error("failed to read {path}: {source}")]
    ReadFile {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A file can't be written.
    #[error("failed to write {path}: {source}")]
    WriteFile {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// The mock's certificate is wrong.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The mock's state can't be kept any more.
    #[error("{}", with_source(.0))]
    State(#[from] StateError),
    /// The address can't be listened on.
    #[error("failed to listen on {address}: {source}{}", listen_advice(source.kind()))]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// A recording can't be read.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// The results of many runs can't be read.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// Results can't be read.
    #[error(transparent)]
    Results(#[from] ReadError),
    /// Results can't be merged.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// The results that a run is to be measured by are of another cloud.
    #[error(
        "{path} has results of `{of}`, and this run is of `{provider}`; give results of the same cloud as --baseline"
    )]
    OtherBaseline {
        /// The file.
        path: String,
        /// The cloud that it is about.
        of: String,
        /// That of the run.
        provider: String,
    },
    /// The run that should have written the results ended without them.
    #[error(
        "failed to read {}: the run that should have written it did not come to its end; if those of the run before are meant, give --results {}",
        path.display(),
        previous.display()
    )]
    NoResults {
        /// The file.
        path: PathBuf,
        /// The results of the run before.
        previous: PathBuf,
    },
    /// A list of known failures is not changed.
    #[error("{path} is left as it is: {reason}")]
    Known {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The system provides no threads.
    #[error("failed to start: {0}")]
    Runtime(io::Error),
}

/// What a person can do where the mock can't listen.
fn listen_advice(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::AddrInUse => "; another program listens there: stop it, or choose another port by --listen",
        io::ErrorKind::AddrNotAvailable => "; this machine has no such address: choose another one by --listen",
        io::ErrorKind::PermissionDenied => "; the system keeps this port for others: choose another one by --listen",
        _ => "",
    }
}

impl CliError {
    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Files(_)
            | Self::Cases(_)
            | Self::Settings(_)
            | Self::Select(_)
            | Self::Provider(_)
            | Self::Choice(_)
            | Self::Client(_)
            | Self::Session(_)
            | Self::Report(ReportError::File { .. })
            | Self::TwoClouds { .. }
            | Self::Claimed(_)
            | Self::Plan(_)
            | Self::NothingToSweep
            | Self::NothingToExamine
            | Self::NothingToCall
            | Self::ParameterTwice { .. }
            | Self::NothingToKeep
            | Self::ReadLedger { .. }
            | Self::ReadKeys { .. }
            | Self::Deviation(_)
            | Self::NoDeviation { .. }
            | Self::SelfTest(_)
            | Self::NoCredentials { .. }
            | Self::Region { .. }
            | Self::NoSecret(_)
            | Self::Credentials(_)
            | Self::OnePlace { .. }
            | Self::MoreNames { .. }
            | Self::NotOneCase { .. }
            | Self::NotForBothRuns { .. }
            | Self::FlagsOfRuns(_)
            | Self::Variable(_)
            | Self::NoToken(_)
            | Self::FlagOfOtherMock { .. }
            | Self::Token { .. }
            | Self::UnevenAccounts { .. }
            | Self::UnevenAccessKeys { .. }
            | Self::ReadFile { .. }
            | Self::WriteFile { .. }
            | Self::Tls(_)
            | Self::Mock(_)
            | Self::Listen { .. }
            | Self::Recording(_)
            | Self::History(_)
            | Self::Results(_)
            | Self::Merge(_)
            | Self::OtherBaseline { .. }
            | Self::NoResults { .. }
            | Self::Known { .. } => Exit::Usage,
            // Not a mistake of the caller, and nothing that the target has done.
            Self::Runtime(_) | Self::State(_) | Self::Report(ReportError::Output(_)) => Exit::Inconclusive,
        }
    }

    /// The text for a person.
    pub fn render(&self, color: bool) -> String {
        match self {
            Self::Cases(diagnostics) | Self::Settings(SettingsError::Mistakes(diagnostics)) => {
                diagnostics.render(color).trim_end().to_owned()
            }
            other => visible(&format!("error: {other}")),
        }
    }
}
