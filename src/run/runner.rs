//! Runs cases: many at a time, results in the order of ids.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use indexmap::IndexMap;
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::{self, JoinSet};
use tokio_util::sync::CancellationToken;

use super::case_runner::{Done, run_case};
use super::failure::Failure;
use super::inventory::Leak;
use super::key_counts::KeyCounts;
use super::knowledge::Knowledge;
use super::order::{Order, Planned, Turn};
use super::outcome::{CaseOutcome, Outcomes, result};
use super::route_prefix::prefixes;
use super::sequence::Sequence;
use super::status::RunStatus;
use super::sweep::{Swept, sweep};
use super::{RunContext, RunOptions};
use crate::client::Client;
use crate::event::{Event, RouteCoverage, RunFooter, RunHeader, SuiteHeader, TargetHeader, Tool, Usage};
use crate::known::KnownFailures;
use crate::ledger::Ledger;
use crate::plan::{CasePlan, Cost, Planner};
use crate::suite::Suite;
use crate::suite::case::{Case, Subject};
use crate::suite::name::CaseId;
use crate::verdict::{Kind, Verdict};

/// So many times as many cases are begun as may run at the same time.
const AHEAD: usize = 4;

/// So many leaks are reported a line each; more are grouped by their reason.
const LEAKS_APART: usize = 20;

/// So many of a group of leaks are named.
const LEAKS_NAMED: usize = 5;

/// A run: a suite, the cases that were selected, and a target.
#[derive(Debug)]
pub struct Runner {
    context: Arc<RunContext>,
    /// Indexes into the cases of the suite, in the order of ids.
    selection: Vec<usize>,
    known: Option<Arc<KnownFailures>>,
}

impl Runner {
    /// A run of some cases of a suite.
    pub fn new(suite: Arc<Suite>, selection: Vec<usize>, client: Client, ledger: Ledger, options: RunOptions) -> Self {
        let planner = Planner::new(Arc::clone(&suite));
        let (knowledge, sequence, key_counts) = (Knowledge::default(), Sequence::default(), KeyCounts::default());
        let context = RunContext { suite, planner, client, ledger, options, knowledge, sequence, key_counts };
        Self { context: Arc::new(context), selection, known: None }
    }

    /// Holds failures against a list of known ones.
    #[must_use]
    pub fn with_known(mut self, known: Option<Arc<KnownFailures>>) -> Self {
        self.known = known;
        self
    }

    /// What the run costs when nothing goes wrong.
    pub fn cost(&self) -> Cost {
        let mut cost = Cost::default();
        for index in &self.selection {
            let case = &self.context.suite.cases[*index];
            if let Ok(plan) = self.plan(case) {
                cost += plan.cost;
            }
        }
        cost
    }

    /// Runs the cases and emits events. When `interrupt` is cancelled, no further case is begun, those under way are
    /// brought to an end and torn down, and the rest is reported as not run.
    pub async fn run(self, interrupt: CancellationToken, mut emit: impl FnMut(Event)) -> RunFooter {
        let begin = Instant::now();
        let secrets = self.context.client.secrets().clone();
        // Whatever an endpoint says comes past here and nowhere else.
        let mut emit = |mut event: Event| {
            event.redact(&secrets);
            emit(event);
        };
        emit(Event::RunStarted(Box::new(self.header())));
        let status = Arc::new(RunStatus::default());
        let forward = tokio::spawn({
            let status = Arc::clone(&status);
            async move {
                interrupt.cancelled().await;
                status.halt("interrupted".to_owned());
            }
        });
        let mut order = Order::new(&self.context.suite, &self.selection);
        let mut outcomes = Outcomes::default();
        let mut tasks: JoinSet<Done> = JoinSet::new();
        let mut under_way: HashMap<task::Id, (Planned, usize)> = HashMap::new();
        let mut begun = 0;
        for turn in Turn::ALL {
            let jobs = if turn.alone() { 1 } else { self.context.options.jobs.get() };
            let permits = Arc::new(Semaphore::new(jobs));
            // Cases that wait for others are begun too, so that there is always something to run.
            let ahead = if jobs == 1 { 1 } else { jobs * AHEAD };
            loop {
                while tasks.len() < ahead
                    && let Some(planned) = order.next(turn, |index| self.plan(&self.context.suite.cases[index]))
                {
                    match &planned.plan {
                        Err(failure) => {
                            let outcome = CaseOutcome::not_begun(failure.clone());
                            self.take(&mut outcomes, Done { planned, outcome }, &status, &mut emit);
                        }
                        Ok(plan) => {
                            let keys = plan.keys.iter().flat_map(|key| prefixes(&self.context.suite, key));
                            self.context.sequence.begin(begun, keys);
                            emit(Event::CaseStarted { id: self.context.suite.cases[planned.index].id.shared() });
                            let (context, status) = (Arc::clone(&self.context), Arc::clone(&status));
                            let task = run_case(context, planned.clone(), begun, status, Arc::clone(&permits));
                            under_way.insert(tasks.spawn(task).id(), (planned, begun));
                            begun += 1;
                        }
                    }
                }
                match tasks.join_next_with_id().await {
                    Some(Ok((task, done))) => {
                        if let Some((_, number)) = under_way.remove(&task) {
                            self.context.sequence.end(number);
                        }
                        self.take(&mut outcomes, done, &status, &mut emit);
                    }
                    // A task that panics is a fault of this program.
                    Some(Err(error)) => {
                        let Some((planned, number)) = under_way.remove(&error.id()) else { continue };
                        self.context.sequence.end(number);
                        let reason = format!("the case ended unexpectedly, which is a bug of this program: {error}");
                        let case = self.id_of(&planned).to_string();
                        let leak = Leak { what: "what the case made".to_owned(), case, reason: reason.clone() };
                        let outcome = CaseOutcome::not_begun(Failure::cut(reason));
                        let outcome = CaseOutcome { leaks: vec![leak], ..outcome };
                        self.take(&mut outcomes, Done { planned, outcome }, &status, &mut emit);
                    }
                    None => break,
                }
            }
        }
        for message in self.sweep(&mut outcomes).await {
            emit(Event::Notice { message });
        }
        forward.abort();
        self.footer(begin, outcomes, &status, &mut emit)
    }

