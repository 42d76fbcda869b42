//! Begins the cases of a run, several at a time, and reports their outcomes in the order of ids.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::{self, JoinError, JoinSet};

use super::RunContext;
use super::case_runner::{Done, run_case};
use super::failure::Failure;
use super::holdings::Amount;
use super::leak::Leak;
use super::order::{Order, Planned, Turn};
use super::outcome::{CaseOutcome, Outcomes, result};
use super::route_prefix::prefixes;
use super::runner::Runner;
use super::status::{RunFacts, RunStatus};
use super::tour::Lease;
use crate::event::Event;
use crate::suite::case::Subject;
use crate::verdict::{Kind, Verdict};

/// So many times as many cases are begun as may run at the same time.
const AHEAD: usize = 4;

/// The cases of a run that are going on, and the outcomes of those that are over.
pub(super) struct Execution<'r, E> {
    pub(super) runner: &'r Runner,
    pub(super) status: Arc<RunStatus>,
    emit: &'r mut E,
    order: Order,
    pub(super) outcomes: Outcomes,
    tasks: JoinSet<Done>,
    /// The case of each task, and the number at which it was begun.
    running: HashMap<task::Id, (Planned, usize)>,
    /// How many cases were begun.
    begun: usize,
    /// The reasons for which the run is stopped from outside.
    stops: UnboundedReceiver<String>,
    /// Whether the cases under way were dropped.
    aborted: bool,
    /// The outcomes of cases that earlier runs began, by their indexes.
    pub(super) promised: BTreeMap<usize, CaseOutcome>,
}

impl<'r, E: FnMut(Event)> Execution<'r, E> {
    /// `elsewhere` are the places in the selection of cases that are run in no turn.
    pub(super) fn new(
        runner: &'r Runner,
        elsewhere: &HashSet<usize>,
        status: Arc<RunStatus>,
        stops: UnboundedReceiver<String>,
        emit: &'r mut E,
    ) -> Self {
        Self {
            runner,
            status,
            emit,
            order: Order::new(&runner.context.suite, &runner.selection, elsewhere),
            outcomes: Outcomes::default(),
            tasks: JoinSet::new(),
            running: HashMap::new(),
            begun: 0,
            stops,
            aborted: false,
            promised: BTreeMap::new(),
        }
    }

    /// What the cases came to, and what has still to be heard.
    pub(super) fn into_outcomes(self) -> (Outcomes, UnboundedReceiver<String>) {
        (self.outcomes, self.stops)
    }

    /// Runs the cases of a turn.
    pub(super) async fn run_turn(&mut self, turn: Turn) {
        let jobs = if turn.alone() { 1 } else { self.runner.context.options.jobs.get() };
        let permits = Arc::new(Semaphore::new(jobs));
        // More cases are begun than may run, because some of them wait for earlier ones.
        let ahead = if jobs == 1 { 1 } else { jobs * AHEAD };

        loop {
            while self.tasks.len() < ahead
                && let Some(planned) = self.next_case(turn)
            {
                self.begin(planned, &permits);
            }
            match self.next_end().await {
                Some(Ok(done)) => self.finish(done),
                Some(Err(error)) => self.finish_unfinished(&error),
                None => break,
            }
        }
    }

    /// Waits until a case is over; none if none is under way.
    pub(super) async fn next_end(&mut self) -> Option<Result<Done, JoinError>> {
        loop {
            tokio::select! {
                // What stops the run comes before its results.
                biased;
                () = self.status.abandoned.cancelled(), if !self.aborted => {
                    self.aborted = true;
                    self.tasks.abort_all();
                }
                Some(reason) = self.stops.recv() => self.show_stop(reason),
                ended = self.tasks.join_next_with_id() => match ended? {
                    Ok((task, done)) => {
                        if let Some((_, number)) = self.running.remove(&task) {
                            self.runner.context.sequence.end(number);
                        }
                        return Some(Ok(done));
                    }
                    Err(error) => return Some(Err(error)),
                },
            }
        }
    }

