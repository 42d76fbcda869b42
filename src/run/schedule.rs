//! Which case is asked when: many at a time, those that move the clock alone and last, results in the order of ids.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Instant;

use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::finding::Finding;
use super::result::{Outcome, result};
use super::sweep::sweep;
use super::walker::Walker;
use super::{RunOptions, Shared};
use crate::client::Client;
use crate::event::{Event, RunFooter, RunHeader, SuiteHeader, Summary, TargetHeader, Tool, Usage};
use crate::ledger::Ledger;
use crate::plan::{Cost, NoRoute, Planner};
use crate::suite::Suite;
use crate::suite::case::Case;
use crate::verdict::{Kind, Verdict};

/// So many cases ahead are sorted by what they cost: the cheap ones first, so that nothing waits for an endpoint that
/// is still making its import keys.
const WINDOW: usize = 512;

/// So many cases without any answer from anywhere end the run.
const MOST_SILENT: u32 = 3;

/// A run: a suite, the cases that were selected, and a target.
#[derive(Debug)]
pub struct Runner {
    shared: Arc<Shared>,
    /// Indexes into the cases of the suite, in the order of ids.
    selection: Vec<usize>,
}

struct Done {
    position: usize,
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
        Self { shared: Arc::new(shared), selection }
    }

    /// What the run costs when nothing goes wrong.
    ///
    /// # Errors
    ///
    /// When a case can't be planned.
    pub fn cost(&self) -> Result<Cost, NoRoute> {
        let mut cost = Cost::default();
        for index in &self.selection {
            let case = &self.shared.suite.cases[*index];
            if self.not_asked(case).is_none() {
                let walk = self.shared.planner.walk(case)?;
                cost.requests += walk.cost.requests;
                cost.keys += walk.cost.keys;
            }
        }
        Ok(cost)
    }

    /// Runs the cases and emits events. When `interrupt` is cancelled, no further case is begun, those under way are
    /// brought to an end and cleaned up, and the rest is reported as not asked.
    pub async fn run(self, interrupt: CancellationToken, mut emit: impl FnMut(Event)) -> RunFooter {
        let begin = Instant::now();
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
        let mut order = Order::new(&self.selection, self.shared.suite.cases.len());
        let mut results = Results { next: 0, waiting: BTreeMap::new(), summary: Summary::default(), cut: 0 };
        let mut alone = VecDeque::new();
        let mut tasks: JoinSet<Done> = JoinSet::new();
        loop {
            while tasks.len() < self.shared.options.jobs.get()
                && let Some(position) = order.next(&self)
            {
                let case = &self.shared.suite.cases[self.selection[position]];
                if let Some(finding) = self.not_asked(case) {
                    self.take(
                        &mut results,
                        Done { position, outcome: Outcome::not_asked(finding) },
                        &health,
                        &mut emit,
                    );
                } else if self.moves_clock(case) {
                    alone.push_back(position);
                } else {
                    emit(Event::CaseStarted { id: case.id.shared() });
                    tasks.spawn(ask(Arc::clone(&self.shared), self.selection[position], position, Arc::clone(&health)));
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
        for position in alone {
            let case = &self.shared.suite.cases[self.selection[position]];
            emit(Event::CaseStarted { id: case.id.shared() });
            let done = ask(Arc::clone(&self.shared), self.selection[position], position, Arc::clone(&health)).await;
            self.take(&mut results, done, &health, &mut emit);
        }
        if self.shared.unanswered.load(Ordering::Relaxed) > 0
            && let Some(index) = self.selection.first()
        {
            for message in sweep(&self.shared, &self.shared.suite.cases[*index]).await {
                emit(Event::Notice { message });
            }
        }
        forward.abort();
        self.footer(begin, &results, &health, &mut emit)
    }

    /// Why a case is not asked, if it is not.
    fn not_asked(&self, case: &Case) -> Option<Finding> {
        if let Some(reason) = self.shared.suite.not_applicable(case) {
            return Some(Finding::skipped(Kind::NotApplicable, reason));
        }
        if self.moves_clock(case) && !self.shared.options.clock.moves() {
            let reason = "the case moves the target's clock, which needs the bundled mock or --clock-hook";
            return Some(Finding::skipped(Kind::Unavailable, reason));
        }
        None
    }

    fn moves_clock(&self, case: &Case) -> bool {
        self.shared.planner.walk(case).is_ok_and(|walk| walk.moves_clock)
    }

    fn take(&self, results: &mut Results, done: Done, health: &Health, emit: &mut impl FnMut(Event)) {
        let case = &self.shared.suite.cases[self.selection[done.position]];
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
                health.halt(format!("nothing answers at {endpoint}: {}", finding.reason));
            }
            results.cut += usize::from(finding.kind == Kind::Cut);
        }
        if verdict == Verdict::Fail && self.shared.options.fail_fast {
            health.halt("stopped after the first failure, as asked".to_owned());
        }
        results.summary.count(verdict);
        results.waiting.insert(done.position, done.outcome);
        while let Some(outcome) = results.waiting.remove(&results.next) {
            let case = &self.shared.suite.cases[self.selection[results.next]];
            let walk = self.shared.planner.walk(case).ok();
            emit(Event::CaseFinished(Box::new(result(&self.shared, case, walk.as_ref(), outcome))));
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
            started_at: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }
    }

    fn footer(&self, begin: Instant, results: &Results, health: &Health, emit: &mut impl FnMut(Event)) -> RunFooter {
        let traffic = self.shared.client.traffic();
        let stopped = health.reason();
        let footer = RunFooter {
            duration_ms: u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX),
            complete: results.cut == 0 && results.next == self.selection.len(),
            stopped: stopped.filter(|_| results.cut > 0 || results.next < self.selection.len()),
            summary: results.summary.clone(),
            usage: Usage {
                requests: traffic.requests,
                retries: traffic.retries,
                keys_created: self.shared.keys_created.load(Ordering::Relaxed),
                keys_left: self.shared.keys_left.load(Ordering::Relaxed),
            },
        };
        emit(Event::RunFinished(Box::new(footer.clone())));
        footer
    }
}

