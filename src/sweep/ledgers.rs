//! The ledgers of a sweep.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use crate::client::is_same_target;
use crate::ledger::{History, LedgerTarget, Life, Thing, ThingState, Unreadable};

/// The ledgers of a sweep, as they were when it began.
#[derive(Debug, Default)]
pub(crate) struct Ledgers(Vec<OneLedger>);

#[derive(Debug)]
struct OneLedger {
    path: PathBuf,
    history: History,
    /// What is known of each run, found out before the ledger was read: what a run wrote that was over by then is all there.
    lives: IndexMap<String, Life>,
}

/// What a run has left at a target, by its ledger.
#[derive(Debug)]
pub(super) struct Left<'a> {
    pub(super) path: &'a Path,
    pub(super) run: &'a str,
    pub(super) life: Life,
    pub(super) things: Vec<&'a Thing>,
}

impl Ledgers {
    /// Reads one more ledger.
    ///
    /// # Errors
    ///
    /// What the system says of the file.
    pub(crate) fn read(&mut self, path: &Path) -> io::Result<()> {
        // The first look is for the names of the runs. One that ends between the looks has written its last line before.
        let runs =
            |history: &History| -> BTreeSet<String> { history.things.iter().map(|thing| thing.run.clone()).collect() };
        let names = runs(&History::read(path)?);
        let lives: IndexMap<String, Life> = names.into_iter().map(|run| (run.clone(), Life::of(path, &run))).collect();
        let mut history = History::read(path)?;
        // One that began in between goes on, as far as this sweep is concerned.
        history.things.retain(|thing| lives.contains_key(&thing.run));
        self.0.push(OneLedger { path: path.to_owned(), history, lives });
        Ok(())
    }

    /// What runs have left at a target, run by run.
    pub(super) fn left(&self, target: &LedgerTarget) -> Vec<Left<'_>> {
        let mut left = Vec::new();
        for OneLedger { path, history, lives } in &self.0 {
            let mut by_run: IndexMap<&str, Vec<&Thing>> = IndexMap::new();
            for thing in history.left().filter(|thing| is_same_target(&thing.target, target)) {
                by_run.entry(&thing.run).or_default().push(thing);
            }
            left.extend(by_run.into_iter().map(|(run, things)| {
                let life = lives.get(run).copied().unwrap_or(Life::Unknown);
                Left { path, run, life, things }
            }));
        }
        left
    }

    /// What is known of a run; none if it is in no ledger.
    pub(super) fn life(&self, run: &str) -> Option<Life> {
        let known = self.0.iter().filter_map(|ledger| ledger.lives.get(run).copied());
        // One that began after the ledgers were read is known by its file.
        let begun = self.0.iter().map(|ledger| Life::of(&ledger.path, run)).find(|life| *life == Life::Running);
        begun.or_else(|| known.min_by_key(|life| *life == Life::Over))
    }

    /// The ids of keys that ledgers name at a target, and that are still listed.
    pub(super) fn named(&self, target: &LedgerTarget) -> BTreeSet<&str> {
        let left = self.left(target).into_iter().flat_map(|left| left.things);
        left.filter(|thing| thing.mark.is_some()).filter_map(|thing| thing.name.as_deref()).collect()
    }

    /// The ids of all keys that runs were given, at any target and whatever became of them.
    pub(super) fn given(&self) -> BTreeSet<&str> {
        self.0.iter().flat_map(|ledger| &ledger.history.given).map(String::as_str).collect()
    }

    /// The lines that say nothing.
    pub(super) fn unreadable(&self) -> Vec<(PathBuf, Unreadable)> {
        let of = |ledger: &OneLedger| {
            let lines = ledger.history.unreadable.iter().cloned();
            lines.map(|line| (ledger.path.clone(), line)).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(of).collect()
    }

    /// How many things are left at each other target.
    pub(super) fn elsewhere(&self, target: &LedgerTarget) -> Vec<(LedgerTarget, usize)> {
        let mut counts: IndexMap<LedgerTarget, usize> = IndexMap::new();
        let left = self.0.iter().flat_map(|ledger| ledger.history.left());
        for thing in left.filter(|thing| !is_same_target(&thing.target, target)) {
            *counts.entry(thing.target.clone()).or_default() += 1;
        }
        counts.into_iter().collect()
    }

    /// Removes the files of killed runs of which nothing is left by now.
    pub(super) fn forget_ended(&self, target: &LedgerTarget) {
        for OneLedger { path, lives, .. } in &self.0 {
            let Ok(now) = History::read(path) else { continue };
            let is_left =
                |run: &str| now.things.iter().any(|thing| thing.run == run && thing.state != ThingState::Gone);
            let is_here =
                |run: &str| now.things.iter().any(|thing| thing.run == run && is_same_target(&thing.target, target));
            for run in lives.keys().filter(|run| is_here(run) && !is_left(run)) {
                Life::forget(path, run);
            }
        }
    }
}
