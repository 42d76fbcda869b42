//! Poor emulators: endpoints that are wrong in many places at once, as real ones are. Each is a list of deviations and
//! says which cases must fail, which may, and which can't be judged, and why not.
//!
//! The data is in `poor_emulators.yaml`, beside the catalogue of single deviations, and was written from the published
//! table: it does not follow what the program does.
//!
//! - `file`: the shape of that file;
//! - `load`: the file → checked emulators;
//! - `trial`: what the suite says of one emulator, held against the data;
//! - `surprise`: what is otherwise than the data says;
//! - `table`: the trials as text.

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

pub use self::load::{PoorEmulator, PoorEmulatorError, load, poor_emulators};
pub use self::surprise::PoorSurprise;
pub use self::table::{PoorTable, poor_summary};
pub use self::trial::PoorTrial;
use super::SelfTestError;
use super::mock_run::run_suite;
use super::trials::in_order;
use crate::suite::Suite;

/// A test of a suite against poor emulators.
#[derive(Debug)]
pub struct PoorTest {
    /// The suite.
    pub suite: Arc<Suite>,
    /// The emulators.
    pub emulators: Vec<PoorEmulator>,
    /// How many of them are tested at the same time.
    pub jobs: NonZeroUsize,
}

impl PoorTest {
    /// Tests each emulator, several at a time, and emits the trials in the order of the emulators. No further one is
    /// begun once `interrupt` is cancelled.
    ///
    /// # Errors
    ///
    /// When an emulator names cases that the suite does not have, before anything is run; and the first trial that
    /// could not be made.
    pub async fn run(self, interrupt: CancellationToken, emit: impl FnMut(PoorTrial)) -> Result<(), SelfTestError> {
        let expectations = self.emulators.iter().map(|emulator| emulator.expectations(&self.suite));
        let expectations = expectations.collect::<Result<Vec<_>, _>>()?;
        if expectations.is_empty() || interrupt.is_cancelled() {
            return Ok(());
        }

        // What every emulator is compared with is run once.
        let clean = Arc::new(run_suite(&self.suite, Vec::new()).await?);
        let trials = self.emulators.into_iter().zip(expectations).map(|(emulator, expectations)| {
            let (suite, clean) = (Arc::clone(&self.suite), Arc::clone(&clean));
            async move { trial::try_emulator(&suite, &emulator, &expectations, &clean).await }
        });
        in_order(trials, self.jobs, &interrupt, emit).await
    }
}
