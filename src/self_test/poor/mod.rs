//! Poor emulators: endpoints that are wrong in many places at once, as real ones are. Each is a list of deviations and
//! says which cases must fail, which may, and which can't be judged, and why not.
//!
//! The data is in `poor_emulators.yaml`, beside the catalogue of single deviations, and was written from the published
//! table: it does not follow what the program does.
//!
//! - `file`: the shape of that file;
//! - `load`: the file → checked emulators;
//! - `expectations`: what must become of each case of a suite, by what the file says;
//! - `trial`: a run of the suite against one emulator, compared with the data;
//! - `surprise`: where a run differs from the data;
//! - `table`: the trials as text.

mod expectations;
mod file;
mod load;
mod surprise;
mod table;
#[cfg(test)]
mod tests;
mod trial;

use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

pub(crate) use self::load::{PoorEmulator, poor_emulators};
pub(crate) use self::table::{PoorTable, poor_summary};
pub(crate) use self::trial::PoorTrial;
use super::SelfTestError;
use super::comparison::explained;
use super::mock_run::run_suite;
use super::trials::in_order;
use crate::diagnostic::Diagnostics;
use crate::suite::Suite;

/// A test of a suite against poor emulators.
#[derive(Debug)]
pub(crate) struct PoorTest {
    /// The suite.
    pub(crate) suite: Arc<Suite>,
    /// The emulators.
    pub(crate) emulators: Vec<PoorEmulator>,
    /// Whether the cases also run on keys of a tour, and the verdicts are compared.
    pub(crate) compare: bool,
    /// How many of them are tested at the same time.
    pub(crate) jobs: NonZeroUsize,
}

impl PoorTest {
    /// Tests each emulator, several at a time, and emits the trials in the order of the emulators. Once `interrupt` is
    /// cancelled, those under way are dropped.
    ///
    /// # Errors
    ///
    /// When an emulator names cases that the suite does not have, before anything is run; and the first trial that
    /// could not be made.
    pub(crate) async fn run(
        self,
        interrupt: CancellationToken,
        emit: impl FnMut(PoorTrial),
    ) -> Result<(), SelfTestError> {
        let (mut expectations, mut mistakes) = (Vec::new(), Vec::new());
        for emulator in &self.emulators {
            match emulator.expectations(&self.suite) {
                Ok(expected) => expectations.push(expected),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        if !mistakes.is_empty() {
            return Err(Diagnostics::new(mistakes, []).into());
        }
        if expectations.is_empty() || interrupt.is_cancelled() {
            return Ok(());
        }

        // What every emulator is compared with is run once.
        let clean = tokio::select! {
            clean = run_suite(&self.suite, &[]) => Arc::new(clean?),
            () = interrupt.cancelled() => return Ok(()),
        };
        let known = self.compare.then(|| explained(&self.suite.service.provider)).transpose()?.map(Arc::new);
        let trials = self.emulators.into_iter().zip(expectations).map(|(emulator, expectations)| {
            let (suite, clean, known) = (Arc::clone(&self.suite), Arc::clone(&clean), known.clone());
            async move { trial::try_emulator(&suite, &emulator, &expectations, &clean, known.as_deref()).await }
        });
        in_order(trials, self.jobs, &interrupt, emit).await
    }
}
