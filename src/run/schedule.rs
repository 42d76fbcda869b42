//! Runs cases: many at a time, results in the order of ids.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use jiff::Timestamp;
use tokio::task::{self, JoinSet};
use tokio_util::sync::CancellationToken;

use super::attempt::{Done, ask};
use super::finding::Finding;
use super::health::Health;
use super::order::{Order, Planned, Turn};
use super::result::{Outcome, Results, result};
use super::sweep::sweep;
use super::{RunOptions, Shared};
use crate::client::Client;
use crate::event::{Event, RouteTally, RunFooter, RunHeader, SuiteHeader, TargetHeader, Tool, Usage};
use crate::known::KnownFailures;
use crate::ledger::Ledger;
use crate::plan::{Cost, Planner, Walk};
use crate::suite::Suite;
use crate::suite::case::{Case, Subject};
use crate::suite::name::CaseId;
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
        let health = Arc::new(Health::default());
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
        let mut asked: HashMap<task::Id, Planned> = HashMap::new();
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
                            let task = ask(Arc::clone(&self.shared), planned.clone(), Arc::clone(&health));
                            asked.insert(tasks.spawn(task).id(), planned);
                        }
                    }
                }
                match tasks.join_next_with_id().await {
                    Some(Ok((task, done))) => {
                        asked.remove(&task);
                        self.take(&mut results, done, &health, &mut emit);
                    }
                    // A task that panics is a fault of this program.
                    Some(Err(error)) => {
                        let Some(planned) = asked.remove(&error.id()) else { continue };
                        let reason = format!("the case ended unexpectedly, which is a bug of this program: {error}");
                        let left = format!("what {} made may be left: {reason}", self.id_of(&planned));
                        let outcome = Outcome::not_asked(Finding::inconclusive(Kind::Cut, reason));
                        let outcome = Outcome { left: vec![left], ..outcome };
                        self.take(&mut results, Done { planned, outcome }, &health, &mut emit);
                    }
                    None => break,
                }
            }
        }
        if self.shared.unanswered.load(Ordering::Relaxed) > 0
            && let Some(index) = self.selection.first()
        {
            let notices = if self.shared.client.has_answered() {
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

    fn id_of(&self, planned: &Planned) -> &CaseId {
        &self.shared.suite.cases[planned.index].id
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
                && !self.shared.client.has_answered()
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
            leaks: Vec::new(),
        };
        emit(Event::RunFinished(Box::new(footer.clone())));
        footer
    }
}

fn count(cases: usize) -> u32 {
    u32::try_from(cases).unwrap_or(u32::MAX)
}
