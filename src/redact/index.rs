//! Finding many texts in another.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::form::{SHORTEST, each, each_within};

/// How many forms of secrets of an endpoint are looked for before the oldest are forgotten; about as many again are kept
/// from before that. A secret has about ten.
const MOST_RECEIVED: usize = if cfg!(test) { 1_000 } else { 100_000 };

/// The bits that say at a glance that nothing begins with eight bytes: 128 KiB of them.
const GLANCE_BITS: u32 = 20;

/// The texts to be found, by their first eight bytes. Of the rest only length and hash are kept, so that an index holds
/// no secret and is small however long they are.
pub(super) struct Index {
    needles: HashMap<u64, Vec<Needle>>,
    /// A bit for each value of [`glance`], so that at most places of a text nothing has to be looked up.
    glances: Vec<u64>,
    hasher: RandomState,
    /// The length of the longest text of the program.
    longest: usize,
    /// How many texts there are whose origin is [`Origin::Received`].
    received: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Needle {
    origin: Origin,
    length: usize,
    hash: u64,
}

/// Where a secret comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Credentials: never forgotten, and found within other texts that were encoded as a whole, such as `id:secret`.
    Credential,
    /// What this program made up: never forgotten.
    Generated,
    /// One of these two that also stands in a text of this program, such as an id, which must stay whole. It is looked
    /// for in the texts of an endpoint only.
    Common,
    /// What an endpoint calls a secret, the latest of them. It chooses them, so that nothing but its own texts may be
    /// changed for them: otherwise it could erase words of a report that it does not like.
    Received,
    /// The same from before those.
    ReceivedBefore,
}

impl Origin {
    pub(super) fn is_own(self) -> bool {
        matches!(self, Self::Credential | Self::Generated)
    }
}

impl Default for Index {
    fn default() -> Self {
        Self {
            needles: HashMap::new(),
            glances: vec![0; 1 << (GLANCE_BITS - 6)],
            hasher: RandomState::new(),
            longest: 0,
            received: 0,
        }
    }
}

impl Index {
    /// Adds every form of a secret.
    pub(super) fn add(&mut self, secret: &[u8], origin: Origin) {
        if self.received >= MOST_RECEIVED {
            self.forget();
        }
        each(secret, |form| self.insert(form, origin));
        if origin == Origin::Credential {
            each_within(secret, |form| self.insert(form, origin));
        }
    }

    fn insert(&mut self, text: &[u8], origin: Origin) {
        let Some(first) = first(text) else { return };
        let needle = Needle { origin, length: text.len(), hash: self.hasher.hash_one(text) };
        let same_start = self.needles.entry(first).or_default();
        let is_same = |known: &Needle| {
            let is_common = known.origin == Origin::Common && origin.is_own();
            (known.length, known.hash) == (needle.length, needle.hash) && (known.origin == origin || is_common)
        };
        if same_start.iter().any(is_same) {
            return;
        }

        same_start.push(needle);
        let bit = glance(first);
        self.glances[bit >> 6] |= 1 << (bit & 63);
        match origin.is_own() {
            true => self.longest = self.longest.max(text.len()),
            false => self.received += 1,
        }
    }

    /// Leaves the program's own secrets in this text alone from now on, wherever it is written.
    pub(super) fn keep_in(&mut self, text: &[u8]) {
        for place in 0..text.len() {
            let rest = &text[place..];
            let Some(first) = first(rest) else { return };
            let Some(same_start) = self.needles.get_mut(&first) else { continue };
            for needle in same_start.iter_mut().filter(|needle| needle.origin.is_own()) {
                let part = rest.get(..needle.length);
                if part.is_some_and(|part| self.hasher.hash_one(part) == needle.hash) {
                    needle.origin = Origin::Common;
                }
            }
        }
    }

    /// Forgets the oldest that were received. Their bits stay, which costs a look and finds nothing.
    fn forget(&mut self) {
        self.needles.retain(|_, same_start| {
            same_start.retain(|needle| needle.origin != Origin::ReceivedBefore);
            for needle in same_start.iter_mut().filter(|needle| needle.origin == Origin::Received) {
                needle.origin = Origin::ReceivedBefore;
            }
            !same_start.is_empty()
        });
        self.received = 0;
    }

    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// The first place from `start` up to `end` at which one of the texts stands, and the length of the longest there.
    /// `wanted` says which of them count.
    pub(super) fn find(
        &self,
        text: &[u8],
        start: usize,
        end: usize,
        wanted: impl Fn(Origin) -> bool,
    ) -> Option<(usize, usize)> {
        for place in start..end {
            let rest = &text[place..];
            let first = first(rest)?;
            let bit = glance(first);
            if self.glances[bit >> 6] & (1 << (bit & 63)) == 0 {
                continue;
            }

            let stands_there = |needle: &&Needle| {
                let part = rest.get(..needle.length);
                wanted(needle.origin) && part.is_some_and(|part| self.hasher.hash_one(part) == needle.hash)
            };
            let same_start = self.needles.get(&first).map_or(&[][..], Vec::as_slice);
            if let Some(length) = same_start.iter().filter(stands_there).map(|needle| needle.length).max() {
                return Some((place, length));
            }
        }
        None
    }
}

fn first(text: &[u8]) -> Option<u64> {
    text.first_chunk::<SHORTEST>().map(|bytes| u64::from_le_bytes(*bytes))
}

fn glance(first: u64) -> usize {
    // The multiplier of Fibonacci hashing: the upper bits depend on all others.
    (first.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - GLANCE_BITS)) as usize
}
