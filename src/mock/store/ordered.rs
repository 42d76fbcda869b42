//! A list in order of creation, with removal, and with pages that cost nearly the same wherever they begin.

use std::collections::BTreeMap;

/// Numbers in a block. A page skips whole blocks, then at most this many entries.
const BLOCK: u64 = 1024;

/// Values by the number of their creation, in blocks so that a page far down the list need not be counted to.
#[derive(Clone, Debug)]
pub(crate) struct Ordered<T> {
    blocks: BTreeMap<u64, BTreeMap<u64, T>>,
    length: usize,
    next: u64,
}

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Self { blocks: BTreeMap::new(), length: 0, next: 0 }
    }
}

impl<T> Ordered<T> {
    /// Appends a value; the number removes it again.
    pub(crate) fn push(&mut self, value: T) -> u64 {
        let number = self.next;
        self.next += 1;
        self.length += 1;
        self.blocks.entry(number / BLOCK).or_default().insert(number, value);
        number
    }

    /// Puts a value back in its old place.
    pub(crate) fn restore(&mut self, number: u64, value: T) {
        self.next = self.next.max(number.saturating_add(1));
        if self.blocks.entry(number / BLOCK).or_default().insert(number, value).is_none() {
            self.length += 1;
        }
    }

    pub(crate) fn remove(&mut self, number: u64) {
        let Some(block) = self.blocks.get_mut(&(number / BLOCK)) else { return };
        if block.remove(&number).is_some() {
            self.length -= 1;
        }
        if block.is_empty() {
            self.blocks.remove(&(number / BLOCK));
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// All values, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.blocks.values().flat_map(BTreeMap::values)
    }

    /// The values from this number on, each with its number.
    pub(crate) fn from(&self, number: u64) -> impl Iterator<Item = (u64, &T)> {
        let blocks = self.blocks.range(number / BLOCK..).map(|(_, block)| block);
        blocks.flat_map(move |block| block.range(number..)).map(|(number, value)| (*number, value))
    }

    /// At most `count` values after the first `skip`.
    pub(crate) fn page(&self, mut skip: usize, count: usize) -> impl Iterator<Item = &T> {
        let mut blocks = self.blocks.values();
        let mut rest = blocks.clone();
        while let Some(block) = blocks.next() {
            if skip < block.len() {
                break;
            }
            skip -= block.len();
            rest = blocks.clone();
        }
        rest.flat_map(BTreeMap::values).skip(skip).take(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_from_a_number_on_have_their_numbers() {
        let mut ordered = Ordered::default();
        (0..3000).for_each(|value| {
            ordered.push(value);
        });
        (0..3000).filter(|number| number % 2 == 1).for_each(|number| ordered.remove(number));
        for first in [0, 1, 1023, 1024, 1025, 2048, 2999, 3000, u64::MAX] {
            let wanted: Vec<u64> = (0..3000).filter(|number| number % 2 == 0 && *number >= first).collect();
            let found: Vec<u64> = ordered.from(first).map(|(number, _)| number).collect();
            assert_eq!(found, wanted, "{first}");
            assert!(ordered.from(first).all(|(number, value)| number == *value));
        }
    }

    #[test]
    fn pages_are_those_of_the_plain_list() {
        let mut ordered = Ordered::default();
        let numbers: Vec<u64> = (0..5000).map(|value| ordered.push(value)).collect();
        for number in numbers.iter().filter(|number| *number % 3 == 0 || (1000..3000).contains(*number)) {
            ordered.remove(*number);
            ordered.remove(*number);
        }
        let plain: Vec<i32> = (0..5000).filter(|value| value % 3 != 0 && !(1000..3000).contains(value)).collect();
        assert_eq!(ordered.len(), plain.len());
        assert!(ordered.iter().eq(&plain));
        for skip in [0, 1, 9, 665, 666, 667, 700, 1999, 2000, usize::MAX] {
            let expected: Vec<&i32> = plain.iter().skip(skip).take(100).collect();
            assert_eq!(ordered.page(skip, 100).collect::<Vec<_>>(), expected, "{skip}");
        }
        assert_eq!(ordered.page(5, 0).count(), 0);
    }
}
