//! The part of a service that keeps its state.

use std::sync::Arc;

use super::setting::Setting;
use super::{Change, Journal, NotSaved, Restored, StateError, StateSummary};
use crate::mock::host::clock::{Clock, KeptClock};
use crate::mock::host::cloud::Holdings;
use crate::mock::host::identifier::Identifiers;
use crate::mock::host::service::Service;

/// The journal of a service whose state lasts.
#[derive(Debug)]
pub(crate) struct Keeper {
    journal: Arc<Journal>,
    summary: StateSummary,
}

impl Keeper {
    /// Goes on with a file.
    pub(crate) fn start(
        restored: Restored,
        clock: Arc<Clock>,
        identifiers: Arc<Identifiers>,
        seed: Option<u64>,
    ) -> std::io::Result<Self> {
        let kept_drawn = seed.and_then(|seed| restored.drawn.get(&seed).copied()).unwrap_or(0);
        let mut sampler = Sampler { clock, kept_clock: restored.clock, identifiers, kept_drawn, seed };
        let journal = Journal::start(restored.file, move || sampler.changes())?;
        Ok(Self { journal: Arc::new(journal), summary: restored.summary })
    }

    /// Where changes go.
    pub(crate) fn journal(&self) -> Arc<Journal> {
        Arc::clone(&self.journal)
    }

    /// Notes what the file held, once the cloud has read its records.
    pub(crate) fn note_holdings(&mut self, holdings: Holdings) {
        (self.summary.keys, self.summary.aliases) = (holdings.keys, holdings.aliases);
    }
}

/// Clock and ids change with every request, so they are sampled when something else is written.
struct Sampler {
    clock: Arc<Clock>,
    kept_clock: Option<KeptClock>,
    identifiers: Arc<Identifiers>,
    kept_drawn: u64,
    seed: Option<u64>,
}

impl Sampler {
    /// What has changed since the last time.
    fn changes(&mut self) -> Vec<Change> {
        let mut changes = Vec::new();
        let now = self.clock.kept();
        if self.kept_clock.as_ref() != Some(&now) {
            changes.push(Setting::Clock(now.clone()).change());
            self.kept_clock = Some(now);
        }

        let drawn = self.identifiers.drawn();
        // A seed drawn by chance never comes again, so what was drawn from it need not be known.
        if let Some(seed) = self.seed.filter(|_| drawn != self.kept_drawn) {
            changes.push(Setting::Drawn { seed, count: drawn }.change());
            self.kept_drawn = drawn;
        }
        changes
    }
}

impl Service {
    /// What the state file held at the start; nothing if the state is not kept.
    pub fn state_summary(&self) -> Option<&StateSummary> {
        self.keeper.as_ref().map(|keeper| &keeper.summary)
    }

    /// Writes what is left to the state file and closes it. Requests that change something get no response any more.
    /// Without a state file nothing happens.
    ///
    /// # Errors
    /// When a change could not be written, now or earlier. Its request got no response then.
    pub fn close_state(&self) -> Result<(), StateError> {
        self.journal().map_or(Ok(()), Journal::close)
    }

    /// Waits until the state file can't be written to, for ever if it can.
    pub async fn state_failed(&self) -> StateError {
        match self.journal() {
            Some(journal) => journal.failed().await,
            None => std::future::pending().await,
        }
    }

    fn journal(&self) -> Option<&Journal> {
        self.keeper.as_ref().map(|keeper| &*keeper.journal)
    }

    /// Waits until the change with this number is sure to last.
    pub(crate) async fn saved(&self, number: u64) -> Result<(), NotSaved> {
        match self.journal() {
            Some(journal) if number > 0 => journal.saved(number).await,
            _ => Ok(()),
        }
    }

    /// Waits until every change so far is sure to last.
    pub(crate) async fn all_saved(&self) -> Result<(), NotSaved> {
        self.saved(self.journal().map_or(0, Journal::last)).await
    }

    /// Lets the clock be kept as it is now.
    pub(crate) fn keep_clock(&self) {
        if let Some(journal) = self.journal() {
            journal.append([]);
        }
    }

    /// Writes down whose state it is, and that the keys which are there from the start were added.
    pub(crate) fn keep_beginnings(&self) -> Result<(), StateError> {
        let Some(journal) = self.journal() else { return Ok(()) };
        let cloud = Setting::Cloud(self.cloud.description().name.to_owned());
        let number = journal.append([Setting::Seeded.change(), cloud.change()]);
        // A file that can't be written to must show now and not at the first request.
        journal.wait(number)
    }
}
