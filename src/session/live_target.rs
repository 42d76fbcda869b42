//! A target that can be sent requests.

#[cfg(feature = "mock")]
use std::sync::Arc;

use super::running::{ClockControl, RunningTarget};
use super::{SessionError, TargetKind};
#[cfg(feature = "cli")]
use crate::client::EndpointUrl;
#[cfg(feature = "mock")]
use crate::client::RequestAgain;
use crate::client::{Connection, Target};
#[cfg(feature = "mock")]
use crate::mock::{Faults, Mock, MockConfig, registry};
#[cfg(feature = "mock")]
use crate::provider::Provider;
use crate::run::{ClockHook, TargetClock, find_clock};

/// What is to be tested.
#[derive(Debug, Clone)]
pub enum Endpoint {
    /// The bundled mock, to be started in this process. Requests to it are signed with the credentials of the cloud's
    /// examples, for it must never see those of an account.
    #[cfg(feature = "mock")]
    BundledMock(Arc<dyn Provider>, MockOptions),
    /// What is running already.
    Running(Box<RunningTarget>),
}

/// How the bundled mock differs from the documents.
#[cfg(feature = "mock")]
#[derive(Debug, Clone, Default)]
pub struct MockOptions {
    /// Responses and effects that the documents don't allow, by the names that the mock has for them.
    pub deviations: Vec<String>,
    /// Trouble of the network and the service.
    pub faults: Faults,
    /// The words of a `run` that starts a mock like this one, besides the case.
    pub again: Vec<String>,
}

/// A target that can be sent requests, and its clock.
#[derive(Debug, Clone)]
pub struct LiveTarget {
    target: Target,
    server: Server,
    clock: TargetClock,
}

#[derive(Debug, Clone)]
enum Server {
    #[cfg(feature = "mock")]
    BundledMock {
        /// Its end would end the server.
        _mock: Arc<Mock>,
        has_faults: bool,
    },
    Running(TargetKind),
    /// Nothing: what it has responded was recorded.
    #[cfg(feature = "cli")]
    Recorded {
        kind: Option<TargetKind>,
        prompt: bool,
    },
}

/// A target whose responses were recorded.
#[cfg(feature = "cli")]
#[derive(Debug)]
pub struct RecordedTarget {
    /// The dialect.
    pub provider: Arc<dyn Provider>,
    /// Where it was.
    pub endpoint: EndpointUrl,
    /// The region.
    pub region: String,
    /// Whether it was sent requests with another access key than that of the examples.
    pub own_credentials: bool,
    /// What kind of thing it was; none if it was the bundled mock.
    pub kind: Option<TargetKind>,
    /// Whether every effect was to be seen as soon as its response had come.
    pub prompt: bool,
    /// Whether its clock could be moved.
    pub moves_clock: bool,
}

impl LiveTarget {
    /// Starts the bundled mock, or checks that an endpoint which is running already may be sent requests. Its clock is
    /// looked for only if the run may move it.
    ///
    /// # Errors
    ///
    /// When the mock does not start, the user has not allowed what the run needs, the clock that it may move is not there,
    /// certificates can't be read, or a proxy is wrong.
    pub async fn start(endpoint: Endpoint, connection: &Connection) -> Result<Self, SessionError> {
        let running = match endpoint {
            #[cfg(feature = "mock")]
            Endpoint::BundledMock(provider, options) => return start_mock(provider, options),
            Endpoint::Running(running) => *running,
        };
        running.check_consent()?;

        let RunningTarget { target, kind, consent: _, clock } = running;
        let clock = match clock {
            ClockControl::Forbidden => TargetClock::Fixed,
            ClockControl::Hook(url) => TargetClock::Hook(ClockHook::new(url, connection)?),
            ClockControl::AdminApi { token } => match find_clock(&target.endpoint, token.as_ref(), connection).await? {
                TargetClock::Fixed => return Err(SessionError::NoAdminApi { endpoint: target.endpoint.to_string() }),
                found => found,
            },
        };
        Ok(Self { target, server: Server::Running(kind), clock })
    }

    /// A target that was recorded.
    #[cfg(feature = "cli")]
    pub fn recorded(recorded: RecordedTarget) -> Self {
        let RecordedTarget { provider, endpoint, region, own_credentials, kind, prompt, moves_clock } = recorded;
        let mut target = Target { region, ..Target::with_examples(provider, endpoint) };
        if own_credentials {
            "recorded".clone_into(&mut target.credentials.access_key_id);
        }
        // Time has passed when it was recorded.
        let clock = if moves_clock { TargetClock::Function(Arc::new(|_| ())) } else { TargetClock::Fixed };
        Self { target, server: Server::Recorded { kind, prompt }, clock }
    }

    /// What is tested.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Its clock.
    pub fn clock(&self) -> &TargetClock {
        &self.clock
    }

    /// Whether it is the bundled mock of this process.
    pub fn is_bundled_mock(&self) -> bool {
        self.kind().is_none()
    }

    /// What kind of thing it is; none if it is the bundled mock of this process.
    pub fn kind(&self) -> Option<TargetKind> {
        match self.server {
            #[cfg(feature = "mock")]
            Server::BundledMock { .. } => None,
            Server::Running(kind) => Some(kind),
            #[cfg(feature = "cli")]
            Server::Recorded { kind, .. } => kind,
        }
    }

    /// Whether every effect is to be seen as soon as its response has come.
    pub(crate) fn is_prompt(&self) -> bool {
        match self.server {
            #[cfg(feature = "mock")]
            Server::BundledMock { has_faults, .. } => !has_faults,
            Server::Running(_) => false,
            #[cfg(feature = "cli")]
            Server::Recorded { prompt, .. } => prompt,
        }
    }
}

#[cfg(feature = "mock")]
fn start_mock(provider: Arc<dyn Provider>, options: MockOptions) -> Result<LiveTarget, SessionError> {
    let MockOptions { deviations, faults, again } = options;
    let has_faults = !faults.rules.is_empty();
    let name = provider.name();
    let cloud = registry::bundled(name).ok_or(SessionError::NoMock { provider: name })?;
    let mock = Arc::new(Mock::start_with(MockConfig { faults, cloud, ..MockConfig::default() })?);
    mock.set_deviations(deviations)?;

    let again = RequestAgain::Run(again);
    let target = Target { again, ..Target::with_examples(provider, mock.endpoint().parse()?) };
    let clock = {
        let mock = Arc::clone(&mock);
        TargetClock::Function(Arc::new(move |by| mock.advance(by)))
    };
    Ok(LiveTarget { target, server: Server::BundledMock { _mock: mock, has_faults }, clock })
}
