//! Whether a service responds at the endpoint.

use std::time::{Duration, Instant};

use serde_json::Map;
use tokio_util::sync::CancellationToken;

use crate::client::{
    CallError, Client, ClientOptions, Connection, Envelope, Outgoing, RetryPolicy, Target, Transcript,
};
use crate::event::Purpose;
use crate::suite::Suite;
use crate::suite::name::OperationName;

/// How long is waited before a starting endpoint is sent another request.
const POLL: Duration = Duration::from_millis(100);

/// How long an endpoint may take to respond to a request by which it is found.
const WITHIN: Duration = Duration::from_secs(5);

/// Why an endpoint can't be tested, in one line.
#[derive(Debug)]
pub(crate) enum Unreachable {
    /// Nothing responds, or not as the service does. It may be starting.
    Silent(String),
    /// It can't be tested, however long it is waited for.
    Useless(String),
}

impl Unreachable {
    fn silent(target: &Target) -> Self {
        Self::Silent(format!("no service responds at {}: no response", target.endpoint))
    }

    /// In one line.
    pub(crate) fn into_text(self) -> String {
        match self {
            Self::Silent(text) | Self::Useless(text) => text,
        }
    }
}

/// Sends a request until a service responds, and at least once.
pub(crate) async fn wait(
    suite: &Suite,
    target: &Target,
    connection: &Connection,
    limit: Duration,
) -> Result<(), Unreachable> {
    let begin = Instant::now();
    loop {
        // A response is waited for no longer than there is time; whoever gives none waits once for as long as that takes.
        let left = if limit.is_zero() { Duration::MAX } else { limit.saturating_sub(begin.elapsed()).max(POLL) };
        let reached = tokio::time::timeout(left, once(suite, target, connection)).await;
        match reached.unwrap_or_else(|_| Err(Unreachable::silent(target))) {
            Err(Unreachable::Silent(_)) if begin.elapsed() + POLL < limit => tokio::time::sleep(POLL).await,
            Err(Unreachable::Silent(text)) if !limit.is_zero() => {
                return Err(Unreachable::Silent(format!("{text}, for {} s", limit.as_secs())));
            }
            reached => return reached,
        }
    }
}

/// Sends requests that change nothing, until the service responds to one.
pub(crate) async fn once(suite: &Suite, target: &Target, connection: &Connection) -> Result<(), Unreachable> {
    // Whoever waits does not wait long for one response.
    let timeout = connection.timeout.min(WITHIN);
    let connection = Connection { timeout, ..connection.clone() };
    let retry = RetryPolicy { attempts: 1, ..RetryPolicy::default() };
    let client = Client::new(target.clone(), ClientOptions { connection, retry, ..ClientOptions::default() })
        .map_err(|error| Unreachable::Useless(error.to_string()))?;

    let service = &suite.service;
    let list = service.sweep.as_ref().map(|sweep| &sweep.operation);
    // An emulator that lacks the one may respond to it as any web server does.
    if let Some(list) = list
        && let Ok(()) = send(&client, list).await
    {
        return Ok(());
    }
    send(&client, &service.observation.describe).await
}

async fn send(client: &Client, operation: &OperationName) -> Result<(), Unreachable> {
    let parameters = Map::new();
    let outgoing = Outgoing {
        envelope: Envelope::Right,
        purpose: Purpose::Settle,
        operation: operation.as_str(),
        parameters: &parameters,
        region: None,
        attempts: Some(1),
        again_if_lost: true,
    };

    let endpoint = &client.target().endpoint;
    match client.call(outgoing, &mut Transcript::default(), &CancellationToken::new()).await {
        // What is wrong with the response is for the cases of that operation to say.
        Ok(_) | Err(CallError::NoResponse { responded: true, .. }) => Ok(()),
        // Nothing was sent, so nothing is known: the cases will say.
        Err(CallError::Encode(_) | CallError::Stopped { .. } | CallError::Spent { .. }) => Ok(()),
        Err(CallError::NoResponse { cause, .. }) => {
            Err(Unreachable::Silent(format!("no service responds at {endpoint}: {cause}")))
        }
        Err(denied @ CallError::Denied { .. }) => {
            Err(Unreachable::Useless(format!("{endpoint} rejects every request of this access key: {denied}")))
        }
    }
}
