//! Where RSA pairs come from: those of keys and data keys, and those that wrap key material for its import.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::mock::aws::records;
use crate::mock::aws::service::crypto::{RsaPair, built_in_pairs};
use crate::mock::aws::service::spec::RsaSize;
use crate::mock::host::persistence::Journal;
use crate::mock::locked;

/// Where the mock of AWS KMS gets RSA pairs from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RsaPairs {
    /// Made when they are needed, which takes from a tenth of a second to some seconds of a processor's time.
    #[default]
    Fresh,
    /// Part of the program, so that everybody knows the private keys; there at once. Several keys have the same pair. For
    /// tests that protect nothing.
    BuiltIn,
}

/// The most wrapping pairs of a size that are made: keys share them, for an import token belongs to one key anyway.
const WRAPPING_PAIRS: usize = 2;

/// The RSA pairs of a service.
#[derive(Debug)]
pub(crate) struct Pairs {
    source: RsaPairs,
    /// Counts what was handed out, so that one key after the other gets another pair.
    turn: AtomicUsize,
    /// Those that wrap: of the state file, and made here.
    wrapping: Mutex<Vec<Arc<RsaPair>>>,
    /// Ids of the pairs in the state file.
    kept: Mutex<HashSet<u64>>,
}

impl Pairs {
    pub(crate) fn new(source: RsaPairs, restored: Vec<Arc<RsaPair>>) -> Self {
        let kept = Mutex::new(restored.iter().map(|pair| pair.id).collect());
        Self { source, turn: AtomicUsize::new(0), wrapping: Mutex::new(restored), kept }
    }

    /// Whether a pair has to be made before a key can have it.
    pub(crate) fn are_made(&self) -> bool {
        self.source == RsaPairs::Fresh
    }

    /// A pair for a new key.
    pub(crate) fn new_pair(&self, size: RsaSize) -> Option<Arc<RsaPair>> {
        match self.source {
            RsaPairs::Fresh => RsaPair::generate(size).map(Arc::new),
            RsaPairs::BuiltIn => self.in_turn(built_in_pairs(size)),
        }
    }

    /// Whether a wrapping pair of this size has to be made.
    pub(crate) fn lacks_wrapping_pair(&self, size: RsaSize) -> bool {
        self.are_made() && self.wrapping_pairs(size).len() < WRAPPING_PAIRS
    }

    /// A pair that wraps; `new` is one that was made for it. It is in the journal before it is handed out.
    pub(crate) fn wrapping_pair(
        &self,
        size: RsaSize,
        new: Option<&Arc<RsaPair>>,
        journal: Option<&Journal>,
    ) -> Option<Arc<RsaPair>> {
        let pair = match self.source {
            RsaPairs::BuiltIn => self.in_turn(built_in_pairs(size))?,
            RsaPairs::Fresh if self.lacks_wrapping_pair(size) => {
                let prepared = new.filter(|pair| pair.size() == Some(size)).map(Arc::clone);
                let pair = prepared.or_else(|| RsaPair::generate(size).map(Arc::new))?;
                locked(&self.wrapping).push(Arc::clone(&pair));
                pair
            }
            RsaPairs::Fresh => self.in_turn(&self.wrapping_pairs(size))?,
        };

        if let Some(journal) = journal {
            // Under the lock until it is in the journal, so that nobody takes it for kept before.
            let mut kept = locked(&self.kept);
            if kept.insert(pair.id) {
                journal.append([records::wrapping_pair(&pair)]);
            }
        }
        Some(pair)
    }

    /// The wrapping pair with this id.
    pub(crate) fn find(&self, id: u64) -> Option<Arc<RsaPair>> {
        let made = locked(&self.wrapping).iter().find(|pair| pair.id == id).map(Arc::clone);
        let built_in = || RsaSize::ALL.into_iter().flat_map(built_in_pairs).find(|pair| pair.id == id).map(Arc::clone);
        made.or_else(|| if self.source == RsaPairs::BuiltIn { built_in() } else { None })
    }

    fn wrapping_pairs(&self, size: RsaSize) -> Vec<Arc<RsaPair>> {
        locked(&self.wrapping).iter().filter(|pair| pair.size() == Some(size)).map(Arc::clone).collect()
    }

    fn in_turn(&self, pairs: &[Arc<RsaPair>]) -> Option<Arc<RsaPair>> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        pairs.get(turn.checked_rem(pairs.len())?).map(Arc::clone)
    }
}
