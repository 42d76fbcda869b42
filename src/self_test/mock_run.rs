//! Some cases against a mock of their own.

use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::SelfTestError;
use crate::client::{Client, ClientOptions, Target};
use crate::event::{CaseResult, Event};
use crate::ledger::Ledger;
use crate::mock::{AlibabaConfig, Deviation, Mock, WrappingKeys};
use crate::provider::alibaba::Alibaba;
use crate::provider::{Credentials, Provider};
use crate::redact::Secret;
use crate::run::{RunOptions, Runner, Settle, TargetClock, new_mark};
use crate::suite::Suite;

/// How many cases are asked of a mock at the same time.
pub(super) const JOBS: NonZeroUsize = match NonZeroUsize::new(8) {
    Some(jobs) => jobs,
    None => NonZeroUsize::MIN,
};

/// What a run against a mock said and cost.
#[derive(Debug)]
pub(super) struct MockRun {
    /// The results in the order of ids.
    pub(super) results: Vec<CaseResult>,
    /// How many requests were sent.
    pub(super) requests: u64,
}

/// Asks cases of a new mock that deviates; the results are in the order of ids.
pub(super) async fn ask(
    suite: &Arc<Suite>,
    deviation: &Deviation,
    cases: Vec<usize>,
) -> Result<Vec<CaseResult>, SelfTestError> {
    Ok(run_cases(suite, vec![deviation.clone()], cases).await?.results)
}

/// Runs every case of a suite against a new mock that deviates in these ways.
pub(super) async fn run_suite(suite: &Arc<Suite>, deviations: Vec<Deviation>) -> Result<MockRun, SelfTestError> {
    run_cases(suite, deviations, (0..suite.cases.len()).collect()).await
}

/// Runs cases against a new mock that deviates in these ways.
async fn run_cases(
    suite: &Arc<Suite>,
    deviations: Vec<Deviation>,
    cases: Vec<usize>,
) -> Result<MockRun, SelfTestError> {
    let config = AlibabaConfig { deviations, wrapping_keys: WrappingKeys::BuiltIn, ..AlibabaConfig::default() };
    let mock = Arc::new(Mock::start_with(config).map_err(|error| SelfTestError::Start(error.to_string()))?);
    let provider = Alibaba::default();
    let region = provider.default_region().to_owned();
    let credentials =
        Credentials { access_key_id: "testid".to_owned(), secret: Secret::new("testsecret"), token: None };
    let target = Target { provider: Arc::new(provider), endpoint: mock.endpoint(), region, credentials };
    let client =
        Client::new(target, ClientOptions::default()).map_err(|error| SelfTestError::Start(error.to_string()))?;
    let mark = new_mark();
    let clock = {
        let mock = Arc::clone(&mock);
        TargetClock::Function(Arc::new(move |by| mock.advance(by)))
    };
    let options = RunOptions {
        jobs: JOBS,
        fail_fast: false,
        settle: Settle::default(),
        clock,
        keep_exchanges: false,
        mark: mark.clone(),
        attempts: 3,
        bundled_mock: true,
        ..RunOptions::default()
    };
    let runner = Runner::new(Arc::clone(suite), cases, client, Ledger::none(mark), options);
    let (mut results, mut requests) = (Vec::new(), 0);
    let keep = |event| match event {
        Event::CaseFinished(case) => results.push(*case),
        Event::RunFinished(footer) => requests = footer.usage.requests,
        _ => {}
    };
    runner.run(CancellationToken::new(), keep).await;
    Ok(MockRun { results, requests })
}
