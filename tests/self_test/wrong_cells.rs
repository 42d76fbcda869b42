//! Every cell of the table made wrong, one at a time: its own cases fail, and no other case does.
//!
//! A case that needs the wrong cell for its fixture, or that can't see an effect because of it, may become
//! inconclusive, and so may a case of the cell itself whose route meets it before; anything else would blame a
//! promise that is kept. Each case has a mock of its own, so that a deviation
//! which is met when the account holds a key in some state is met by the keys of the case and no others.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::sync::Arc;

use kms_conformance::client::{Client, ClientOptions, RequestAgain, Target};
use kms_conformance::event::{CaseResult, Event};
use kms_conformance::ledger::Ledger;
use kms_conformance::mock::{AlibabaConfig, Deviation, Operation, Service, serve};
use kms_conformance::plan::{Planner, RouteStep};
use kms_conformance::provider::alibaba::Alibaba;
use kms_conformance::provider::{Credentials, Provider};
use kms_conformance::redact::Secret;
use kms_conformance::run::{RunOptions, Runner, Settle, TargetClock, new_mark};
use kms_conformance::suite::Suite;
use kms_conformance::suite::case::{Case, Subject};
use kms_conformance::suite::files::embedded;
use kms_conformance::suite::load::load;
use kms_conformance::suite::name::{Code, State};
use kms_conformance::suite::row::{Cell, Row};
use kms_conformance::suite::step::Expected;
use kms_conformance::verdict::{Kind, Verdict};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How many cases run at the same time; more only makes the machine busier.
const JOBS: usize = 8;

/// The status by which the response of a wrong cell is known; no other response has it.
const MARK: u16 = 418;

/// A cell of the table and its cases that can run.
struct TargetCell<'a> {
    row: &'a Row,
    state: &'a State,
    cell: &'a Cell,
    own: Vec<usize>,
}

/// A cell made wrong in some way, and a case.
struct Trial {
    cell: usize,
    outcome: String,
    case: usize,
}

/// What a case came to on a mock of its own.
struct CaseRun {
    result: CaseResult,
    /// How often each operation was called, in the order of [`Operation::ALL`].
    requests: Vec<u64>,
}

/// Set `KMS_CONFORMANCE_ALL_MUTANTS` to try the rejections of all other cells in every cell, which takes several times as
/// long.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "campaign: some thousand cases, each against a mock of its own"]
async fn a_wrong_cell_fails_its_own_cases_and_no_others() {
    let exhaustive = std::env::var_os("KMS_CONFORMANCE_ALL_MUTANTS").is_some();
    let suite = Arc::new(load(embedded(), None).unwrap());

    let right = run_cases(&suite, (0..suite.cases.len()).map(|case| (None, case)).collect()).await;
    for CaseRun { result, .. } in &right {
        assert!(matches!(result.verdict, Verdict::Pass | Verdict::Skipped), "{}: {}", result.id, result.reason);
    }
    let runs = |case: usize| right[case].result.verdict == Verdict::Pass;
    let cells = cells(&suite, runs);

    // A case that never calls the operation can't meet the cell. Of those that call it, the marked response shows which
    // do.
    let mut marked = Vec::new();
    for (index, cell) in cells.iter().enumerate() {
        let operation: Operation = cell.row.operation.as_str().parse().unwrap();
        let own = |case: &usize| cell.own.contains(case) || is_canonical(&suite.cases[*case]);
        let calls = |case: &usize| runs(*case) && right[*case].requests[operation as usize] > 0 && own(case);
        let outcome = format!("{MARK}/{}", marked_code(&suite, cell.cell));
        marked.extend((0..suite.cases.len()).filter(calls).map(|case| Trial {
            cell: index,
            outcome: outcome.clone(),
            case,
        }));
    }

    let marked_runs = run_cases(&suite, deviant(&cells, &marked)).await;
    let met = marked.iter().zip(&marked_runs).filter(|(_, run)| met_mark(&run.result)).map(|(trial, _)| trial);
    let others: Vec<Trial> = met
        .flat_map(|trial| {
            let outcomes = wrong_outcomes(&suite, &cells[trial.cell], exhaustive);
            outcomes.into_iter().map(|outcome| Trial { outcome, ..*trial })
        })
        .collect();

    let other_runs = run_cases(&suite, deviant(&cells, &others)).await;

    let planner = Planner::new(Arc::clone(&suite));
    let mut breaches: BTreeMap<String, String> = BTreeMap::new();
    let trials = marked.iter().zip(&marked_runs).chain(others.iter().zip(&other_runs));
    for (trial, CaseRun { result, .. }) in trials {
        let cell = &cells[trial.cell];
        let in_passing = || matches!(result.kind, Some(Kind::Fixture | Kind::Effect));
        let wrong = match (cell.own.contains(&trial.case), result.verdict) {
            (true, Verdict::Fail) | (false, Verdict::Pass) => continue,
            (false, Verdict::Inconclusive) if in_passing() => continue,
            (true, Verdict::Inconclusive) if in_passing() && leads_through(&planner, trial.case, cell) => continue,
            (true, _) => "is of the cell and did not fail",
            (false, _) => "is not of the cell",
        };
        let kind = result.kind.map(Kind::name).unwrap_or_default();
        let text = breaches.entry(deviation_text(cell, &trial.outcome)).or_default();
        let _ = writeln!(text, "  {} {wrong}: {} {kind}: {}", result.id, result.verdict, result.reason);
    }

    println!("{} cells, {} cases run with one of them wrong", cells.len(), marked.len() + others.len());
    let report: String = breaches.iter().map(|(deviation, text)| format!("{deviation}\n{text}")).collect();
    assert!(breaches.is_empty(), "{} wrong cells break the rule:\n{report}", breaches.len());
}

