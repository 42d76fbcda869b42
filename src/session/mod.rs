//! The one place where a run is put together: suite, selection, target, client, clock, ledger and options.
//!
//! An [`Endpoint`] says what is to be tested. Started, it is a [`LiveTarget`], against which any number of sessions can
//! run, one after the other or beside each other. A [`Session`] is one run of some cases.

mod error;
mod live_target;
mod options;
mod pace;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

pub use self::error::SessionError;
#[cfg(feature = "cli")]
pub(crate) use self::error::with_source;
#[cfg(feature = "mock")]
pub use self::live_target::MockOptions;
pub use self::live_target::{AccountLimits, Endpoint, LiveTarget};
pub use self::options::SessionOptions;
use self::pace::Pace;
use crate::client::Client;
use crate::event::{Event, RunFooter};
use crate::ledger::Ledger;
use crate::redact::SecretRegistry;
use crate::run::{RunOptions, Runner, new_mark};
use crate::suite::Suite;

/// How often a case is begun at most, when responses are lost.
const ATTEMPTS: u32 = 3;

/// A run of some cases of a suite against a target.
#[derive(Debug)]
pub struct Session {
    runner: Runner,
}

impl Session {
    /// Puts a run together; `selection` holds indexes into the cases of the suite. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// When the client can't be made, or on an account when the ledger can't be opened or the run would make more keys
    /// than it may.
    pub fn new(
        suite: Arc<Suite>,
        selection: Vec<usize>,
        target: &LiveTarget,
        options: SessionOptions,
    ) -> Result<Self, SessionError> {
        let pace = Pace::of(target, &options);
        let client = Client::new(target.target().clone(), pace.client_options(&options))?;

        let limits = target.limits();
        let mark = new_mark();
        let ledger = match limits {
            Some(limits) => open_ledger(limits, &mark, &options.secrets)?,
            // What is made there ends with the mock or the emulator.
            None => Ledger::none(mark.clone()),
        };
        let run_options = RunOptions {
            jobs: pace.jobs,
            fail_fast: options.fail_fast,
            settle: pace.settle,
            clock: target.clock().clone(),
            keep_exchanges: options.keep_exchanges,
            // Reports name it, so that a seed that was drawn can be given again.
            seed: options.seed.unwrap_or_else(|| fastrand::u32(..)),
            mark,
            attempts: ATTEMPTS,
            confirm_failures: options.confirm_failures,
            max_keys: limits.map(|limits| limits.max_keys),
            bundled_mock: target.is_bundled_mock(),
            account: limits.is_some(),
            strict: options.strict,
            unsupported: options.unsupported,
        };

        let runner = Runner::new(suite, selection, client, ledger, run_options).with_known(options.known);
        // Before the first request, for whatever is made on an account costs money.
        if let Some(limits) = limits {
            check_cost(&runner, limits, target.target().endpoint.as_str())?;
        }
        Ok(Self { runner })
    }

    /// Runs the cases and emits events. When `interrupt` is cancelled, no further case is begun, those under way are
    /// brought to an end and torn down, and the rest is reported as not run.
    pub async fn run(self, interrupt: CancellationToken, emit: impl FnMut(Event)) -> RunFooter {
        self.runner.run(interrupt, emit).await
    }
}

fn open_ledger(limits: &AccountLimits, mark: &str, secrets: &SecretRegistry) -> Result<Ledger, SessionError> {
    let ledger = Ledger::open(&limits.ledger, mark);
    let ledger = ledger.map_err(|source| SessionError::Ledger { path: limits.ledger.clone(), source })?;
    Ok(ledger.redacting(secrets))
}

/// Whether the run makes no more keys than it may, if nothing goes wrong.
fn check_cost(runner: &Runner, limits: &AccountLimits, endpoint: &str) -> Result<(), SessionError> {
    let keys = runner.cost().keys;
    if keys as u64 > limits.max_keys {
        return Err(SessionError::TooManyKeys { endpoint: endpoint.to_owned(), keys });
    }
    Ok(())
}
