//! The suite against itself: every deviation of the mock's catalogue must be caught, by the cases that the catalogue
//! names and by no others. Who deviates and who judges know nothing of each other; only here do they meet.
//!
//! - `mock_run`: cases against a mock of their own;
//! - `trial`: what the suite says of one deviation, held against the catalogue;
//! - `table`: the trials as text.

mod mock_run;
mod table;
#[cfg(test)]
mod tests;
mod trial;

use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

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
    pub async fn run(self, interrupt: CancellationToken, mut emit: impl FnMut(Trial)) -> Result<(), SelfTestError> {
        let mut entries = self.entries.into_iter().enumerate();
        let mut tasks = JoinSet::new();
        let mut waiting = std::collections::BTreeMap::new();
        let mut next = 0;
        loop {
            while tasks.len() < self.jobs.get()
                && !interrupt.is_cancelled()
                && let Some((position, entry)) = entries.next()
            {
                let (suite, others) = (Arc::clone(&self.suite), self.others.clone());
                tasks.spawn(async move { (position, trial::try_entry(&suite, &entry, &others).await) });
            }
            match tasks.join_next().await {
                None => return Ok(()),
                Some(Err(error)) => return Err(SelfTestError::Start(error.to_string())),
                Some(Ok((position, trial))) => {
                    waiting.insert(position, trial?);
                }
            }
            while let Some(trial) = waiting.remove(&next) {
                emit(trial);
                next += 1;
            }
        }
    }
}
