//! What a case costs.

use std::ops::AddAssign;

use super::{PlannedKey, RouteStep};
use crate::suite::row::{Cell, Row};
use crate::suite::scenario::Scenario;
use crate::suite::service::Service;
use crate::suite::step::{Action, Makes, Step};

/// The requests that observe a key: one that describes it and one that uses it.
const OBSERVATION: usize = 2;

/// What a case costs when nothing goes wrong. A list is counted as one page, and driving a key further in the middle of a
/// scenario as one call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Requests.
    pub requests: usize,
    /// Keys.
    pub keys: usize,
}

impl Cost {
    /// Of a row's probe of a cell, with what is looked at afterwards.
    pub(super) fn of_probe(service: &Service, row: &Row, cell: Option<&Cell>, keys: &[PlannedKey]) -> Self {
        let mut cost = Self::of_keys(service, keys);
        cost.requests += 1 + OBSERVATION * keys.len();
        let succeeds = cell.is_some_and(|cell| cell.expect.is_success());
        // What may be made may have to be removed, and counts against the keys that a run may make.
        if cell.is_some_and(|cell| cell.expect.may_succeed()) {
            cost += Self::of_making(service, row.makes.as_ref());
        }
        for step in if succeeds { &row.then } else { &row.refused } {
            cost += Self::of_step(service, step);
        }
        cost
    }

    /// Of a scenario.
    pub(super) fn of_scenario(service: &Service, scenario: &Scenario, keys: &[PlannedKey]) -> Self {
        let mut cost = Self::of_keys(service, keys);
        for step in &scenario.steps {
            cost += Self::of_step(service, step);
        }
        cost
    }

    /// Of making keys, driving them, being sure of their states, and removing them and their fixtures.
    fn of_keys(service: &Service, keys: &[PlannedKey]) -> Self {
        let undo = |step: &RouteStep| match step {
            RouteStep::Prepare(fixture) => service.fixtures.get(fixture).and_then(|fixture| fixture.undo.clone()),
            RouteStep::Drive { .. } | RouteStep::Advance { .. } => None,
        };
        let mut cost = Self::default();
        for key in keys {
            cost += Self { requests: key.route.calls() + OBSERVATION + 1, keys: 1 };
            for undo in key.route.steps.iter().filter_map(undo) {
                cost += Self { requests: 1, keys: usize::from(service.removes_key(&undo)) };
            }
        }
        cost
    }

    fn of_step(service: &Service, step: &Step) -> Self {
        let requests = match &step.action {
            Action::Call(call) => {
                let mut cost = Self { requests: 1, keys: 0 };
                // A rejected call makes nothing that another would have to remove.
                if call.expect.may_succeed() {
                    cost += Self::of_making(service, call.makes.as_ref());
                }
                return cost;
            }
            Action::State { .. } => OBSERVATION,
            Action::Drive(_) => 1 + OBSERVATION,
            Action::Advance { .. } => 0,
        };

        Self { requests, keys: 0 }
    }

    /// What a call makes is removed by another.
    fn of_making(service: &Service, makes: Option<&Makes>) -> Self {
        let (key, undo) = makes.map_or((false, None), |makes| (makes.key.is_some(), makes.undo.as_ref()));
        let other = undo.is_some_and(|undo| service.removes_key(undo));
        Self { requests: usize::from(key) + usize::from(undo.is_some()), keys: usize::from(key) + usize::from(other) }
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.keys += other.keys;
    }
}
