//! Runs cases, judges them and tears them down, and emits events. It never prints.
//!
//! The files in the order in which a case passes through them:
//!
//! - `runner` is a run from its header to its footer. `execution` begins the case plans in their `order`, several at a
//!   time, and `status` says whether the run goes on; `watch` ends it, for an `interrupt` or because its time is over or
//!   the endpoint no longer responds;
//! - `case_runner` runs one case, and again on fresh keys to confirm a failure or if a response was lost;
//! - `attempt` is one attempt: `setup`, then the `probe` of a row or the steps of a `scenario`, then `teardown` of what
//!   is in the `inventory`. What all of them hold together is in `holdings`;
//! - `requester` fills in requests from the `bindings` and sends them; `observer` observes the state of a key;
//!   `verifier` checks effects; `judge`, `checks` and `content` compare responses with the case files;
//! - `pool` are keys of earlier runs, which are used again, with the same `material`;
//! - `given` are keys that were there before the run and stay after it;
//! - `promise` is whether the keys are gone whose time was over;
//! - `tour` hands keys from case to case, where each key counts;
//! - `failure` says why a case did not pass, and `outcome` makes the result of it;
//! - `knowledge` is what the run has learned of its endpoint, so that nothing is tried more often than necessary;
//!   `sequence` makes it independent of the number of jobs.

mod attempt;
mod bindings;
mod case_notes;
mod case_runner;
mod checks;
mod clock;
mod content;
mod execution;
mod failure;
mod given;
mod holdings;
mod interrupt;
mod inventory;
mod judge;
mod judged_request;
mod key_counts;
mod key_wrapping;
mod knowledge;
mod leak;
mod material;
mod observer;
mod order;
mod outcome;
mod pages;
mod parameter_name;
mod pool;
mod probe;
mod promise;
mod requester;
mod response_form;
mod route_prefix;
mod runner;
mod scenario;
mod sequence;
mod settle;
mod setup;
mod status;
mod sweep;
mod table_header;
mod teardown;
mod tour;
mod verifier;
mod watch;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

pub use self::clock::{ClockHook, HookError, HookUrl, TargetClock, find_clock};
pub use self::given::GivenKey;
pub use self::interrupt::Interrupt;
pub use self::material::MaterialSeed;
pub use self::order::runs_alone;
pub use self::pool::Pool;
#[cfg(feature = "cli")]
pub(crate) use self::pool::may_be_used;
pub use self::runner::Runner;
pub use self::settle::Settle;
use crate::client::Client;
use crate::event::ShardHeader;
use crate::ledger::Ledger;
use crate::ledger::mark_on_given_keys;
pub use crate::ledger::new_mark;
use crate::plan::Planner;
use crate::provider::ClockForm;
use crate::suite::Suite;
use crate::suite::field_path::FieldPath;

/// How cases are run.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// How many cases are run at the same time.
    pub jobs: NonZeroUsize,
    /// Whether the run ends after the first failure.
    pub fail_fast: bool,
    /// When a state counts as reached.
    pub settle: Settle,
    /// The target's clock.
    pub clock: TargetClock,
    /// Whether the exchanges of passed cases are kept too.
    pub keep_exchanges: bool,
    /// The seed of test data other than key material: the same number makes the same data for a case.
    pub seed: u32,
    /// Whether the keys of cases that fail stay as they are.
    pub keep_keys: bool,
    /// Whether a few keys are handed from case to case, instead of fresh ones for each.
    pub tour: bool,
    /// The text that marks the keys and aliases of this run.
    pub mark: String,
    /// How often a case is attempted at most if responses are lost.
    pub attempts: u32,
    /// How often a failure must be confirmed on fresh keys before it is reported.
    pub confirm_failures: u32,
    /// How long cases may be run; after that the run ends and removes what it made.
    pub max_duration: Option<Duration>,
    /// The most keys that the run may make, confirmations and those whose creation got no usable response included; unlimited if
    /// none.
    pub max_keys: Option<u64>,
    /// Whether the target is the bundled mock of this process.
    pub bundled_mock: bool,
    /// Whether keys cost quota and money: each removal is verified, and after one that failed no further key is made.
    pub account: bool,
    /// Whether a key that a response names is left alone unless it carries the mark: it may be somebody else's.
    pub only_marked: bool,
    /// What key material is derived from, so that a later run can use the keys again; random if none.
    pub material: Option<MaterialSeed>,
    /// Whether a response that the documents only leave room for is a failure.
    pub strict: bool,
    /// The verdict on a case that needs an operation which the endpoint does not know.
    pub unsupported: Unsupported,
    /// Which part of the selected cases they are, if not all.
    pub shard: Option<ShardHeader>,
    /// Which version of the target it is, for the reports.
    pub target_version: Option<String>,
}