    /// Looks for keys that may have been made without anybody knowing; what a person should know comes back.
    async fn sweep(&self, outcomes: &mut Outcomes) -> Vec<String> {
        let RunContext { suite, options, client, key_counts, .. } = &*self.context;
        let unanswered = key_counts.unconfirmed();
        let Some(index) = self.selection.first().filter(|_| unanswered > 0) else { return Vec::new() };
        if client.has_responded() {
            let Swept { notices, leaks } = sweep(&self.context, &suite.cases[*index]).await;
            outcomes.leaks.extend(leaks);
            return notices;
        }
        // Nobody is there to be asked.
        let create = &suite.service.create.operation;
        vec![format!(
            "requests of {create} without a response: {unanswered}; if they had an effect after all, keys with the mark \
             {} are left",
            options.mark
        )]
    }

    fn id_of(&self, planned: &Planned) -> &CaseId {
        &self.context.suite.cases[planned.index].id
    }

    /// The plan of a case, or why it is not run.
    fn plan(&self, case: &Case) -> Result<Arc<CasePlan>, Failure> {
        if let Some(reason) = self.context.suite.not_applicable(case) {
            return Err(Failure::skipped(Kind::NotApplicable, reason));
        }
        let plan = self.context.planner.plan(case);
        let plan = plan.map_err(|error| Failure::inconclusive(Kind::Fixture, error.to_string()))?;
        if plan.moves_clock && !self.context.options.clock.moves() {
            let reason = "the case moves the target's clock, which needs the bundled mock or --clock-hook";
            return Err(Failure::skipped(Kind::Unavailable, reason));
        }
        Ok(Arc::new(plan))
    }

    /// Takes what came of a case, and reports the cases whose turn it is.
    fn take(&self, outcomes: &mut Outcomes, mut done: Done, status: &RunStatus, emit: &mut impl FnMut(Event)) {
        let case = &self.context.suite.cases[done.planned.index];
        if let Some(known) = &self.known {
            done.outcome.listed = done.outcome.held_against(known, case.id.as_str()).map(Box::new);
        }
        let verdict = done.outcome.verdict();
        emit(Event::CaseJudged { id: case.id.shared(), verdict });

        let failure = done.outcome.failure.as_deref();
        let client = &self.context.client;
        // One that was not begun because others were blocked counts as they did, as long as nothing was accepted.
        let counts = |failure: &Failure| failure.silent || (failure.blocked_by.is_some() && !client.has_accepted());
        if done.outcome.attempts > 0 || failure.is_some_and(counts) {
            let (endpoint, selected) = (&client.target().endpoint, self.selection.len());
            status.consider(failure, endpoint, selected, client.has_accepted(), client.has_responded());
        }
        outcomes.cut += usize::from(failure.is_some_and(|failure| failure.kind == Kind::Cut));
        if verdict == Verdict::Fail && self.context.options.fail_fast {
            status.halt("stopped after the first failure, as --fail-fast says".to_owned());
        }
        if let Some(leak) = done.outcome.leaks.first().filter(|_| self.context.options.account) {
            status.halt(format!("{} could not be removed, so nothing more is made: {}", leak.what, leak.reason));
        }

        outcomes.summary.count(verdict);
        outcomes.cells_probed += usize::from(done.outcome.probed && matches!(case.subject, Subject::Cell { .. }));
        outcomes.leaks.append(&mut done.outcome.leaks);
        outcomes.waiting.insert(done.planned.position, (done.outcome, done.planned.plan.ok()));
        while let Some((outcome, plan)) = outcomes.waiting.remove(&outcomes.next) {
            let case = &self.context.suite.cases[self.selection[outcomes.next]];
            emit(Event::CaseFinished(Box::new(result(&self.context, case, plan.as_deref(), outcome))));
            outcomes.next += 1;
        }
    }