/// The cells that have a case which can run.
fn cells(suite: &Suite, runs: impl Fn(usize) -> bool) -> Vec<TargetCell<'_>> {
    let rows = suite.rows.iter().flat_map(|row| row.cells.iter().map(move |(state, cell)| (row, state, cell)));
    let cells = rows.map(|(row, state, cell)| {
        let own = |case: &usize| runs(*case) && is_of(suite, &suite.cases[*case], row, state);
        TargetCell { row, state, cell, own: (0..suite.cases.len()).filter(own).collect() }
    });
    cells.filter(|cell| !cell.own.is_empty()).collect()
}

/// Whether a case probes this cell: for a move, the state of the target key counts.
fn is_of(suite: &Suite, case: &Case, row: &Row, wanted: &State) -> bool {
    let (index, state) = match &case.subject {
        Subject::Cell { row, state, .. } => (row, state),
        Subject::Move { row, target: (_, state), .. } => (row, state),
        Subject::Scenario { .. } => return false,
    };
    suite.rows[*index].operation == row.operation && state == wanted
}

/// Whether the route of a case leads through a cell, where it is not the shortest.
fn leads_through(planner: &Planner, case: usize, cell: &TargetCell<'_>) -> bool {
    let case = &planner.suite().cases[case];
    if is_canonical(case) {
        return false;
    }

    planner.plan(case).unwrap().keys.iter().any(|key| {
        let mut at = planner.new_key(&key.class).unwrap().state;
        key.route.steps.iter().any(|step| match step {
            RouteStep::Prepare(fixture) => {
                let operation = &planner.suite().service.fixtures[fixture].operation;
                *operation == cell.row.operation && at == *cell.state
            }
            RouteStep::Drive { operation, to, .. } => {
                let before = std::mem::replace(&mut at, to.state.clone());
                *operation == cell.row.operation && before == *cell.state
            }
            RouteStep::Advance { to, .. } => {
                at = to.state.clone();
                false
            }
        })
    })
}

/// Whether a case takes the shortest route. Of other cells' cases only these run, for the others meet a wrong cell in the
/// same calls.
fn is_canonical(case: &Case) -> bool {
    !matches!(case.subject, Subject::Cell { route: Some(_), .. })
}

/// The code of the marked response: the cell's own under another status, or any rejection where the cell succeeds.
fn marked_code<'a>(suite: &'a Suite, cell: &'a Cell) -> &'a str {
    let table = suite.rows.iter().flat_map(|row| row.cells.values());
    let mut outcomes = std::iter::once(cell).chain(table).flat_map(|cell| &cell.expect.outcomes);
    outcomes.find(|one| !one.code.is_success()).unwrap().code.as_str()
}

