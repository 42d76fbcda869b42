//! Maps and sets in the order of the case file.
//!
//! Their keys are the words of case files, which whoever runs the program has written or chosen: the hash is a quick one and
//! not that of the standard library, which withstands keys of an attacker.

use foldhash::fast::RandomState;

/// A map in the order of the case file.
pub type IndexMap<K, V> = indexmap::IndexMap<K, V, RandomState>;

/// A set in the order of the case file.
pub type IndexSet<T> = indexmap::IndexSet<T, RandomState>;