    /// Waits for something that is not a case; none if the clean-up is abandoned before.
    pub(super) async fn unless_abandoned<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                biased;
                () = self.status.abandoned.cancelled() => return None,
                Some(reason) = self.stops.recv() => self.show_stop(reason),
                done = &mut work => return Some(done),
            }
        }
    }

    fn show_stop(&mut self, reason: String) {
        (self.emit)(stopping(&self.runner.context, reason));
    }

    fn next_case(&mut self, turn: Turn) -> Option<Planned> {
        let runner = self.runner;
        self.order.next(turn, |index| runner.plan(&runner.context.suite.cases[index]))
    }

    /// Begins a case, unless it has no plan.
    fn begin(&mut self, planned: Planned, permits: &Arc<Semaphore>) {
        if let Err(failure) = &planned.plan {
            let promised = self.promised.remove(&planned.index);
            let outcome = promised.unwrap_or_else(|| CaseOutcome::not_begun(failure.clone()));
            return self.finish(Done { planned, outcome, lease: None });
        }

        self.spawn(planned, permits, None);
    }

    /// Begins a case, perhaps with keys of a tour.
    pub(super) fn spawn(&mut self, planned: Planned, permits: &Arc<Semaphore>, lease: Option<Lease>) {
        let number = self.begin_case(&planned);
        let (context, status) = (Arc::clone(&self.runner.context), Arc::clone(&self.status));
        let task = run_case(context, planned.clone(), number, status, Arc::clone(permits), lease);
        self.running.insert(self.tasks.spawn(task).id(), (planned, number));
    }

    /// Notes that a case is begun, and gives its number.
    fn begin_case(&mut self, planned: &Planned) -> usize {
        let context = &self.runner.context;
        let keys = planned.plan.iter().flat_map(|plan| &plan.keys);
        context.sequence.begin(self.begun, keys.flat_map(|key| prefixes(&context.suite, key)));
        (self.emit)(Event::CaseStarted { id: context.suite.cases[planned.index].id.shared() });
        self.begun += 1;
        self.begun - 1
    }

    /// Takes the end of a task that panicked, which is a bug of this program, or that was dropped because the clean-up was
    /// abandoned. What its case made is not torn down.
    pub(super) fn finish_unfinished(&mut self, error: &JoinError) {
        let Some((planned, number)) = self.running.remove(&error.id()) else { return };
        self.runner.context.sequence.end(number);
        if error.is_cancelled() {
            // What it made is named when the run is over: more than this case may hold something.
            let outcome = CaseOutcome::not_begun(Failure::cut(self.status.why_not_judged()));
            return self.finish(Done { planned, outcome, lease: None });
        }
        self.finish_panicked_case(planned, error);
    }

    /// Takes the end of a case whose task panicked.
    fn finish_panicked_case(&mut self, planned: Planned, error: &JoinError) {
        let context = &self.runner.context;
        let reason = format!("the case ended unexpectedly, which is a bug of this program: {error}");
        let case = context.suite.cases[planned.index].id.to_string();
        let leak = Leak { what: "what the case made".to_owned(), case, reason: reason.clone() };
        let outcome = CaseOutcome { leaks: vec![leak], ..CaseOutcome::not_begun(Failure::cut(reason)) };
        self.finish(Done { planned, outcome, lease: None });
    }

    /// Takes the outcome of a case, and reports the cases whose turn it is.
    pub(super) fn finish(&mut self, done: Done) {
        let keys = done.planned.plan.as_ref().map_or(0, |plan| plan.cost.keys);
        self.finish_planned(done, keys);
    }

    /// The same for a case of which it was planned that it makes so many keys.
    pub(super) fn finish_planned(&mut self, mut done: Done, keys: usize) {
        let Runner { context, known, .. } = self.runner;
        let case = &context.suite.cases[done.planned.index];
        if let Some(known) = known {
            done.outcome.listed = done.outcome.compare_with(known, case.id.as_str()).map(Box::new);
        }
        let verdict = done.outcome.verdict();
        (self.emit)(Event::CaseJudged { id: case.id.shared(), verdict });
        self.end_run_if_necessary(&done.outcome, verdict);

        context.key_counts.plan_is_over(keys);

        let cut = done.outcome.failure.as_ref().is_some_and(|failure| failure.kind == Kind::Cut);
        let outcomes = &mut self.outcomes;
        outcomes.cut += usize::from(cut);
        outcomes.summary.count(verdict);
        outcomes.cells_probed += usize::from(done.outcome.probed && matches!(case.subject, Subject::Cell { .. }));
        outcomes.leaks.append(&mut done.outcome.leaks);

        outcomes.waiting.insert(done.planned.position, (done.outcome, done.planned.plan.ok()));
        while let Some((outcome, plan)) = outcomes.waiting.remove(&outcomes.next) {
            let case = &context.suite.cases[self.runner.selection[outcomes.next]];
            (self.emit)(Event::CaseFinished(Box::new(result(context, case, plan.as_deref(), outcome))));
            outcomes.next += 1;
        }
    }

    /// Ends the run where a case shows that it should not go on.
    fn end_run_if_necessary(&self, outcome: &CaseOutcome, verdict: Verdict) {
        let RunContext { client, options, .. } = &*self.runner.context;
        let failure = outcome.failure.as_deref();

        // A case that was not begun because others were blocked counts as they did, as long as nothing was accepted.
        let counts = |failure: &Failure| failure.silent || (failure.blocked_by.is_some() && !client.has_accepted());
        if outcome.attempts > 0 || failure.is_some_and(counts) {
            self.status.consider(
                failure,
                RunFacts {
                    endpoint: client.target().endpoint.as_str(),
                    selected: self.runner.selection.len(),
                    accepted: client.has_accepted(),
                    responded: client.has_responded(),
                },
            );
        }

        if verdict == Verdict::Fail && options.fail_fast {
            self.status.halt("stopped after the first failure, as --fail-fast says".to_owned());
        }
        // On an account, each further key could be left behind too, and cost money.
        if let Some(leak) = outcome.leaks.first().filter(|_| options.account) {
            self.status.halt(format!("{} could not be removed, so nothing more is made: {}", leak.what, leak.reason));
        }
    }
}

/// The event of a run that is stopped: how much is removed now.
pub(super) fn stopping(context: &RunContext, reason: String) -> Event {
    let Amount { keys, aliases } = context.holdings.amount();
    Event::Stopping { reason, keys, aliases }
}
