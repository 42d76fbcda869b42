//! What a host needs to know of the cloud that it serves.
//!
//! A cloud is a folder beside `host/` with an implementation of [`CloudSettings`], which builds a [`Cloud`]. The host
//! owns sockets, time, faults, the list of exchanges and the state file; the cloud owns everything that its clients
//! see: routes, signatures, operations, errors, and the form of each.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::value::RawValue;

use crate::mock::host::clock::Clock;
use crate::mock::host::identifier::Identifiers;
use crate::mock::host::persistence::Journal;
use crate::mock::host::request::Received;
use crate::mock::host::response::{Fields, Response};
use crate::mock::host::view::{AccountView, IgnoredParameter};

/// What does not change about a cloud.
#[derive(Debug)]
pub(crate) struct Description {
    /// The name for `--provider` and for state files.
    pub(crate) name: &'static str,
    /// The name for people.
    pub(crate) title: &'static str,
    /// The names of all operations. An [`OperationIndex`] is a place in this list.
    pub(crate) operations: &'static [&'static str],
    /// The codes that a `throttle` fault can have.
    pub(crate) throttle_codes: &'static [&'static str],
    /// The states of a key.
    pub(crate) states: &'static [&'static str],
    /// What distinguishes the classes of keys, as the head of a column.
    pub(crate) class_label: &'static str,
    /// The classes of keys, the usual one first.
    pub(crate) classes: &'static [&'static str],
    /// The drawing of the states: an SVG that `page/assets/graph.js` fills in.
    pub(crate) graph: &'static str,
    /// Whether a record (table, name) has become useless by this time, so that a state file may drop it.
    pub(crate) is_outdated: fn(&str, &str, Timestamp) -> bool,
}

/// An operation: its place in [`Description::operations`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OperationIndex(pub(crate) usize);

/// A cloud's mock service.
pub(crate) trait Cloud: fmt::Debug + Send + Sync {
    /// What does not change about it.
    fn description(&self) -> &'static Description;

    /// Finds the operation that a request is for. Never fails: a request for no operation is responded to as such.
    fn route<'r>(&'r self, received: &'r Received, request_id: String) -> Box<dyn Routed + 'r>;

    /// The response to a request whose body could not be read.
    fn respond_to_unreadable(&self, received: &Received, request_id: String, why: Unreadable) -> Response;

    /// Whether a GET of `/` is a request of this cloud's API although it looks like that of a browser.
    fn is_api_request(&self, received: &Received) -> bool;

    /// How many keys and aliases there are.
    fn holdings(&self) -> Holdings;

    /// What each account holds in each region, in order, without those that hold nothing.
    fn accounts(&self, now: Timestamp) -> Vec<AccountView>;

    /// Parameters that no operation reads, with the number of requests that carried them.
    fn ignored_parameters(&self) -> Vec<IgnoredParameter>;

    /// The parameters of a request for `operation`, without anything secret.
    fn shown_parameters(&self, operation: OperationIndex, received: &Received) -> Fields;

    /// What stands out in an exchange, of which nothing secret is left.
    fn summary(&self, parameters: &Fields, response: &Fields) -> Summary;

    /// The deviations in force, as text.
    fn deviations(&self) -> Vec<String>;

    /// Replaces all deviations.
    ///
    /// # Errors
    /// When a text is not a deviation. Then nothing has changed.
    fn set_deviations(&self, texts: &[String]) -> Result<(), DeviationError>;

    /// Adds the keys of the settings, but for those that are there.
    ///
    /// # Errors
    /// When there is no randomness for key material.
    fn plant(&self) -> Result<(), NoRandomness>;

    /// Forgets everything and begins again with the settings. Clock and ids have begun again before.
    fn reset(&self);
}

/// A request whose operation is known, or is known not to be there.
pub(crate) trait Routed: Send + Sync {
    /// The operation that it is for.
    fn operation(&self) -> Option<OperationIndex>;

