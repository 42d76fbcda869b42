//! A run of the whole suite against a mock of this process.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kms_conformance::client::{Client, ClientOptions, RequestAgain, Target};
use kms_conformance::event::{Event, RunFooter};
use kms_conformance::ledger::Ledger;
use kms_conformance::mock::{AlibabaConfig, Mock, WrappingKeys};
use kms_conformance::provider::Credentials;
use kms_conformance::redact::Secret;
use kms_conformance::run::{RunOptions, Runner, Settle, TargetClock, new_mark};
use kms_conformance::suite::Suite;
use kms_conformance::suite::files::embedded;
use kms_conformance::suite::load::load;
use tokio_util::sync::CancellationToken;

use crate::record::{Recorder, Sent};

/// How many cases are run at the same time; the program's own default on this machine.
pub const JOBS: usize = 16;

/// What a run came to.
pub struct Whole {
    pub duration: Duration,
    /// How long requests were under way, if their exchanges were kept.
    pub in_flight: Duration,
    pub footer: RunFooter,
    /// The requests, in the order in which they were signed.
    pub sent: Vec<Sent>,
    pub mock: Arc<Mock>,
}

/// The cases of the program.
pub fn suite() -> Arc<Suite> {
    Arc::new(load(embedded(), None).unwrap())
}

/// The access key of the mock.
pub fn credentials() -> Credentials {
    Credentials { access_key_id: "testid".to_owned(), secret: Secret::new("testsecret"), token: None }
}

/// Runs every case against a mock of its own.
pub async fn run(suite: &Arc<Suite>, jobs: usize, keep_exchanges: bool) -> Whole {
    let config = AlibabaConfig { wrapping_keys: WrappingKeys::BuiltIn, ..AlibabaConfig::default() };
    let mock = Arc::new(Mock::start_with(config).unwrap());
    let recorder = Arc::new(Recorder::default());
    let target = Target {
        region: recorder.region(),
        other_regions: None,
        provider: Arc::clone(&recorder) as Arc<_>,
        endpoint: mock.endpoint().parse().unwrap(),
        credentials: credentials(),
        again: RequestAgain::default(),
    };

    let client = Client::new(target, ClientOptions::default()).unwrap();
    let mark = new_mark();
    let clock = Arc::clone(&mock);
    let options = RunOptions {
        jobs: NonZeroUsize::new(jobs).unwrap(),
        fail_fast: false,
        settle: Settle::default(),
        clock: TargetClock::Function(Arc::new(move |by| clock.advance(by))),
        keep_exchanges,
        mark: mark.clone(),
        attempts: 3,
        bundled_mock: true,
        ..RunOptions::default()
    };

    let mut in_flight = 0;
    let selection = (0..suite.cases.len()).collect();
    let begin = Instant::now();
    let footer = Runner::new(Arc::clone(suite), selection, client, Ledger::none(mark), options)
        .run(CancellationToken::new(), |event| {
            if let Event::CaseFinished(case) = event {
                in_flight += case.exchanges.iter().map(|exchange| exchange.duration_us).sum::<u64>();
            }
        })
        .await;

    let duration = begin.elapsed();
    assert_eq!(footer.summary.fail + footer.summary.inconclusive, 0, "{:?}", footer.summary);
    Whole { duration, in_flight: Duration::from_micros(in_flight), footer, sent: recorder.take(), mock }
}
