//! Runs one case: again on fresh keys if a response was lost or a failure has to be confirmed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::RunContext;
use super::attempt::Attempt;
use super::case_notes::CaseNotes;
use super::failure::Failure;
use super::knowledge::CellOutcome;
use super::leak::Leak;
use super::order::Planned;
use super::outcome::CaseOutcome;
use super::route_prefix::prefixes;
use super::status::RunStatus;
use super::sweep::{lists_keys, try_to_make_key};
use super::tour::Lease;
use crate::event::{BlockedBy, BlockedStep, BlockingResponse, Exchange, Outcome};
use crate::plan::CasePlan;
use crate::suite::case::{Case, Subject};
use crate::verdict::{Kind, Verdict};

/// A case that is over.
pub(super) struct Done {
    pub(super) planned: Planned,
    pub(super) outcome: CaseOutcome,
    /// The keys of the tour that the case had.
    pub(super) lease: Option<Lease>,
}

/// Runs a case, and removes what it made, but for the keys that it has of a tour. `number` is that at which it was begun, and `jobs` has a permit for each case
/// that may run at the same time.
pub(super) async fn run_case(
    run: Arc<RunContext>,
    planned: Planned,
    number: usize,
    status: Arc<RunStatus>,
    jobs: Arc<Semaphore>,
    mut lease: Option<Lease>,
) -> Done {
    let case = &run.suite.cases[planned.index];
    let outcome = match &planned.plan {
        Err(failure) => CaseOutcome::not_begun(failure.clone()),
        Ok(plan) => {
            let plan = Arc::clone(plan);

            let runner = CaseRunner {
                run: &run,
                case,
                plan: &plan,
                number,
                status: &status,
                jobs,
                permit: None,
                prefix: format!("{}-{}", run.options.mark, planned.position),
                on_tour: lease.is_some(),
                begin: Instant::now(),
                attempts: 0,
                probed: false,
                leaks: Vec::new(),
            };
            runner.run(lease.as_mut()).await
        }
    };
    Done { planned, outcome, lease }
}

/// Runs one case.
struct CaseRunner<'a> {
    run: &'a RunContext,
    case: &'a Case,
    plan: &'a CasePlan,
    /// The number at which the case was begun.
    number: usize,
    status: &'a RunStatus,
    jobs: Arc<Semaphore>,
    /// Held while the case runs, but not while it waits for others.
    permit: Option<OwnedSemaphorePermit>,
    /// The names of everything that the case makes begin with this.
    prefix: String,
    /// Whether it has keys of a tour.
    on_tour: bool,
    begin: Instant,
    attempts: u32,
    /// Whether a request was sent that the case judges.
    probed: bool,
    leaks: Vec<Leak>,
}

/// The result of one attempt.
struct Attempted {
    failure: Option<Failure>,
    notes: CaseNotes,
    exchanges: Vec<Exchange>,
    /// Whether a usable response was received.
    responded: bool,
}

/// The result of the first attempts at a case.
enum Begun {
    /// A failure has still to be confirmed.
    Open(Attempted),
    /// It is final.
    Settled(Attempted),
}

