//! The suite as tests: every case a test of its own, for `cargo test` and `cargo nextest`.
//!
//! An emulator's author puts this into `tests/kms.rs` of their own project, with `harness = false` in `Cargo.toml`:
//!
//! ```no_run
//! use kms_conformance::harness::{TestTarget, trials};
//!
//! fn main() -> std::process::ExitCode {
//!     let arguments = libtest_mimic::Arguments::from_args();
//!     let target = TestTarget::endpoint("http://127.0.0.1:8080").credentials("testid", "testsecret");
//!     libtest_mimic::run(&arguments, trials(target)).exit_code()
//! }
//! ```
//!
//! Nothing is started before the first test runs, for nextest starts the program once for each test. Cases that move
//! the target's clock run alone. With nextest each case has a process of its own, so against an endpoint those cases
//! need a test group of one thread.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use libtest_mimic::{Completion, Failed, Trial};
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;

use crate::client::{ClientError, Connection, EndpointUrl, ProxyVariables, Target};
use crate::event::{CaseResult, Event};
use crate::plan::Planner;
use crate::provider::{Credentials, registry};
use crate::redact::Secret;
use crate::report::failure_text::FailureText;
use crate::run::HookError;
#[cfg(feature = "mock")]
use crate::session::MockOptions;
use crate::session::{ClockControl, Consent, Endpoint, LiveTarget, RunningTarget, Session, SessionOptions, TargetKind};
use crate::suite::Suite;
use crate::suite::files::embedded;
use crate::suite::load::load;
use crate::suite::route_limit::RouteLimit;
use crate::verdict::Verdict;

/// What the tests are run against.
#[derive(Debug, Clone)]
pub struct TestTarget {
    server: Server,
    /// None: those of the cloud's examples.
    credentials: Option<Credentials>,
    clock_hook: Option<String>,
    move_clock: bool,
    admin_token: Option<Secret>,
    insecure_http: bool,
    ledger: Option<PathBuf>,
}

/// Where requests are sent.
#[derive(Debug, Clone)]
enum Server {
    /// A mock of the test process.
    #[cfg(feature = "mock")]
    BundledMock,
    /// What is running already, by its URL.
    Running(String),
}

impl TestTarget {
    /// The bundled mock, started in the test process.
    #[cfg(feature = "mock")]
    pub fn bundled_mock() -> Self {
        Self::of(Server::BundledMock)
    }

    /// An endpoint that is running already, such as `http://127.0.0.1:8080`.
    pub fn endpoint(url: impl Into<String>) -> Self {
        Self::of(Server::Running(url.into()))
    }

    fn of(server: Server) -> Self {
        Self {
            server,
            credentials: None,
            clock_hook: None,
            move_clock: false,
            admin_token: None,
            insecure_http: false,
            ledger: None,
        }
    }

    /// The access key that signs the requests to an endpoint; that of the cloud's examples unless given.
    #[must_use]
    pub fn credentials(mut self, access_key_id: impl Into<String>, secret: impl Into<String>) -> Self {
        let (access_key_id, secret) = (access_key_id.into(), Secret::new(secret));
        self.credentials = Some(Credentials { access_key_id, secret, token: None });
        self
    }

    /// A URL that moves the target's clock when it is posted to; `{seconds}` is replaced. Without it and
    /// [`Self::move_clock`], cases that move the clock are ignored, with that reason.
    #[must_use]
    pub fn clock_hook(mut self, url: impl Into<String>) -> Self {
        self.clock_hook = Some(url.into());
        self
    }

    /// Moves the clock of an endpoint that is a mock of this program, by its admin API. It moves for all keys that the
    /// mock holds, so this is for a mock that serves these tests alone.
    #[must_use]
    pub fn move_clock(mut self) -> Self {
        self.move_clock = true;
        self
    }

    /// The token that the admin API requires of whoever moves the clock: that of `mock --admin-token-env`.
    #[must_use]
    pub fn admin_token(mut self, token: impl Into<String>) -> Self {
        self.admin_token = Some(Secret::new(token));
        self
    }

    /// Also sends requests that are signed with the given access key to another host without TLS, where everyone on the
    /// way can read them.
    #[must_use]
    pub fn insecure_http(mut self) -> Self {
        self.insecure_http = true;
        self
    }

    /// A file that lists every key and alias at an endpoint before it is made, so that what a killed test left there can
    /// be found.
    #[must_use]
    pub fn ledger(mut self, file: impl Into<PathBuf>) -> Self {
        self.ledger = Some(file.into());
        self
    }

    /// The routes that are run. Every key counts on a remote endpoint, so only the shortest are run there.
    fn routes(&self) -> RouteLimit {
        match &self.server {
            #[cfg(feature = "mock")]
            Server::BundledMock => RouteLimit::All,
            Server::Running(url) => {
                url.parse().map_or(RouteLimit::All, |url: EndpointUrl| TargetKind::of(&url, None).routes())
            }
        }
    }

