//! A part of the selected cases, so that several machines can share a run.
//!
//! The cases of a cell, which differ in the route, stay together: a failure that one of them confirms needs no confirmation
//! by another route, so the attempts of each case are those of a run of all cases.
//!
//! `hash:1/4` is stable: which shard a case belongs to follows from its id alone, so a case that is added moves no other.
//! `slice:1/4` is even: the cells are ordered by the keys that they need, and cut into parts of one size, so that keys which are
//! handed from case to case serve as many cases of a shard as they can.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::event::{ShardHeader, ShardMethod};
use crate::suite::Suite;
use crate::suite::case::{Case, Subject};

/// The most shards of a run.
const MOST: usize = 10_000;

/// One of several parts of the selected cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    method: ShardMethod,
    /// From 1 to `of`.
    number: usize,
    of: usize,
}

/// Why a text names no shard.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ShardError {
    /// It has another form.
    #[error("a shard has the form hash:1/4 or slice:1/4, the first of four")]
    Form,
    /// There is no such shard.
    #[error("there are shards 1 to {of} of {of}, and no shard {number}")]
    Number {
        /// The number that was given.
        number: usize,
        /// How many shards there are.
        of: usize,
    },
    /// There are too many.
    #[error("a run has at most {MOST} shards")]
    TooMany,
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let (method, part) = text.split_once(':').ok_or(ShardError::Form)?;
        let method = match method {
            "hash" => ShardMethod::Hash,
            "slice" => ShardMethod::Slice,
            _ => return Err(ShardError::Form),
        };
        let (number, of) = part.split_once('/').ok_or(ShardError::Form)?;
        let (number, of) = (plain_number(number)?, plain_number(of)?);
        if of > MOST {
            return Err(ShardError::TooMany);
        }
        if number == 0 || number > of {
            return Err(ShardError::Number { number, of });
        }
        Ok(Self { method, number, of })
    }
}

/// A number of digits alone: a sign is a mistake, though Rust's numbers may have one.
fn plain_number(text: &str) -> Result<usize, ShardError> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain).ok_or(ShardError::Form)
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}/{}", self.method.name(), self.number, self.of)
    }
}

impl Shard {
    /// The cases of this shard, in the order of ids; `selection` are indexes into the cases of the suite in that order.
    pub fn of(self, suite: &Suite, selection: &[usize]) -> Vec<usize> {
        match self.method {
            ShardMethod::Hash => {
                let is_mine = |index: &&usize| shard_of(cell_of(&suite.cases[**index]), self.of) == self.number - 1;
                selection.iter().filter(is_mine).copied().collect()
            }
            ShardMethod::Slice => {
                let mut ordered = selection.to_vec();
                ordered.sort_by_cached_key(|index| {
                    let case = &suite.cases[*index];
                    (keys_of(case), cell_of(case), *index)
                });

                // A cell belongs to the slice in which its first case is.
                let mut begun = 0;
                let cells = ordered.chunk_by(|one, other| cell_of(&suite.cases[*one]) == cell_of(&suite.cases[*other]));
                let cells = cells.filter(|cell| {
                    let slice = begun * self.of / ordered.len();
                    begun += cell.len();
                    slice == self.number - 1
                });
                let mut mine = cells.flatten().copied().collect::<Vec<_>>();
                mine.sort_unstable();
                mine
            }
        }
    }

    /// What results say of the shard, with which those of the others can be found.
    pub fn header(self, suite: &Suite, selection: &[usize]) -> ShardHeader {
        let mut hash = Sha256::new();
        for index in selection {
            hash.update(suite.cases[*index].id.as_str());
            hash.update("\n");
        }
        let selection_hash = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let Self { method, number, of } = self;
        ShardHeader { method, number, of, cases: selection.len(), selection: selection_hash }
    }
}

/// Which of so many shards an id belongs to, from 0.
fn shard_of(id: &str, of: usize) -> usize {
    let mut first = [0; 8];
    first.copy_from_slice(&Sha256::digest(id)[..8]);
    let place = u64::from_be_bytes(first) % u64::try_from(of).unwrap_or(u64::MAX);
    usize::try_from(place).unwrap_or(0)
}

