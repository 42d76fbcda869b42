//! Exchanges as they were, for a recording; and the responses of a recording in the place of a network.

use std::fmt::Debug;
use std::time::Duration;

use jiff::Timestamp;

use crate::event::Purpose;
use crate::provider::{HttpRequest, HttpResponse, Provider};
use crate::redact::SecretRegistry;

/// One request and what came of it, before anything is redacted. It holds secrets, so it can't be printed.
pub struct RawExchange<'a> {
    /// Which attempt at which case sent it.
    pub scope: &'a str,
    /// What it was for.
    pub purpose: Purpose,
    /// The operation.
    pub operation: &'a str,
    /// The request.
    pub request: &'a HttpRequest,
    /// The response, or why there is none.
    pub received: Result<&'a HttpResponse, Lost>,
    /// The values of the sensitive fields of the response.
    pub sensitive: Vec<String>,
    /// When the request was sent.
    pub began: Timestamp,
    /// How long it took.
    pub duration: Duration,
    /// The dialect.
    pub provider: &'a dyn Provider,
    /// What must not be written.
    pub secrets: &'a SecretRegistry,
}

/// A request that got no response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Why, in one line.
    pub reason: String,
    /// Whether the request may have had its effect.
    pub maybe_effect: bool,
    /// Whether something was received at all.
    pub something_came: bool,
    /// Whether a response began that may have been the service's.
    pub response_began: bool,
}

/// Takes every exchange of a client.
pub trait Recorder: Debug + Send + Sync {
    /// Takes the next one.
    fn take(&self, exchange: &RawExchange<'_>);
}

/// What a recording has in the place of a response.
#[derive(Debug)]
pub enum Played {
    /// The response.
    Response(HttpResponse),
    /// That there was none.
    Lost(Lost),
    /// Nothing: why it can't be judged.
    Missing(&'static str),
}

/// Responds in the place of a network.
pub trait Playback: Debug + Send + Sync {
    /// The next response for an operation in a scope. `sensitive` are the values of the request that are sensitive.
    fn next(&self, scope: &str, operation: &str, sensitive: &[String]) -> Played;
}

/// What a session does with its exchanges.
#[derive(Debug, Clone, Default)]
pub enum Tape {
    /// They are sent to the target, and nothing else.
    #[default]
    Off,
    /// They are sent to the target, and recorded.
    Record(std::sync::Arc<dyn Recorder>),
    /// They are not sent: the responses are those of a recording.
    Play(std::sync::Arc<dyn Playback>),
}
