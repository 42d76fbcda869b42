//! The keys that a case has of the tour, while it runs.

use std::collections::BTreeSet;

use super::SharedKey;
use crate::plan::tour::Use;
use crate::plan::{Planner, RouteStep};
use crate::suite::name::{FixtureName, KeyName};

/// The keys that a case has of the tour.
#[derive(Debug)]
pub(in crate::run) struct Lease {
    /// In the order of the keys of the case.
    pub(in crate::run) keys: Vec<LeasedKey>,
    /// Whether the keys that the case makes stay in the tour.
    pub(in crate::run) adopts: bool,
    /// The keys that the case has made for the tour.
    pub(in crate::run) adopted: Vec<SharedKey>,
}

/// A key that a case has of the tour.
#[derive(Debug)]
pub(in crate::run) struct LeasedKey {
    /// Its name in the templates of the case.
    pub(in crate::run) name: KeyName,
    /// The key; none if it is to be made.
    pub(in crate::run) key: Option<SharedKey>,
    /// What brings it to where the case needs it.
    pub(in crate::run) steps: Vec<RouteStep>,
    /// What the case needs of it, and does to it by the table.
    pub(in crate::run) usage: Use,
}

impl LeasedKey {
    /// The fixtures that a success of the case uses up.
    pub(in crate::run) fn uses_up(&self) -> &BTreeSet<FixtureName> {
        &self.usage.uses_up
    }
}

impl Lease {
    /// Finds the way of every key from where it is to where the case needs it, so that the case can be run once more.
    pub(in crate::run) fn bring_back(&mut self, planner: &Planner) -> bool {
        for leased in &mut self.keys {
            let Some(key) = leased.key.as_ref().filter(|key| !key.retired) else { return false };
            let steps = planner.suite().lead(&key.standing, &key.planned().stock, &leased.usage.need);
            let Some(steps) = steps else { return false };
            leased.steps = steps;
        }
        true
    }

    /// No further case gets these keys.
    pub(in crate::run) fn retire(&mut self) {
        for key in self.keys.iter_mut().filter_map(|leased| leased.key.as_mut()) {
            key.retired = true;
        }
    }
}