    /// What has to be waited for before [`Routed::respond`], which does not wait.
    fn preparation(&self) -> Option<Pin<Box<dyn Future<Output = ()> + Send + '_>>> {
        None
    }

    /// Does what it is for, if it may be done.
    fn respond(&self, moment: Moment) -> Outcome;

    /// The response to it when the service is in trouble. The request has no effect.
    fn respond_in_trouble(&self, trouble: Trouble<'_>) -> Response;
}

/// The time of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// By the clock of keys.
    pub(crate) now: Timestamp,
    /// By the clock of the server, which requests are dated by.
    pub(crate) server_now: Timestamp,
    /// How long reads go on showing what was, in real time.
    pub(crate) stale: Option<Duration>,
}

/// A response, and what must be on disk before it is sent.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) response: Response,
    /// The number that the journal gave to the last change that the response depends on; 0 for none.
    pub(crate) depends_on: u64,
}

/// Trouble that a service reports instead of doing what a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble<'a> {
    Internal,
    Unavailable,
    /// Too many requests; the code is one of [`Description::throttle_codes`].
    Throttled {
        code: &'a str,
        retry_after_seconds: Option<u32>,
    },
}

/// Why a body could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    TooLarge,
    /// It broke off or took too long.
    Incomplete,
}

/// How many keys and aliases there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Holdings {
    pub(crate) keys: usize,
    pub(crate) aliases: usize,
}

/// What stands out in an exchange.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    /// The id of the key that it is about.
    pub(crate) key: Option<String>,
    /// What else it is about, such as an alias.
    pub(crate) about: Option<String>,
    /// The error code of the response.
    pub(crate) code: Option<String>,
}

/// What a cloud gets from its host.
#[derive(Clone, Debug)]
pub(crate) struct Facilities {
    /// The clock of keys.
    pub(crate) clock: Arc<Clock>,
    pub(crate) identifiers: Arc<Identifiers>,
    /// Where changes go, if the state is kept.
    pub(crate) journal: Option<Arc<Journal>>,
}

/// A record of a state file.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) table: String,
    pub(crate) name: String,
    pub(crate) json: Box<RawValue>,
}

/// The settings of a cloud, from which it is built.
pub(crate) trait CloudSettings: fmt::Debug + Send + Sync {
    /// What does not change about the cloud.
    fn description(&self) -> &'static Description;

    /// Builds the cloud with what a state file holds of it.
    ///
    /// # Errors
    /// When there is no randomness for secrets, or a record means nothing.
    fn build(&self, facilities: Facilities, records: Vec<Record>) -> Result<Box<dyn Cloud>, BuildError>;
}

/// The settings of a cloud: which one, and what is special about it. Made from the settings of each cloud, such as
/// [`crate::mock::AlibabaConfig`].
#[derive(Clone, Debug)]
pub struct CloudConfig(Arc<dyn CloudSettings>);

impl CloudConfig {
    pub(crate) fn new(settings: impl CloudSettings + 'static) -> Self {
        Self(Arc::new(settings))
    }

    /// The name of the cloud, as for `--provider`.
    pub fn name(&self) -> &'static str {
        self.description().name
    }

    pub(crate) fn description(&self) -> &'static Description {
        self.0.description()
    }

    pub(crate) fn build(&self, facilities: Facilities, records: Vec<Record>) -> Result<Box<dyn Cloud>, BuildError> {
        self.0.build(facilities, records)
    }
}

/// Why a cloud can't be built.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BuildError {
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    #[error("the {table} record {name:?} means nothing")]
    Record { table: String, name: String },
}

/// The system's source of randomness failed.
#[derive(Debug, thiserror::Error)]
#[error("failed to draw a secret from the system's source of randomness")]
pub struct NoRandomness;

/// A text is not a deviation of the cloud.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct DeviationError(Box<dyn Error + Send + Sync>);

impl DeviationError {
    pub(crate) fn new(source: impl Error + Send + Sync + 'static) -> Self {
        Self(Box::new(source))
    }
}
