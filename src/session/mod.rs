//! The one place where a run is put together: suite, selection, target, client, clock, ledger and options.
//!
//! An [`Endpoint`] says what is to be tested. Started, it is a [`LiveTarget`], against which any number of sessions can
//! run, one after the other or at the same time. A [`Session`] is one run of some cases.

mod announcement;
#[cfg(feature = "cli")]
mod clock_lock;
mod error;
#[cfg(feature = "cli")]
mod key_file;
#[cfg(feature = "cli")]
mod key_locks;
mod live_target;
mod options;
mod pace;
pub(crate) mod reach;
mod reuse;
mod running;
pub(crate) mod shared_file;
mod stalest;
mod target_kind;
mod verdict_history;

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

#[cfg(feature = "cli")]
pub(crate) use self::announcement::shortened;
#[cfg(feature = "cli")]
pub use self::clock_lock::ClockLock;
pub use self::error::SessionError;
#[cfg(feature = "cli")]
pub(crate) use self::error::with_source;
#[cfg(feature = "cli")]
pub use self::key_file::read_keys;
#[cfg(feature = "cli")]
pub use self::key_locks::KeyLocks;
#[cfg(feature = "mock")]
pub use self::live_target::MockOptions;
#[cfg(feature = "cli")]
pub use self::live_target::RecordedTarget;
pub use self::live_target::{Endpoint, LiveTarget};
pub use self::options::{Limits, SessionOptions};
use self::pace::Pace;
use self::reuse::{Reusable, material_seed};
pub use self::running::{ClockControl, Consent, RunningTarget};
use self::stalest::choose;
#[cfg(feature = "cli")]
pub use self::target_kind::DeclaredKind;
pub use self::target_kind::TargetKind;
use self::verdict_history::VerdictHistory;
#[cfg(feature = "cli")]
pub(crate) use self::verdict_history::verdicts_of_case;
use crate::client::{Client, Target};
use crate::event::{Event, RunFooter};
use crate::ledger::{Ledger, new_mark};
use crate::plan::Cost;
use crate::redact::SecretRegistry;
use crate::run::{Interrupt, RunOptions, Runner};
use crate::suite::Suite;

/// How often a case is begun at most, when responses are lost.
const ATTEMPTS: u32 = 3;

/// A run of some cases of a suite against a target.
#[derive(Debug)]
pub struct Session {
    runner: Runner,
    announcement: Option<String>,
    /// Held as long as the run goes on.
    reusable: Reusable,
    /// When each case was judged last on the target, if that is kept.
    history: Option<VerdictHistory>,
}

impl Session {
    /// Puts a run together; `selection` holds indexes into the cases of the suite. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// When the client can't be made, the run would make more keys or send more requests than it may, or the ledger can't
    /// be opened.
    pub fn new(
        suite: Arc<Suite>,
        selection: Vec<usize>,
        target: &LiveTarget,
        options: SessionOptions,
    ) -> Result<Self, SessionError> {
        let pace = Pace::of(target, &options);
        let client =
            Client::new(target.target().clone(), pace.client_options(&options))?.with_tape(options.tape.clone());
        let most = pace.most_requests(options.max_duration, options.limits.max_requests);

        let account = target.kind() == Some(TargetKind::Account);
        let mark = options.mark.clone().unwrap_or_else(new_mark);
        let given = !options.keys.is_empty();
        let tour = given || options.isolation.is_tour(account);

        let run_options = RunOptions {
            jobs: pace.jobs,
            fail_fast: options.fail_fast,
            settle: pace.settle.clone(),
            clock: target.clock().clone(),
            keep_exchanges: options.keep_exchanges,
            // Reports name it, so that a seed that was drawn can be given again.
            seed: options.seed.unwrap_or_else(|| fastrand::u32(..)),
            tour,
            keep_keys: options.keep_keys,
            mark: mark.clone(),
            attempts: ATTEMPTS,
            confirm_failures: options.confirm_failures,
            max_duration: options.max_duration,
            // Keys cost money on an account: without a number that was given, none is made.
            max_keys: if given { Some(0) } else { options.limits.max_keys.or(account.then_some(0)) },
            bundled_mock: target.is_bundled_mock(),
            account,
            // Through a tunnel, a loopback address is somebody's account too.
            only_marked: match target.kind() {
                Some(TargetKind::Account) => true,
                Some(TargetKind::Loopback) => !target.target().has_example_credentials(),
                Some(TargetKind::Emulator) | None => false,
            },
            // Nothing else can use a key again.
            material: options.ledger.as_ref().and(material_seed(options.material_seed.as_ref(), target.target())),
            strict: options.strict,
            unsupported: options.unsupported,
            shard: options.shard,
            target_version: options.target_version,
        };

        let can_reuse = suite.service.reuse.is_some();
        let runner = Runner::new(suite, selection, client, Ledger::none(mark.clone()), run_options);
        let runner = runner.with_known(options.known).with_given(options.keys);
        let history = match &options.ledger {
            Some(ledger) if !target.is_bundled_mock() && (account || options.stalest_first) => {
                let history = VerdictHistory::read(ledger, target.target().for_ledger());
                Some(history.map_err(|source| SessionError::Verdicts { source })?)
            }
            Some(_) | None => None,
        };

        let runner = if options.stalest_first {
            let limits = Limits { max_requests: most, ..options.limits };
            leave_for_later(runner, history.as_ref(), limits, account)
        } else {
            runner
        };

        // Before the first request, and before anything is written.
        let cost = runner.cost();
        // Those that it is given are not made.
        let cost = if given { Cost { keys: 0, ..cost } } else { cost };
        let endpoint = target.target().endpoint.as_str();
        check_cost(cost, options.limits, account, endpoint)?;
        if let Some((most, least)) =
            options.max_duration.zip(pace.least_time(cost.requests)).filter(|(most, least)| least > most)
        {
            return Err(SessionError::TooLong { endpoint: endpoint.to_owned(), least, most });
        }

        let ledger = match &options.ledger {
            Some(path) if !target.is_bundled_mock() => {
                Some(open_ledger(path, &mark, target.target(), &options.secrets)?)
            }
            // What is made there ends with the mock.
            Some(_) | None => None,
        };

        let mut reusable = match (&options.ledger, &ledger) {
            (Some(path), Some(_)) if tour && !given && options.reuse && can_reuse => {
                Reusable::of(path, target.target())
                    .map_err(|source| SessionError::Ledger { path: path.clone(), source })?
            }
            _ => Reusable::default(),
        };

        let runner = match ledger {
            Some(ledger) => runner.with_ledger(ledger),
            None => runner,
        };
        let runner = runner.with_pool(std::mem::take(&mut reusable.pool)).with_notice(reusable.notice.take());
        Ok(Self { runner, announcement: announcement::of(target, cost), reusable, history })
    }