impl CaseRunner<'_> {
    async fn run(mut self, lease: Option<&mut Lease>) -> CaseOutcome {
        // What earlier cases found out may make this one pointless.
        let blocker = self.blocker().await;
        if self.status.stop.is_cancelled() {
            return CaseOutcome::not_begun(Failure::not_run(self.status.why_not_judged()));
        }
        if let Some(by) = blocker {
            return CaseOutcome::not_begun(self.blocked_in_advance(by));
        }
        self.take_permit().await;

        let begun = match lease {
            Some(lease) => self.begin_on_tour(lease).await,
            None => self.begin().await,
        };
        let latest = match begun {
            Ok(Begun::Open(attempted)) => self.confirm(attempted).await,
            Ok(Begun::Settled(attempted)) => Ok(attempted),
            Err(stopped) => Err(stopped),
        };
        let mut latest = match latest {
            Ok(latest) => latest,
            Err(stopped) => return self.ended_early(stopped),
        };

        if let Some(failure) = latest.failure.take() {
            latest.failure = Some(self.unless_service_is_down(failure, latest.responded).await);
        }
        self.outcome(latest)
    }

    /// The first result on fresh keys.
    async fn begin(&mut self) -> Result<Begun, Failure> {
        self.attempt_until_responded(Duration::ZERO).await.map(Begun::Open)
    }

    /// Runs the case on keys of the tour. If it does not pass there, it is run on fresh keys, and those decide.
    async fn begin_on_tour(&mut self, lease: &mut Lease) -> Result<Begun, Failure> {
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
        if is_failure && self.run.knowledge.is_confirmed(self.number, &self.cell(), &first, actual.as_ref()) {
            return Ok(Begun::Settled(Attempted { failure: Some(first), ..shared }));
        }
        if !self.may_make_keys() {
            return Ok(Begun::Settled(self.confirm_on_tour(lease, index, first, shared).await));
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
    async fn confirm_on_tour(
        &mut self,
        lease: &mut Lease,
        index: usize,
        mut first: Failure,
        mut shared: Attempted,
    ) -> Attempted {
        let actual = actual_of(&first, &shared.notes);
        self.attribute_to_cell(&mut first, "").await;
        if self.wants_confirmation(&first)
            && self.run.options.confirm_failures > 0
            && lease.bring_back(&self.run.planner)
        {
            let mut again = self.attempt_on_tour(lease, index).await;
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

    /// Runs the case once on keys of the tour.
    async fn attempt_on_tour(&mut self, lease: &mut Lease, index: usize) -> Attempted {
        self.attempts += 1;
        let prefix = format!("{}-{}", self.prefix, self.attempts);
        let (stop, begun) = (self.status.stop.clone(), usize::MAX);
        let mut attempt = Attempt::new(self.run, self.case, prefix, self.attempts, begun, stop);
        let mut failure = attempt.run_leased(self.plan, lease, index).await.err();
        if let Some(failure) = &failure {
            // Without another key in its place, a changed one is better than none.
            let changed = failure.kind == Kind::Effect && failure.verdict == Verdict::Fail && self.may_make_keys();
            attempt.find_keys(lease, changed).await;
        }
        attempt.hand_back(lease, index, failure.is_none());
        self.leaks.extend(attempt.tear_down().await);

        if let (Some(failure), Some(operation)) = (&mut failure, attempt.unknown()) {
            failure.for_want_of(operation, self.run.options.unsupported);
        }
        self.attempted(attempt, failure)
    }

    /// Notes that keys pass the routes of the case: one of the tour came to where they lead.
    fn routes_are_passable(&self) {
        for prefix in self.plan.keys.iter().flat_map(|key| prefixes(&self.run.suite, key)) {
            self.run.sequence.passed(self.number, &prefix);
        }
    }

    /// Confirms a failure on fresh keys.
    async fn confirm(&mut self, mut latest: Attempted) -> Result<Attempted, Failure> {
        for _ in 0..self.run.options.confirm_failures {
            // Whatever is not a deviation of the endpoint needs no confirmation.
            let Some(failure) = latest.failure.take_if(|failure| self.wants_confirmation(failure)) else { break };
            let actual = actual_of(&failure, &latest.notes);
            // Another case may have confirmed the same failure, by another route to the same cell.
            self.wait_for_earlier().await;
            if self.run.knowledge.is_confirmed(self.number, &self.cell(), &failure, actual.as_ref()) {
                latest.failure = Some(failure);
                break;
            }

            if !self.may_make_keys() {
                latest.notes.notes.push("not confirmed on fresh keys, for --max-keys allows no more".to_owned());
                latest.failure = Some(failure);
                break;
            }

            let again = match self.attempt_until_responded(self.pause()).await {
                Ok(attempted) => attempted,
                Err(stopped) => return Err(stopped),
            };
            if !is_confirmed_by(&failure, actual.as_ref(), &again) {
                latest = unstable(failure, actual, again);
                break;
            }
            self.run.knowledge.confirm(self.number, &self.cell(), &failure, actual.as_ref());

            // A confirmation by a blocked setup does not show the failure itself.
            latest = if again.failure.as_ref().is_some_and(|second| second.is_like(&failure)) {
                again
            } else {
                Attempted { failure: Some(failure), ..latest }
            };
        }
        Ok(latest)
    }

    /// What blocks every key on a route of this case, as earlier cases found out.
    async fn blocker(&self) -> Option<BlockedBy> {
        let prefixes: Vec<_> = self.plan.keys.iter().flat_map(|key| prefixes(&self.run.suite, key)).collect();
        tokio::select! {
            () = self.status.stop.cancelled() => None,
            by = self.run.sequence.blocker(self.number, &prefixes) => by,
        }
    }

    /// Waits until the case may run.
    async fn take_permit(&mut self) {
        if self.permit.is_none() {
            self.permit = Arc::clone(&self.jobs).acquire_owned().await.ok();
        }
    }

    /// Waits for all cases that were begun before this one, so that what is known of the endpoint does not depend on the
    /// number of jobs.
    async fn wait_for_earlier(&mut self) {
        // Others may run meanwhile.
        self.permit = None;
        tokio::select! {
            () = self.status.stop.cancelled() => {}
            () = self.run.sequence.earlier_are_over(self.number) => {}
        }
        self.take_permit().await;
    }

    /// The failure of a case that is not begun, because earlier cases were blocked on the same route.
    fn blocked_in_advance(&self, by: BlockedBy) -> Failure {
        // The message may name another key.
        let mut cause = by.clone();
        if let Some(response) = &mut cause.response {
            response.message.clear();
        }

        let unknown = self.run.suite.service.requests.keys().find(|operation| {
            by.operation.as_deref() == Some(operation.as_str()) && self.run.knowledge.is_unknown(operation)
        });
        let mut failure = Failure {
            // If the service has never responded, this is one more case without a service.
            silent: !self.run.client.has_responded(),
            ..Failure::blocked(Kind::Fixture, by.clone(), format!("{cause}, as for the keys before"))
        };
        if let Some(operation) = unknown {
            failure.for_want_of(operation, self.run.options.unsupported);
        }
        failure
    }

    /// Whether --max-keys allows one more attempt and still every case that is to come.
    fn may_make_keys(&self) -> bool {
        // Until the case is over, its own keys are also counted as planned; that is what one more attempt makes. Of a case on
        // keys of the tour no fresh ones were planned.
        let own = if self.on_tour { self.plan.cost.keys as u64 } else { 0 };
        let wanted = self.run.key_counts.foreseen(self.run.pool.waiting()) + own;
        self.run.options.max_keys.is_none_or(|most| wanted <= most)
    }

    /// How long to wait before a failure is confirmed: a target that is eventually consistent may be late.
    fn pause(&self) -> Duration {
        let settle = &self.run.options.settle;
        if settle.confirmations > 1 { settle.timeout } else { Duration::ZERO }
    }

    fn wants_confirmation(&self, failure: &Failure) -> bool {
        failure.verdict == Verdict::Fail && !self.status.stop.is_cancelled()
    }

    /// Runs the case on fresh keys, and again as long as a response is lost.
    ///
    /// # Errors
    ///
    /// When the run was stopped before.
    async fn attempt_until_responded(&mut self, pause: Duration) -> Result<Attempted, Failure> {
        // The pause ends with the run: nobody waits half a minute for an interrupted case.
        if !pause.is_zero() {
            tokio::select! {
                () = self.status.stop.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }

        let mut begun = 0;
        loop {
            if self.status.stop.is_cancelled() {
                let why = self.status.why_not_judged();
                return Err(if self.attempts == 0 { Failure::not_run(why) } else { Failure::cut(why) });
            }

            begun += 1;
            let mut attempted = self.attempt().await;
            let lost = attempted.failure.as_ref().is_some_and(|failure| failure.lost);
            // An endpoint that has never responded won't do so now.
            let silent = attempted.failure.as_ref().is_some_and(|failure| failure.silent);
            if lost && !silent && begun < self.run.options.attempts {
                continue;
            }
            attempted.failure = attempted.failure.map(|failure| if lost { unless_lost(failure) } else { failure });
            return Ok(attempted);
        }
    }

    /// Runs the case once on fresh keys.
    async fn attempt(&mut self) -> Attempted {
        self.attempts += 1;
        // Each attempt has names of its own, so that what is left of one does not disturb the next.
        let prefix = format!("{}-{}", self.prefix, self.attempts);
        let mut attempt =
            Attempt::new(self.run, self.case, prefix.clone(), self.attempts, self.number, self.status.stop.clone());
        let mut failure = attempt.run(self.plan).await.err();
        self.leaks.extend(attempt.tear_down().await);

        if let Some(failure) = &mut failure {
            if let Some(operation) = attempt.unknown() {
                failure.for_want_of(operation, self.run.options.unsupported);
            }
            if failure.kind == Kind::Cut {
                failure.reason = self.status.why_not_judged();
            }
            // A lost response or a fault of the network says nothing of the route.
            if let (Some(prefix), Some(by)) = (&failure.prefix, &failure.blocked_by)
                && !failure.lost
                && failure.kind != Kind::Transport
            {
                self.run.sequence.blocked(self.number, prefix, by);
            }
            self.unless_not_permitted(failure, &format!("{prefix}-permitted")).await;
            self.attribute_to_cell(failure, &format!("{prefix}-cell")).await;
        }

        self.attempted(attempt, failure)
    }

    /// The result of an attempt that is torn down.
    fn attempted(&mut self, attempt: Attempt<'_>, failure: Option<Failure>) -> Attempted {
        self.probed |= attempt.has_probed();
        // Those of a pass are dropped: a run of many cases would need much memory for what nobody reads.
        let keep = failure.is_some() || self.run.options.keep_exchanges;
        let exchanges = if keep { attempt.exchanges() } else { Vec::new() };
        let responded = attempt.has_responded();
        Attempted { failure, exchanges, responded, notes: attempt.into_notes() }
    }

    /// Finds out whether a deviation in a scenario belongs to a cell of the table: the cell's own case is run on a fresh
    /// key by the shortest route. If that fails too, the scenario could not be judged.
    async fn attribute_to_cell(&mut self, failure: &mut Failure, prefix: &str) {
        let Some(index) = failure.cell.take() else { return };
        let cell = &self.run.suite.cases[index];
        let known = self.run.knowledge.cell_outcome(self.number, index).is_some();
        if self.on_tour && !known && !self.may_make_keys() {
            return;
        }
        let Some(outcome) = self.cell_outcome(index, prefix).await else { return };

        failure.verdict = match outcome {
            CellOutcome::Passed | CellOutcome::Unknown => return,
            // That an operation is not known, or fails each time, is certain without the cell.
            CellOutcome::Blocked(_) if failure.kind == Kind::Unsupported || failure.repeated.is_some() => return,
            CellOutcome::Blocked(by) => {
                failure.reason = format!("{}, and {} can't be judged either", failure.reason, cell.id);
                failure.blocked_by = Some(Box::new(by));
                Verdict::Inconclusive
            }
            CellOutcome::Deviates => {
                failure.reason = format!("{}, as in {}", failure.reason, cell.id);
                failure.blocked_by = Some(Box::new(self.blocked_by_cell(cell, failure.actual.as_ref())));
                Verdict::Inconclusive
            }
        };
        failure.kind = Kind::Fixture;
    }

    /// That an operation is not permitted is no deviation, unless it is permitted in another state of a key: permissions
    /// are given whatever the state is. So the case of another state is run on a fresh key.
    async fn unless_not_permitted(&mut self, failure: &mut Failure, prefix: &str) {
        let Some(by) = failure.not_permitted.take() else { return };
        let permitted = match self.cell_in_another_state(&by) {
            Some(index) => match self.cell_outcome(index, prefix).await {
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
    /// clock, which would disturb cases that run at the same time. Beside a case that moves the clock itself, none does.
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
    async fn unless_service_is_down(&mut self, failure: Failure, responded: bool) -> Failure {
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

    /// The cell of the case without its route: the same failure by another route is the same deviation.
    fn cell(&self) -> String {
        match &self.case.subject {
            Subject::Cell { row, class, state, .. } => {
                let row = &self.run.suite.rows[*row];
                format!("{}/{}/{state}/{class}", row.operation, row.variant.as_deref().unwrap_or_default())
            }
            Subject::Move { row, original, target } => {
                format!("{}/{:?}/{:?}", self.run.suite.rows[*row].operation, original, target)
            }
            Subject::Scenario { .. } => self.case.id.to_string(),
        }
    }

    /// The outcome of a case that was not over when the run ended.
    fn ended_early(self, failure: Failure) -> CaseOutcome {
        CaseOutcome {
            leaks: self.leaks,
            attempts: self.attempts,
            probed: self.probed,
            ..CaseOutcome::not_begun(failure)
        }
    }

    fn outcome(self, attempted: Attempted) -> CaseOutcome {
        let Attempted { failure, notes, exchanges, responded: _ } = attempted;

        // Scenarios that meet the same cell want to know how its own case ended.
        if let Subject::Cell { route: None, .. } | Subject::Move { .. } = &self.case.subject
            && let Some(index) = self.run.suite.index_of(self.case)
        {
            self.run.knowledge.note_cell_outcome(self.number, index, CellOutcome::of(failure.as_ref()));
        }
        CaseOutcome {
            failure: failure.map(Box::new),
            notes,
            exchanges,
            attempts: self.attempts,
            probed: self.probed,
            duration_ms: u64::try_from(self.begin.elapsed().as_millis()).unwrap_or(u64::MAX),
            leaks: self.leaks,
            listed: None,
        }
    }
}

/// The outcome that decided.
fn actual_of(failure: &Failure, notes: &CaseNotes) -> Option<Outcome> {
    failure.actual.clone().or_else(|| notes.actual.clone())
}

/// Whether a second attempt confirms a failure: it is the same, or the setup is blocked by the very response that was the
/// failure. That happens if the operation is part of the route, or if what is left of the first attempt disturbs.
fn is_confirmed_by(first: &Failure, actual: Option<&Outcome>, again: &Attempted) -> bool {
    let Some(second) = &again.failure else { return false };
    if second.is_like(first) {
        return true;
    }
    let blocking = second.blocked_by.as_ref().and_then(|by| Some((by.operation.as_deref()?, by.response.as_ref()?)));
    match (blocking, actual) {
        (Some((operation, response)), Some(actual)) => {
            first.aspect == format!("response of {operation}")
                && (response.code.as_str(), response.status) == (actual.code.as_str(), actual.status)
        }
        _ => false,
    }
}

/// A deviation counts only if no lost response may explain it.
fn unless_lost(failure: Failure) -> Failure {
    if failure.verdict != Verdict::Fail {
        return failure;
    }
    let reason = format!("{}, but an earlier response was lost, which may explain it", failure.reason);
    Failure { verdict: Verdict::Inconclusive, kind: Kind::Transport, reason, ..failure }
}

/// A failure that was not confirmed on fresh keys: what the first key got, and what the next one got.
fn unstable(first: Failure, first_actual: Option<Outcome>, again: Attempted) -> Attempted {
    let (then, actual) = match &again.failure {
        None => ("the next key passed".to_owned(), None),
        Some(second) if second.verdict == Verdict::Fail => {
            (format!("with the next key {}", second.reason), second.actual.clone())
        }
        // What keeps a failure from being confirmed is what keeps the case from being judged.
        Some(second) => {
            let reason = format!("{}; it could not be confirmed: {}", first.reason, second.reason);
            let failure = Failure { reason, ..second.clone() };
            return Attempted { failure: Some(failure), ..again };
        }
    };

    let reason = format!("with one key {}; {then}", first.reason);
    let failure =
        Failure { expected: first.expected, actual, first_actual, ..Failure::inconclusive(Kind::Unstable, reason) };
    Attempted { failure: Some(failure), ..again }
}
