//! Runs cases, judges, tears down, and emits events. It never prints.
//!
//! What a case passes through, from its plan to its result:
//!
//! - `runner` takes the case plans in their `order`, several at a time, and emits what comes of them;
//! - `case_runner` runs one case, again on fresh keys to confirm a failure or where a response was lost;
//! - `attempt` is one go at it: `setup`, then the `probe` of a row or the steps of a `scenario`, then tear-down by
//!   the `inventory` of what was made;
//! - `requester` fills in requests from the `bindings` and sends them; `observer` finds out the state of a key;
//!   `verifier` looks for effects; `judge` and `checks` hold responses against the case files;
//! - a `failure` says why a case did not pass, all the way to `outcome`, where it becomes a result;
//! - `knowledge` is what the run has learned of its endpoint, so that nothing is paid for twice; the
//!   `sequence` in which cases are begun says which of them may know it.

mod attempt;
mod bindings;
mod case_notes;
mod case_runner;
mod checks;
mod clock;
mod failure;
mod inventory;
mod judge;
mod judged_request;
mod key_counts;
mod key_wrapping;
mod knowledge;
mod observer;
mod order;
mod outcome;
mod pages;
mod parameter_name;
mod probe;
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
mod verifier;

use std::num::NonZeroUsize;
use std::sync::Arc;

use clap::ValueEnum;

pub use self::clock::{TargetClock, find_clock};
pub use self::runner::Runner;
pub use self::settle::Settle;
use crate::client::Client;
use crate::ledger::Ledger;
use crate::plan::Planner;
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
    /// What test data is drawn from, other than key material: the same number makes the same data for a case.
    pub seed: u32,
    /// Marks the keys and aliases of this run, and no others.
    pub mark: String,
    /// How often a case is begun at most, when responses are lost.
    pub attempts: u32,
    /// How often a failure must come again on fresh keys before it is reported.
    pub confirm_failures: u32,
    /// The most keys that the run may make, confirmations included; any number unless given.
    pub max_keys: Option<u64>,
    /// Whether the target is the bundled mock of this process.
    pub bundled_mock: bool,
    /// Whether the keys of the target cost quota and money: removals are looked after, and after one that is refused no
    /// further key is made.
    pub account: bool,
    /// Whether a response that the documents only leave room for is a failure.
    pub strict: bool,
    /// What a case is that needs an operation which the endpoint does not know.
    pub unsupported: Unsupported,
}

/// What a case is that needs an operation which the endpoint does not know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Unsupported {
    /// A failure if it judges the operation, inconclusive if it needs it on its way.
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
            confirm_failures: 1,
            max_keys: None,
            bundled_mock: false,
            account: false,
            strict: false,
            unsupported: Unsupported::default(),
        }
    }
}

/// A mark for a run: unlike that of any other run.
pub fn new_mark() -> String {
    format!("kc-{:08x}", fastrand::u32(..))
}

/// What the cases of a run have in common: what it is about, and what it has learned.
#[derive(Debug)]
pub(crate) struct RunContext {
    suite: Arc<Suite>,
    planner: Planner,
    client: Client,
    ledger: Ledger,
    options: RunOptions,
    knowledge: knowledge::Knowledge,
    sequence: sequence::Sequence,
    key_counts: key_counts::KeyCounts,
}

impl RunContext {
    /// The beginning of a text of a response, without secrets.
    fn brief(&self, text: &str, longest: usize) -> String {
        let text = self.client.secrets().redact(text);
        let mut shown: String = text.chars().take(longest).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        shown
    }

    /// A value in a message: never a secret one, and never a long one.
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
