//! Runs cases: many at a time, results in the order of ids.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Instant;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::finding::Finding;
use super::order::{Order, Planned, Turn};
use super::result::{Outcome, Results, result};
use super::sweep::sweep;
use super::walker::Walker;
use super::{RunOptions, Shared};
use crate::client::Client;
use crate::event::{Event, RouteTally, RunFooter, RunHeader, SuiteHeader, TargetHeader, Tool, Usage};
use crate::known::KnownFailures;
use crate::ledger::Ledger;
use crate::plan::{Cost, Planner, Walk};
use crate::suite::Suite;
use crate::suite::case::{Case, Subject};
use crate::verdict::{Kind, Verdict};

/// So many cases without any answer of the service end the run, if there never was one.
const MOST_SILENT: u32 = 3;

/// A run: a suite, the cases that were selected, and a target.
#[derive(Debug)]
pub struct Runner {
    shared: Arc<Shared>,
    /// Indexes into the cases of the suite, in the order of ids.
    selection: Vec<usize>,
    known: Option<Arc<KnownFailures>>,
}

struct Done {
    planned: Planned,
    outcome: Outcome,
}

/// What all tasks of a run look at.
struct Health {
    stop: CancellationToken,
    stopped: std::sync::Mutex<Option<String>>,
    answered: AtomicBool,
    silent: AtomicU32,
}

impl Health {
    fn halt(&self, reason: String) {
        let mut stopped = self.stopped.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !self.stop.is_cancelled() {
            stopped.get_or_insert(reason);
            self.stop.cancel();
        }
    }

    /// The reason of a case that the end of the run came before.
    fn why_not_judged(&self) -> String {
        format!("not judged: {}", self.reason().unwrap_or_else(|| "the run was stopped".to_owned()))
    }

