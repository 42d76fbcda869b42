//! Ids in the shape of UUIDs, drawn from a seed so that a test can foretell them.

use std::sync::atomic::{AtomicU64, Ordering};

/// Two independent sequences: what a key gets does not depend on how many requests came before it.
#[derive(Debug)]
pub(crate) struct Identifiers {
    seed: u64,
    resources: AtomicU64,
    requests: AtomicU64,
}

impl Identifiers {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, resources: AtomicU64::new(0), requests: AtomicU64::new(0) }
    }

    /// Begins both sequences again.
    pub(crate) fn reset(&self) {
        self.resources.store(0, Ordering::Relaxed);
        self.requests.store(0, Ordering::Relaxed);
    }

    /// How many ids of keys and key versions were drawn.
    pub(crate) fn drawn(&self) -> u64 {
        self.resources.load(Ordering::Relaxed)
    }

    /// Goes on after so many ids of keys and key versions.
    pub(crate) fn skip_to(&self, drawn: u64) {
        self.resources.fetch_max(drawn, Ordering::Relaxed);
    }

    /// The id of a new key or key version.
    pub(crate) fn resource(&self) -> String {
        self.uuid(0, self.resources.fetch_add(1, Ordering::Relaxed))
    }

    /// The id of a request, in lower case.
    pub(crate) fn request(&self) -> String {
        self.uuid(1, self.requests.fetch_add(1, Ordering::Relaxed))
    }

    fn uuid(&self, sequence: u64, number: u64) -> String {
        let start = scramble(self.seed ^ (sequence << 63));
        // The scrambling is a bijection, so no two numbers of a sequence share their first half.
        let high = scramble(start.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        let low = scramble(high ^ start.rotate_left(32));
        uuid::Builder::from_u128(u128::from(high) << 64 | u128::from(low))
            .with_version(uuid::Version::Random)
            .with_variant(uuid::Variant::RFC4122)
            .into_uuid()
            .to_string()
    }
}

/// The finaliser of SplitMix64.
pub(crate) fn scramble(value: u64) -> u64 {
    let mut mixed = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Whether `text` has the shape of a UUID, in either case.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_uuids_and_do_not_repeat() {
        let identifiers = Identifiers::new(7);
        let ids: HashSet<String> = (0..10_000).flat_map(|_| [identifiers.resource(), identifiers.request()]).collect();
        assert_eq!(ids.len(), 20_000);
        assert!(ids.iter().all(|id| is_uuid(id) && id.as_bytes()[14] == b'4' && id.to_lowercase() == *id));
    }

    #[test]
    fn the_same_seed_gives_the_same_keys_whatever_requests_came_between() {
        let (one, other) = (Identifiers::new(1), Identifiers::new(1));
        other.request();
        assert_eq!(one.resource(), other.resource());
        assert_ne!(one.resource(), Identifiers::new(2).resource());
    }

    #[test]
    fn a_uuid_has_36_characters_in_five_groups() {
        assert!(is_uuid("5f1c9d0a-7b32-4e68-9a41-3c8e0d2b7f11"));
        for text in ["", "5f1c9d0a-7b32-4e68-9a41-3c8e0d2b7f11x", "5f1c9d0a07b32-4e68-9a41-3c8e0d2b7f11", "é"] {
            assert!(!is_uuid(text), "{text}");
        }
    }
}