/// The id of a case without its route: cases by several routes are of one cell.
fn cell_of(case: &Case) -> &str {
    let id = case.id.as_str();
    match &case.subject {
        Subject::Cell { route: Some(route), .. } => {
            id.strip_suffix(route.name.as_str()).map_or(id, |id| id.trim_end_matches('/'))
        }
        Subject::Cell { route: None, .. } | Subject::Move { .. } | Subject::Scenario { .. } => id,
    }
}

/// The keys that a case needs, by their classes and states: equal for cases that can share them.
fn keys_of(case: &Case) -> Vec<&str> {
    match &case.subject {
        Subject::Cell { class, state, .. } => vec![class.as_str(), state.as_str()],
        Subject::Move { original, target, .. } => {
            vec![target.0.as_str(), target.1.as_str(), original.0.as_str(), original.1.as_str()]
        }
        Subject::Scenario { class, .. } => vec![class.as_str()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::files::embedded;
    use crate::suite::load::load;

    fn shard(text: &str) -> Shard {
        text.parse().unwrap()
    }

    #[test]
    fn each_case_is_in_one_shard() {
        let suite = load(embedded(), None).unwrap();
        let all: Vec<usize> = (0..suite.cases.len()).collect();
        for method in ["hash", "slice"] {
            for of in [1, 3, 8] {
                let shards = (1..=of).map(|number| shard(&format!("{method}:{number}/{of}")).of(&suite, &all));
                let shards: Vec<Vec<usize>> = shards.collect();
                assert!(shards.iter().all(|cases| cases.is_sorted()));
                // No shard has twice its share.
                assert!(shards.iter().all(|cases| cases.len() * of < 2 * all.len() || of == 1), "{method}");
                let mut joined = shards.concat();
                joined.sort_unstable();
                assert_eq!(joined, all, "{method}:{of}");
            }
        }
    }

    #[test]
    fn the_cases_of_a_cell_are_in_one_shard() {
        let suite = load(embedded(), None).unwrap();
        let all: Vec<usize> = (0..suite.cases.len()).collect();
        for method in ["hash", "slice"] {
            let mut seen = std::collections::HashMap::new();
            for number in 1..=8 {
                for index in shard(&format!("{method}:{number}/8")).of(&suite, &all) {
                    let cell = cell_of(&suite.cases[index]);
                    assert_eq!(*seen.entry(cell).or_insert(number), number, "{method}: {cell}");
                }
            }
            assert!(seen.len() < all.len() && seen.contains_key("alibaba/Encrypt/Disabled"));
        }
    }

    #[test]
    fn the_hash_of_an_id_never_changes() {
        let places = ["alibaba/Encrypt/Disabled", "alibaba/Decrypt/Enabled", "x"].map(|id| shard_of(id, 4));
        assert_eq!(places, [3, 0, 0]);
    }

    #[test]
    fn slices_keep_cases_together_that_need_the_same_keys() {
        let suite = load(embedded(), None).unwrap();
        let all: Vec<usize> = (0..suite.cases.len()).collect();
        let needs = |method: &str| -> usize {
            let of_shard = |number: usize| {
                let cases = shard(&format!("{method}:{number}/8")).of(&suite, &all);
                let keys = cases.iter().map(|index| keys_of(&suite.cases[*index]));
                keys.collect::<std::collections::BTreeSet<_>>().len()
            };
            (1..=8).map(of_shard).sum()
        };
        assert!(needs("slice") * 2 < needs("hash"), "{} {}", needs("slice"), needs("hash"));
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        let error = |text: &str| text.parse::<Shard>().unwrap_err();
        for text in
            ["", "1/4", "hash", "hash:1", "hash:a/4", "hash:+1/4", "count:1/4", "hash:1/4/2", "hash:1/", "hash:/4"]
        {
            assert_eq!(error(text), ShardError::Form, "{text}");
        }
        assert_eq!(error("hash:5/4").to_string(), "there are shards 1 to 4 of 4, and no shard 5");
        assert_eq!(error("slice:0/4"), ShardError::Number { number: 0, of: 4 });
        assert_eq!(error("slice:1/10001"), ShardError::TooMany);
        assert_eq!(shard("slice:2/3").to_string(), "slice:2/3");
    }
}
