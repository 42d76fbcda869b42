//! A run from its header to its footer.

use std::collections::BTreeMap;
use std::collections::HashSet;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use jiff::Timestamp;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_util::task::AbortOnDropHandle;

use super::execution::{Execution, stopping};
use super::failure::Failure;
use super::given::{GivenKey, GivenKeys};
use super::holdings::Holdings;
use super::interrupt::Interrupt;
use super::key_counts::KeyCounts;
use super::knowledge::Knowledge;
use super::leak::{self, Leak};
use super::order::Turn;
use super::outcome::Outcomes;
use super::pool::Pool;
use super::promise::keep_promises;
use super::sequence::Sequence;
use super::status::RunStatus;
use super::sweep::{Swept, sweep, unknown_keys};
use super::table_header;
use super::tour::Journey;
use super::watch::watch;
use super::{RunContext, RunOptions};
use crate::client::Client;
use crate::event::{ClauseText, Event, RouteCoverage, RunFooter, RunHeader, SuiteHeader, TargetHeader, Tool, Usage};
use crate::known::KnownFailures;
use crate::ledger::Ledger;
use crate::plan::forecast::{Forecast, Held, Terms};
use crate::plan::tour::{Observing, Serving};
use crate::plan::{CasePlan, Cost, Planner};
use crate::suite::Suite;
use crate::suite::case::Case;
use crate::suite::clause::Clause;
use crate::suite::region::OtherRegion;
use crate::verdict::Kind;

/// A run: a suite, the cases that were selected, and a target.
#[derive(Debug)]
pub struct Runner {
    pub(super) context: Arc<RunContext>,
    /// Indexes into the cases of the suite, in the order of ids.
    pub(super) selection: Vec<usize>,
    pub(super) known: Option<Arc<KnownFailures>>,
    cost: OnceLock<Cost>,
    notice: Option<String>,
    /// The cases that are left for a later run, as indexes.
    left: HashSet<usize>,
}

impl Runner {
    /// A run of some cases of a suite.
    pub fn new(suite: Arc<Suite>, selection: Vec<usize>, client: Client, ledger: Ledger, options: RunOptions) -> Self {
        let context = RunContext {
            planner: Planner::new(Arc::clone(&suite)),
            suite,
            client,
            ledger,
            pool: Pool::default(),
            given: GivenKeys::default(),
            options,
            knowledge: Knowledge::default(),
            sequence: Sequence::default(),
            key_counts: KeyCounts::default(),
            holdings: Holdings::default(),
        };
        Self {
            context: Arc::new(context),
            selection,
            known: None,
            cost: OnceLock::new(),
            notice: None,
            left: HashSet::new(),
        }
    }

    /// Compares failures with a list of known ones.
    #[must_use]
    pub fn with_known(mut self, known: Option<Arc<KnownFailures>>) -> Self {
        self.known = known;
        self
    }

    /// Lists what is made in a ledger.
    #[must_use]
    pub fn with_ledger(mut self, ledger: Ledger) -> Self {
        // Nothing has a share in it before the run begins.
        if let Some(context) = Arc::get_mut(&mut self.context) {
            context.ledger = ledger;
        }
        self
    }

    /// Uses keys of earlier runs again.
    #[must_use]
    pub fn with_pool(mut self, pool: Pool) -> Self {
        // Nothing has a share in it before the run begins.
        if let Some(context) = Arc::get_mut(&mut self.context) {
            context.pool = pool;
        }
        self
    }

    /// Uses keys that are there, and makes none.
    #[must_use]
    pub fn with_given(mut self, keys: Vec<GivenKey>) -> Self {
        // Nothing has a share in it before the run begins.
        if let Some(context) = Arc::get_mut(&mut self.context) {
            context.given = GivenKeys::new(keys);
        }
        self
    }

    /// Says something to a person when the run begins.
    #[must_use]
    pub fn with_notice(mut self, notice: Option<String>) -> Self {
        self.notice = notice;
        self
    }

    /// Leaves selected cases for a later run.
    #[must_use]
    pub(crate) fn leaving(mut self, left: HashSet<usize>) -> Self {
        self.left = left;
        self.cost = OnceLock::new();
        self
    }

    /// The suite.
    pub(crate) fn suite(&self) -> &Suite {
        &self.context.suite
    }

    /// The indexes of the selected cases, in the order of ids.
    pub(crate) fn selection(&self) -> &[usize] {
        &self.selection
    }

    /// Whether a case is run at all, as far as that is known before.
    pub(crate) fn is_run(&self, index: usize) -> bool {
        self.plan(&self.context.suite.cases[index]).is_ok()
    }

    /// What the run costs if nothing goes wrong.
    pub fn cost(&self) -> Cost {
        *self.cost.get_or_init(|| {
            let run: Vec<usize> = self.selection.iter().copied().filter(|index| !self.left.contains(index)).collect();
            self.cost_of(&run)
        })
    }

