//! Executes walks, judges, cleans up, and emits events. It never prints.

mod attempt;
mod binding;
mod check;
mod clean_up;
mod clock;
mod drive;
mod finding;
mod health;
mod judge;
mod make;
mod order;
mod pages;
mod result;
mod schedule;
mod settle;
mod step;
mod sweep;
mod walker;
mod witness;
mod wrap;

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use clap::ValueEnum;

pub use self::clock::{TargetClock, find_clock};
pub use self::schedule::Runner;
pub use self::settle::Settle;
use crate::client::Client;
use crate::ledger::Ledger;
use crate::plan::Planner;
use crate::suite::Suite;

/// How cases are run.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// How many cases are asked at the same time.
    pub jobs: NonZeroUsize,
    /// Whether the run ends after the first failure.
    pub fail_fast: bool,
    /// When a state counts as reached.
    pub settle: Settle,
    /// The target's clock.
    pub clock: TargetClock,
    /// Whether the exchanges of passed cases are kept too.
    pub keep_exchanges: bool,
    /// What test data is drawn from, other than key material: the same number makes the same data for a case.
    pub seed: u32,
    /// Marks the keys and aliases of this run, and no others.
    pub mark: String,
    /// How often a case is begun at most, when answers are lost.
    pub attempts: u32,
    /// Whether the target is the bundled mock of this process.
    pub bundled_mock: bool,
    /// Whether an answer that the documents only leave room for is a failure.
    pub strict: bool,
    /// What a case is that needs an operation which the endpoint does not know.
    pub unsupported: Unsupported,
}

/// What a case is that needs an operation which the endpoint does not know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Unsupported {
    /// A failure if it asks the operation, inconclusive if it needs it on its way.
    #[default]
    Fail,
    /// Skipped, naming the operation.
    Skip,
}

impl Default for RunOptions {
    /// One case at a time, against a target whose clock stands.
    fn default() -> Self {
        Self {
            jobs: NonZeroUsize::MIN,
            fail_fast: false,
            settle: Settle::default(),
            clock: TargetClock::Fixed,
            keep_exchanges: false,
            seed: fastrand::u32(..),
            mark: new_mark(),
            attempts: 3,
            bundled_mock: false,
            strict: false,
            unsupported: Unsupported::default(),
        }
    }
}

/// A mark for a run: unlike that of any other run.
pub fn new_mark() -> String {
    format!("kc-{:08x}", fastrand::u32(..))
}

/// What the walks of a run share.
#[derive(Debug)]
pub(crate) struct Shared {
    suite: Arc<Suite>,
    planner: Planner,
    client: Client,
    ledger: Ledger,
    options: RunOptions,
    /// The ids of the keys that cases know of.
    noted: Mutex<HashSet<String>>,
    /// How many keys may have been made without anybody being told.
    unanswered: AtomicU64,
    keys_created: AtomicU64,
    keys_left: AtomicU64,
}
