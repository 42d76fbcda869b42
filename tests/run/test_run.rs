//! Cases run against a mock of their own, in this process.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use kms_conformance::client::{Client, ClientOptions, RequestAgain, RetryPolicy, Target};
use kms_conformance::event::{CaseResult, Event, RunFooter, RunHeader};
use kms_conformance::ledger::Ledger;
use kms_conformance::mock::{AlibabaConfig, ClockMode, Faults, Mock, MockConfig, WrappingKeys};
use kms_conformance::plan::Cost;
use kms_conformance::provider::alibaba::Alibaba;
use kms_conformance::provider::{Credentials, Provider};
use kms_conformance::redact::Secret;
use kms_conformance::run::{RunOptions, Runner, TargetClock};
use kms_conformance::suite::Suite;
use kms_conformance::suite::files::embedded;
use kms_conformance::suite::load::load;
use tokio_util::sync::CancellationToken;

use super::altering_proxy::{Alteration, serve};

/// The bundled suite.
pub static SUITE: LazyLock<Arc<Suite>> = LazyLock::new(|| Arc::new(load(embedded(), None).unwrap()));

/// What is wrong with the endpoint of a run, and how the cases are run.
#[derive(Default)]
pub struct TestRun {
    /// The suite, if not the bundled one.
    pub suite: Option<Arc<Suite>>,
    /// Deviations of the mock.
    pub deviations: Vec<String>,
    /// Fault rules of the mock.
    pub faults: Vec<String>,
    /// How its responses are altered.
    pub alter: Option<Alteration>,
    /// The provider, if not the usual one.
    pub provider: Option<Arc<dyn Provider>>,
    /// The ledger, if there is to be one.
    pub ledger: Option<Ledger>,
    /// How the cases are run; the clock and the mark are set here.
    pub options: RunOptions,
    /// What stops the run.
    pub interrupt: CancellationToken,
}

/// Everything that the run reported.
pub struct RunRecord {
    pub header: RunHeader,
    pub results: Vec<CaseResult>,
    pub notices: Vec<String>,
    pub footer: RunFooter,
    pub planned: Cost,
}

impl TestRun {
    /// A run against a mock without deviations.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs cases by their indexes in the suite.
    pub async fn run_indexes(self, cases: Vec<usize>) -> RunRecord {
        let rules = self.faults.iter().map(|rule| rule.parse().unwrap()).collect();
        let cloud = AlibabaConfig {
            deviations: self.deviations.iter().map(|deviation| deviation.parse().unwrap()).collect(),
            wrapping_keys: WrappingKeys::BuiltIn,
            ..AlibabaConfig::default()
        };
        let config = MockConfig {
            faults: Faults { seed: 1, rules },
            clock: ClockMode::Manual("2026-01-01T00:00:00Z".parse().unwrap()),
            cloud: cloud.into(),
            ..MockConfig::default()
        };

        let mock = Arc::new(Mock::start_with(config).unwrap());
        let endpoint = match self.alter {
            Some(alter) => format!("http://{}", serve(mock.address(), alter).await),
            None => mock.endpoint(),
        };

        let provider = self.provider.unwrap_or_else(|| Arc::new(Alibaba::default()));
        let region = provider.default_region().to_owned();
        let secret = Secret::new("testsecret");
        let credentials = Credentials { access_key_id: "testid".to_owned(), secret, token: None };
        let endpoint = endpoint.parse().unwrap();
        let target =
            Target { provider, endpoint, region, other_regions: None, credentials, again: RequestAgain::default() };

        // Retries are counted by the tests; waiting between them would only take time.
        let retry = RetryPolicy { base: Duration::from_millis(1), ..RetryPolicy::default() };
        let client = Client::new(target, ClientOptions { retry, ..ClientOptions::default() }).unwrap();

        let clock = TargetClock::Function(Arc::new(move |by| mock.advance(by)));
        let options = RunOptions { clock, mark: "kc-run".to_owned(), ..self.options };
        let ledger = self.ledger.unwrap_or_else(|| Ledger::none(options.mark.clone()));

        let (mut header, mut results, mut notices) = (None, Vec::new(), Vec::new());
        let suite = self.suite.unwrap_or_else(|| Arc::clone(&SUITE));
        let runner = Runner::new(suite, cases, client, ledger, options);
        let planned = runner.cost();
        let footer = runner
            .run(self.interrupt, |event| match event {
                Event::RunStarted(started) => header = Some(*started),
                Event::CaseFinished(case) => results.push(*case),
                Event::Notice { message } => notices.push(message),
                _ => {}
            })
            .await;
        RunRecord { header: header.unwrap(), results, notices, footer, planned }
    }

    /// Runs cases by their ids without the provider's name.
    pub async fn run(self, ids: &[&str]) -> RunRecord {
        let suite = Arc::clone(self.suite.as_ref().unwrap_or(&SUITE));
        let find = |id: &&str| {
            let id = format!("alibaba/{id}");
            suite
                .cases
                .iter()
                .position(|case| case.id.as_str() == id)
                .unwrap_or_else(|| panic!("there is no case {id}"))
        };
        self.run_indexes(ids.iter().map(find).collect()).await
    }
}