    /// What some of the cases cost if nothing goes wrong.
    pub(crate) fn cost_of(&self, selection: &[usize]) -> Cost {
        let mut cost = Cost::default();
        if self.context.options.tour {
            let forecast = Forecast::new(&self.context.planner, selection, self.terms(), &Held::default());
            return Cost { requests: forecast.tally.requests(), keys: forecast.tally.new_keys() };
        }
        for index in selection {
            let case = &self.context.suite.cases[*index];
            if let Ok(plan) = self.plan(case) {
                cost += plan.cost;
            }
        }
        cost
    }

    fn terms(&self) -> Terms {
        let options = &self.context.options;
        Terms {
            tour: options.tour,
            clock: options.clock.moves(),
            regions: self.context.client.target().other_regions().len() >= OtherRegion::ALL.len(),
            observing: Observing {
                confirmations: usize::try_from(options.settle.confirmations).unwrap_or(usize::MAX),
                removals: self.context.verifies_removals(),
            },
            max_keys: options.max_keys,
        }
    }

    /// Runs the cases and emits events. When the run is interrupted, no further case is begun, those that have begun end
    /// early and are torn down, and the rest is reported as not run. When it is stopped at once, nothing is torn down any
    /// more, and what was made by then is reported as left behind.
    pub async fn run(self, interrupt: impl Into<Interrupt>, mut emit: impl FnMut(Event)) -> RunFooter {
        let begin = Instant::now();
        let secrets = self.context.client.secrets().clone();
        // Everything that an endpoint sent passes here before it is reported.
        let mut emit = |mut event: Event| {
            event.redact(&secrets);
            emit(event);
        };
        emit(Event::RunStarted(Box::new(self.header())));
        if let Some(message) = self.notice.clone() {
            emit(Event::Notice { message });
        }
        if let Some(message) = self.context.ledger.torn_line() {
            emit(Event::Notice { message });
        }

        let status = Arc::new(RunStatus::default());
        let interrupt = interrupt.into();
        if interrupt.is_stopped() {
            // Before it began, so that nothing is sent and nobody waits for its end.
            status.halt(interrupt.reason());
        }
        let (sender, stops) = unbounded_channel();
        let watching = watch(Arc::clone(&self.context), Arc::clone(&status), interrupt, sender);
        let watching = AbortOnDropHandle::new(tokio::spawn(watching));

        if self.context.options.max_keys.is_some() {
            self.context.key_counts.plan(self.cost().keys);
        }
        let promised = keep_promises(&self.context, &self.selection, &status.stop).await;
        let journey = Journey::new(&self);
        let mut execution = Execution::new(&self, &journey.positions(), Arc::clone(&status), stops, &mut emit);
        execution.promised = promised;
        let mut journey = Some(journey);
        for turn in Turn::ALL {
            // The cases that search the list of all keys come before, while that is short.
            if turn == Turn::Common
                && let Some(journey) = journey.take()
            {
                execution.run_tour(journey).await;
            }
            execution.run_turn(turn).await;
        }
        let (mut outcomes, stops) = execution.into_outcomes();

        for message in self.sweep_unless_abandoned(&status, stops, &mut outcomes, &mut emit).await {
            emit(Event::Notice { message });
        }
        if let kept @ 1.. = self.context.holdings.number_kept() {
            let keys = if kept == 1 { "1 key is".to_owned() } else { format!("{kept} keys are") };
            let list = self.context.holdings.list_kept();
            emit(Event::Notice {
                message: format!(
                    "{keys} kept as failing cases left them, and the ledger has them, so that `sweep` removes them: {list}"
                ),
            });
        }
        drop(watching);
        outcomes.leaks.extend(self.context.pool.leaks());
        if let Some(reason) = status.why_abandoned() {
            self.add_holdings(&reason, &mut outcomes.leaks);
        }

        let footer = self.footer(begin, outcomes, &status);
        emit(Event::RunFinished(Box::new(footer.clone())));
        footer
    }

    /// The plan of a case, or why it is not run.
    pub(super) fn plan(&self, case: &Case) -> Result<Arc<CasePlan>, Failure> {
        if let Some(reason) = self.context.suite.not_applicable(case) {
            return Err(Failure::skipped(Kind::NotApplicable, reason));
        }
        if let Some(reason) = self.context.suite.not_driven(case) {
            return Err(Failure::skipped(Kind::Unavailable, reason));
        }

        if !self.left.is_empty() && self.context.suite.index_of(case).is_some_and(|index| self.left.contains(&index)) {
            let reason = "the limits of this run leave no room for it, and others were not judged for longer: see --stalest-first";
            return Err(Failure::later(reason));
        }

        let plan = self.context.planner.plan(case);
        let plan = plan.map_err(|error| Failure::inconclusive(Kind::Fixture, error.to_string()))?;
        if plan.moves_clock && !self.context.options.clock.moves() {
            let reason = "the case moves the target's clock, which a run does only with --move-clock (a mock of this \
                          program) or --clock-hook";
            return Err(Failure::skipped(Kind::Unavailable, reason));
        }
        if plan.spans_regions && self.context.client.target().other_regions().len() < OtherRegion::ALL.len() {
            let reason = "the case makes keys in other regions, of which two are needed; on an account they are named by \
                          --other-region";
            return Err(Failure::skipped(Kind::Unavailable, reason));
        }
        if self.context.given.is_on() {
            let index = self.context.suite.index_of(case);
            let serving = index.and_then(|index| Serving::of(&self.context.planner, index, &plan).ok());
            if let Some(reason) = self.context.given.why_not(serving.as_ref()) {
                return Err(Failure::skipped(Kind::Unavailable, reason));
            }
        }
        Ok(Arc::new(plan))
    }

