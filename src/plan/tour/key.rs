//! A key of the tour as the planner sees it.

use std::collections::{BTreeMap, BTreeSet};

use super::serving::Use;
use crate::plan::{Need, Position, RouteStep, Standing};
use crate::suite::name::{ClassName, FixtureName};

/// A key that is handed from case to case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TourKey {
    pub(crate) class: ClassName,
    pub(crate) standing: Standing,
    /// How many of each fixture it has: a case that uses one up leaves the others.
    pub(crate) stock: BTreeMap<FixtureName, usize>,
    /// Whether nothing was sent since it was observed.
    pub(crate) observed: bool,
    /// Whether no case has used it yet.
    pub(crate) unused: bool,
}

impl TourKey {
    /// A key that was just made.
    pub(crate) fn new(class: ClassName, position: Position) -> Self {
        Self { class, standing: Standing::new(position), stock: BTreeMap::new(), observed: false, unused: true }
    }

    /// The fixtures that it has.
    pub(crate) fn made(&self) -> BTreeSet<FixtureName> {
        self.stock.iter().filter(|(_, count)| **count > 0).map(|(name, _)| name.clone()).collect()
    }

    /// How many of a fixture it has.
    pub(crate) fn count(&self, fixture: &FixtureName) -> usize {
        self.stock.get(fixture).copied().unwrap_or_default()
    }

    /// Whether it serves a case as it is.
    pub(crate) fn serves(&self, need: &Need) -> bool {
        self.class == need.class
            && self.standing.is_at(need)
            && need.fixtures.iter().all(|fixture| self.count(fixture) > 0)
    }

    /// Goes a step.
    pub(crate) fn take(&mut self, step: &RouteStep) {
        match step {
            RouteStep::Prepare(fixture) => *self.stock.entry(fixture.clone()).or_default() += 1,
            RouteStep::Drive { to, .. } | RouteStep::Advance { to, .. } => self.standing.move_to(to),
        }
    }

    /// Serves a case, as far as the table says what that does to it.
    pub(crate) fn serve(&mut self, one: &Use) {
        for position in &one.path {
            self.standing.move_to(position);
        }
        if let Some(end) = one.path.last().filter(|_| !one.certain) {
            self.standing.found_at(end);
        }
        for fixture in &one.uses_up {
            if let Some(count) = self.stock.get_mut(fixture) {
                *count = count.saturating_sub(1);
            }
        }
        self.observed = one.observed;
        self.unused = false;
    }
}
