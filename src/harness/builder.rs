//! What is tested and how, and the program that a test binary is.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use libtest_mimic::Arguments;
use tokio::runtime::Runtime;

use super::program::{Surroundings, run};
use super::server::Server;
use crate::client::{Connection, ProxyVariables, Target};
use crate::provider::{Credentials, Declaration, registry};
use crate::redact::Secret;
use crate::run::{HookError, HookUrl, find_clock};
#[cfg(feature = "mock")]
use crate::session::MockOptions;
use crate::session::reach;
use crate::session::{ClockControl, Consent, Endpoint, RunningTarget, TargetKind};
use crate::suite::Suite;

/// How long an endpoint may take to respond to a request by which it is found.
const WITHIN: Duration = Duration::from_secs(5);

/// How endpoints are connected to: by the proxies of the test process's environment.
pub(super) fn connection() -> Connection {
    Connection { proxies: ProxyVariables::of(|name| env::var(name).ok()), ..Connection::default() }
}

/// The same for requests by which it is found out whether an endpoint is there.
pub(super) fn quick_connection() -> Connection {
    Connection { timeout: WITHIN, ..connection() }
}

/// The suite as a test binary: what is tested, and what the tests may do there.
///
/// See the [module](super) for what is listed and how tests are kept apart.
#[derive(Debug, Clone)]
#[must_use = "nothing is tested before `run`"]
pub struct Harness {
    pub(super) server: Server,
    /// The name that was given; the default provider's if none was.
    provider: Option<String>,
    /// None: those of the cloud's examples.
    credentials: Option<Credentials>,
    clock: Clock,
    admin_token: Option<Secret>,
    wait: Duration,
    pub(super) max_keys: usize,
    insecure_http: bool,
    pub(super) ledger: Option<PathBuf>,
}

/// Whether the tests may move the target's clock, and how.
#[derive(Debug, Clone)]
enum Clock {
    Fixed,
    /// By the admin API of the mock of this program.
    OfMock,
    Hook(Result<HookUrl, HookError>),
}

impl Harness {
    /// The endpoint that an environment variable names, such as `KMS_ENDPOINT=http://127.0.0.1:8080`. If it is not set,
    /// one test fails and says so: no other target is tested in its place.
    pub fn endpoint_from_env(variable: &str) -> Self {
        Self::of(Server::of_variable(variable, env::var(variable)))
    }

    /// An endpoint that is running already, such as `http://127.0.0.1:8080`.
    pub fn endpoint(url: impl AsRef<str>) -> Self {
        Self::of(Server::of_url(url.as_ref()))
    }

    /// The bundled mock, which each test process starts for itself. That tests this crate, and not an emulator.
    #[cfg(feature = "mock")]
    pub fn bundled_mock() -> Self {
        Self::of(Server::BundledMock)
    }

    fn of(server: Server) -> Self {
        Self {
            server,
            provider: None,
            credentials: None,
            clock: Clock::Fixed,
            admin_token: None,
            wait: Duration::ZERO,
            max_keys: 0,
            insecure_http: false,
            ledger: None,
        }
    }

    /// The cloud whose cases are the tests, by the name that their ids begin with, such as `aws`; `alibaba` unless given.
    pub fn provider(mut self, name: impl Into<String>) -> Self {
        self.provider = Some(name.into());
        self
    }

    /// The access key that signs the requests; that of the cloud's examples unless given.
    pub fn credentials(mut self, access_key_id: impl Into<String>, secret: impl Into<String>) -> Self {
        let (access_key_id, secret) = (access_key_id.into(), Secret::new(secret));
        self.credentials = Some(Credentials { access_key_id, secret, token: None });
        self
    }

    /// Lets the tests move the clock of an endpoint that is a mock of this program, `kms-conformance mock`. It moves for
    /// every key there, those of others included: some are gone for good then.
    ///
    /// Without this and [`Self::clock_hook`], cases that move the clock are ignored.
    pub fn move_clock(mut self) -> Self {
        self.clock = Clock::OfMock;
        self
    }

    /// The token that the admin API requires of whoever moves the clock: that of `mock --admin-token-env`.
    pub fn admin_token(mut self, token: impl Into<String>) -> Self {
        self.admin_token = Some(Secret::new(token));
        self
    }

    /// Lets the tests move the target's clock: by a POST to this URL, in which `{seconds}` is replaced. It moves for every
    /// key there.
    pub fn clock_hook(mut self, url: impl AsRef<str>) -> Self {
        self.clock = Clock::Hook(url.as_ref().parse());
        self
    }

    /// How long an endpoint that is still starting is waited for, before tests are listed; not at all unless given.
    pub fn wait(mut self, limit: Duration) -> Self {
        self.wait = limit;
        self
    }

