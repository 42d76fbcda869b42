//! How the cases of a session are run.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::client::{Connection, Tape};
use crate::event::ShardHeader;
use crate::known::KnownFailures;
use crate::plan::Isolation;
use crate::redact::{Secret, SecretRegistry};
use crate::run::{GivenKey, Unsupported};

/// What a run may cost, whatever it is run against. A run that would cost more is not begun; one that comes to cost more, by
/// confirmations and lost responses, ends there, and what it made is removed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// The most keys that it may make. On an account none is made without such a number.
    pub max_keys: Option<u64>,
    /// The most requests that it may send, those that remove what was made included.
    pub max_requests: Option<u64>,
}

/// How the cases of a session are run. What is not given depends on the target: an account is sent little at a time, and
/// may be slow to show an effect.
#[derive(Debug, Clone)]
pub struct SessionOptions {
    /// How many cases are run at the same time.
    pub jobs: Option<NonZeroUsize>,
    /// How many requests may be sent in a second.
    pub rate: Option<NonZeroU32>,
    /// Whether each case has keys of its own.
    pub isolation: Isolation,
    /// How often in a row a state must be confirmed before it counts.
    pub confirmations: Option<NonZeroU32>,
    /// How long a state is waited for.
    pub settle_timeout: Option<Duration>,
    /// How long cases may be run; after that the run ends and removes what it made.
    pub max_duration: Option<Duration>,
    /// The mark of what the run makes; a new one unless given.
    pub mark: Option<String>,
    /// Whether exchanges are recorded, or are those of a recording.
    pub tape: Tape,
    /// What test data is drawn from, other than key material; a number of its own for each run unless given.
    pub seed: Option<u32>,
    /// Time-outs and certificates.
    pub connection: Connection,
    /// What the run may cost.
    pub limits: Limits,
    /// The file that lists every key and alias before it is made. What is made in the bundled mock ends with it, so no
    /// list is kept there.
    pub ledger: Option<PathBuf>,
    /// Whether a run for whose cases the limits leave no room runs those whose last verdict is oldest, instead of being refused.
    pub stalest_first: bool,
    /// The keys that the run uses instead of making some; it makes them if there are none here.
    pub keys: Vec<GivenKey>,
    /// Whether keys of earlier runs that wait for their deletion are used again, where cases share keys and a ledger is kept.
    pub reuse: bool,
    /// The secret that key material is derived from; that of the credentials if none, unless they are made for a short time.
    pub material_seed: Option<Secret>,
    /// What must not be written.
    pub secrets: SecretRegistry,
    /// The failures that are known.
    pub known: Option<Arc<KnownFailures>>,
    /// Whether the keys of cases that fail stay as they are, for a person to look at.
    pub keep_keys: bool,
    /// Whether the run ends after the first failure.
    pub fail_fast: bool,
    /// Whether the exchanges of passed cases are kept too.
    pub keep_exchanges: bool,
    /// How often a failure must come again on fresh keys before it is reported.
    pub confirm_failures: u32,
    /// Whether a response that the documents only leave room for is a failure.
    pub strict: bool,
    /// What a case is that needs an operation which the endpoint does not know.
    pub unsupported: Unsupported,
    /// Which part of the selected cases they are, if not all.
    pub shard: Option<ShardHeader>,
    /// Which version of the target it is, for the reports.
    pub target_version: Option<String>,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self {
            jobs: None,
            rate: None,
            isolation: Isolation::default(),
            confirmations: None,
            settle_timeout: None,
            max_duration: None,
            mark: None,
            tape: Tape::Off,
            seed: None,
            connection: Connection::default(),
            limits: Limits::default(),
            ledger: None,
            stalest_first: false,
            keys: Vec::new(),
            reuse: true,
            material_seed: None,
            secrets: SecretRegistry::default(),
            known: None,
            keep_keys: false,
            fail_fast: false,
            keep_exchanges: false,
            // Once, so that a failure by chance is not reported as a deviation.
            confirm_failures: 1,
            strict: false,
            unsupported: Unsupported::default(),
            shard: None,
            target_version: None,
        }
    }
}
