//! A target that can be sent requests.

use std::path::PathBuf;
#[cfg(feature = "mock")]
use std::sync::Arc;

use super::SessionError;
use crate::client::{Connection, Target};
#[cfg(feature = "mock")]
use crate::mock::{Faults, Mock, MockConfig, registry};
#[cfg(feature = "mock")]
use crate::provider::Provider;
use crate::run::{ClockHook, HookUrl, TargetClock, find_clock};

/// What is to be tested.
#[derive(Debug, Clone)]
pub enum Endpoint {
    /// The bundled mock, to be started in this process. Requests to it are signed with the credentials of the cloud's
    /// examples, for it must never see those of an account.
    #[cfg(feature = "mock")]
    BundledMock(Arc<dyn Provider>, MockOptions),
    /// A mock or an emulator that is running already, where keys cost nothing.
    Emulator(Target),
    /// An account, where keys cost money and quota.
    #[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "only the command line runs on accounts"))]
    Account(Target, AccountLimits),
}

/// How the bundled mock differs from the documents.
#[cfg(feature = "mock")]
#[derive(Debug, Clone, Default)]
pub struct MockOptions {
    /// Responses and effects that the documents don't allow, by the names that the mock has for them.
    pub deviations: Vec<String>,
    /// Trouble of the network and the service.
    pub faults: Faults,
}

/// What a run may cost on an account.
#[derive(Debug, Clone)]
pub struct AccountLimits {
    /// The file that lists every key and alias before it is made.
    pub ledger: PathBuf,
    /// The most keys that a run may make.
    pub max_keys: u64,
}

/// A target that can be sent requests, and its clock.
#[derive(Debug, Clone)]
pub struct LiveTarget {
    target: Target,
    kind: Kind,
    clock: TargetClock,
}

#[derive(Debug, Clone)]
enum Kind {
    #[cfg(feature = "mock")]
    BundledMock {
        /// Its end would end the server.
        _mock: Arc<Mock>,
        has_faults: bool,
    },
    Emulator,
    Account(AccountLimits),
}

impl LiveTarget {
    /// Starts the bundled mock, or takes an endpoint that is running already, and finds out how its clock is
    /// moved: by a POST to `clock_hook` if that is given, and by itself if it is a mock of this program and says so.
    ///
    /// # Errors
    ///
    /// When the mock does not start, certificates can't be read, or a proxy is wrong.
    pub async fn start(
        endpoint: Endpoint,
        clock_hook: Option<HookUrl>,
        connection: &Connection,
    ) -> Result<Self, SessionError> {
        let (target, kind, clock) = match endpoint {
            #[cfg(feature = "mock")]
            Endpoint::BundledMock(provider, options) => start_mock(provider, options)?,
            Endpoint::Emulator(target) => {
                let clock = match &clock_hook {
                    // The hook takes its place below, so nothing is sent to find out.
                    Some(_) => TargetClock::Fixed,
                    None => find_clock(&target.endpoint, connection).await?,
                };
                (target, Kind::Emulator, clock)
            }
            Endpoint::Account(target, limits) => {
                // The clock of a cloud can't be moved.
                (target, Kind::Account(limits), TargetClock::Fixed)
            }
        };

        // Who gives a hook knows better than what the endpoint says of itself.
        let clock = match clock_hook {
            Some(url) => TargetClock::Hook(ClockHook::new(url, connection)?),
            None => clock,
        };
        Ok(Self { target, kind, clock })
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
        match self.kind {
            #[cfg(feature = "mock")]
            Kind::BundledMock { .. } => true,
            Kind::Emulator | Kind::Account(_) => false,
        }
    }

    /// What a run may cost, if it is an account.
    pub fn limits(&self) -> Option<&AccountLimits> {
        match &self.kind {
            Kind::Account(limits) => Some(limits),
            #[cfg(feature = "mock")]
            Kind::BundledMock { .. } => None,
            Kind::Emulator => None,
        }
    }

    /// Whether every effect is to be seen as soon as its response has come.
    pub(super) fn is_prompt(&self) -> bool {
        match self.kind {
            #[cfg(feature = "mock")]
            Kind::BundledMock { has_faults, .. } => !has_faults,
            Kind::Emulator | Kind::Account(_) => false,
        }
    }
}

#[cfg(feature = "mock")]
fn start_mock(provider: Arc<dyn Provider>, options: MockOptions) -> Result<(Target, Kind, TargetClock), SessionError> {
    let MockOptions { deviations, faults } = options;
    let has_faults = !faults.rules.is_empty();
    let name = provider.name();
    let cloud = registry::bundled(name).ok_or(SessionError::NoMock { provider: name })?;
    let mock = Arc::new(Mock::start_with(MockConfig { faults, cloud, ..MockConfig::default() })?);
    mock.set_deviations(deviations)?;

    let target = Target::with_examples(provider, mock.endpoint().parse()?);
    let clock = {
        let mock = Arc::clone(&mock);
        TargetClock::Function(Arc::new(move |by| mock.advance(by)))
    };
    Ok((target, Kind::BundledMock { _mock: mock, has_faults }, clock))
}