    fn header(&self) -> RunHeader {
        let suite = &self.context.suite;
        let target = self.context.client.target();
        let mut editions: Vec<String> = Vec::new();
        for index in &self.selection {
            let edition = suite.edition(&suite.cases[*index]).as_str();
            if !editions.iter().any(|known| known == edition) {
                editions.push(edition.to_owned());
            }
        }
        editions.sort_by_key(|edition| suite.rows.iter().position(|row| row.edition.as_str() == edition));
        RunHeader {
            tool: Tool::this(),
            target: TargetHeader {
                provider: target.provider.name().to_owned(),
                endpoint: target.endpoint.clone(),
                bundled_mock: self.context.options.bundled_mock,
            },
            suite: SuiteHeader { hash: suite.hash.clone(), cases: self.selection.len(), editions },
            seed: Some(self.context.options.seed),
            started_at: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }
    }

    fn footer(
        &self,
        begin: Instant,
        outcomes: Outcomes,
        status: &RunStatus,
        emit: &mut impl FnMut(Event),
    ) -> RunFooter {
        let traffic = self.context.client.traffic();
        let complete = outcomes.cut == 0 && outcomes.next == self.selection.len();
        let footer = RunFooter {
            duration_ms: u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX),
            complete,
            stopped: status.reason().filter(|_| !complete),
            summary: outcomes.summary,
            usage: Usage {
                requests: traffic.requests,
                retries: traffic.retries,
                keys_created: self.context.key_counts.made(),
                keys_left: self.context.key_counts.left(),
                clock_skew_seconds: self.context.client.clock_skew_seconds(),
            },
            routes: Some(RouteCoverage { total: self.context.suite.cells_by_route(), run: outcomes.cells_probed }),
            leaks: lines(&outcomes.leaks),
        };
        emit(Event::RunFinished(Box::new(footer.clone())));
        footer
    }
}

/// Leaks as lines: one each, or many of them by their reason.
fn lines(leaks: &[Leak]) -> Vec<String> {
    if leaks.len() <= LEAKS_APART {
        let line = |Leak { what, case, reason }: &Leak| match case.as_str() {
            "" => format!("{what}: {reason}"),
            case => format!("{what} of {case} was left behind: {reason}"),
        };
        return leaks.iter().map(line).collect();
    }

    let mut groups: IndexMap<&str, Vec<&str>> = IndexMap::new();
    for leak in leaks {
        groups.entry(leak.reason.as_str()).or_default().push(&leak.what);
    }
    let line = |(reason, all): (&str, Vec<&str>)| {
        let named = all.iter().take(LEAKS_NAMED).copied().collect::<Vec<_>>().join(", ");
        let more = all.len().saturating_sub(LEAKS_NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{} left behind: {reason}: {named}{more}", all.len())
    };
    groups.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leak(number: usize, reason: &str) -> Leak {
        Leak { what: format!("key {number}"), case: "x/y".to_owned(), reason: reason.to_owned() }
    }

    #[test]
    fn few_leaks_are_a_line_each_and_many_are_grouped_by_their_reason() {
        assert_eq!(lines(&[leak(1, "rejected")]), ["key 1 of x/y was left behind: rejected"]);
        let many: Vec<Leak> =
            (0..30).map(|number| leak(number, if number == 0 { "lost" } else { "rejected" })).collect();
        assert_eq!(
            lines(&many),
            ["1 left behind: lost: key 0", "29 left behind: rejected: key 1, key 2, key 3, key 4, key 5 and 24 more"]
        );
    }
}
