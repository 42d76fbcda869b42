//! Removes what dead runs left behind on a target.
//!
//! What they made is known from ledgers; where those are lost or damaged, the lists of the target are read, and what carries
//! the mark of a run is found again. Nothing else is ever changed. Everything may be done twice, by several sweeps at the
//! same time, and by one that goes on where another was killed.
//!
//! - `ledgers` reads the ledgers, and says which runs go on;
//! - `service` sends the requests, whose names and fields are data of the case files; `request` fills them in;
//! - `hand_back` returns keys that runs were given, and `belongings` what they had besides their state;
//! - `from_ledger` removes what ledgers name, and `from_lists` what is found by its mark;
//! - `report` is what was found and what became of it.

mod belongings;
mod from_ledger;
mod from_lists;
mod hand_back;
mod ledgers;
mod report;
mod request;
mod service;

use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

pub(crate) use self::ledgers::Ledgers;
pub(crate) use self::report::{Outcome, Report};
use self::service::Service;
use crate::client::Client;
use crate::ledger::{LedgerTarget, Life};
use crate::suite::Suite;

/// How old something must be whose run is in no ledger, or may go on, unless another age is given.
pub(crate) const DEFAULT_AGE: Duration = Duration::from_secs(24 * 3600);

/// What is swept, and how.
#[derive(Debug, Clone)]
pub(crate) struct SweepOptions {
    /// How old something must be at least. If none, everything of a run that is known to be over, and otherwise what is as
    /// old as [`DEFAULT_AGE`].
    pub(crate) older_than: Option<Duration>,
    /// The ids of the keys that may be handed back: they were given to runs, and are never removed.
    pub(crate) keys: Vec<String>,
    /// Whether nothing is changed.
    pub(crate) dry_run: bool,
    /// Whether the lists of the target are read also if the ledgers leave nothing open.
    pub(crate) by_marks: bool,
    /// How long something may be missing from lists and responses after it was made.
    pub(crate) late: Duration,
    /// How long a change may take to be seen.
    pub(crate) settle: Duration,
    /// The pause between two observations.
    pub(crate) poll: Duration,
}

/// A sweep of one target.
pub(crate) struct Sweep<'a> {
    ledgers: &'a Ledgers,
    service: Service<'a>,
    target: LedgerTarget,
    options: SweepOptions,
    now: Timestamp,
    report: Report,
}

impl<'a> Sweep<'a> {
    pub(crate) fn new(suite: &'a Suite, client: &'a Client, ledgers: &'a Ledgers, options: SweepOptions) -> Self {
        let service = Service::new(suite, client, options.settle, options.poll);
        let target = client.target().for_ledger();
        Self { ledgers, service, target, options, now: Timestamp::now(), report: Report::default() }
    }

    /// Removes what dead runs left. Once `stop` is cancelled, no further request is sent, and the rest is reported as staying.
    pub(crate) async fn run(mut self, stop: CancellationToken) -> Report {
        self.service.stop_with(stop);
        self.report.unreadable = self.ledgers.unreadable();
        self.report.elsewhere = self.ledgers.elsewhere(&self.target);

        let wanted = self.sweep_ledgers().await;
        let lists = self.options.by_marks || !wanted.is_empty() || !self.report.unreadable.is_empty();
        if lists {
            self.sweep_lists(&wanted).await;
        }

        // Last, for a run is looked at again as long as its file is there.
        if !self.options.dry_run {
            self.ledgers.forget_ended(&self.target);
        }
        self.report
    }

    /// Why something is left alone for now: its run goes on, or it is too young. The time of its making may be unknown.
    fn left_alone(&self, life: Option<Life>, made: Option<Timestamp>) -> Option<String> {
        if life == Some(Life::Running) {
            return Some("its run goes on".to_owned());
        }
        let doubt = if life == Some(Life::Over) { Duration::ZERO } else { DEFAULT_AGE };
        let least = self.options.older_than.unwrap_or(doubt);
        if least.is_zero() {
            return None;
        }

        let shown = format!("{:#}", jiff::SignedDuration::try_from(least).unwrap_or(jiff::SignedDuration::MAX));
        let Some(made) = made else {
            return Some(format!("it is not known whether it was made {shown} ago or earlier: see --older-than"));
        };
        let is_young = self.age(made) < least;
        is_young.then(|| format!("it was made less than {shown} ago: see --older-than"))
    }

    /// Why a key is left alone for good: it is somebody else's, who gave it to a run or gives it to this sweep. No mark makes up
    /// for that.
    fn given(&self, id: &str) -> Option<String> {
        let is_given = self.ledgers.given().contains(id) || self.options.keys.iter().any(|given| given == id);
        is_given.then(|| "it was given to a run by --keys, so it is not removed".to_owned())
    }

    /// How long ago something was made; nothing if that is in the future.
    fn age(&self, made: Timestamp) -> Duration {
        self.now.duration_since(made).try_into().unwrap_or_default()
    }

    /// Whether something may be there although it is not found, for it was made just now.
    fn may_be_late(&self, made: Option<Timestamp>) -> bool {
        made.is_none_or(|made| self.age(made) < self.options.late) && !self.options.late.is_zero()
    }
}