/// Asks a case, again on fresh keys when an answer was lost, and removes what it made.
async fn ask(shared: Arc<Shared>, index: usize, position: usize, health: Arc<Health>) -> Done {
    let case = &shared.suite.cases[index];
    let begin = Instant::now();
    let walk = match shared.planner.walk(case) {
        Ok(walk) => walk,
        Err(error) => {
            let finding = Finding::inconclusive(Kind::Fixture, error.to_string());
            return Done { position, outcome: Outcome::not_asked(finding) };
        }
    };
    let mut attempts = 0;
    let mut left = Vec::new();
    loop {
        if health.stop.is_cancelled() {
            let why = health.reason().unwrap_or_else(|| "the run was stopped".to_owned());
            let finding = Finding::inconclusive(Kind::Cut, format!("not asked: {why}"));
            return Done { position, outcome: Outcome { left, ..Outcome::not_asked(finding) } };
        }
        attempts += 1;
        let prefix = format!("{}-{position}-{attempts}", shared.options.mark);
        let mut walker = Walker::new(&shared, case, prefix.clone(), health.stop.clone());
        let mut finding = walker.ask(&walk).await.err();
        left.extend(walker.clean_up().await);
        if let Some(found) = &mut finding {
            left.extend(attribute(&shared, found, format!("{prefix}-cell"), &health.stop).await);
        }
        if !finding.as_ref().is_some_and(|finding| finding.silent) {
            health.answered.store(true, Ordering::Relaxed);
        }
        let again = finding.as_ref().is_some_and(|finding| finding.again);
        if again && attempts < shared.options.attempts {
            continue;
        }
        let finding = finding.map(|finding| if again { lost(finding) } else { finding });
        let keep = finding.is_some() || shared.options.keep_exchanges;
        let provider = &shared.client.target().provider;
        let exchanges = if keep { walker.transcript.render(&**provider) } else { Vec::new() };
        let outcome = Outcome {
            finding: finding.map(Box::new),
            expected: walker.expected,
            also_accepted: walker.also_accepted,
            actual: walker.actual,
            notes: walker.notes,
            exchanges,
            attempts,
            duration_ms: u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX),
            left,
        };
        return Done { position, outcome };
    }
}

/// Says whose a deviation is that a scenario met on its way: if the table's own case for the same cell fails too, on a
/// fresh key by the shortest route, it is that cell's, and the scenario could not be judged. What could not be removed
/// comes back.
async fn attribute(shared: &Shared, finding: &mut Finding, prefix: String, stop: &CancellationToken) -> Vec<String> {
    let Some(cell) = finding.cell.take().map(|index| &shared.suite.cases[index]) else { return Vec::new() };
    let Ok(walk) = shared.planner.walk(cell) else { return Vec::new() };
    if walk.moves_clock {
        return Vec::new();
    }
    let mut walker = Walker::new(shared, cell, prefix, stop.clone());
    let same = walker.ask(&walk).await.is_err();
    let left = walker.clean_up().await;
    if same {
        finding.verdict = Verdict::Inconclusive;
        finding.kind = Kind::Fixture;
        finding.reason = format!("{}, as in {}", finding.reason, cell.id);
    }
    left
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

/// Results that wait for those before them.
struct Results {
    next: usize,
    waiting: BTreeMap<usize, Outcome>,
    summary: Summary,
    cut: usize,
}

/// The order of asking: by cost within a window.
struct Order {
    ahead: VecDeque<usize>,
    next: usize,
    end: usize,
}

impl Order {
    fn new(selection: &[usize], _cases: usize) -> Self {
        Self { ahead: VecDeque::new(), next: 0, end: selection.len() }
    }

    fn next(&mut self, runner: &Runner) -> Option<usize> {
        if self.ahead.is_empty() {
            let end = (self.next + WINDOW).min(self.end);
            let mut window: Vec<(usize, usize)> = (self.next..end)
                .map(|position| {
                    let case = &runner.shared.suite.cases[runner.selection[position]];
                    (runner.shared.planner.walk(case).map_or(0, |walk| walk.cost.requests), position)
                })
                .collect();
            window.sort_unstable();
            self.ahead.extend(window.into_iter().map(|(_, position)| position));
            self.next = end;
        }
        self.ahead.pop_front()
    }
}