/// Other outcomes that the cell does not allow: a success where it rejects, and a rejection of another cell, in the same
/// row if there is one, since that is the one that may be mistaken for another state.
fn wrong_outcomes(suite: &Suite, target: &TargetCell<'_>, exhaustive: bool) -> Vec<String> {
    let expect = &target.cell.expect;
    let allowed = |one: &Expected| {
        expect.outcomes.iter().chain(expect.accept.iter().map(|one| &one.outcome)).any(|any| any == one)
    };
    let row = target.row.cells.values();
    let table = suite.rows.iter().flat_map(|row| row.cells.values());
    let mut outcomes: Vec<String> = Vec::new();

    for one in row.chain(table).flat_map(|cell| &cell.expect.outcomes).filter(|one| !allowed(one)) {
        let outcome = if one.code.is_success() { one.code.to_string() } else { format!("{}/{}", one.status, one.code) };
        if !outcomes.contains(&outcome) {
            outcomes.push(outcome);
        }
    }

    if !exhaustive {
        let mut rejections = 0;
        outcomes.retain(|outcome| {
            rejections += usize::from(outcome != Code::SUCCESS);
            outcome == Code::SUCCESS || rejections == 1
        });
    }
    outcomes
}

/// Whether the case received the response of the wrong cell.
fn met_mark(result: &CaseResult) -> bool {
    result.exchanges.iter().any(|exchange| exchange.response.as_ref().is_some_and(|response| response.status == MARK))
}

fn deviation_text(cell: &TargetCell<'_>, outcome: &str) -> String {
    format!("{}:{}={outcome}", cell.row.operation, cell.state)
}

fn deviant(cells: &[TargetCell<'_>], trials: &[Trial]) -> Vec<(Option<Deviation>, usize)> {
    let deviation = |trial: &Trial| deviation_text(&cells[trial.cell], &trial.outcome).parse().unwrap();
    trials.iter().map(|trial| (Some(deviation(trial)), trial.case)).collect()
}

/// Runs cases, each on a mock of its own with a deviation or none; the results are in the same order.
async fn run_cases(suite: &Arc<Suite>, wanted: Vec<(Option<Deviation>, usize)>) -> Vec<CaseRun> {
    let count = wanted.len();
    let places = Arc::new(Semaphore::new(JOBS));
    let mut tasks = JoinSet::new();
    for (index, (deviation, case)) in wanted.into_iter().enumerate() {
        let place = Arc::clone(&places).acquire_owned().await.unwrap();
        let suite = Arc::clone(suite);
        tasks.spawn(async move {
            let run = run_case(suite, deviation, case).await;
            drop(place);
            (index, run)
        });
    }
    let mut results: Vec<Option<CaseRun>> = (0..count).map(|_| None).collect();
    while let Some(done) = tasks.join_next().await {
        let (index, run) = done.unwrap();
        results[index] = Some(run);
    }
    results.into_iter().map(Option::unwrap).collect()
}

async fn run_case(suite: Arc<Suite>, deviation: Option<Deviation>, case: usize) -> CaseRun {
    let deviations = deviation.into_iter().collect();
    let service = Arc::new(Service::new(AlibabaConfig { deviations, ..AlibabaConfig::default() }).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let shutdown = CancellationToken::new();
    let server = tokio::spawn(serve(listener, Arc::clone(&service), shutdown.clone()));

    let provider = Alibaba::default();
    let region = provider.default_region().to_owned();
    let secret = Secret::new("testsecret");
    let credentials = Credentials { access_key_id: "testid".to_owned(), secret, token: None };
    let endpoint = endpoint.parse().unwrap();
    let target = Target {
        provider: Arc::new(provider),
        endpoint,
        region,
        other_regions: None,
        credentials,
        again: RequestAgain::default(),
    };
    let client = Client::new(target, ClientOptions::default()).unwrap();
    let mark = new_mark();
    let clock = Arc::clone(&service);

    let options = RunOptions {
        jobs: NonZeroUsize::MIN,
        fail_fast: false,
        settle: Settle::default(),
        clock: TargetClock::Function(Arc::new(move |by| clock.advance(by))),
        keep_exchanges: true,
        mark: mark.clone(),
        attempts: 3,
        bundled_mock: true,
        ..RunOptions::default()
    };

    let mut result = None;
    Runner::new(suite, vec![case], client, Ledger::none(mark), options)
        .run(CancellationToken::new(), |event| {
            if let Event::CaseFinished(case) = event {
                result = Some(*case);
            }
        })
        .await;

    shutdown.cancel();
    server.await.unwrap();
    let requests = Operation::ALL.iter().map(|operation| service.requests(*operation)).collect();
    CaseRun { result: result.unwrap(), requests }
}
