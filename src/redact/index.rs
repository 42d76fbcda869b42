//! A set of texts to be found in others.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};

use super::form::{SHORTEST, each, each_within};

/// How many bits say at a glance that nothing begins with eight bytes; 128 KiB.
const GLANCE_BITS: u32 = 20;

/// Texts by their first eight bytes. Of the rest only length and hash are kept, so that an index holds no secret and
/// is small however long they are.
#[derive(Default)]
pub(super) struct Index {
    /// The first bytes, big-endian; the length; the hash of the whole.
    texts: BTreeSet<(u64, u32, u64)>,
    /// A bit for each value of [`glance`].
    glances: Vec<u64>,
    hasher: RandomState,
}

/// What an index says of a place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing begins there.
    Nothing,
    /// A text of this length stands there.
    Text(usize),
    /// More of the text is needed to say so.
    Unclear,
}

impl Index {
    /// Adds every form of a secret; `within` says whether also what Base64 makes of it within a longer text.
    pub(super) fn add(&mut self, secret: &[u8], within: bool) {
        each(secret, |form| self.insert(form));
        if within {
            each_within(secret, |form| self.insert(form));
        }
    }

    fn insert(&mut self, text: &[u8]) {
        let Some(first) = first(text) else { return };
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        if self.texts.insert((first, length, self.hasher.hash_one(text))) {
            if self.glances.is_empty() {
                self.glances = vec![0; 1 << (GLANCE_BITS - 6)];
            }
            let bit = glance(first);
            self.glances[bit >> 6] |= 1 << (bit & 63);
        }
    }

    /// How many texts there are.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether some text may begin with these eight bytes.
    pub(super) fn may_begin(&self, first: u64) -> bool {
        let bit = glance(first);
        self.glances.get(bit >> 6).is_some_and(|bits| bits & (1 << (bit & 63)) != 0)
    }

    /// The longest text that `rest` begins with. `more` says that `rest` goes on.
    pub(super) fn find(&self, rest: &[u8], more: bool) -> Found {
        let Some(first) = first(rest) else { return Found::Nothing };
        let mut found = Found::Nothing;
        for (_, length, hash) in self.texts.range((first, 0, 0)..=(first, u32::MAX, u64::MAX)) {
            let length = *length as usize;
            match rest.get(..length) {
                // They come by length, so all that follow are longer.
                None if more => return Found::Unclear,
                None => break,
                Some(part) if self.hasher.hash_one(part) == *hash => found = Found::Text(length),
                Some(_) => {}
            }
        }
        found
    }

    /// Whether some text begins with these fewer than eight bytes.
    pub(super) fn begins_with(&self, start: &[u8]) -> bool {
        let (mut lowest, mut highest) = ([0; SHORTEST], [u8::MAX; SHORTEST]);
        let Some(low) = lowest.get_mut(..start.len()) else { return false };
        low.copy_from_slice(start);
        highest[..start.len()].copy_from_slice(start);
        let range = (u64::from_be_bytes(lowest), 0, 0)..=(u64::from_be_bytes(highest), u32::MAX, u64::MAX);
        self.texts.range(range).next().is_some()
    }
}

/// The first eight bytes.
fn first(text: &[u8]) -> Option<u64> {
    text.first_chunk::<SHORTEST>().map(|bytes| u64::from_be_bytes(*bytes))
}

fn glance(first: u64) -> usize {
    // The multiplier of Fibonacci hashing: the upper bits depend on all others.
    (first.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - GLANCE_BITS)) as usize
}
