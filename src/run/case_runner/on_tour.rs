//! A case with keys that others have used. They decide nothing but passes, as long as fresh ones may be made.

use std::time::Duration;

use super::confirmation::{actual_of, is_confirmed_by, unstable};
use super::{Attempted, Begun, CaseRunner, unless_lost};
use crate::event::BlockedStep;
use crate::run::attempt::Attempt;
use crate::run::failure::Failure;
use crate::run::route_prefix::prefixes;
use crate::run::tour::Lease;
use crate::verdict::{Kind, Verdict};

impl CaseRunner<'_> {
    /// Runs the case on keys of the tour. If it does not pass there, it is run on fresh keys, and those decide.
    pub(super) async fn begin_on_tour(&mut self, lease: &mut Lease) -> Result<Begun, Failure> {
        let Some(index) = self.run.suite.index_of(self.case) else { return self.begin().await };
        let mut shared = self.attempt_on_tour(lease, index).await;
        let Some(first) = shared.failure.take() else {
            self.routes_are_passable();
            return Ok(Begun::Settled(shared));
        };
        if self.status.stop.is_cancelled() {
            return Err(Failure::cut(self.status.why_not_judged()));
        }

        let actual = actual_of(&first, &shared.notes);
        let is_failure = first.verdict == Verdict::Fail;
        if !self.may_make_keys() {
            if is_failure && self.run.knowledge.is_confirmed(self.number, &self.cell(), &first, actual.as_ref()) {
                return Ok(Begun::Settled(Attempted { failure: Some(first), ..shared }));
            }
            shared.failure = Some(first);
            return Ok(Begun::Settled(self.confirm_on_tour(lease, index, shared).await));
        }

        let mut fresh = self.attempt_until_responded(Duration::ZERO).await?;
        if is_failure && fresh.failure.as_ref().is_some_and(|second| second.is_like(&first)) {
            self.run.knowledge.confirm(self.number, &self.cell(), &first, actual.as_ref());
            return Ok(Begun::Settled(fresh));
        }
        // The keys of the tour may keep a fresh one from being made by the very response that was the failure.
        let by = fresh.failure.as_ref().and_then(|second| second.blocked_by.as_ref());
        let in_setup = by.is_some_and(|by| by.step == BlockedStep::Setup);
        if is_failure && in_setup && is_confirmed_by(&first, actual.as_ref(), &fresh) {
            self.run.knowledge.confirm(self.number, &self.cell(), &first, actual.as_ref());
            return Ok(Begun::Settled(Attempted { failure: Some(first), ..shared }));
        }
        if fresh.failure.is_none() && first.kind != Kind::Transport {
            // The key is not what a fresh one is, whatever the reason: other cases must not meet that.
            lease.retire();
            fresh
                .notes
                .note(format!("it passed on fresh keys, but not on keys that other cases had used: {}", first.reason));
        }
        Ok(Begun::Open(fresh))
    }

    /// Confirms a failure on the same keys, where no more may be made.
    async fn confirm_on_tour(&mut self, lease: &mut Lease, index: usize, first: Attempted) -> Attempted {
        let mut shared = self.until_responded_on_tour(lease, index, first).await;
        let Some(mut first) = shared.failure.take() else { return shared };
        let actual = actual_of(&first, &shared.notes);
        self.unless_not_permitted(&mut first, "").await;
        self.attribute_to_cell(&mut first, "").await;

        if self.wants_confirmation(&first)
            && self.run.options.confirm_failures > 0
            && lease.bring_back(&self.run.planner)
        {
            let again = self.attempt_on_tour(lease, index).await;
            let mut again = self.until_responded_on_tour(lease, index, again).await;
            if !is_confirmed_by(&first, actual.as_ref(), &again) {
                return unstable(first, actual, again);
            }

            self.run.knowledge.confirm(self.number, &self.cell(), &first, actual.as_ref());
            again.notes.note("confirmed on the same keys, for --max-keys allows no more".to_owned());
            let shows = again.failure.as_ref().is_some_and(|second| second.is_like(&first));
            return if shows { again } else { Attempted { failure: Some(first), ..again } };
        }

        if first.verdict == Verdict::Fail {
            shared.notes.note("not confirmed on fresh keys, for --max-keys allows no more".to_owned());
        }
        Attempted { failure: Some(first), ..shared }
    }

    /// Runs the case on the same keys again as long as a response is lost, which may be why it did not pass.
    async fn until_responded_on_tour(&mut self, lease: &mut Lease, index: usize, first: Attempted) -> Attempted {
        let mut latest = first;
        for _ in 1..self.run.options.attempts {
            let may_help = latest.failure.as_ref().is_some_and(|failure| failure.lost && !failure.silent);
            if !may_help || self.status.stop.is_cancelled() || !lease.bring_back(&self.run.planner) {
                break;
            }
            latest = self.attempt_on_tour(lease, index).await;
        }
        latest.failure = latest.failure.map(|failure| if failure.lost { unless_lost(failure) } else { failure });
        latest
    }

    /// Runs the case once on keys of the tour.
    async fn attempt_on_tour(&mut self, lease: &mut Lease, index: usize) -> Attempted {
        self.attempts += 1;
        let prefix = format!("{}-{}", self.prefix, self.attempts);
        let (stop, begun) = (self.status.stop.clone(), usize::MAX);
        let mut attempt = Attempt::new(self.run, self.case, prefix, self.attempts, begun, stop);
        let mut failure = attempt.run_leased(self.plan, lease, index).await.err();
        if let Some(failure) = &failure {
            // What a call does that should have been rejected is not all to be seen.
            let moved = failure.kind == Kind::Allowed && self.may_move_keys();
            // Without another key in its place, a changed one is better than none.
            let changed = (failure.kind == Kind::Effect || moved) && failure.verdict == Verdict::Fail;
            attempt.find_keys(lease, changed && self.may_make_keys()).await;
        }
        attempt.put_back(lease).await;
        attempt.hand_back(lease, index, failure.is_none());
        self.leaks.extend(attempt.tear_down().await);

        if let (Some(failure), Some(operation)) = (&mut failure, attempt.unknown()) {
            failure.for_want_of(operation, self.run.options.unsupported);
        }
        self.attempted(attempt, failure)
    }

    /// Whether the operation of the case moves keys, in some state.
    fn may_move_keys(&self) -> bool {
        let (operation, ..) = self.run.suite.cell_of_case(self.case);
        self.run.suite.service.transitions.iter().any(|transition| Some(&transition.operation) == operation)
    }

    /// Notes that keys pass the routes of the case: one of the tour came to where they lead.
    fn routes_are_passable(&self) {
        for prefix in self.plan.keys.iter().flat_map(|key| prefixes(&self.run.suite, key)) {
            self.run.sequence.passed(self.number, &prefix);
        }
    }
}
