//! The deviations of a mock, which can be replaced while it runs.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// The deviations of a mock. A mock without any pays one atomic read for each thing that they could change.
#[derive(Debug)]
pub(super) struct Replaceable<D> {
    initial: Vec<D>,
    any: AtomicBool,
    all: RwLock<Arc<Set<D>>>,
}

/// The deviations that are in force.
#[derive(Debug)]
pub(super) struct Set<D> {
    /// As they were given.
    given: Vec<D>,
    /// Each once, those first that stand around the others.
    pub(super) sorted: Vec<D>,
}

/// Where a deviation stands around the others.
pub(super) trait Ranked {
    /// Those of a low rank stand around those of a higher one.
    fn rank(&self) -> (u8, usize);
}

impl<D: Clone + Ranked + PartialEq> Replaceable<D> {
    /// These to begin with, and after each reset.
    pub(super) fn new(initial: &[D]) -> Self {
        let begin = Self {
            initial: initial.to_owned(),
            any: AtomicBool::new(false),
            all: RwLock::new(Arc::new(Set { given: Vec::new(), sorted: Vec::new() })),
        };
        begin.reset(|| {});
        begin
    }

    /// Whether there are none, which is cheap to find out.
    pub(super) fn is_empty(&self) -> bool {
        !self.any.load(Ordering::Acquire)
    }

    /// Those in force.
    pub(super) fn set(&self) -> Arc<Set<D>> {
        Arc::clone(&self.all.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces all. `forget` drops what the former ones remembered, before the new ones are in force.
    pub(super) fn replace(&self, given: Vec<D>, forget: impl FnOnce()) {
        let mut sorted = given.clone();
        sorted.sort_by_key(D::rank);
        // One that is given twice is still one; equal ones have equal ranks, but others may stand between them.
        let mut seen = Vec::new();
        sorted.retain(|deviation| {
            let is_new = !seen.contains(deviation);
            seen.push(deviation.clone());
            is_new
        });

        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        // While the set is locked, so that the flag and the set change together.
        self.any.store(!given.is_empty(), Ordering::Release);
        forget();
        *all = Arc::new(Set { given, sorted });
    }

    /// Begins again with those of the beginning.
    pub(super) fn reset(&self, forget: impl FnOnce()) {
        self.replace(self.initial.clone(), forget);
    }
}

impl<D: fmt::Display> Set<D> {
    /// Their names, as they were given.
    pub(super) fn names(&self) -> Vec<String> {
        self.given.iter().map(ToString::to_string).collect()
    }
}

/// Reads deviations, all of them or none.
pub(super) fn read_all<D: FromStr>(names: &[String]) -> Result<Vec<D>, D::Err> {
    names.iter().map(|name| name.parse()).collect()
}
