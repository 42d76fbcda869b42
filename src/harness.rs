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
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use libtest_mimic::{Completion, Failed, Trial};
use tokio_util::sync::CancellationToken;

use crate::client::{Client, ClientOptions, Connection, Target, is_loopback_endpoint};
use crate::event::{CaseResult, Event};
use crate::ledger::Ledger;
use crate::mock::{AlibabaConfig, Mock, WrappingKeys};
use crate::plan::Planner;
use crate::provider::alibaba::Alibaba;
use crate::provider::{Credentials, Provider};
use crate::redact::Secret;
use crate::report::failure_text::FailureText;
use crate::run::{RunOptions, Runner, Settle, TargetClock, find_clock, new_mark};
use crate::suite::Suite;
use crate::suite::files::embedded;
use crate::suite::load::load;
use crate::suite::route_limit::RouteLimit;
use crate::verdict::Verdict;

/// What the tests ask.
#[derive(Debug, Clone)]
pub struct TestTarget {
    /// None: a mock of the test process.
    endpoint: Option<String>,
    access_key_id: String,
    secret: Secret,
    clock_hook: Option<String>,
    settle_timeout: Duration,
}

impl TestTarget {
    /// The bundled mock, started in the test process.
    pub fn bundled_mock() -> Self {
        Self {
            endpoint: None,
            access_key_id: "testid".to_owned(),
            secret: Secret::new("testsecret"),
            clock_hook: None,
            settle_timeout: Duration::ZERO,
        }
    }

    /// An endpoint that is running already, such as `http://127.0.0.1:8080`.
    pub fn endpoint(url: impl Into<String>) -> Self {
        Self { endpoint: Some(url.into()), settle_timeout: Duration::from_secs(1), ..Self::bundled_mock() }
    }

    /// The access key that signs the requests; `testid` and `testsecret` unless given.
    #[must_use]
    pub fn credentials(mut self, access_key_id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.access_key_id = access_key_id.into();
        self.secret = Secret::new(secret);
        self
    }

    /// A URL that moves the target's clock when it is posted to; `{seconds}` is replaced. Without it, cases that move
    /// the clock are ignored, with that reason.
    #[must_use]
    pub fn clock_hook(mut self, url: impl Into<String>) -> Self {
        self.clock_hook = Some(url.into());
        self
    }
}

/// A test for every case, named by the id of the case. An endpoint elsewhere than on this machine is asked by the shortest
/// routes only, for every key counts there.
pub fn trials(target: TestTarget) -> Vec<Trial> {
    let suite = match load(embedded(), None) {
        Ok(suite) => Arc::new(suite),
        Err(mistakes) => {
            let text = mistakes.to_string();
            return vec![Trial::test("case files", move || Err(Failed::from(text)))];
        }
    };
    let here = target.endpoint.as_deref().is_none_or(is_loopback_endpoint);
    let routes = if here { RouteLimit::All } else { RouteLimit::Canonical };
    let cases: Vec<usize> = (0..suite.cases.len()).collect();
    let selection = routes.limit(&suite, &cases, &[]);
    let session =
        Arc::new(Session { target, suite: Arc::clone(&suite), alone: RwLock::new(()), live: OnceLock::new() });
    let trial = |index: usize| {
        let session = Arc::clone(&session);
        Trial::ignorable_test(suite.cases[index].id.to_string(), move || session.ask(index))
    };
    selection.into_iter().map(trial).collect()
}

/// What the tests of a process share.
struct Session {
    target: TestTarget,
    suite: Arc<Suite>,
    /// Held for writing by a case that moves the clock.
    alone: RwLock<()>,
    live: OnceLock<Result<Live, String>>,
}

/// What is only started when a test runs.
struct Live {
    runtime: tokio::runtime::Runtime,
    mock: Option<Arc<Mock>>,
    clock: TargetClock,
    endpoint: String,
}

impl Session {
    fn ask(&self, index: usize) -> Result<Completion, Failed> {
        let live = self.live.get_or_init(|| self.start()).as_ref().map_err(|error| Failed::from(error.clone()))?;
        let moves_clock =
            Planner::new(Arc::clone(&self.suite)).plan(&self.suite.cases[index]).is_ok_and(|plan| plan.moves_clock);
        let (alone, beside) = if moves_clock {
            (Some(self.alone.write().unwrap_or_else(PoisonError::into_inner)), None)
        } else {
            (None, Some(self.alone.read().unwrap_or_else(PoisonError::into_inner)))
        };
        let result = live.runtime.block_on(self.run(live, index));
        drop((alone, beside));
        judged(result?)
    }

    fn start(&self) -> Result<Live, String> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| error.to_string())?;
        let config = AlibabaConfig { wrapping_keys: WrappingKeys::BuiltIn, ..AlibabaConfig::default() };
        let mock = match &self.target.endpoint {
            None => Some(Arc::new(Mock::start_with(config).map_err(|error| error.to_string())?)),
            Some(_) => None,
        };
        let endpoint = match (&self.target.endpoint, &mock) {
            (Some(endpoint), _) => endpoint.clone(),
            (None, Some(mock)) => mock.endpoint(),
            (None, None) => String::new(),
        };
        let clock = match (&self.target.clock_hook, &mock) {
            (Some(url), _) => TargetClock::Hook(url.clone()),
            (None, Some(mock)) => {
                let mock = Arc::clone(mock);
                TargetClock::Function(Arc::new(move |by| mock.advance(by)))
            }
            (None, None) => runtime.block_on(find_clock(&endpoint, Connection::default().timeout)),
        };
        Ok(Live { runtime, mock, clock, endpoint })
    }

    async fn run(&self, live: &Live, index: usize) -> Result<CaseResult, Failed> {
        let provider = Alibaba::default();
        let region = provider.default_region().to_owned();
        let credentials = Credentials {
            access_key_id: self.target.access_key_id.clone(),
            secret: self.target.secret.clone(),
            token: None,
        };
        let target = Target { provider: Arc::new(provider), endpoint: live.endpoint.clone(), region, credentials };
        let client = Client::new(target, ClientOptions::default()).map_err(|error| Failed::from(error.to_string()))?;
        let mark = new_mark();
        let options = RunOptions {
            jobs: NonZeroUsize::MIN,
            fail_fast: false,
            settle: Settle { timeout: self.target.settle_timeout, ..Settle::default() },
            clock: live.clock.clone(),
            keep_exchanges: false,
            mark: mark.clone(),
            attempts: 3,
            bundled_mock: live.mock.is_some(),
            ..RunOptions::default()
        };
        let runner = Runner::new(Arc::clone(&self.suite), vec![index], client, Ledger::none(mark), options);
        let mut result = None;
        runner
            .run(CancellationToken::new(), |event| {
                if let Event::CaseFinished(case) = event {
                    result = Some(*case);
                }
            })
            .await;
        result.ok_or_else(|| Failed::from("the case has no result"))
    }
}

fn judged(case: CaseResult) -> Result<Completion, Failed> {
    const ANSWER: usize = 1000;
    match case.verdict {
        Verdict::Pass | Verdict::KnownFailure => Ok(Completion::Completed),
        Verdict::Skipped => Ok(Completion::ignored_with(case.reason)),
        Verdict::NotRun | Verdict::Inconclusive | Verdict::UnexpectedPass | Verdict::Fail => {
            Err(Failed::from(format!("{}: {}", case.verdict, FailureText::of(&case, ANSWER).to_text())))
        }
    }
}
