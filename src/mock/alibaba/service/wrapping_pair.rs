//! The RSA pairs that wrap key material for its import: those of a state file, those of the program, and those made for
//! this process.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use crate::mock::alibaba::records;
use crate::mock::alibaba::service::crypto::{WrappingPair, built_in_pairs, pairs};
use crate::mock::host::persistence::Journal;
use crate::mock::locked;

/// Where the RSA pairs come from that wrap key material for its import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WrappingKeys {
    /// Made for this process when they are first needed, which takes a tenth of a second of a processor's time.
    #[default]
    Fresh,
    /// Part of the program, so that everybody can unwrap what was wrapped with them; there at once. For key material
    /// that is made up.
    BuiltIn,
}

/// The wrapping pairs of a service.
#[derive(Debug)]
pub(crate) struct WrappingPairs {
    source: WrappingKeys,
    restored: Vec<Arc<WrappingPair>>,
    /// Ids of the pairs in the state file.
    kept: Mutex<HashSet<u64>>,
}

impl WrappingPairs {
    pub(crate) fn new(source: WrappingKeys, restored: Vec<Arc<WrappingPair>>) -> Self {
        let kept = Mutex::new(restored.iter().map(|pair| pair.id).collect());
        Self { source, restored, kept }
    }

    /// A pair other than the `last` one that a key got. It is in the journal before it is handed out.
    pub(crate) fn take(&self, last: Option<u64>, journal: Option<&Journal>) -> Option<Arc<WrappingPair>> {
        let another = self.at_hand().find(|pair| Some(pair.id) != last).map(Arc::clone);
        let pair = another.or_else(|| pairs().take(last))?;
        if let Some(journal) = journal {
            // Under the lock until it is in the journal, so that nobody takes it for kept before.
            let mut kept = locked(&self.kept);
            if !kept.contains(&pair.id) {
                journal.append([records::wrapping_pair(&pair)?]);
                kept.insert(pair.id);
            }
        }
        Some(pair)
    }

    /// The pair with this id.
    pub(crate) fn get(&self, id: u64) -> Option<Arc<WrappingPair>> {
        let known = self.at_hand().find(|pair| pair.id == id).map(Arc::clone);
        known.or_else(|| pairs().pair(id))
    }

    /// The pairs that need not be made: those of the state file, and those of the program.
    pub(crate) fn at_hand(&self) -> impl Iterator<Item = &Arc<WrappingPair>> {
        let built_in = match self.source {
            WrappingKeys::BuiltIn => built_in_pairs(),
            WrappingKeys::Fresh => &[],
        };
        self.restored.iter().chain(built_in)
    }

    /// Waits until there are `count` pairs, or until it is sure that there will not be so many.
    pub(crate) async fn ready(&self, count: usize) {
        let missing = count.saturating_sub(self.at_hand().count());
        pairs().ready(missing).await;
    }
}