    /// Looks for keys whose creation got no usable response, as long as the clean-up is not abandoned.
    async fn sweep_unless_abandoned(
        &self,
        status: &RunStatus,
        mut stops: UnboundedReceiver<String>,
        outcomes: &mut Outcomes,
        emit: &mut impl FnMut(Event),
    ) -> Vec<String> {
        let mut sweep = std::pin::pin!(self.sweep(outcomes));
        loop {
            tokio::select! {
                biased;
                () = status.abandoned.cancelled() => return Vec::new(),
                Some(reason) = stops.recv() => emit(stopping(&self.context, reason)),
                notices = sweep.as_mut() => return notices,
            }
        }
    }

    /// Adds what the run still holds, since nothing more is removed.
    fn add_holdings(&self, reason: &str, leaks: &mut Vec<Leak>) {
        let RunContext { holdings, key_counts, options, .. } = &*self.context;
        for leak in holdings.leaks(reason) {
            // What could not be removed before has its own reason.
            if !leaks.iter().any(|known| known.what == leak.what) {
                leaks.push(leak);
            }
        }

        let unknown = holdings.creations() + key_counts.unconfirmed();
        if unknown > 0 {
            let reason = format!("{reason}; there may be {unknown} of them, with the mark {}", options.mark);
            leaks.push(unknown_keys(&reason));
        }
    }

    /// Removes keys whose creation got no usable response, and gives the lines that a person should know.
    async fn sweep(&self, outcomes: &mut Outcomes) -> Vec<String> {
        let RunContext { suite, options, client, key_counts, .. } = &*self.context;
        let unconfirmed = key_counts.unconfirmed();
        let Some(index) = self.selection.first().filter(|_| unconfirmed > 0) else { return Vec::new() };

        if client.has_responded() {
            let Swept { notices, leaks } = sweep(&self.context, &suite.cases[*index]).await;
            outcomes.leaks.extend(leaks);
            return notices;
        }

        // A service that has never responded won't list its keys either.
        let create = &suite.service.create.operation;
        vec![format!(
            "requests of {create} without a response: {unconfirmed}; if they had an effect all the same, keys with the \
             mark {} are left behind",
            options.mark
        )]
    }

    fn header(&self) -> RunHeader {
        let suite = &self.context.suite;
        let target = self.context.client.target();

        // Each edition once, in the order of the table and not of ids.
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
                endpoint: target.endpoint.to_string(),
                bundled_mock: self.context.options.bundled_mock,
                version: self.context.options.target_version.clone(),
            },
            suite: SuiteHeader { hash: suite.hash().to_owned(), cases: self.selection.len(), editions },
            seed: Some(self.context.options.seed),
            table: Some(table_header::of(suite)),
            clauses: self.clauses(),
            shard: self.context.options.shard.clone(),
            started_at: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }
    }

    /// What the clauses say that the selected cases stand for.
    fn clauses(&self) -> BTreeMap<String, ClauseText> {
        let suite = &self.context.suite;
        let cases = self.selection.iter().map(|index| &suite.cases[*index]);
        let clauses = cases.filter_map(|case| suite.clauses_of(case).first().copied());
        clauses
            .filter_map(|id| Some((id, suite.clauses.get(id)?)))
            .map(|(id, clause)| {
                let Clause { document, section, says, .. } = clause;
                let text = ClauseText { document: document.clone(), section: section.clone(), says: says.clone() };
                (id.to_string(), text)
            })
            .collect()
    }

    fn footer(&self, begin: Instant, outcomes: Outcomes, status: &RunStatus) -> RunFooter {
        let RunContext { suite, client, key_counts, holdings, pool, .. } = &*self.context;
        let traffic = client.traffic();
        let complete = outcomes.cut == 0 && outcomes.next == self.selection.len();
        RunFooter {
            duration_ms: u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX),
            complete,
            // A run that was stopped when its last case was over is complete.
            stopped: status.reason().filter(|_| !complete),
            summary: outcomes.summary,
            usage: Usage {
                requests: traffic.requests,
                retries: traffic.retries,
                keys_created: key_counts.made(),
                keys_reused: pool.is_on().then(|| pool.taken()),
                keys_left: holdings.amount().keys + holdings.number_kept() as u64,
                clock_skew_seconds: client.clock_skew_seconds(),
            },
            routes: Some(RouteCoverage { total: suite.cells_by_route(), run: outcomes.cells_probed }),
            leaks: leak::lines(&outcomes.leaks),
        }
    }
}
