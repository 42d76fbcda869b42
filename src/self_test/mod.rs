//! The suite against itself: every deviation of the mock must be caught, by the cases that the catalogue names and by no
//! others. The mock and the cases know nothing of each other; they only meet in this module.
//!
//! - `data`: the files of each cloud;
//! - `catalogue`: which cases catch which deviation (`catalogue.yaml`);
//! - `trial`: one deviation, and what its catalogue entry says, compared with a run;
//! - `poor`: endpoints that are wrong in many places at once (`poor_emulators.yaml`);
//! - `case_set`: the sets of cases that both files are written in;
//! - `mock_run`: cases against a mock of their own;
//! - `others`: the cases that must not notice a deviation;
//! - `sent`: which operations a case sends, and so which deviations it may notice;
//! - `comparison`: the same cases on fresh keys and on keys of a tour, and the list of what is known to differ
//!   (`differences.yaml`);
//! - `trials`: trials at the same time, reported in order;
//! - `table`: the trials as text.

mod case_set;
mod catalogue;
mod comparison;
mod data;
mod mock_run;
mod others;
mod poor;
mod sent;
mod table;
#[cfg(test)]
mod tests;
mod trial;
mod trials;

use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

pub use self::catalogue::{CatalogueEntry, Family, catalogue};
pub(crate) use self::comparison::{Comparison, comparison_summary};
use self::others::Choice;
pub use self::others::Others;
pub(crate) use self::poor::{PoorEmulator, PoorTable, PoorTest, PoorTrial, poor_emulators, poor_summary};
pub use self::table::{Table, summary};
pub use self::trial::{Surprise, Trial};
use crate::diagnostic::Diagnostics;
use crate::suite::Suite;

/// Why the suite can't be tested.
#[derive(Debug, thiserror::Error)]
pub enum SelfTestError {
    /// The catalogue or the list of poor emulators is wrong, or names cases that the suite does not have.
    #[error("the data of the self-test does not fit the mock or the suite:\n\n{0}")]
    Data(#[from] Diagnostics),
    /// Nothing is said of the deviations of a provider's mock.
    #[error("there is no catalogue of deviations for the provider `{provider}`")]
    NoData {
        /// The name of the provider.
        provider: String,
    },
    /// A mock or a client could not be started.
    #[error("a mock or its client can't be started: {0}")]
    Start(String),
}

/// A test of a suite against deviations.
#[derive(Debug)]
pub struct SelfTest {
    /// The suite.
    pub suite: Arc<Suite>,
    /// The deviations.
    pub entries: Vec<CatalogueEntry>,
    /// Which cases run besides those that must fail.
    pub others: Others,
    /// Whether the cases also run on keys of a tour, and the verdicts are compared.
    pub compare: bool,
    /// How many deviations are tested at the same time.
    pub jobs: NonZeroUsize,
}

impl SelfTest {
    /// Tests each deviation, several at a time, and emits the trials in the order of the entries. Once `interrupt` is
    /// cancelled, those under way are dropped.
    ///
    /// # Errors
    ///
    /// When entries name cases that the suite does not have, before anything is run; and the first trial that could not
    /// be made.
    pub async fn run(self, interrupt: CancellationToken, emit: impl FnMut(Trial)) -> Result<(), SelfTestError> {
        let mut mistakes = Vec::new();
        let expectations: Vec<_> =
            self.entries.iter().map(|entry| entry.expectations(&self.suite, &mut mistakes)).collect();
        if !mistakes.is_empty() {
            return Err(Diagnostics::new(mistakes, []).into());
        }

        let known =
            self.compare.then(|| comparison::explained(&self.suite.service.provider)).transpose()?.map(Arc::new);
        let choice = Choice::new(&self.suite, &self.others).await?;
        let trials = self.entries.into_iter().zip(expectations).map(|(entry, expectations)| {
            let (suite, known) = (Arc::clone(&self.suite), known.clone());
            let (others, is_whole) = (choice.cases(&entry.deviation), choice.is_whole());
            async move { trial::try_entry(&suite, &entry, &expectations, others, is_whole, known.as_deref()).await }
        });
        trials::in_order(trials, self.jobs, &interrupt, emit).await
    }
}
