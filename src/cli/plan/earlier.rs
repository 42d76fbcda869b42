//! The keys of earlier runs that wait at a target, as its ledger says.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use jiff::Timestamp;

use crate::cli::CliError;
use crate::client::is_same_target;
use crate::ledger::{History, LedgerTarget, Waiting};
use crate::run::may_be_used;
use crate::suite::name::ClassName;

/// The keys of earlier runs that wait at a target.
#[derive(Debug, Default)]
pub(super) struct EarlierKeys {
    waiting: Vec<Waiting>,
    usable: BTreeMap<ClassName, usize>,
}

impl EarlierKeys {
    /// Those that a ledger names. Without a ledger there was no earlier run.
    ///
    /// # Errors
    ///
    /// When there is one that can't be read.
    pub(super) fn of(ledger: &Path, target: &LedgerTarget) -> Result<Self, CliError> {
        let history = match History::read(ledger) {
            Ok(history) => history,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => {
                let instead = "with --no-reuse, new keys are planned whatever it says";
                return Err(CliError::ReadLedger { path: ledger.to_owned(), instead, source });
            }
        };
        Ok(Self::new(history.waiting(|there| is_same_target(there, target)), Timestamp::now()))
    }

    fn new(mut waiting: Vec<Waiting>, now: Timestamp) -> Self {
        // Those whose time is over are gone, though no run has seen it yet.
        waiting.retain(|key| key.until.is_none_or(|until| until > now));
        let mut usable = BTreeMap::new();
        for key in waiting.iter().filter(|key| may_be_used(key, now)) {
            *usable.entry(ClassName::from(key.class.as_str())).or_default() += 1;
        }
        Self { waiting, usable }
    }

    /// How many of each class a run may use.
    pub(super) fn usable(&self) -> &BTreeMap<ClassName, usize> {
        &self.usable
    }

    /// How many wait, whether a run may use them or not.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }
}
