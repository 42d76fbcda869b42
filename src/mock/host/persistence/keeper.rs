//! The part of a service that keeps its state.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::Change;
use super::Journal;
use super::NotSaved;
use super::Restored;
use super::StateError;
use super::StateSummary;
use super::Table;
use super::guard::changes;
use super::record::Setting;
use crate::mock::alibaba::config::WrappingKeys;
use crate::mock::alibaba::mock_service::Service;
use crate::mock::alibaba::service::crypto::{WrappingPair, built_in_pairs, pairs};
use crate::mock::host::clock::Clock;
use crate::mock::host::handle::StartError;
use crate::mock::host::identifier::Identifiers;
use crate::mock::locked;

/// The journal of a service whose state lasts, and the wrapping pairs of earlier processes.
#[derive(Debug)]
pub(crate) struct Keeper {
    journal: Journal,
    summary: StateSummary,
    wrapping_pairs: Vec<Arc<WrappingPair>>,
    /// Ids of the wrapping pairs in the file.
    kept_pairs: Mutex<HashSet<u64>>,
}

impl Keeper {
    /// Goes on with a file whose keys are already in place.
    pub(crate) fn start(
        restored: Restored,
        clock: Arc<Clock>,
        identifiers: Arc<Identifiers>,
        seed: Option<u64>,
    ) -> Result<Self, StartError> {
        let mut kept_clock = restored.clock;
        let mut kept_drawn = seed.and_then(|seed| restored.drawn.get(&seed).copied()).unwrap_or(0);
        let sample = move || {
            let mut changes = Vec::new();
            let now = clock.kept();
            if kept_clock.as_ref() != Some(&now) {
                changes.push(Setting::Clock(now.clone()).change());
                kept_clock = Some(now);
            }
            let drawn = identifiers.drawn();
            // A seed drawn by chance never comes again, so what was drawn from it need not be known.
            if let Some(seed) = seed.filter(|_| drawn != kept_drawn) {
                changes.push(Setting::Drawn { seed, count: drawn }.change());
                kept_drawn = drawn;
            }
            changes
        };
        Ok(Self {
            journal: Journal::start(restored.file, sample).map_err(StartError::Thread)?,
            summary: restored.summary,
            kept_pairs: Mutex::new(restored.wrapping_pairs.iter().map(|pair| pair.id).collect()),
            wrapping_pairs: restored.wrapping_pairs,
        })
    }
}

impl Service {
    /// What the state file held at the start; nothing if the state is not kept.
    pub fn state_summary(&self) -> Option<&StateSummary> {
        self.keeper.as_ref().map(|keeper| &keeper.summary)
    }

    /// Writes what is left to the state file and closes it. Requests that change something are not answered any more.
    /// Without a state file nothing happens.
    ///
    /// # Errors
    /// When a change could not be written, now or earlier. It was not answered then.
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

    pub(crate) fn journal(&self) -> Option<&Journal> {
        self.keeper.as_ref().map(|keeper| &keeper.journal)
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

    /// Sends what was changed outside of calls to the journal.
    pub(crate) fn keep_touched(&self) {
        let Some(journal) = self.journal() else { return };
        for (account, region, tenant) in self.tenants() {
            let mut tenant = locked(tenant);
            if let Some(touched) = tenant.take_touched() {
                let number = journal.append(changes(&tenant, &touched, account, region));
                tenant.note_saving(&touched, number);
            }
        }
    }

    /// Writes down that keys which are there from the start were added, and the secret of import tokens.
    pub(crate) fn keep_beginnings(&self, token_secret: &[u8; 32]) -> Result<(), StateError> {
        let Some(journal) = self.journal() else { return Ok(()) };
        let secret = Setting::TokenSecret(Zeroizing::new(STANDARD.encode(token_secret)));
        let number = journal.append([Setting::Seeded.change(), secret.change()]);
        journal.wait(number)
    }

    /// A wrapping pair other than the `last` one that a key got.
    pub(crate) fn take_wrapping_pair(&self, last: Option<u64>) -> Option<Arc<WrappingPair>> {
        let another = self.wrapping_pairs_at_hand().find(|pair| Some(pair.id) != last).map(Arc::clone);
        let pair = another.or_else(|| pairs().take(last))?;
        if let Some(keeper) = &self.keeper
            && locked(&keeper.kept_pairs).insert(pair.id)
        {
            let der = Zeroizing::new(STANDARD.encode(pair.pkcs8()?.as_slice()));
            keeper.journal.append([Change::record(Table::WrappingPair, pair.id.to_string(), &der)]);
        }
        Some(pair)
    }

    /// The wrapping pair with this id.
    pub(crate) fn wrapping_pair(&self, id: u64) -> Option<Arc<WrappingPair>> {
        let known = self.wrapping_pairs_at_hand().find(|pair| pair.id == id).map(Arc::clone);
        known.or_else(|| pairs().pair(id))
    }

    /// The wrapping pairs that need not be made: those of the file, and those of the program.
    pub(crate) fn wrapping_pairs_at_hand(&self) -> impl Iterator<Item = &Arc<WrappingPair>> {
        let built_in = match self.config.wrapping_keys {
            WrappingKeys::BuiltIn => built_in_pairs(),
            WrappingKeys::Fresh => &[],
        };
        self.keeper.iter().flat_map(|keeper| &keeper.wrapping_pairs).chain(built_in)
    }
}
