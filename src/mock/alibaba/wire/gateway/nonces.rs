//! Nonces that were used in the last half hour.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::Mutex;

use jiff::Timestamp;

use crate::mock::locked;

/// Seconds that one generation takes nonces. With three older generations kept, a nonce is known for 30 to 40 minutes:
/// a timestamp is good for 15 minutes before and after its own time.
const GENERATION_SECONDS: i64 = 600;
const GENERATIONS: usize = 4;

/// Seconds after which a nonce is certainly forgotten.
pub(crate) const NONCE_LIFE_SECONDS: i64 = GENERATION_SECONDS * GENERATIONS as i64;

/// The most nonces of one shard and generation. When more come, the generation ends early, so that a load test does not
/// fill the memory; the last four hundred thousand requests are known at least, in some ten megabytes.
const MOST_IN_GENERATION: usize = 8_192;

const SHARDS: usize = 16;

/// Digests of used nonces, in shards so that connections do not wait for each other.
#[derive(Debug)]
pub(crate) struct Nonces {
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Debug, Default)]
struct Shard {
    /// Newest first.
    generations: VecDeque<Generation>,
}

#[derive(Debug)]
struct Generation {
    since: i64,
    digests: HashSet<u64>,
}

impl Nonces {
    pub(crate) fn new() -> Self {
        Self { hasher: RandomState::new(), shards: Default::default() }
    }

    /// Notes a nonce of an access key; `false` if it was noted before.
    pub(crate) fn note(&self, access_key: &str, nonce: &str, now: Timestamp) -> bool {
        let digest = self.hasher.hash_one((access_key, nonce));
        locked(&self.shards[(digest % SHARDS as u64) as usize]).note(digest, now.as_second())
    }

    /// Forgets every nonce.
    pub(crate) fn clear(&self) {
        self.shards.iter().for_each(|shard| locked(shard).generations.clear());
    }
}

impl Shard {
    fn note(&mut self, digest: u64, now: i64) -> bool {
        if self.generations.iter().any(|generation| generation.digests.contains(&digest)) {
            return false;
        }

        match self.generations.front_mut() {
            Some(newest) if now - newest.since < GENERATION_SECONDS && newest.digests.len() < MOST_IN_GENERATION => {
                newest.digests.insert(digest);
            }
            _ => {
                // Forgotten by generations, for single nonces would need a time each.
                self.generations.push_front(Generation { since: now, digests: HashSet::from([digest]) });
                self.generations.truncate(GENERATIONS);
            }
        }

        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::host::clock::from_seconds;

    #[test]
    fn a_nonce_is_known_for_half_an_hour_and_only_for_its_access_key() {
        let nonces = Nonces::new();
        assert!(nonces.note("one", "nonce", from_seconds(0)));
        assert!(nonces.note("other", "nonce", from_seconds(0)));
        for minute in 0..=30 {
            for other in 0..200 {
                nonces.note("one", &format!("{minute} {other}"), from_seconds(minute * 60));
            }
            assert!(!nonces.note("one", "nonce", from_seconds(minute * 60)), "{minute}");
        }
    }

    #[test]
    fn memory_has_a_bound() {
        let mut shard = Shard::default();
        for digest in 0..(MOST_IN_GENERATION as u64 * 6) {
            assert!(shard.note(digest, 0));
        }
        let kept: usize = shard.generations.iter().map(|generation| generation.digests.len()).sum();
        assert!(kept <= MOST_IN_GENERATION * GENERATIONS, "{kept}");
    }
}