    /// What the run is about to do, in a line for a person, if that may be news: its requests are signed with an access
    /// key that is not the example's, so whatever is behind the endpoint may be somebody's account.
    #[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "only the command line shows it"))]
    pub fn announcement(&self) -> Option<&str> {
        self.announcement.as_deref()
    }

    /// Runs the cases and emits events, until the last one is over or the run is interrupted.
    pub async fn run(self, interrupt: impl Into<Interrupt>, emit: impl FnMut(Event)) -> RunFooter {
        let Self { runner, reusable: _held, mut history, .. } = self;
        let mut emit = emit;
        runner
            .run(interrupt, |mut event| {
                if let (Some(history), Event::CaseFinished(case)) = (&mut history, &mut event) {
                    case.previous = history.before(&case.id).cloned().map(Box::new);
                    history.note(&case.id, case.verdict, Timestamp::now());
                }
                // Before the reports end, so that they can say it.
                if matches!(event, Event::RunFinished(_))
                    && let Some(Err(error)) = history.take().map(VerdictHistory::save)
                {
                    emit(Event::Notice { message: format!("the verdicts could not be kept for later runs: {error}") });
                }
                emit(event);
            })
            .await
    }
}

/// What sends requests to a target outside of a run, at the pace that suits it.
///
/// # Errors
///
/// When the client can't be made.
#[cfg(feature = "cli")]
pub(crate) fn connect(target: &LiveTarget, options: &SessionOptions) -> Result<Client, SessionError> {
    Ok(Client::new(target.target().clone(), Pace::of(target, options).client_options(options))?)
}

fn open_ledger(path: &Path, mark: &str, target: &Target, secrets: &SecretRegistry) -> Result<Ledger, SessionError> {
    let ledger = Ledger::open(path, mark, target.for_ledger());
    let ledger = ledger.map_err(|source| SessionError::Ledger { path: path.to_owned(), source })?;
    Ok(ledger.redacting(secrets))
}

/// Leaves cases for later runs, so that the others fit into the limits: those that were judged last the longest ago are run.
fn leave_for_later(runner: Runner, history: Option<&VerdictHistory>, limits: Limits, account: bool) -> Runner {
    let max_keys = limits.max_keys.or(account.then_some(0));
    let fits = |cases: &[usize]| {
        let mut cases = cases.to_vec();
        cases.sort_unstable();
        let Cost { keys, requests } = runner.cost_of(&cases);
        max_keys.is_none_or(|most| keys as u64 <= most)
            && limits.max_requests.is_none_or(|most| requests as u64 <= most)
    };
    if fits(runner.selection()) {
        return runner;
    }

    // What is skipped anyway takes no room.
    let mut order: Vec<usize> = runner.selection().iter().copied().filter(|index| runner.is_run(*index)).collect();
    order.sort_by_cached_key(|index| {
        let id = runner.suite().cases[*index].id.as_str();
        history.and_then(|history| history.before(id)).map(|previous| previous.at.clone())
    });
    let (_, left) = choose(&order, fits);
    let left = left.into_iter().collect();
    runner.leaving(left)
}

/// Whether the run makes no more keys and sends no more requests than it may, if nothing goes wrong.
fn check_cost(cost: Cost, limits: Limits, account: bool, endpoint: &str) -> Result<(), SessionError> {
    let Limits { max_keys, max_requests } = limits;
    let endpoint = || endpoint.to_owned();

    if max_keys.or(account.then_some(0)).is_some_and(|most| cost.keys as u64 > most) {
        return Err(SessionError::TooManyKeys { endpoint: endpoint(), keys: cost.keys, most: max_keys });
    }
    if let Some(most) = max_requests.filter(|most| cost.requests as u64 > *most) {
        return Err(SessionError::TooManyRequests { endpoint: endpoint(), requests: cost.requests, most });
    }
    Ok(())
}
