//! The order in which cases are begun.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use super::failure::Failure;
use crate::plan::CasePlan;
use crate::suite::Suite;
use crate::suite::case::{Case, Subject};
use crate::suite::step::{Action, Checks};

/// So many cases are sorted by their cost at a time: the cheap ones first, because an endpoint may need some time to make
/// its first keys for import.
const WINDOW: usize = 512;

/// A group of cases that is run before the next one, so that the number of jobs does not change what a case meets, nor how
/// many pages the list of all keys has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Scenarios that search the list of all keys, perhaps in small pages: one at a time, while the list is short.
    Search,
    /// Rows that search their key in the list of all keys.
    List,
    /// All others.
    Common,
    /// Cases that move the target's clock: one at a time, because it moves for all keys.
    Clock,
}

impl Turn {
    /// All turns in their order.
    pub(super) const ALL: [Self; 4] = [Self::Search, Self::List, Self::Common, Self::Clock];

    /// Whether cases are run one at a time.
    pub(super) fn alone(self) -> bool {
        matches!(self, Self::Search | Self::Clock)
    }

    /// The turn of a case that does not move the clock.
    fn of(suite: &Suite, case: &Case) -> Self {
        // Without an operation that lists all keys, no case depends on that list.
        let Some(sweep) = &suite.service.sweep else { return Self::Common };
        let searches = |checks: &Checks| checks.contains.is_some() || checks.lacks.is_some();

        match &case.subject {
            Subject::Cell { row, .. } | Subject::Move { row, .. } => {
                let row = &suite.rows[*row];
                if row.operation == sweep.operation && searches(&row.checks) { Self::List } else { Self::Common }
            }
            Subject::Scenario { scenario, .. } => {
                let mut calls = suite.scenarios[*scenario].steps.iter().filter_map(|step| match &step.action {
                    Action::Call(call) => Some(call),
                    _ => None,
                });
                let searches = calls.any(|call| call.operation == sweep.operation && searches(&call.checks));
                if searches { Self::Search } else { Self::Common }
            }
        }
    }
}

/// Whether a case must run alone: it disturbs others, or others would disturb it.
pub fn runs_alone(suite: &Suite, case: &Case, plan: &CasePlan) -> bool {
    plan.moves_clock || Turn::of(suite, case).alone()
}

/// A case whose turn it is.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    /// Its place in the selection.
    pub(super) position: usize,
    /// Its place in the suite.
    pub(super) index: usize,
    /// Its plan, or why it is not run.
    pub(super) plan: Result<Arc<CasePlan>, Failure>,
}

/// The cases that are not begun yet: by turn, and by cost within a window.
pub(super) struct Order {
    /// Positions in the selection and indexes in the suite.
    search: VecDeque<(usize, usize)>,
    list: VecDeque<(usize, usize)>,
    common: VecDeque<(usize, usize)>,
    /// The planned and sorted cases of the window.
    ahead: VecDeque<Planned>,
    clock: VecDeque<Planned>,
}

impl Order {
    /// `elsewhere` are the places in the selection of cases that are run in no turn.
    pub(super) fn new(suite: &Suite, selection: &[usize], elsewhere: &HashSet<usize>) -> Self {
        let [mut search, mut list, mut common] = [const { VecDeque::new() }; 3];
        let here = selection.iter().enumerate().filter(|(position, _)| !elsewhere.contains(position));
        for (position, index) in here {
            let places = match Turn::of(suite, &suite.cases[*index]) {
                Turn::Search => &mut search,
                Turn::List => &mut list,
                Turn::Common | Turn::Clock => &mut common,
            };
            places.push_back((position, *index));
        }
        Self { search, list, common, ahead: VecDeque::new(), clock: VecDeque::new() }
    }

    /// The next case of a turn. A case whose plan moves the clock is put off until the turn of those.
    pub(super) fn next(
        &mut self,
        turn: Turn,
        plan: impl Fn(usize) -> Result<Arc<CasePlan>, Failure>,
    ) -> Option<Planned> {
        if turn == Turn::Clock {
            return self.clock.pop_front();
        }
        loop {
            if self.ahead.is_empty() {
                let places = match turn {
                    Turn::Search => &mut self.search,
                    Turn::List => &mut self.list,
                    Turn::Common | Turn::Clock => &mut self.common,
                };
                let window = places.drain(..places.len().min(WINDOW));
                let mut window: Vec<Planned> =
                    window.map(|(position, index)| Planned { position, index, plan: plan(index) }).collect();
                // A stable sort: cases of the same cost stay in the order of ids.
                window.sort_by_key(|planned| planned.plan.as_ref().map_or(0, |plan| plan.cost.requests));
                self.ahead.extend(window);
            }

            let planned = self.ahead.pop_front()?;
            match &planned.plan {
                Ok(plan) if plan.moves_clock => self.clock.push_back(planned),
                _ => return Some(planned),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Planner;
    use crate::suite::files::embedded;
    use crate::suite::load::load;

    #[test]
    fn every_case_is_planned_once() {
        let suite = Arc::new(load(embedded(), None).unwrap());
        let planner = Planner::new(Arc::clone(&suite));
        let selection: Vec<usize> = (0..suite.cases.len()).collect();
        let mut order = Order::new(&suite, &selection, &HashSet::new());
        let mut seen = vec![0; selection.len()];
        let mut turns = Vec::new();

        for turn in Turn::ALL {
            let plan = |index: usize| Ok(Arc::new(planner.plan(&suite.cases[index]).unwrap()));
            let mut costs = Vec::new();
            while let Some(planned) = order.next(turn, plan) {
                let plan = planned.plan.unwrap();
                let id = suite.cases[planned.index].id.as_str();
                assert_eq!(planned.position, planned.index);
                assert_eq!(plan.moves_clock, turn == Turn::Clock, "{id}");
                assert_eq!(id.starts_with("alibaba/ListKeys/") && !plan.moves_clock, turn == Turn::List, "{id}");
                seen[planned.index] += 1;
                costs.push(plan.cost.requests);
            }
            assert!(turn != Turn::List || costs.is_sorted(), "{costs:?}");
            turns.push(costs.len());
        }

        assert!(seen.iter().all(|times| *times == 1));
        assert_eq!(turns[0], 1, "the scenario that reads the list of keys in pages of two");
        assert!(turns[1] < 100, "the list fits on a page: {turns:?}");
    }

    #[test]
    fn cases_that_disturb_others_are_run_one_at_a_time() {
        let alone: Vec<Turn> = Turn::ALL.into_iter().filter(|turn| turn.alone()).collect();
        assert_eq!(alone, [Turn::Search, Turn::Clock]);
    }
}
