//! The cases that run besides those that must catch a deviation: they must not notice it.

use std::sync::Arc;

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
        Self { cases: cases.into(), concerned_only: false }
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
            self.sent.as_ref().is_none_or(|sent| sent.may_notice(id, deviation))
        };
        self.others.cases.iter().filter(is_chosen).copied().collect()
    }

    /// Whether every case runs that may notice a deviation.
    pub(super) fn is_whole(&self) -> bool {
        self.others.cases.len() == self.suite.cases.len()
    }
}