    fn reason(&self) -> Option<String> {
        self.stopped.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

impl Runner {
    /// A run of some cases of a suite.
    pub fn new(suite: Arc<Suite>, selection: Vec<usize>, client: Client, ledger: Ledger, options: RunOptions) -> Self {
        let planner = Planner::new(Arc::clone(&suite));
        let shared = Shared {
            suite,
            planner,
            client,
            ledger,
            options,
            noted: std::sync::Mutex::default(),
            unanswered: AtomicU64::new(0),
            keys_created: AtomicU64::new(0),
            keys_left: AtomicU64::new(0),
        };
        Self { shared: Arc::new(shared), selection, known: None }
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
            let case = &self.shared.suite.cases[*index];
            if let Ok(walk) = self.plan(case) {
                cost += walk.cost;
            }
        }
        cost
    }

    /// Runs the cases and emits events. When `interrupt` is cancelled, no further case is begun, those under way are
    /// brought to an end and cleaned up, and the rest is reported as not asked.
    pub async fn run(self, interrupt: CancellationToken, mut emit: impl FnMut(Event)) -> RunFooter {
        let begin = Instant::now();
        let vault = self.shared.client.vault().clone();
        // Whatever an endpoint says comes past here and nowhere else.
        let mut emit = |mut event: Event| {
            event.redact(&vault);
            emit(event);
        };
        emit(Event::RunStarted(Box::new(self.header())));
        let health = Arc::new(Health {
            stop: CancellationToken::new(),
            stopped: std::sync::Mutex::new(None),
            answered: AtomicBool::new(false),
            silent: AtomicU32::new(0),
        });
        let forward = tokio::spawn({
            let health = Arc::clone(&health);
            async move {
                interrupt.cancelled().await;
                health.halt("interrupted".to_owned());
            }
        });
        let mut order = Order::new(&self.shared.suite, &self.selection);
        let mut results = Results::default();
        let mut tasks: JoinSet<Done> = JoinSet::new();
        for turn in Turn::ALL {
            let jobs = if turn.alone() { 1 } else { self.shared.options.jobs.get() };
            loop {
                while tasks.len() < jobs
                    && let Some(planned) = order.next(turn, |index| self.plan(&self.shared.suite.cases[index]))
                {
                    match &planned.walk {
                        Err(finding) => {
                            let outcome = Outcome::not_asked(finding.clone());
                            self.take(&mut results, Done { planned, outcome }, &health, &mut emit);
                        }
                        Ok(_) => {
                            emit(Event::CaseStarted { id: self.shared.suite.cases[planned.index].id.shared() });
                            tasks.spawn(ask(Arc::clone(&self.shared), planned, Arc::clone(&health)));
                        }
                    }
                }
                match tasks.join_next().await {
                    Some(Ok(done)) => self.take(&mut results, done, &health, &mut emit),
                    // A task that panics is a fault of this program; the case is missing, so the run is not complete.
                    Some(Err(error)) => {
                        emit(Event::Notice { message: format!("a case ended unexpectedly, which is a bug: {error}") });
                    }
                    None => break,
                }
            }
        }
        if self.shared.unanswered.load(Ordering::Relaxed) > 0
            && let Some(index) = self.selection.first()
        {
            let notices = if health.answered.load(Ordering::Relaxed) {
                sweep(&self.shared, &self.shared.suite.cases[*index]).await
            } else {
                vec![self.unknown_keys()]
            };
            for message in notices {
                emit(Event::Notice { message });
            }
        }
        forward.abort();
        self.footer(begin, &results, &health, &mut emit)
    }

    /// What a person should know where nobody can be asked for keys that may have been made.
    fn unknown_keys(&self) -> String {
        let Shared { suite, options, unanswered, .. } = &*self.shared;
        format!(
            "requests of {} without an answer: {}; if they had an effect after all, keys with the mark {} are left",
            suite.service.create.operation,
            unanswered.load(Ordering::Relaxed),
            options.mark
        )
    }

    /// The walk of a case, or why it is not asked.
    fn plan(&self, case: &Case) -> Result<Arc<Walk>, Finding> {
        if let Some(reason) = self.shared.suite.not_applicable(case) {
            return Err(Finding::skipped(Kind::NotApplicable, reason));
        }
        let walk = self.shared.planner.walk(case);
        let walk = walk.map_err(|error| Finding::inconclusive(Kind::Fixture, error.to_string()))?;
        if walk.moves_clock && !self.shared.options.clock.moves() {
            let reason = "the case moves the target's clock, which needs the bundled mock or --clock-hook";
            return Err(Finding::skipped(Kind::Unavailable, reason));
        }
        Ok(Arc::new(walk))
    }

    fn take(&self, results: &mut Results, mut done: Done, health: &Health, emit: &mut impl FnMut(Event)) {
        let case = &self.shared.suite.cases[done.planned.index];
        if let Some(known) = &self.known {
            done.outcome.listed = done.outcome.held_against(known, case.id.as_str()).map(Box::new);
        }
        let verdict = done.outcome.verdict();
        emit(Event::CaseJudged { id: case.id.shared(), verdict });
        for message in &done.outcome.left {
            emit(Event::Notice { message: message.clone() });
        }
        if let Some(finding) = &done.outcome.finding {
            if let Some(fatal) = &finding.fatal {
                health.halt(fatal.clone());
            }
            if finding.silent
                && !health.answered.load(Ordering::Relaxed)
                && health.silent.fetch_add(1, Ordering::Relaxed) + 1 >= MOST_SILENT.min(count(self.selection.len()))
            {
                let endpoint = &self.shared.client.target().endpoint;
                health.halt(format!("no service answers at {endpoint}: {}", finding.reason));
            }
            results.cut += usize::from(finding.kind == Kind::Cut);
        }
        if verdict == Verdict::Fail && self.shared.options.fail_fast {
            health.halt("stopped after the first failure, as asked".to_owned());
        }
        results.summary.count(verdict);
        results.cells_asked += usize::from(done.outcome.attempts > 0 && matches!(case.subject, Subject::Cell { .. }));
        results.waiting.insert(done.planned.position, (done.outcome, done.planned.walk.ok()));
        while let Some((outcome, walk)) = results.waiting.remove(&results.next) {
            let case = &self.shared.suite.cases[self.selection[results.next]];
            emit(Event::CaseFinished(Box::new(result(&self.shared, case, walk.as_deref(), outcome))));
            results.next += 1;
        }
    }

    fn header(&self) -> RunHeader {
        let suite = &self.shared.suite;
        let target = self.shared.client.target();
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
                bundled_mock: self.shared.options.bundled_mock,
            },
            suite: SuiteHeader { hash: suite.hash.clone(), cases: self.selection.len(), editions },
            seed: Some(self.shared.options.seed),
            started_at: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }
    }

    fn footer(&self, begin: Instant, results: &Results, health: &Health, emit: &mut impl FnMut(Event)) -> RunFooter {
        let traffic = self.shared.client.traffic();
        let complete = results.cut == 0 && results.next == self.selection.len();
        let footer = RunFooter {
            duration_ms: u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX),
            complete,
            stopped: health.reason().filter(|_| !complete),
            summary: results.summary.clone(),
            usage: Usage {
                requests: traffic.requests,
                retries: traffic.retries,
                keys_created: self.shared.keys_created.load(Ordering::Relaxed),
                keys_left: self.shared.keys_left.load(Ordering::Relaxed),
                clock_skew_seconds: self.shared.client.clock_skew_seconds(),
            },
            routes: Some(RouteTally { exist: self.shared.suite.cells_by_route(), asked: results.cells_asked }),
        };
        emit(Event::RunFinished(Box::new(footer.clone())));
        footer
    }
}

