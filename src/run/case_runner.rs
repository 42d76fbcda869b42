//! Runs one case: again on fresh keys where a response was lost or a failure is to be confirmed, and finds out whose a
//! deviation is.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::RunContext;
use super::attempt::Attempt;
use super::case_notes::CaseNotes;
use super::failure::Failure;
use super::inventory::Leak;
use super::knowledge::CellOutcome;
use super::order::Planned;
use super::outcome::CaseOutcome;
use super::route_prefix::prefixes;
use super::status::RunStatus;
use super::sweep::{lists_keys, makes_key};
use crate::event::{BlockedBy, BlockedStep, BlockingResponse, Exchange, Outcome};
use crate::plan::CasePlan;
use crate::suite::case::{Case, Subject};
use crate::verdict::{Kind, Verdict};

/// A case and what came of it.
pub(super) struct Done {
    pub(super) planned: Planned,
    pub(super) outcome: CaseOutcome,
}

/// Runs a case, and removes what it made. `number` is that at which it was begun, and `jobs` has a permit for each case
/// that may run at the same time.
pub(super) async fn run_case(
    run: Arc<RunContext>,
    planned: Planned,
    number: usize,
    status: Arc<RunStatus>,
    jobs: Arc<Semaphore>,
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
                begin: Instant::now(),
                attempts: 0,
                probed: false,
                leaks: Vec::new(),
            };
            runner.run().await
        }
    };
    Done { planned, outcome }
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
    /// Held while the case runs, and not while it waits for others.
    permit: Option<OwnedSemaphorePermit>,
    /// The names of what the case makes begin with this.
    prefix: String,
    begin: Instant,
    attempts: u32,
    /// Whether a request was sent that the case judges.
    probed: bool,
    leaks: Vec<Leak>,
}

/// What came of one attempt.
struct Attempted {
    failure: Option<Failure>,
    notes: CaseNotes,
    exchanges: Vec<Exchange>,
    /// Whether a response came that says something about a key.
    well: bool,
}