    fn into_endpoint(self) -> Result<Endpoint, ClientError> {
        let provider = registry::default_provider().provider();
        match self.server {
            #[cfg(feature = "mock")]
            Server::BundledMock => Ok(Endpoint::BundledMock(provider, MockOptions::default())),
            Server::Running(url) => {
                let example = Target::with_examples(provider, url.parse()?);
                let credentials = self.credentials.unwrap_or_else(|| example.credentials.clone());
                let target = Target { credentials, ..example };
                // Whoever writes tests has something to test, and no account of a cloud.
                let kind = match TargetKind::of(&target.endpoint, None) {
                    TargetKind::Loopback => TargetKind::Loopback,
                    TargetKind::Emulator | TargetKind::Account => TargetKind::Emulator,
                };
                let wrong = |error: HookError| ClientError::ClockHook { reason: error.to_string() };
                let clock = match (self.clock_hook, self.move_clock) {
                    (Some(url), _) => ClockControl::Hook(url.parse().map_err(wrong)?),
                    (None, true) => ClockControl::AdminApi { token: self.admin_token },
                    (None, false) => ClockControl::Forbidden,
                };
                let consent = Consent { live: false, insecure_http: self.insecure_http };
                Ok(Endpoint::Running(Box::new(RunningTarget { target, kind, consent, clock })))
            }
        }
    }
}

/// A test for every case, named by the id of the case. Against a remote endpoint, only cases by the shortest routes are
/// run, for every key counts there.
pub fn trials(target: TestTarget) -> Vec<Trial> {
    let suite = match load(embedded(), Some(registry::default_provider().name)) {
        Ok(suite) => Arc::new(suite),
        Err(mistakes) => {
            let text = mistakes.to_string();
            // As a failing test, for a caller has no other result to look at.
            return vec![Trial::test("case files", move || Err(Failed::from(text)))];
        }
    };

    let cases: Vec<usize> = (0..suite.cases.len()).collect();
    let selection = target.routes().limit(&suite, &cases, &[]);
    let tests =
        Arc::new(Tests { target, suite: Arc::clone(&suite), clock_lock: RwLock::new(()), live: OnceLock::new() });

    let trial = |index: usize| {
        let tests = Arc::clone(&tests);
        Trial::ignorable_test(suite.cases[index].id.to_string(), move || tests.run(index))
    };
    selection.into_iter().map(trial).collect()
}

/// What the tests of a process share.
struct Tests {
    target: TestTarget,
    suite: Arc<Suite>,
    /// Held for writing by a case that moves the clock, and for reading by all others.
    clock_lock: RwLock<()>,
    /// What is only started when a test runs.
    live: OnceLock<Result<(Runtime, LiveTarget), String>>,
}

impl Tests {
    /// Runs a case as a test.
    fn run(&self, index: usize) -> Result<Completion, Failed> {
        let live = self.live.get_or_init(|| self.start());
        let (runtime, target) = live.as_ref().map_err(|error| Failed::from(error.clone()))?;

        let plan = Planner::new(Arc::clone(&self.suite)).plan(&self.suite.cases[index]);

        // A moved clock is moved for every key of the target, those of other cases included.
        let (alone, beside) = if plan.is_ok_and(|plan| plan.moves_clock) {
            (Some(self.clock_lock.write().unwrap_or_else(PoisonError::into_inner)), None)
        } else {
            (None, Some(self.clock_lock.read().unwrap_or_else(PoisonError::into_inner)))
        };
        let result = runtime.block_on(self.run_case(target, index));
        drop((alone, beside));

        judged(result?)
    }

    fn start(&self) -> Result<(Runtime, LiveTarget), String> {
        let runtime = Builder::new_multi_thread().enable_all().build().map_err(|error| error.to_string())?;
        let endpoint = self.target.clone().into_endpoint().map_err(|error| error.to_string())?;
        let connection = connection();
        let start = LiveTarget::start(endpoint, &connection);
        let target = runtime.block_on(start).map_err(|error| error.to_string())?;
        Ok((runtime, target))
    }

    async fn run_case(&self, target: &LiveTarget, index: usize) -> Result<CaseResult, Failed> {
        let options = SessionOptions {
            jobs: Some(NonZeroUsize::MIN),
            connection: connection(),
            ledger: self.target.ledger.clone(),
            ..SessionOptions::default()
        };
        let session = Session::new(Arc::clone(&self.suite), vec![index], target, options)
            .map_err(|error| Failed::from(error.to_string()))?;

        let mut result = None;
        let keep = |event| {
            if let Event::CaseFinished(case) = event {
                result = Some(*case);
            }
        };
        session.run(CancellationToken::new(), keep).await;
        result.ok_or_else(|| Failed::from("the case has no result"))
    }
}

/// How endpoints are connected to: by the proxies of the test process's environment.
fn connection() -> Connection {
    Connection { proxies: ProxyVariables::of(|name| std::env::var(name).ok()), ..Connection::default() }
}

fn judged(case: CaseResult) -> Result<Completion, Failed> {
    const LONGEST_RESPONSE: usize = 1000;
    match case.verdict {
        Verdict::Pass | Verdict::KnownFailure => Ok(Completion::Completed),
        Verdict::Skipped => Ok(Completion::ignored_with(case.reason)),
        Verdict::NotRun | Verdict::Inconclusive | Verdict::UnexpectedPass | Verdict::Fail => {
            Err(Failed::from(format!("{}: {}", case.verdict, FailureText::of(&case, LONGEST_RESPONSE).to_text())))
        }
    }
}
