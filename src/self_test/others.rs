//! The cases that run besides those that must catch a deviation: they must not notice it.

use std::num::NonZeroU64;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::SelfTestError;
use super::sent::SentOperations;
use crate::mock::KnownDeviation;
use crate::suite::Suite;

/// Which other cases run.
#[derive(Clone, Debug)]
pub struct Others {
    /// Indexes into the cases of the suite.
    pub cases: Arc<[usize]>,
    /// Whether those are left out that send no operation which the deviation concerns.
    pub concerned_only: bool,
    /// Of the rest one in so many runs, others for each deviation.
    pub one_in: NonZeroU64,
}

/// The other cases, with what must be known to choose among them.
pub(super) struct Choice<'a> {
    suite: &'a Suite,
    others: &'a Others,
    sent: Option<SentOperations>,
}

impl Others {
    /// Those of a list.
    pub fn of(cases: impl Into<Arc<[usize]>>) -> Self {
        Self { cases: cases.into(), concerned_only: false, one_in: NonZeroU64::MIN }
    }

    /// All cases of a suite.
    pub fn all(suite: &Suite) -> Self {
        Self::of((0..suite.cases.len()).collect::<Vec<_>>())
    }
}

impl<'a> Choice<'a> {
    /// Runs the cases once if what they send counts.
    pub(super) async fn new(suite: &'a Arc<Suite>, others: &'a Others) -> Result<Self, SelfTestError> {
        let sent = match others.concerned_only {
            true => Some(SentOperations::of(suite, others.cases.to_vec()).await?),
            false => None,
        };
        Ok(Self { suite, others, sent })
    }

    /// The cases for a deviation.
    pub(super) fn cases(&self, deviation: &KnownDeviation) -> Vec<usize> {
        let is_chosen = |case: &&usize| {
            let id = self.suite.cases[**case].id.as_str();
            is_in_sample(deviation.name(), id, self.others.one_in)
                && self.sent.as_ref().is_none_or(|sent| sent.may_notice(id, deviation))
        };
        self.others.cases.iter().filter(is_chosen).copied().collect()
    }

    /// Whether every case runs that may notice a deviation.
    pub(super) fn is_whole(&self) -> bool {
        self.others.one_in == NonZeroU64::MIN && self.others.cases.len() == self.suite.cases.len()
    }
}

/// Whether a case is in the sample for a deviation, which is the same in each run.
fn is_in_sample(deviation: &str, case: &str, one_in: NonZeroU64) -> bool {
    if one_in == NonZeroU64::MIN {
        return true;
    }
    let hash = Sha256::new().chain_update(deviation).chain_update("\n").chain_update(case).finalize();
    let number = hash.iter().take(8).fold(0, |number: u64, byte| number << 8 | u64::from(*byte));
    number.is_multiple_of(one_in.get())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_is_in_the_sample_of_some_deviations() {
        let four = NonZeroU64::new(4).unwrap();
        let deviations: Vec<String> = (0..400).map(|number| format!("deviation-{number}")).collect();
        for case in ["alibaba/Encrypt/Disabled", "alibaba/Encrypt/Enabled"] {
            let sampled = deviations.iter().filter(|deviation| is_in_sample(deviation, case, four)).count();
            assert!((60..140).contains(&sampled), "{case}: {sampled}");
            assert!(deviations.iter().all(|deviation| is_in_sample(deviation, case, NonZeroU64::MIN)));
        }
    }
}