impl CaseRunner<'_> {
    async fn run(mut self) -> CaseOutcome {
        let blocker = self.blocker().await;
        if self.status.stop.is_cancelled() {
            return CaseOutcome::not_begun(Failure::not_run(self.status.why_not_judged()));
        }
        if let Some(by) = blocker {
            return CaseOutcome::not_begun(self.settled(by));
        }
        self.take_turn().await;

        let first = match self.attempt_until_answered(Duration::ZERO).await {
            Ok(attempted) => attempted,
            Err(failure) => return self.ended_early(failure),
        };
        let mut latest = first;

        for _ in 0..self.run.options.confirm_failures {
            let Some(failure) = latest.failure.take_if(|failure| self.wants_confirmation(failure)) else { break };
            let actual = actual_of(&failure, &latest.notes);
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

            let again = match self.attempt_until_answered(self.pause()).await {
                Ok(attempted) => attempted,
                Err(stopped) => return self.ended_early(stopped),
            };
            if !is_confirmed_by(&failure, actual.as_ref(), &again) {
                latest = unstable(failure, actual, again);
                break;
            }
            self.run.knowledge.confirm(self.number, &self.cell(), &failure, actual.as_ref());
            latest = if again.failure.as_ref().is_some_and(|second| second.is_like(&failure)) {
                again
            } else {
                Attempted { failure: Some(failure), ..latest }
            };
        }
        if let Some(failure) = latest.failure.take() {
            latest.failure = Some(self.held_against_the_rest(failure, latest.well).await);
        }
        self.outcome(latest)
    }

    /// What no key passes on a route of this case, as settled by cases that were begun before.
    async fn blocker(&self) -> Option<BlockedBy> {
        let prefixes: Vec<_> = self.plan.keys.iter().flat_map(|key| prefixes(&self.run.suite, key)).collect();
        tokio::select! {
            () = self.status.stop.cancelled() => None,
            by = self.run.sequence.blocker(self.number, &prefixes) => by,
        }
    }

    /// Waits until fewer cases run than may.
    async fn take_turn(&mut self) {
        if self.permit.is_none() {
            self.permit = Arc::clone(&self.jobs).acquire_owned().await.ok();
        }
    }

    /// Waits for the cases that were begun before, for what they have found out counts. Others may run meanwhile.
    async fn wait_for_earlier(&mut self) {
        self.permit = None;
        tokio::select! {
            () = self.status.stop.cancelled() => {}
            () = self.run.sequence.earlier_are_over(self.number) => {}
        }
        self.take_turn().await;
    }

    /// The failure of a case that is not begun, because what blocks it is settled.
    fn settled(&self, by: BlockedBy) -> Failure {
        let mut cause = by.clone();
        if let Some(response) = &mut cause.response {
            response.message.clear();
        }
        let unknown = self.run.suite.service.requests.keys().find(|operation| {
            by.operation.as_deref() == Some(operation.as_str()) && self.run.knowledge.is_unknown(operation)
        });
        let mut failure = Failure {
            // Where nothing has ever answered, this is one more case that met no service.
            silent: !self.run.client.has_responded(),
            ..Failure::blocked(Kind::Fixture, by.clone(), format!("{cause}, as for the keys before"))
        };
        if let Some(operation) = unknown {
            failure.for_want_of(operation, self.run.options.unsupported);
        }
        failure
    }

    /// Whether the keys of the case may be made once more.
    fn may_make_keys(&self) -> bool {
        let wanted = self.run.key_counts.made() + self.plan.cost.keys as u64;
        self.run.options.max_keys.is_none_or(|most| wanted <= most)
    }

    /// How long a key is left alone before its failure is confirmed, for a target that may be late.
    fn pause(&self) -> Duration {
        let settle = &self.run.options.settle;
        if settle.confirmations > 1 { settle.timeout } else { Duration::ZERO }
    }

    fn wants_confirmation(&self, failure: &Failure) -> bool {
        failure.verdict == Verdict::Fail && !self.status.stop.is_cancelled()
    }

    /// Runs the case on fresh keys, and once more as long as a response was lost.
    ///
    /// # Errors
    ///
    /// When the run was stopped before.
    async fn attempt_until_answered(&mut self, pause: Duration) -> Result<Attempted, Failure> {
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
            let again = attempted.failure.as_ref().is_some_and(|failure| failure.lost);
            // An endpoint that has never answered does not do so for being sent the same again.
            let hopeless = attempted.failure.as_ref().is_some_and(|failure| failure.silent);
            if again && !hopeless && begun < self.run.options.attempts {
                continue;
            }
            attempted.failure = attempted.failure.map(|failure| if again { lost(failure) } else { failure });
            return Ok(attempted);
        }
    }

    /// Runs the case once on fresh keys.
    async fn attempt(&mut self) -> Attempted {
        self.attempts += 1;
        let prefix = format!("{}-{}", self.prefix, self.attempts);
        let mut attempt =
            Attempt::new(self.run, self.case, prefix.clone(), self.attempts, self.number, self.status.stop.clone());
        let mut failure = attempt.run(self.plan).await.err();
        self.leaks.extend(attempt.tear_down().await);

        if let Some(found) = &mut failure {
            if let Some(operation) = attempt.unknown() {
                found.for_want_of(operation, self.run.options.unsupported);
            }
            if found.kind == Kind::Cut {
                found.reason = self.status.why_not_judged();
            }
            // Trouble on the wire says nothing of the prefix.
            if let (Some(prefix), Some(by)) = (&found.prefix, &found.blocked_by)
                && !found.lost
                && found.kind != Kind::Transport
            {
                self.run.sequence.blocked(self.number, prefix, by);
            }
            self.attribute(found, &format!("{prefix}-cell")).await;
        }

        self.probed |= attempt.has_probed();
        let keep = failure.is_some() || self.run.options.keep_exchanges;
        let exchanges = if keep { attempt.exchanges() } else { Vec::new() };
        let well = attempt.got_well();
        Attempted { failure, exchanges, well, notes: attempt.into_notes() }
    }

    /// Says whose a deviation is that a scenario met: if the table's own case for the same cell fails too, on a fresh
    /// key by the shortest route, it is that cell's, and the scenario could not be judged.
    async fn attribute(&mut self, failure: &mut Failure, prefix: &str) {
        let Some(index) = failure.cell.take() else { return };
        let cell = &self.run.suite.cases[index];
        self.wait_for_earlier().await;
        let fared = match self.run.knowledge.cell_outcome(self.number, index) {
            Some(fared) => fared,
            None => {
                let Ok(plan) = self.run.planner.plan(cell) else { return };
                if plan.moves_clock {
                    return;
                }
                let control = Attempt::new(
                    self.run,
                    cell,
                    prefix.to_owned(),
                    self.attempts,
                    usize::MAX,
                    self.status.stop.clone(),
                );
                let fared = self.control(control, &plan).await;
                self.run.knowledge.note_cell_outcome(self.number, index, fared.clone());
                fared
            }
        };
        match fared {
            CellOutcome::Passed => return,
            CellOutcome::Deviates => {}
            // That an operation is not known, or fails each time, is seen without the cell.
            CellOutcome::Blocked(_) if failure.kind == Kind::Unsupported || failure.repeated.is_some() => return,
            CellOutcome::Blocked(by) => {
                failure.verdict = Verdict::Inconclusive;
                failure.kind = Kind::Fixture;
                failure.reason = format!("{}, and {} can't be judged either", failure.reason, cell.id);
                failure.blocked_by = Some(Box::new(by));
                return;
            }
        }

        let (operation, state, class) = self.run.suite.cell_of_case(cell);
        let response = failure.actual.as_ref().map(|actual| BlockingResponse {
            code: actual.code.clone(),
            status: actual.status,
            message: String::new(),
        });
        failure.blocked_by = Some(Box::new(BlockedBy {
            step: BlockedStep::Probe,
            operation: operation.map(ToString::to_string),
            key_class: Some(class.to_string()),
            state: state.map(ToString::to_string),
            response,
            problem: "deviates from its own cell".to_owned(),
        }));
        failure.verdict = Verdict::Inconclusive;
        failure.kind = Kind::Fixture;
        failure.reason = format!("{}, as in {}", failure.reason, cell.id);
    }

    /// Runs the case of a cell once to see what it comes to by itself.
    async fn control(&mut self, mut control: Attempt<'_>, plan: &CasePlan) -> CellOutcome {
        let failure = control.run(plan).await.err();
        self.leaks.extend(control.tear_down().await);
        if failure.is_some() {
            control.hand_in();
        }
        CellOutcome::of(failure.as_ref())
    }

    /// A crash or a malformed response is one only if the endpoint responds well to something else: a service that is
    /// down, or one that is not this service, fails each time too. What other cases met meanwhile does not count, for
    /// that is chance.
    async fn held_against_the_rest(&mut self, failure: Failure, well: bool) -> Failure {
        let of_form = matches!((failure.verdict, failure.kind), (Verdict::Fail, Kind::Crash | Kind::Malformed));
        if !of_form || failure.repeated.is_none() || well {
            return failure;
        }
        if lists_keys(self.run, &self.status.stop).await {
            return failure;
        }

        // The list of keys may be the very thing that fails.
        let made = makes_key(self.run, self.case, &self.status.stop).await;
        self.leaks.extend(made.leaks);
        if made.well {
            return failure;
        }
        let reason = format!("{}, but it responds well to nothing else either", failure.reason);
        Failure { verdict: Verdict::Inconclusive, kind: Kind::Transport, reason, ..failure }
    }

    /// What a case fails at, whatever its route.
    fn cell(&self) -> String {
        match &self.case.subject {
            Subject::Cell { row, class, state, .. } => {
                format!("{}/{state}/{class}", self.run.suite.rows[*row].operation)
            }
            Subject::Move { row, original, target } => {
                format!("{}/{:?}/{:?}", self.run.suite.rows[*row].operation, original, target)
            }
            Subject::Scenario { .. } => self.case.id.to_string(),
        }
    }

    /// What came of a case that the end of the run came before.
    fn ended_early(self, failure: Failure) -> CaseOutcome {
        CaseOutcome {
            leaks: self.leaks,
            attempts: self.attempts,
            probed: self.probed,
            ..CaseOutcome::not_begun(failure)
        }
    }

    fn outcome(self, attempted: Attempted) -> CaseOutcome {
        let Attempted { failure, notes, exchanges, well: _ } = attempted;
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

/// What came that decided.
fn actual_of(failure: &Failure, notes: &CaseNotes) -> Option<Outcome> {
    failure.actual.clone().or_else(|| notes.actual.clone())
}

/// Whether a second attempt shows the same failure: the same, or a set-up that is blocked by the very response which was
/// the failure, as where a key that is left from the first attempt is what the endpoint minds.
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

/// A deviation that a lost response may explain is none.
fn lost(failure: Failure) -> Failure {
    if failure.verdict != Verdict::Fail {
        return failure;
    }
    let reason = format!("{}, but an earlier response was lost, which may explain it", failure.reason);
    Failure { verdict: Verdict::Inconclusive, kind: Kind::Transport, reason, ..failure }
}

/// A failure that did not come again on fresh keys: what came first, and what came then.
fn unstable(first: Failure, first_actual: Option<Outcome>, again: Attempted) -> Attempted {
    let Attempted { failure, notes, exchanges, well } = again;
    let then = match &failure {
        None => "passed".to_owned(),
        Some(second) if second.verdict == Verdict::Fail => second.reason.clone(),
        // What keeps a failure from being confirmed is what keeps the case from being judged.
        Some(second) => {
            let reason = format!("{}; it could not be confirmed: {}", first.reason, second.reason);
            let failure = Failure { reason, ..second.clone() };
            return Attempted { failure: Some(failure), notes, exchanges, well };
        }
    };
    let then = match &failure {
        None => format!("the next key {then}"),
        Some(_) => format!("with the next key {then}"),
    };
    let actual = failure.as_ref().and_then(|failure| failure.actual.clone());
    let failure = Failure {
        expected: first.expected.clone(),
        actual,
        first_actual,
        ..Failure::inconclusive(Kind::Unstable, format!("with one key {}; {then}", first.reason))
    };
    Attempted { failure: Some(failure), notes, exchanges, well }
}
