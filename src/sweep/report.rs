//! What a sweep found, and what became of it.

use std::path::PathBuf;

use crate::ledger::{LedgerTarget, Unreadable};

/// What a sweep found, and what became of it.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// What was found, in the order in which it was dealt with.
    pub(crate) found: Vec<Found>,
    /// What could not be done besides: lists that could not be read to their end, ledgers that could not be written.
    pub(crate) problems: Vec<String>,
    /// The lines of ledgers that say nothing.
    pub(crate) unreadable: Vec<(PathBuf, Unreadable)>,
    /// How many things the ledgers have at other targets.
    pub(crate) elsewhere: Vec<(LedgerTarget, usize)>,
    /// How many keys of the target were described because a mark was looked for; none if it was not.
    pub(crate) described: Option<usize>,
}

/// Something that a run made.
#[derive(Debug)]
pub(crate) struct Found {
    /// What it is: `key 5f1c…`, or the name of an alias.
    pub(crate) what: String,
    /// The run that made it, by its mark.
    pub(crate) run: String,
    /// What became of it.
    pub(crate) outcome: Outcome,
}

/// What became of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was removed.
    Removed,
    /// It was gone, or waited for its deletion already.
    Gone,
    /// It would be removed, were it not for `--dry-run`.
    ToRemove,
    /// It was given to its run, and is in the state again in which it was found.
    HandedBack,
    /// It would be handed back, were it not for `--dry-run`.
    ToHandBack,
    /// It is left alone: its run goes on, it is too young, or it is somebody else's.
    LeftAlone(String),
    /// It should be removed, and stays.
    Stays(String),
}

impl Report {
    /// How many things have an outcome.
    pub(crate) fn count(&self, of: impl Fn(&Outcome) -> bool) -> usize {
        self.found.iter().filter(|found| of(&found.outcome)).count()
    }

    /// Whether nothing stays that should be removed, as far as the sweep was to find it.
    pub(crate) fn is_clean(&self) -> bool {
        self.problems.is_empty()
            && self.count(|outcome| matches!(outcome, Outcome::Stays(_) | Outcome::ToRemove | Outcome::ToHandBack)) == 0
    }

    pub(super) fn add(&mut self, what: impl Into<String>, run: &str, outcome: Outcome) {
        self.found.push(Found { what: what.into(), run: run.to_owned(), outcome });
    }
}
