//! Whether a failure belongs to the case that met it: to another cell of the table, to a permission that is
//! missing, or to a service that is down.

use super::CaseRunner;
use crate::event::{BlockedBy, BlockedStep, BlockingResponse, Outcome};
use crate::run::attempt::Attempt;
use crate::run::failure::Failure;
use crate::run::knowledge::CellOutcome;
use crate::run::sweep::{lists_keys, try_to_make_key};
use crate::suite::case::{Case, Subject};
use crate::verdict::{Kind, Verdict};

impl CaseRunner<'_> {
    /// Finds out whether a deviation belongs to another cell of the table: that cell's own case is run on a fresh key by the
    /// shortest route, and then by the route of this case. If one of them fails too, this case could not be judged.
    pub(super) async fn attribute_to_cell(&mut self, failure: &mut Failure, prefix: &str) {
        let Some(index) = failure.cell.take() else { return };
        let Some(mut outcome) = self.affordable_outcome(index, prefix).await else { return };
        let mut cell = &self.run.suite.cases[index];

        // The cell may deviate only where its key came by the route of this one.
        if let (CellOutcome::Passed, Some(by_route)) = (&outcome, self.by_own_route(index)) {
            let by_route_prefix = format!("{prefix}-route");
            outcome = self.affordable_outcome(by_route, &by_route_prefix).await.unwrap_or(outcome);
            cell = &self.run.suite.cases[by_route];
        }

        failure.verdict = match outcome {
            CellOutcome::Passed | CellOutcome::Unknown => return,
            // That an operation is not known, or fails each time, is certain without the cell.
            CellOutcome::Blocked(_) if failure.kind == Kind::Unsupported || failure.repeated.is_some() => return,
            CellOutcome::Blocked(by) => {
                failure.reason = format!("{}, and {} can't be judged either", sentence(&failure.reason), cell.id);
                failure.blocked_by = Some(Box::new(by));
                Verdict::Inconclusive
            }
            CellOutcome::Deviates => {
                failure.reason = format!("{}, as in {}", sentence(&failure.reason), cell.id);
                failure.blocked_by = Some(Box::new(self.blocked_by_cell(cell, failure.actual.as_ref())));
                Verdict::Inconclusive
            }
        };
        failure.kind = Kind::Fixture;
    }

    /// The case of a cell for keys that came into its state by the route of this case; none if this case has the shortest
    /// one, or is about another state or class.
    fn by_own_route(&self, cell: usize) -> Option<usize> {
        let suite = &self.run.suite;
        let Subject::Cell { route: Some(own), .. } = &self.case.subject else { return None };
        let (_, own_state, own_class) = suite.cell_of_case(self.case);
        let Subject::Cell { row: wanted, state, class, .. } = &suite.cases[cell].subject else { return None };
        if own_state != Some(state) || own_class != class {
            return None;
        }
        suite.cases.iter().position(|case| match &case.subject {
            Subject::Cell { row, state: of_state, class: of_class, route: Some(route), .. } => {
                row == wanted && of_state == state && of_class == class && route.name == own.name
            }
            Subject::Cell { .. } | Subject::Move { .. } | Subject::Scenario { .. } => false,
        })
    }

    /// That an operation is not permitted is not a deviation, unless it is permitted in another state of a key: permissions
    /// are given whatever the state is. So the case of another state is run on a fresh key, or what is known of it counts.
    pub(super) async fn unless_not_permitted(&mut self, failure: &mut Failure, prefix: &str) {
        let Some(by) = failure.not_permitted.take() else { return };
        let permitted = match self.cell_in_another_state(&by) {
            Some(index) => match self.affordable_outcome(index, prefix).await {
                Some(CellOutcome::Passed | CellOutcome::Deviates) => true,
                Some(CellOutcome::Blocked(_) | CellOutcome::Unknown) | None => false,
            },
            None => false,
        };
        if !permitted {
            *failure = Failure::not_permitted(*by);
        }
    }

    /// The case of a cell of the same operation and class that does not have the state of this case: one that the table lets
    /// succeed, if there is one.
    fn cell_in_another_state(&self, by: &BlockedBy) -> Option<usize> {
        let suite = &self.run.suite;
        let (_, own_state, class) = suite.cell_of_case(self.case);
        let others = suite.cases.iter().enumerate().filter_map(|(index, case)| {
            let (row, state) = match &case.subject {
                Subject::Cell { row, state, route: None, .. } => (*row, state),
                Subject::Move { row, target: (_, state), .. } => (*row, state),
                Subject::Cell { .. } | Subject::Scenario { .. } => return None,
            };
            let row = &suite.rows[row];
            let same = by.operation.as_deref() == Some(row.operation.as_str()) && row.variant.is_none();
            let judged = suite.cell_of_case(case).2 == class && suite.why_skipped(case).is_none();
            let other = own_state != Some(state);
            (same && judged && other)
                .then(|| (index, row.cells.get(state, class).is_some_and(|cell| cell.expect.is_success())))
        });

        let others: Vec<(usize, bool)> = others.collect();
        let succeeds = others.iter().find(|(_, success)| *success);
        succeeds.or_else(|| others.first()).map(|(index, _)| *index)
    }

    /// The outcome of a cell's case by itself; none on a tour that may make no key for it.
    async fn affordable_outcome(&mut self, index: usize, prefix: &str) -> Option<CellOutcome> {
        let known = self.run.knowledge.cell_outcome(self.number, index).is_some();
        if self.on_tour && !known && !self.may_make_keys() {
            return None;
        }
        self.cell_outcome(index, prefix).await
    }

    /// The outcome of a cell's case by itself: as earlier cases found it out, or else by running it. None if it can't be run.
    async fn cell_outcome(&mut self, index: usize, prefix: &str) -> Option<CellOutcome> {
        self.wait_for_earlier().await;
        match self.run.knowledge.cell_outcome(self.number, index) {
            Some(outcome) => Some(outcome),
            None => self.run_cell(index, prefix).await,
        }
    }

    /// The blocker that a deviating cell is.
    fn blocked_by_cell(&self, cell: &Case, actual: Option<&Outcome>) -> BlockedBy {
        let (operation, state, class) = self.run.suite.cell_of_case(cell);
        let response = actual.map(|actual| BlockingResponse {
            code: actual.code.clone(),
            status: actual.status,
            message: String::new(),
        });
        BlockedBy {
            step: BlockedStep::Probe,
            operation: operation.map(ToString::to_string),
            key_class: Some(class.to_string()),
            state: state.map(ToString::to_string),
            response,
            problem: "deviates from its own cell".to_owned(),
        }
    }

    /// Runs the case of a cell once, to find out what it comes to by itself. None if it has no plan, or moves the
    /// clock, which would disturb cases that run at the same time. Where a case moves the clock itself, none does.
    async fn run_cell(&mut self, index: usize, prefix: &str) -> Option<CellOutcome> {
        let cell = &self.run.suite.cases[index];
        let plan = self.run.planner.plan(cell).ok().filter(|plan| !plan.moves_clock || self.plan.moves_clock)?;

        // It is begun out of turn, so it must settle nothing for other cases.
        let (stop, begun) = (self.status.stop.clone(), usize::MAX);
        let mut attempt = Attempt::new(self.run, cell, prefix.to_owned(), self.attempts, begun, stop);
        let failure = attempt.run(&plan).await.err();
        self.leaks.extend(attempt.tear_down().await);
        if failure.is_some() {
            attempt.hand_in();
        }

        let outcome = CellOutcome::of(failure.as_ref());
        self.run.knowledge.note_cell_outcome(self.number, index, outcome.clone());
        Some(outcome)
    }

    /// A crash or a malformed response is a deviation only if the endpoint responds well to something else: a service
    /// that is down, or another service, fails each time too. What other cases received meanwhile does not count,
    /// because it depends on their order.
    pub(super) async fn unless_service_is_down(&mut self, failure: Failure, responded: bool) -> Failure {
        let is_suspect = matches!((failure.verdict, failure.kind), (Verdict::Fail, Kind::Crash | Kind::Malformed));
        if !is_suspect || failure.repeated.is_none() || responded {
            return failure;
        }
        if lists_keys(self.run, &self.status.stop).await {
            return failure;
        }

        // The list of keys may be the very thing that fails.
        let trial = try_to_make_key(self.run, self.case, &self.status.stop).await;
        self.leaks.extend(trial.leaks);
        if trial.succeeded {
            return failure;
        }
        let reason = format!("{}, but it responds well to nothing else either", failure.reason);
        Failure { verdict: Verdict::Inconclusive, kind: Kind::Transport, reason, ..failure }
    }
}

/// A reason that goes on: what a case holds ends in a full stop.
fn sentence(reason: &str) -> &str {
    reason.trim_end_matches('.')
}
