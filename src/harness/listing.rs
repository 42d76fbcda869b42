//! Which cases are tests, and which of them are ignored: decided before any is run, for a test runner shows what is
//! skipped later as passed.

use std::sync::Arc;

use crate::plan::Planner;
use crate::run::runs_alone;
use crate::suite::Suite;
use crate::suite::route_limit::RouteLimit;

/// Why a case that moves the clock is ignored.
const NO_CLOCK: &str = "a clock that may be moved is needed; see `Harness::move_clock` and `Harness::clock_hook`";

/// A case that is a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Listed {
    /// Its place in the suite.
    pub(super) index: usize,
    /// Whether it must run alone.
    pub(super) alone: bool,
    /// How many keys it makes.
    pub(super) keys: usize,
    /// Why it can't be run against the target, if so.
    pub(super) ignored: Option<&'static str>,
}

/// The cases that are tests, in the order of their ids: those by the routes of the target that can be run against some
/// target; or the one of this id.
pub(super) fn listed(suite: &Arc<Suite>, routes: RouteLimit, moves_clock: bool, only: Option<&str>) -> Vec<Listed> {
    let all: Vec<usize> = (0..suite.cases.len()).collect();
    let planner = Planner::new(Arc::clone(suite));

    let listed = |index: usize| {
        let case = &suite.cases[index];
        let is_other = only.is_some_and(|id| id != case.id.as_str());
        if is_other || suite.why_skipped(case).is_some() {
            return None;
        }
        // What has no plan is run, and says why.
        let plan = planner.plan(case).ok();
        let ignored = plan.as_ref().is_some_and(|plan| plan.moves_clock) && !moves_clock;
        Some(Listed {
            index,
            alone: plan.as_ref().is_some_and(|plan| runs_alone(suite, case, plan)),
            keys: plan.as_ref().map_or(0, |plan| plan.cost.keys),
            ignored: ignored.then_some(NO_CLOCK),
        })
    };
    routes.limit(suite, &all, &[]).into_iter().filter_map(listed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::files::embedded;
    use crate::suite::load::load;

    fn suite() -> Arc<Suite> {
        Arc::new(load(embedded(), None).unwrap())
    }

    #[test]
    fn every_case_is_listed_that_some_target_can_be_tested_for() {
        let suite = suite();
        let listed = listed(&suite, RouteLimit::All, true, None);
        let skipped = suite.cases.iter().filter(|case| suite.why_skipped(case).is_some()).count();
        assert_eq!(listed.len() + skipped, suite.cases.len());
        assert!(listed.iter().all(|listed| listed.ignored.is_none()));
    }

    #[test]
    fn cases_that_need_another_clock_are_ignored_and_run_alone_otherwise() {
        let suite = suite();
        let (fixed, moving) =
            (listed(&suite, RouteLimit::All, false, None), listed(&suite, RouteLimit::All, true, None));
        assert_eq!(fixed.len(), moving.len());
        let ignored: Vec<usize> = fixed.iter().filter(|one| one.ignored.is_some()).map(|one| one.index).collect();
        assert!(ignored.len() >= 20, "{}", ignored.len());
        assert!(moving.iter().filter(|one| ignored.contains(&one.index)).all(|one| one.alone));
        // One more than those: a scenario that counts the keys of the account.
        assert_eq!(moving.iter().filter(|one| one.alone).count(), ignored.len() + 1);
    }

    #[test]
    fn one_case_is_listed_as_among_all() {
        let suite = suite();
        for all in listed(&suite, RouteLimit::All, false, None).into_iter().step_by(97) {
            let id = suite.cases[all.index].id.as_str();
            assert_eq!(listed(&suite, RouteLimit::All, false, Some(id)), [all], "{id}");
        }
        assert_eq!(listed(&suite, RouteLimit::All, false, Some("nothing")), []);
    }
}
