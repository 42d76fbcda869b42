//! The keys of a map with their values, in the order of the text.

use std::borrow::Cow;

use super::node::Node;
use crate::diagnostic::Span;

/// Up to here, to look through all keys is quicker than to keep them in order.
const FEW: usize = 16;

/// A map. Of a key that stands twice, any of the two is found.
#[derive(Debug)]
pub(crate) struct Map<'a> {
    entries: Vec<Entry<'a>>,
    /// The entries of a map with many keys, in the order of keys.
    by_key: Option<Box<ByKey>>,
}

/// A key and its value.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) key: Cow<'a, str>,
    /// Where the key stands.
    pub(crate) place: Span,
    pub(crate) node: Node<'a>,
}

/// Indexes of entries.
#[derive(Debug)]
struct ByKey(Vec<usize>);

impl<'a> Map<'a> {
    pub(crate) fn new(mut entries: Vec<Entry<'a>>) -> Self {
        // There may be very many maps, and each has room for twice as much.
        entries.shrink_to_fit();
        let mut map = Self { entries, by_key: None };
        map.put_in_order();
        map
    }

    fn put_in_order(&mut self) {
        self.by_key = (self.entries.len() > FEW).then(|| {
            let mut indexes: Vec<usize> = (0..self.entries.len()).collect();
            // Stable, so that equal keys are in the order of the text.
            indexes.sort_by(|one, other| self.entries[*one].key.cmp(&self.entries[*other].key));
            Box::new(ByKey(indexes))
        });
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Entry<'a>> {
        self.entries.iter()
    }

    pub(super) fn get(&self, key: &str) -> Option<&Entry<'a>> {
        self.index(key).map(|index| &self.entries[index])
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Entry<'a>> {
        self.index(key).map(|index| &mut self.entries[index])
    }

    fn index(&self, key: &str) -> Option<usize> {
        let Some(by_key) = &self.by_key else { return self.entries.iter().position(|entry| entry.key == key) };
        let ByKey(indexes) = &**by_key;
        let found = indexes.binary_search_by(|index| (*self.entries[*index].key).cmp(key)).ok()?;
        Some(indexes[found])
    }

    /// Adds a key that is not there.
    pub(super) fn insert(&mut self, entry: Entry<'a>) {
        self.entries.push(entry);
        self.put_in_order();
    }

    pub(super) fn remove(&mut self, key: &str) -> Option<Entry<'a>> {
        let index = self.index(key)?;
        let removed = self.entries.remove(index);
        self.put_in_order();
        Some(removed)
    }

    /// The keys that stand before in this map, each with the one before it.
    pub(super) fn duplicates(&self) -> Vec<(&Entry<'a>, &Entry<'a>)> {
        let Some(by_key) = &self.by_key else {
            let first = |index: usize| {
                let entry = &self.entries[index];
                let first = self.entries[..index].iter().find(|first| first.key == entry.key)?;
                Some((first, entry))
            };
            return (1..self.entries.len()).filter_map(first).collect();
        };

        let ByKey(indexes) = &**by_key;
        let same = indexes.chunk_by(|one, other| self.entries[*one].key == self.entries[*other].key);
        let mut found: Vec<_> = same.flat_map(|same| same[1..].iter().map(|index| (same[0], *index))).collect();
        found.sort_by_key(|(_, index)| *index);
        found.into_iter().map(|(first, index)| (&self.entries[first], &self.entries[index])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::node::Value;

    fn map(keys: impl Iterator<Item = String>) -> Map<'static> {
        let entry = |(index, key)| {
            let span = Span { line: index, column: 1, length: 1 };
            Entry { key: Cow::Owned(key), place: span, node: Node { span, value: Value::Nothing } }
        };
        Map::new((0..).zip(keys).map(entry).collect())
    }

    #[test]
    fn keys_are_found_in_maps_of_any_size() {
        for size in [0, 1, FEW, FEW + 1, 1_000] {
            let mut map = map((0..size).map(|number| format!("k{number}")));
            for number in 0..size {
                assert_eq!(map.get(&format!("k{number}")).map(|entry| entry.place.line as usize), Some(number));
            }
            assert!(map.get("k").is_none() && map.remove("k").is_none() && map.duplicates().is_empty());

            if size > 0 {
                let last = format!("k{}", size - 1);
                let removed = map.remove(&last).unwrap();
                assert!(map.get(&last).is_none());
                map.insert(removed);
                assert!(map.get_mut(&last).is_some() && map.iter().count() == size);
            }
        }
    }

    #[test]
    fn keys_that_stand_twice_are_found_in_the_order_of_the_text() {
        for size in [2, FEW, 100] {
            let keys = (0..size).map(|number| format!("k{number}"));
            let twice =
                map(keys.clone().chain(["k1".to_owned(), "k0".to_owned(), "k1".to_owned()]).chain(["x".to_owned()]));
            let lines: Vec<_> =
                twice.duplicates().into_iter().map(|(first, second)| (first.place.line, second.place.line)).collect();
            let size = u32::try_from(size).unwrap();
            assert_eq!(lines, [(1, size), (0, size + 1), (1, size + 2)]);
        }
    }
}