/// The verdict on a case that needs an operation which the endpoint does not know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Unsupported {
    /// A failure if the case judges the operation, inconclusive if it needs it to get there.
    #[default]
    Fail,
    /// Skipped, naming the operation.
    Skip,
}

impl Default for RunOptions {
    /// One case at a time, against a target whose clock can't be moved.
    fn default() -> Self {
        Self {
            jobs: NonZeroUsize::MIN,
            fail_fast: false,
            settle: Settle::default(),
            clock: TargetClock::Fixed,
            keep_exchanges: false,
            seed: fastrand::u32(..),
            keep_keys: false,
            tour: false,
            mark: new_mark(),
            attempts: 3,
            confirm_failures: 1,
            max_duration: None,
            max_keys: None,
            bundled_mock: false,
            account: false,
            only_marked: false,
            material: None,
            strict: false,
            unsupported: Unsupported::default(),
            shard: None,
            target_version: None,
        }
    }
}

/// What the cases of a run share.
#[derive(Debug)]
pub(crate) struct RunContext {
    suite: Arc<Suite>,
    planner: Planner,
    client: Client,
    ledger: Ledger,
    pool: Pool,
    given: given::GivenKeys,
    options: RunOptions,
    knowledge: knowledge::Knowledge,
    sequence: sequence::Sequence,
    key_counts: key_counts::KeyCounts,
    holdings: holdings::Holdings,
}

impl RunContext {
    /// The mark, as the requests of cases have it: on keys that the run is given it does not stand for a key that a run made.
    fn written_mark(&self) -> String {
        if self.given.is_on() { mark_on_given_keys(&self.options.mark) } else { self.options.mark.clone() }
    }

    /// The judge of responses.
    fn judge(&self) -> judge::Judge<'_> {
        judge::Judge::new(&self.suite.service, self.options.strict)
    }

    /// How many requests the removal of a key takes.
    fn removal_requests(&self) -> u64 {
        if self.verifies_removals() { 2 } else { 1 }
    }

    /// Whether the effect of each removal of a key is observed: on an account, and where a later run uses the key again and
    /// has to know how long it is there.
    fn verifies_removals(&self) -> bool {
        self.options.account || self.pool.is_on()
    }

    /// How the cloud writes times.
    fn clock_form(&self) -> ClockForm {
        self.client.target().provider.declaration().clock_form
    }

    /// The beginning of a text from a response, without secrets.
    fn brief(&self, text: &str, longest: usize) -> String {
        // Secrets first: half of one is not recognised.
        let text = self.client.secrets().redact(text);
        let mut shown: String = text.chars().take(longest).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        shown
    }

    /// The value of a field as messages show it: never a secret, and never a long text.
    fn shown(&self, path: &FieldPath, text: &str) -> String {
        const LONGEST: usize = 120;

        let name = path.as_str().rsplit('.').next().unwrap_or_default();
        if self.client.target().provider.is_sensitive(name) {
            return format!("({} characters)", text.chars().count());
        }
        if text.is_empty() {
            return "(nothing)".to_owned();
        }
        format!("`{}`", self.brief(text, LONGEST))
    }
}
