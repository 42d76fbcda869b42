//! Some cases against a mock of their own.

use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::SelfTestError;
use crate::client::Connection;
use crate::event::{CaseResult, Event};
use crate::mock::KnownDeviation;
use crate::plan::Isolation;
use crate::provider::registry;
use crate::session::{Endpoint, Limits, LiveTarget, MockOptions, Session, SessionError, SessionOptions};
use crate::suite::Suite;

/// How many cases run against a mock at the same time.
pub(super) const JOBS: NonZeroUsize = NonZeroUsize::new(8).unwrap();

/// What a run against a mock found and cost.
#[derive(Debug)]
pub(super) struct MockRun {
    /// The results in the order of ids.
    pub(super) results: Vec<CaseResult>,
    /// How many requests were sent.
    pub(super) requests: u64,
}

/// Runs every case of a suite against a new mock that deviates in these ways.
pub(super) async fn run_suite(suite: &Arc<Suite>, deviations: &[KnownDeviation]) -> Result<MockRun, SelfTestError> {
    run_cases(suite, deviations, (0..suite.cases.len()).collect()).await
}

/// Runs cases against a new mock that deviates in these ways.
pub(super) async fn run_cases(
    suite: &Arc<Suite>,
    deviations: &[KnownDeviation],
    cases: Vec<usize>,
) -> Result<MockRun, SelfTestError> {
    run_isolated(suite, deviations, cases, Isolation::Fresh).await
}

/// Runs cases against a new mock that deviates in these ways, on fresh keys or on those of a tour.
pub(super) async fn run_isolated(
    suite: &Arc<Suite>,
    deviations: &[KnownDeviation],
    cases: Vec<usize>,
    isolation: Isolation,
) -> Result<MockRun, SelfTestError> {
    // A tour leaves nothing out where it may make any number of keys.
    let limits = Limits { max_keys: (isolation == Isolation::Tour).then_some(u64::MAX), ..Limits::default() };
    run(suite, deviations, cases, SessionOptions { isolation, limits, ..SessionOptions::default() }).await
}

/// Runs cases against a new mock that does not deviate, and keeps the exchanges of those that pass, too.
pub(super) async fn run_and_keep(suite: &Arc<Suite>, cases: Vec<usize>) -> Result<MockRun, SelfTestError> {
    run(suite, &[], cases, SessionOptions { keep_exchanges: true, ..SessionOptions::default() }).await
}

async fn run(
    suite: &Arc<Suite>,
    deviations: &[KnownDeviation],
    cases: Vec<usize>,
    options: SessionOptions,
) -> Result<MockRun, SelfTestError> {
    let start = |error: SessionError| SelfTestError::Start(error.to_string());
    let deviations = deviations.iter().map(|deviation| deviation.name().to_owned()).collect();
    let mock = MockOptions { deviations, ..MockOptions::default() };
    let provider = &suite.service.provider;
    let declared = registry::by_name(provider).ok_or_else(|| SelfTestError::NoData { provider: provider.clone() })?;
    let endpoint = Endpoint::BundledMock(declared.provider(), mock);
    let target = LiveTarget::start(endpoint, &Connection::default()).await.map_err(start)?;

    let options = SessionOptions { jobs: Some(JOBS), ..options };
    let session = Session::new(Arc::clone(suite), cases, &target, options).map_err(start)?;
    let (mut results, mut requests) = (Vec::new(), 0);
    let keep = |event| match event {
        Event::CaseFinished(case) => results.push(*case),
        Event::RunFinished(footer) => requests = footer.usage.requests,
        _ => {}
    };
    session.run(CancellationToken::new(), keep).await;
    Ok(MockRun { results, requests })
}
