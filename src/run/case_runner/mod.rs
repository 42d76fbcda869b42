//! Runs one case: again on fresh keys if a response was lost or a failure has to be confirmed.
//!
//! - `confirmation`: a failure is repeated before it is reported;
//! - `attribution`: whether a failure belongs to another cell of the table, a missing permission or a service that is down;
//! - `on_tour`: a case with keys that others have used.

mod attribution;
mod confirmation;
mod on_tour;

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
use super::tour::Lease;
use crate::event::{BlockedBy, Exchange};
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

/// Runs a case, and removes what it made, but for the keys that it has of a tour. `number` is that at which it was begun,
/// and `jobs` has a permit for each case that may run at the same time.
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
                prefix: format!("{}-{}", run.written_mark(), planned.position),
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

        // A failure may turn out to be of another cell, or of the account: only then is it known whether keys are kept.
        let may_be_kept = self.keeps_keys_of(failure.as_ref());
        if !may_be_kept {
            self.leaks.extend(attempt.tear_down().await);
        }

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

        match (may_be_kept, self.keeps_keys_of(failure.as_ref())) {
            (true, true) => attempt.keep(),
            (true, false) => self.leaks.extend(attempt.tear_down().await),
            (false, _) => {}
        }

        self.attempted(attempt, failure)
    }

    /// Whether the keys of this attempt stay as they are: it is the last one at a case that fails.
    fn keeps_keys_of(&self, failure: Option<&Failure>) -> bool {
        let options = &self.run.options;
        let is_last = self.attempts > options.confirm_failures;
        options.keep_keys && is_last && failure.is_some_and(|failure| failure.verdict == Verdict::Fail)
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

/// A deviation counts only if no lost response may explain it.
fn unless_lost(failure: Failure) -> Failure {
    if failure.verdict != Verdict::Fail {
        return failure;
    }
    let reason = format!("{}, but an earlier response was lost, which may explain it", failure.reason);
    Failure { verdict: Verdict::Inconclusive, kind: Kind::Transport, reason, ..failure }
}
