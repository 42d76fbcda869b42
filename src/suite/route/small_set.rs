//! Small sets of indexes: of fixtures, or of things that a key has.

/// A set of indexes below [`SmallSet::MOST`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(in crate::suite) struct SmallSet(u32);

impl SmallSet {
    /// More fixtures, or more things that keys have, than this are a mistake in the case files.
    pub const MOST: usize = u32::BITS as usize;

    /// The set of one index; of none if it is too great.
    pub fn one(index: usize) -> Self {
        Self(u32::try_from(index).ok().and_then(|index| 1_u32.checked_shl(index)).unwrap_or_default())
    }

    /// What is in either.
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in this one and not in the other.
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether everything of the other is in this one too.
    pub fn has(self, other: Self) -> bool {
        other.without(self) == Self::default()
    }

    /// Whether something of the other is in this one too.
    pub fn meets(self, other: Self) -> bool {
        other.without(self) != other
    }
}

impl FromIterator<usize> for SmallSet {
    fn from_iter<I: IntoIterator<Item = usize>>(indexes: I) -> Self {
        indexes.into_iter().map(Self::one).fold(Self::default(), Self::with)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn subsets() -> impl Iterator<Item = BTreeSet<usize>> {
        const INDEXES: [usize; 4] = [0, 1, 7, 31];
        (0..16).map(|bits: u32| {
            INDEXES.into_iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, one)| one).collect()
        })
    }

    #[test]
    fn marks_are_sets() {
        for one in subsets() {
            for other in subsets() {
                let (left, right): (SmallSet, SmallSet) =
                    (one.iter().copied().collect(), other.iter().copied().collect());
                assert_eq!(left == right, one == other);
                assert_eq!(left.with(right), one.union(&other).copied().collect());
                assert_eq!(left.without(right), one.difference(&other).copied().collect());
                assert_eq!(left.has(right), one.is_superset(&other), "{one:?} {other:?}");
                assert_eq!(left.meets(right), !one.is_disjoint(&other), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn what_is_too_great_is_no_mark() {
        assert_ne!(SmallSet::one(SmallSet::MOST - 1), SmallSet::default());
        assert_eq!(SmallSet::one(SmallSet::MOST), SmallSet::default());
        assert_eq!(SmallSet::one(usize::MAX), SmallSet::default());
    }
}
