//! The suite against itself: every deviation of the mock's catalogue must be caught, by the cases that the catalogue
//! names and by no others. Who deviates and who judges know nothing of each other; only here do they meet.
//!
//! - `mock_run`: cases against a mock of their own;
//! - `trials`: trials beside each other, told in their order;
//! - `poor`: endpoints that are wrong in many places at once;
//! - `trial`: what the suite says of one deviation, held against the catalogue;
//! - `table`: the trials as text.

mod mock_run;
mod poor;
mod table;
#[cfg(test)]
mod tests;
mod trial;
mod trials;

use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

pub use self::poor::{
    PoorEmulator, PoorEmulatorError, PoorSurprise, PoorTable, PoorTest, PoorTrial, load as load_poor_emulators,
    poor_emulators, poor_summary,
};
pub use self::table::{Table, summary};
pub use self::trial::{Others, Surprise, Trial};
use crate::mock::CatalogueEntry;
use crate::suite::Suite;

/// Why the suite can't be tried.
#[derive(Debug, thiserror::Error)]
pub enum SelfTestError {
    /// The catalogue names cases that the suite does not have.
    #[error("the catalogue names `{pattern}` for {deviation}: {reason}")]
    Cases {
        /// The name of the deviation.
        deviation: String,
        /// The pattern of cases.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The list of poor emulators is wrong, or names cases that the suite does not have.
    #[error(transparent)]
    PoorEmulators(#[from] PoorEmulatorError),
    /// A mock or a client could not be started.
    #[error("a mock or its client can't be started: {0}")]
    Start(String),
}

/// Tries a suite against deviations.
#[derive(Debug)]
pub struct SelfTest {
    /// The suite.
    pub suite: Arc<Suite>,
    /// The deviations.
    pub entries: Vec<CatalogueEntry>,
    /// Which cases are asked beside those that must fail.
    pub others: Others,
    /// How many deviations are tried at the same time.
    pub jobs: NonZeroUsize,
}

impl SelfTest {
    /// Tries each deviation, several at a time, and hands over the trials in the order of the entries. No further one
    /// is begun once `interrupt` is cancelled.
    ///
    /// # Errors
    ///
    /// The first trial that could not be made ends the test.
    pub async fn run(self, interrupt: CancellationToken, emit: impl FnMut(Trial)) -> Result<(), SelfTestError> {
        let trials = self.entries.into_iter().map(|entry| {
            let (suite, others) = (Arc::clone(&self.suite), self.others.clone());
            async move { trial::try_entry(&suite, &entry, &others).await }
        });
        trials::in_order(trials, self.jobs, &interrupt, emit).await
    }
}