    /// How many keys all tests together may make on an endpoint that is not on a loopback address. It may be an account,
    /// where keys cost money and quota, so none may be made unless this is given.
    pub fn max_keys(mut self, keys: usize) -> Self {
        self.max_keys = keys;
        self
    }

    /// Also sends requests that are signed with the given access key to another host without TLS, where everyone on the
    /// way can read them.
    pub fn insecure_http(mut self) -> Self {
        self.insecure_http = true;
        self
    }

    /// A file that lists every key and alias at an endpoint before it is made, so that what a killed test left there can
    /// be found.
    pub fn ledger(mut self, file: impl Into<PathBuf>) -> Self {
        self.ledger = Some(file.into());
        self
    }

    /// Runs the tests that the arguments of the process name, or lists them, as a test runner expects.
    pub fn run(self) -> ExitCode {
        run(self, Arguments::from_args(), Surroundings::of_process()).exit_code()
    }

    /// Whether the tests may move the target's clock.
    pub(super) fn moves_clock(&self) -> bool {
        match (&self.server, &self.clock) {
            #[cfg(feature = "mock")]
            (Server::BundledMock, _) => true,
            (_, Clock::Fixed) => false,
            (_, Clock::OfMock | Clock::Hook(_)) => true,
        }
    }

    /// How the target's clock may be moved.
    fn clock_control(&self) -> ClockControl {
        match &self.clock {
            Clock::Hook(Ok(url)) => ClockControl::Hook(url.clone()),
            Clock::OfMock => ClockControl::AdminApi { token: self.admin_token.clone() },
            Clock::Hook(Err(_)) | Clock::Fixed => ClockControl::Forbidden,
        }
    }

    /// Why nothing can be tested, whatever the endpoint is like.
    pub(super) fn mistake(&self) -> Option<String> {
        let of_hook = match &self.clock {
            Clock::Hook(Err(error)) => Some(format!("the clock hook can't be used: {error}")),
            Clock::Hook(Ok(_)) | Clock::Fixed | Clock::OfMock => None,
        };
        let of_provider = match &self.provider {
            Some(name) if registry::by_name(name).is_none() => {
                let known = registry::names().collect::<Vec<_>>().join(", ");
                Some(format!("there is no provider `{name}`; known: {known}"))
            }
            Some(_) | None => None,
        };
        self.server.mistake().map(str::to_owned).or(of_provider).or(of_hook)
    }

    /// The cloud whose cases are the tests. An unknown name is a [mistake](Self::mistake).
    pub(super) fn declaration(&self) -> &'static Declaration {
        let named = self.provider.as_deref().and_then(registry::by_name);
        named.unwrap_or_else(registry::default_provider)
    }

    /// What is tested, if it is running already.
    pub(super) fn target(&self) -> Option<Target> {
        let Server::Running { url, .. } = &self.server else { return None };
        let example = Target::with_examples(self.declaration().provider(), url.clone());
        let credentials = self.credentials.clone().unwrap_or_else(|| example.credentials.clone());
        Some(Target { credentials, ..example })
    }

    /// What requests are sent to: the mock of this process, unless it is running already.
    pub(super) fn destination(&self) -> Result<Endpoint, String> {
        match (&self.server, self.target()) {
            #[cfg(feature = "mock")]
            (Server::BundledMock, _) => {
                Ok(Endpoint::BundledMock(self.declaration().provider(), MockOptions::default()))
            }
            (_, Some(target)) => {
                // Of one that is on another host, `max_keys` says how many keys the tests may make.
                let kind = if target.is_loopback() { TargetKind::Loopback } else { TargetKind::Emulator };
                let consent = Consent { live: false, insecure_http: self.insecure_http };
                Ok(Endpoint::Running(Box::new(RunningTarget { target, kind, consent, clock: self.clock_control() })))
            }
            (server, None) => Err(server.title()),
        }
    }

    /// Sees whether an endpoint can be tested; waits for it if it is still starting.
    ///
    /// # Errors
    ///
    /// In one line: why nothing can be tested there.
    pub(super) fn find(&self, suite: &Suite, runtime: &Runtime) -> Result<(), String> {
        let Some(target) = self.target() else { return Ok(()) };
        runtime
            .block_on(reach::wait(suite, &target, &quick_connection(), self.wait))
            .map_err(reach::Unreachable::into_text)?;

        if !matches!(self.clock, Clock::OfMock) {
            return Ok(());
        }
        let clock = runtime.block_on(find_clock(&target.endpoint, self.admin_token.as_ref(), &quick_connection()));
        if !clock.map_err(|error| error.to_string())?.moves() {
            return Err(format!(
                "`Harness::move_clock` needs a mock of this program with its admin API, which is not at {}; the clock of \
                 another emulator is moved by `Harness::clock_hook`",
                target.endpoint
            ));
        }
        Ok(())
    }
}