/// Asks a case, again on fresh keys when an answer was lost, and removes what it made.
async fn ask(shared: Arc<Shared>, planned: Planned, health: Arc<Health>) -> Done {
    let case = &shared.suite.cases[planned.index];
    let begin = Instant::now();
    let walk = match &planned.walk {
        Ok(walk) => Arc::clone(walk),
        Err(finding) => {
            let outcome = Outcome::not_asked(finding.clone());
            return Done { planned, outcome };
        }
    };
    let position = planned.position;
    let mut attempts = 0;
    let mut left = Vec::new();
    loop {
        if health.stop.is_cancelled() {
            let finding = Finding::inconclusive(Kind::Cut, health.why_not_judged());
            return Done { planned, outcome: Outcome { left, ..Outcome::not_asked(finding) } };
        }
        attempts += 1;
        let prefix = format!("{}-{position}-{attempts}", shared.options.mark);
        let random = random_of(shared.options.seed, case, attempts);
        let mut walker = Walker::new(&shared, case, prefix.clone(), random, health.stop.clone());
        let mut finding = walker.ask(&walk).await.err();
        left.extend(walker.clean_up().await);
        if let Some(found) = &mut finding {
            if let Some(operation) = &walker.unknown {
                found.for_want_of(operation, shared.options.unsupported);
            }
            if found.kind == Kind::Cut {
                found.reason = health.why_not_judged();
            }
            left.extend(attribute(&shared, found, format!("{prefix}-cell"), attempts, &health.stop).await);
        }
        if !finding.as_ref().is_some_and(|finding| finding.silent) {
            health.answered.store(true, Ordering::Relaxed);
        }
        let again = finding.as_ref().is_some_and(|finding| finding.again);
        // An endpoint that has never answered does not do so for the asking.
        let hopeless =
            finding.as_ref().is_some_and(|finding| finding.silent) && !health.answered.load(Ordering::Relaxed);
        if again && !hopeless && attempts < shared.options.attempts {
            continue;
        }
        let finding = finding.map(|finding| if again { lost(finding) } else { finding });
        let keep = finding.is_some() || shared.options.keep_exchanges;
        let provider = &shared.client.target().provider;
        let vault = shared.client.vault();
        if !walker.notes.is_empty() || !left.is_empty() {
            walker.transcript.hand_in(&**provider, vault);
        }
        let exchanges = if keep { walker.transcript.render(&**provider, vault) } else { Vec::new() };
        let outcome = Outcome {
            finding: finding.map(Box::new),
            expected: walker.expected,
            also_accepted: walker.also_accepted,
            actual: walker.actual,
            lenient: walker.lenient,
            notes: walker.notes,
            exchanges,
            attempts,
            duration_ms: u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX),
            left,
            listed: None,
        };
        return Done { planned, outcome };
    }
}

/// Says whose a deviation is that a scenario met on its way: if the table's own case for the same cell fails too, on a
/// fresh key by the shortest route, it is that cell's, and the scenario could not be judged. What could not be removed
/// comes back.
async fn attribute(
    shared: &Shared,
    finding: &mut Finding,
    prefix: String,
    attempt: u32,
    stop: &CancellationToken,
) -> Vec<String> {
    let Some(cell) = finding.cell.take().map(|index| &shared.suite.cases[index]) else { return Vec::new() };
    let Ok(walk) = shared.planner.walk(cell) else { return Vec::new() };
    if walk.moves_clock {
        return Vec::new();
    }
    let random = random_of(shared.options.seed, cell, attempt);
    let mut walker = Walker::new(shared, cell, prefix, random, stop.clone());
    let same = walker.ask(&walk).await.is_err();
    let left = walker.clean_up().await;
    if same {
        finding.verdict = Verdict::Inconclusive;
        finding.kind = Kind::Fixture;
        finding.reason = format!("{}, as in {}", finding.reason, cell.id);
    }
    left
}

/// What the test data of a case is drawn from: of the seed and the case, so that neither the number of jobs nor the
/// choice of cases changes it.
fn random_of(seed: u32, case: &Case, attempt: u32) -> fastrand::Rng {
    let mut digest = Sha256::new();
    digest.update(seed.to_be_bytes());
    digest.update(attempt.to_be_bytes());
    digest.update(case.id.as_str());
    let digest: [u8; 32] = digest.finalize().into();
    let [a, b, c, d, e, f, g, h, ..] = digest;
    fastrand::Rng::with_seed(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
}

/// A deviation that a lost answer may explain is none.
fn lost(finding: Finding) -> Finding {
    if finding.verdict != Verdict::Fail {
        return finding;
    }
    let reason = format!("{}, but an earlier answer was lost, which may explain it", finding.reason);
    Finding { verdict: Verdict::Inconclusive, kind: Kind::Transport, reason, ..finding }
}

fn count(cases: usize) -> u32 {
    u32::try_from(cases).unwrap_or(u32::MAX)
}
