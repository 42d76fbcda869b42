//! `run`: the cases against an endpoint, or against the bundled mock.

use std::io::{self, Write};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{ArgAction, ArgMatches, Args, value_parser};

use super::again::Again;
use super::claims::Claims;
use super::github::GitHub;
use super::recording::recorder;
use super::settings::SettingsArguments;
use super::standing::Standing;
use super::suite::{SelectArguments, Selection, SuiteArguments};
use super::target::{Place, TargetArguments, duration, jobs, one_or_more, time_out};
use super::{CliError, Context, Exit, known, provider, report};
use crate::client::Tape;
use crate::diagnostic::counted;
use crate::event::{Event, RunFooter};
use crate::input::is_standard;
use crate::known::KnownFailures;
use crate::mock::Faults;
use crate::plan::Isolation;
use crate::provider::Declaration;
use crate::redact::Secret;
use crate::report::Reports;
use crate::report::baseline::Baseline;
use crate::report::claim::is_report;
use crate::report::console::{Color, Console, ConsoleOptions, Layout, Progress, Signs, TableMode, Verbosity};
use crate::report::destination::is_one_file;
use crate::report::history::HistoryReport;
use crate::report::json::JsonReport;
use crate::report::junit::{InconclusiveAs, JunitOptions, JunitReport};
use crate::run::{GivenKey, HookUrl, Unsupported};
use crate::session::reach;
use crate::session::{
    ClockControl, ClockLock, Endpoint, Limits, LiveTarget, MockOptions, RunningTarget, Session, SessionOptions,
    TargetKind, read_keys,
};
use crate::signal::Stops;
use crate::suite::Suite;
use crate::verdict::Verdict;

/// The variable of the environment with the secret that key material is derived from.
const MATERIAL_SEED: &str = "KMS_CONFORMANCE_MATERIAL_SEED";

/// The biggest file of given keys that is read, in bytes.
const BIGGEST_KEY_FILE: usize = 1 << 20;

/// So many deviations are repeated in a command that is shown.
const MOST_DEVIATIONS: usize = 3;

/// The folder for reports.
pub(super) const REPORTS: &str = "reports";

/// The file in that folder which lists the keys.
pub(super) const LEDGER_FILE: &str = "ledger.jsonl";

/// Arguments of `run`.
#[derive(Debug, Args)]
#[command(after_help = super::help::RUN)]
pub(super) struct RunArguments {
    #[command(flatten)]
    settings: SettingsArguments,
    #[command(flatten)]
    suite: SuiteArguments,
    #[command(flatten)]
    select: SelectArguments,
    #[command(flatten)]
    target: TargetArguments,

    /// How many cases run at the same time [default: 16, on an account 1]
    #[arg(short, long, value_name = "N", value_parser = jobs, help_heading = "Running")]
    jobs: Option<NonZeroUsize>,
    /// How many requests are sent per second at most [default: unlimited, on an account 5]. An account is sent no more of a
    /// kind than the cloud allows, whatever the number is
    #[arg(long, value_name = "N", value_parser = one_or_more::<NonZeroU32>, help_heading = "Running")]
    rate: Option<NonZeroU32>,
    /// Whether each case has keys of its own
    #[arg(long, value_enum, default_value_t, value_name = "HOW", help_heading = "Running")]
    isolation: Isolation,
    /// Where --max-keys, --max-requests or --max-duration leave no room for all cases, run those whose last verdict on this target
    /// is oldest, instead of refusing the run; the others are not run, which does not change the exit code
    #[arg(long, help_heading = "Running")]
    stalest_first: bool,
    /// Use the keys of this file and make none: their ids by class, with the material of those that were given some. Cases share
    /// them, those that need a key of their own are skipped, and the keys end in the state in which they were found
    #[arg(long, value_name = "FILE", conflicts_with = "max_keys", help_heading = "Running")]
    keys: Option<PathBuf>,
    /// Make new keys also where keys of earlier runs wait for their deletion that the ledger names: otherwise, where cases share
    /// keys, those are used again, and their deletion is scheduled anew
    #[arg(long, help_heading = "Running")]
    no_reuse: bool,
    /// How many keys the run may make at most; a run that would make more is not begun, and one that comes to it ends there.
    /// Required on an account, where keys cost money and quota
    #[arg(long, value_name = "N", help_heading = "Limits")]
    max_keys: Option<u64>,
    /// How many requests the run may send at most; a run that would send more is not begun, and one that comes to it ends
    /// there and removes what it made
    #[arg(long, value_name = "N", help_heading = "Limits")]
    max_requests: Option<u64>,
    /// How often in a row a state must be observed before it counts [default: 1, on an account 2]
    #[arg(long, value_name = "N", value_parser = one_or_more::<NonZeroU32>, help_heading = "Running")]
    confirm: Option<NonZeroU32>,
    /// How often a failure must be confirmed on fresh keys before it is reported; 0 reports it at once
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u32).range(0..=100), help_heading = "Running")]
    confirm_failures: u32,
    /// How long to wait for a state [default: 1s, on an account 30s]
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "Running")]
    settle_timeout: Option<Duration>,
    /// How long cases may run, such as 30m: then no further case is begun, the rest is reported as not run, and what was made
    /// is removed. Whatever the limit, a run ends when nothing is received for six times --timeout in a row
    #[arg(long, value_name = "TIME", value_parser = time_out, help_heading = "Limits")]
    max_duration: Option<Duration>,
    /// A URL that moves the target's clock when a POST is sent to it; `{seconds}` is replaced. Time then passes for every key
    /// of the target
    #[arg(long, value_name = "URL", help_heading = "Clock and bundled mock")]
    clock_hook: Option<HookUrl>,
    /// Move the clock of the endpoint, a mock of this program, by its admin API. Time then passes for every key of that mock,
    /// and those that wait for their deletion are gone
    #[arg(long, conflicts_with = "clock_hook", help_heading = "Clock and bundled mock")]
    move_clock: bool,
    /// The environment variable that holds the token of that admin API (`mock --admin-token-env`)
    #[arg(long, value_name = "NAME", requires = "move_clock", help_heading = "Clock and bundled mock")]
    admin_token_env: Option<String>,
    /// Make the bundled mock deviate, such as `Encrypt:Disabled=Success`, or by a name of `mock --list-deviations`; may be
    /// given several times
    #[arg(long, value_name = "DEVIATION", conflicts_with_all = ["endpoint", "region"], help_heading = "Clock and bundled mock")]
    deviate: Vec<String>,
    /// Make faults in the bundled mock, such as `drop-after,probability=0.05`; may be given several times
    #[arg(long, value_name = "RULE", conflicts_with_all = ["endpoint", "region"], help_heading = "Clock and bundled mock")]
    fault: Vec<crate::mock::FaultRule>,
    /// The seed of random faults; the same number makes the same faults
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Clock and bundled mock")]
    fault_seed: u64,
    /// The seed of test data other than key material; the same number makes the same data for a case, however many run at
    /// the same time [default: a new one for each run, which results.json shows]
    #[arg(long, value_name = "N", help_heading = "Running")]
    seed: Option<u32>,
    /// Fail cases whose response the documents only leave room for; otherwise they pass and are listed as lenient
    #[arg(long, help_heading = "Verdicts")]
    strict: bool,
    /// The verdict on a case that needs an operation which the endpoint does not know
    #[arg(long, value_enum, default_value_t, value_name = "WHAT", help_heading = "Verdicts")]
    unsupported: Unsupported,
    /// A list of known failures: cases that fail as listed do not fail the run; `-` is the standard input
    #[arg(long, value_name = "FILE", help_heading = "Verdicts")]
    known: Option<PathBuf>,
    /// The results of another run, such as that of the main branch: what failed there with the same response and for the same
    /// reason does not fail this run
    #[arg(long, value_name = "RESULT", help_heading = "Verdicts")]
    baseline: Option<PathBuf>,
    /// How many cases may be inconclusive in a run that exits with 0
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Verdicts")]
    max_inconclusive: usize,
    /// How many cases may be skipped in a run that exits with 0 [default: any number]
    #[arg(long, value_name = "N", help_heading = "Verdicts")]
    max_skipped: Option<usize>,
    /// How long to wait for an endpoint that is starting, such as 30s: until it responds to a request that changes nothing
    #[arg(long, value_name = "TIME", value_parser = time_out, help_heading = "Running")]
    wait: Option<Duration>,
    /// Leave the keys of failing cases as they are, and list them, so that requests like the failing ones can be sent to them;
    /// `sweep` removes them. Cases then have keys of their own
    #[arg(long, conflicts_with = "keys", help_heading = "Running")]
    keep_keys: bool,
    /// End the run after the first failure
    #[arg(long, help_heading = "Running")]
    fail_fast: bool,

    /// The folder for reports
    #[arg(long, value_name = "DIR", default_value = REPORTS, help_heading = "Reports")]
    reports: PathBuf,
    /// Keep the results in this folder too, without requests and responses: a folder for each target, a file for each run.
    /// `report trend` shows what changes from run to run
    #[arg(long, value_name = "DIR", help_heading = "Reports")]
    history: Option<PathBuf>,
    /// How many runs of one target are kept there; older ones are removed
    #[arg(long, value_name = "N", default_value = "400", value_parser = one_or_more::<NonZeroUsize>, requires = "history", help_heading = "Reports")]
    history_keep: NonZeroUsize,
    /// Which version of the target it is, such as a tag or a commit: reports show it, and a case whose verdict changes while it
    /// stays is flaky
    #[arg(long, value_name = "TEXT", help_heading = "Reports")]
    target_version: Option<String>,
    /// Record every request and response here, as HAR 1.2 without secrets: tools of browsers open it, and `replay` judges it again.
    /// No keys of earlier runs are used then
    #[arg(long, value_name = "FILE", conflicts_with = "keys", help_heading = "Reports")]
    record: Option<PathBuf>,
    /// Write JUnit XML here instead of DIR/junit.xml; `-` is the standard output, which then gets nothing else
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    junit: Option<PathBuf>,
    /// Write JUnit XML that is valid by the schema of Jenkins
    #[arg(long, help_heading = "Reports")]
    junit_strict: bool,
    /// The element of inconclusive cases in JUnit XML
    #[arg(long, value_enum, default_value_t, value_name = "WHAT", help_heading = "Reports")]
    junit_inconclusive: InconclusiveAs,
    /// Write the results here instead of DIR/results.json; `-` is the standard output, which then gets nothing else
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    json: Option<PathBuf>,
    /// How progress is shown
    #[arg(long, value_enum, default_value_t, value_name = "HOW", help_heading = "Reports")]
    progress: Progress,
    /// How much of the table is shown
    #[arg(long, value_enum, default_value_t, value_name = "HOW", help_heading = "Reports")]
    table: TableMode,
    /// Show for each operation how many of its cases are right
    #[arg(long, help_heading = "Reports")]
    operation_summary: bool,
    /// Show every case, and keep the requests and responses of passed cases in the results
    #[arg(short, long, action = ArgAction::Count, conflicts_with = "quiet", help_heading = "Reports")]
    verbose: u8,
    /// Show only what went wrong, and the closing line
    #[arg(short, long, help_heading = "Reports")]
    quiet: bool,
}

impl RunArguments {
    /// Where the results and the JUnit XML go.
    fn report_files(&self) -> [PathBuf; 2] {
        let file = |given: &Option<PathBuf>, name: &str| given.clone().unwrap_or_else(|| self.reports.join(name));
        [file(&self.json, "results.json"), file(&self.junit, "junit.xml")]
    }

    /// The same where only a part of the arguments could be understood.
    pub(super) fn report_files_of(matches: &ArgMatches) -> [PathBuf; 2] {
        let given = |name: &str| matches.try_get_one::<PathBuf>(name).ok().flatten().cloned();
        let folder = given("reports").unwrap_or_else(|| REPORTS.into());
        let file = |flag: &str, name: &str| given(flag).unwrap_or_else(|| folder.join(name));
        [file("json", "results.json"), file("junit", "junit.xml")]
    }

    /// The arguments that a command needs besides its selectors to run cases against the same target.
    fn again(&self, suite: &Suite) -> String {
        let mut again = Again::default();
        self.suite.again(&suite.service.provider, &mut again);
        self.target.again(&mut again);
        // A command with dozens of them is nothing to read.
        if self.deviate.len() <= MOST_DEVIATIONS {
            self.deviate.iter().for_each(|deviation| again.flag("deviate", Some(deviation)));
        }
        again.flag("keys", self.keys.as_ref().map(|path| path.display()));
        again.flag("max-keys", self.max_keys);
        again.line()
    }

    /// Where the keys are listed.
    fn ledger(&self) -> PathBuf {
        self.reports.join(LEDGER_FILE)
    }
}

/// What failures are measured by.
struct Measures {
    known: Option<Arc<KnownFailures>>,
    baseline: Option<Baseline>,
}

/// Runs the cases.
pub(super) fn run(arguments: RunArguments, color: Color, context: &Context) -> Result<Exit, CliError> {
    // Before any file is touched.
    check_places(&arguments)?;
    // However the run ends, the reports of the one before must not look like its own.
    let mut claims = Claims::new(&arguments.report_files())?;
    let exit = run_claimed(arguments, &mut claims, color, context);
    claims.show_previous(context);
    exit
}

fn run_claimed(
    arguments: RunArguments,
    claims: &mut Claims,
    color: Color,
    context: &Context,
) -> Result<Exit, CliError> {
    let suite = Arc::new(arguments.suite.load(&arguments.select.selectors)?);
    let baseline = arguments.baseline.as_deref().map(|path| baseline(path, &suite, context)).transpose()?;
    let known = arguments.known.as_deref().map(|path| known::read(path, &suite)).transpose()?;
    let provider = provider::find(&suite.service.provider)?;
    // What is wrong with the mock on purpose is wanted of the mock, whatever endpoint a variable names.
    let place = match arguments.deviate.is_empty() && arguments.fault.is_empty() {
        true => arguments.target.place(provider, context)?,
        false => Place::BundledMock,
    };
    if arguments.keep_keys && matches!(place, Place::BundledMock) {
        return Err(CliError::NothingToKeep);
    }
    let selection = arguments.select.select(&suite, place.routes())?;
    // Before anything is started, and before credentials are looked for.
    if selection.cases.is_empty() {
        return Ok(Exit::NothingJudged);
    }

    let endpoint = endpoint(&arguments, place, provider, context)?;
    let measures = Measures { known: known.map(Arc::new), baseline };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::Runtime)?;
    let exit = runtime.block_on(execute(arguments, claims, suite, selection, endpoint, measures, color, context));
    // Whatever still waits, such as for the address of a host, has nothing to say any more.
    runtime.shutdown_background();
    exit
}

#[expect(clippy::too_many_arguments, reason = "each is something else, and they are used once")]
async fn execute(
    arguments: RunArguments,
    claims: &mut Claims,
    suite: Arc<Suite>,
    Selection { cases, shard }: Selection,
    endpoint: Endpoint,
    Measures { known, mut baseline }: Measures,
    color: Color,
    context: &Context,
) -> Result<Exit, CliError> {
    let moves_clock = arguments.move_clock || arguments.clock_hook.is_some();
    let _clock = match &endpoint {
        Endpoint::Running(running) if moves_clock => {
            Some(ClockLock::take(&running.target.endpoint, &std::env::temp_dir())?)
        }
        Endpoint::Running(_) | Endpoint::BundledMock(..) => None,
    };
    let target = LiveTarget::start(endpoint, &arguments.target.connection(context)).await?;
    if let Some(limit) = arguments.wait {
        wait(&suite, &target, limit, &arguments, context).await;
    }
    let mut options = SessionOptions { shard, ..options(&arguments, &suite, known, context)? };
    let recorder = match &arguments.record {
        Some(path) => Some(recorder(path, &suite, &cases, &target, &mut options)?),
        None => None,
    };
    let session = Session::new(Arc::clone(&suite), cases, &target, options)?;
    // Before the first request, and also if the reports are quiet.
    if let Some(announcement) = session.announcement() {
        context.report(announcement);
    }
    // Requests and responses of an account are nobody else's business, and a tunnel may lead to one.
    let private = target.kind() == Some(TargetKind::Account) || session.announcement().is_some();
    let mut reports = reports(&arguments, &suite, private, color, context)?;
    // Their folders are there now.
    claims.hold()?;

    let mut github = GitHub::new(context);
    let stops = Stops::listen();
    let mut standing = Standing::default();
    let report = |event: Event| {
        standing.event(&event);
        match (&mut baseline, &event) {
            (Some(baseline), Event::CaseFinished(case)) => baseline.add(case),
            // The end of the run is shown with it.
            (Some(baseline), Event::RunFinished(_)) => reports.event(&Event::Notice { message: baseline.message() }),
            _ => {}
        }
        reports.event(&event);
        github.event(&event);
        if matches!(event, Event::Stopping { .. }) {
            stops.announced();
        }
    };
    let footer = session.run(stops.interrupt().clone(), report).await;
    let mut errors: Vec<String> = reports.into_errors().iter().map(ToString::to_string).collect();
    let recorded = recorder.map(|recorder| recorder.finish(context.secrets()));
    errors.extend(recorded.and_then(Result::err).map(|error| error.to_string()));
    let is_output_taken = arguments.report_files().iter().any(|file| is_standard(file));
    let folder = arguments.suite.cases.as_deref().map_or_else(|| "cases".into(), Path::to_string_lossy);
    errors.extend(github.finish(&folder, is_output_taken, context).err());
    for error in &errors {
        context.report(&format!("error: {error}"));
    }

    let footer = baseline.map_or(footer.clone(), |baseline| baseline.without_old(&footer));
    let (footer, too_many) = within_limits(footer, &arguments);
    for message in &too_many {
        context.report(message);
    }
    match standing.exit(&footer) {
        // A run whose report could not be written must not look like one that went well.
        Exit::Passed if !errors.is_empty() || !too_many.is_empty() => Ok(Exit::Inconclusive),
        exit => Ok(exit),
    }
}

/// Waits until the endpoint responds, and says so if it does not: the run then finds out the rest.
async fn wait(suite: &Suite, target: &LiveTarget, limit: Duration, arguments: &RunArguments, context: &Context) {
    if target.is_bundled_mock() {
        return;
    }
    let connection = arguments.target.connection(context);
    if let Err(unreachable) = reach::wait(suite, target.target(), &connection, limit).await {
        context.report(&unreachable.into_text());
    }
}

/// The footer without the inconclusive cases that are allowed, and what there is too much of.
fn within_limits(mut footer: RunFooter, arguments: &RunArguments) -> (RunFooter, Vec<String>) {
    let RunArguments { max_inconclusive, max_skipped, .. } = arguments;
    let mut too_many = Vec::new();
    let summary = &mut footer.summary;
    if summary.inconclusive <= *max_inconclusive {
        summary.inconclusive = 0;
    } else if *max_inconclusive > 0 {
        let cases = counted(summary.inconclusive, "case is", "cases are");
        too_many.push(format!("{cases} inconclusive, more than the {max_inconclusive} of --max-inconclusive"));
    }
    if let Some(most) = max_skipped.filter(|most| summary.skipped > *most) {
        let cases = counted(summary.skipped, "case was", "cases were");
        too_many.push(format!("{cases} skipped, more than the {most} of --max-skipped"));
    }
    (footer, too_many)
}

/// The results that the run is measured by.
fn baseline(path: &Path, suite: &Suite, context: &Context) -> Result<Baseline, CliError> {
    let (results, path) = (report::read(path, context)?, path.display().to_string());
    let (of, provider) = (&results.target.provider, &suite.service.provider);
    if of != provider {
        return Err(CliError::OtherBaseline { path, of: of.clone(), provider: provider.clone() });
    }
    Ok(Baseline::new(path, results))
}

/// What is tested: the bundled mock, or what runs at a URL.
fn endpoint(
    arguments: &RunArguments,
    place: Place,
    provider: &Declaration,
    context: &Context,
) -> Result<Endpoint, CliError> {
    let provider = arguments.target.provider(provider)?;
    let Place::Url(url, kind) = place else {
        let faults = Faults { seed: arguments.fault_seed, rules: arguments.fault.clone() };
        return Ok(Endpoint::BundledMock(provider, MockOptions { deviations: arguments.deviate.clone(), faults }));
    };

    let target = arguments.target.target(provider, url, kind, context)?;
    let clock = match (&arguments.clock_hook, arguments.move_clock) {
        (Some(url), _) => ClockControl::Hook(url.clone()),
        (None, true) => ClockControl::AdminApi { token: admin_token(arguments, context)? },
        (None, false) => ClockControl::Forbidden,
    };
    let consent = arguments.target.consent();
    Ok(Endpoint::Running(Box::new(RunningTarget { target, kind, consent, clock })))
}

fn admin_token(arguments: &RunArguments, context: &Context) -> Result<Option<Secret>, CliError> {
    let Some(name) = &arguments.admin_token_env else { return Ok(None) };
    context.secret(name)?.map(Some).ok_or_else(|| CliError::NoToken(name.clone()))
}

fn options(
    arguments: &RunArguments,
    suite: &Suite,
    known: Option<Arc<KnownFailures>>,
    context: &Context,
) -> Result<SessionOptions, CliError> {
    let material_seed = context.secret(MATERIAL_SEED)?;
    Ok(SessionOptions {
        jobs: arguments.jobs,
        rate: arguments.rate,
        isolation: match arguments.isolation {
            // A key of a tour goes on to the next case.
            Isolation::Auto if arguments.keep_keys => Isolation::Fresh,
            chosen => chosen,
        },
        confirmations: arguments.confirm,
        settle_timeout: arguments.settle_timeout,
        max_duration: arguments.max_duration,
        mark: None,
        tape: Tape::Off,
        seed: arguments.seed,
        connection: arguments.target.connection(context),
        limits: Limits { max_keys: arguments.max_keys, max_requests: arguments.max_requests },
        ledger: Some(arguments.ledger()),
        keys: given_keys(arguments.keys.as_deref(), suite, context)?,
        stalest_first: arguments.stalest_first,
        reuse: !arguments.no_reuse,
        material_seed,
        secrets: context.secrets().clone(),
        known,
        keep_keys: arguments.keep_keys,
        fail_fast: arguments.fail_fast,
        // Nothing else shows the exchanges of cases that passed.
        keep_exchanges: arguments.verbose > 0,
        shard: None,
        target_version: arguments.target_version.clone(),
        confirm_failures: arguments.confirm_failures,
        strict: arguments.strict,
        unsupported: arguments.unsupported,
    })
}

/// The keys that a run is given.
pub(super) fn given_keys(path: Option<&Path>, suite: &Suite, context: &Context) -> Result<Vec<GivenKey>, CliError> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let text = crate::input::read_text(path, BIGGEST_KEY_FILE);
    let text = text.map_err(|source| CliError::ReadKeys { path: path.to_owned(), source })?;
    let secret = |name: &str| context.secret(name).map_err(|error| error.to_string());
    Ok(read_keys(path, &text, suite, secret)?)
}

fn reports(
    arguments: &RunArguments,
    suite: &Suite,
    private: bool,
    color: Color,
    context: &Context,
) -> Result<Reports, CliError> {
    // What they hold of a secret stands in an id or is a word of theirs, and those stay whole.
    context.secrets().keep_in(suite.ids().map(|id| id.as_str()));
    context.secrets().keep_in(Verdict::ALL.iter().map(|verdict| verdict.name()));

    let verbosity = match (arguments.quiet, arguments.verbose) {
        (true, _) => Verbosity::Quiet,
        (false, 0) => Verbosity::Normal,
        (false, _) => Verbosity::Verbose,
    };
    let layout = Layout {
        operations: suite.service.operations.iter().map(ToString::to_string).collect(),
        states: suite.service.states.iter().map(ToString::to_string).collect(),
    };

    let [json, junit] = arguments.report_files();
    let json = JsonReport::create(json)?.redacting(context.secrets()).private(private);
    let options = JunitOptions { strict: arguments.junit_strict, inconclusive: arguments.junit_inconclusive };
    let junit = JunitReport::create(junit, options)?.redacting(context.secrets()).private(private);

    // A report on the standard output must be alone there to be of use.
    let is_taken = arguments.report_files().iter().any(|file| is_standard(file));
    let (out, color): (Box<dyn Write + Send>, bool) = match is_taken {
        true => (Box::new(context.stderr()), color.on(&io::stderr())),
        false => (Box::new(context.stdout()), color.on(&io::stdout())),
    };

    let mut reports = Reports::new();
    reports.push(Console::new(
        out,
        ConsoleOptions {
            verbosity,
            progress: arguments.progress,
            // Neither can go back to the beginning of a line.
            redraws: context.variable("TERM").is_none_or(|name| name != "dumb") && context.variable("CI").is_none(),
            color,
            signs: Signs::of_locale(|name| context.variable(name)),
            width: width(context),
            layout,
            table: arguments.table,
            operations: arguments.operation_summary,
            again: arguments.again(suite),
        },
    ));
    reports.push(json);
    reports.push(junit);
    if let Some(folder) = &arguments.history {
        let history = HistoryReport::create(folder, arguments.history_keep)?;
        reports.push(history.redacting(context.secrets(), private));
    }
    Ok(reports)
}

/// Whether no report would be written over another one, or over a file that the run needs.
fn check_places(arguments: &RunArguments) -> Result<(), CliError> {
    const RESULTS: &str = "the results (--json)";
    const JUNIT: &str = "JUnit XML (--junit)";
    const KNOWN: &str = "the list of known failures (--known)";
    const BASELINE: &str = "the baseline (--baseline)";
    const CERTIFICATES: &str = "the certificates (--ca-file)";
    const LEDGER: &str = "the ledger of keys";
    const RECORDING: &str = "the recording (--record)";
    const CASE_FILE: &str = "a case file (--cases)";

    let apart = |one: &Path, other: &Path, of: [&'static str; 2]| match is_one_file(one, other) {
        true => Err(CliError::OnePlace { path: one.display().to_string(), of }),
        false => Ok(()),
    };
    let [json, junit] = arguments.report_files();
    apart(&json, &junit, [RESULTS, JUNIT])?;
    let known = arguments.known.as_deref().filter(|path| !is_standard(path));
    let baseline = arguments.baseline.as_deref().filter(|path| !is_standard(path));
    let certificates = arguments.target.ca_file.as_deref();
    let ledger = arguments.ledger();
    for (report, name) in [(&json, RESULTS), (&junit, JUNIT)] {
        known.map_or(Ok(()), |known| apart(known, report, [KNOWN, name]))?;
        baseline.map_or(Ok(()), |baseline| apart(baseline, report, [BASELINE, name]))?;
        certificates.map_or(Ok(()), |file| apart(file, report, [CERTIFICATES, name]))?;
        apart(&ledger, report, [LEDGER, name])?;
        arguments.record.as_deref().map_or(Ok(()), |record| apart(record, report, [RECORDING, name]))?;
        if arguments.suite.holds(report) && !is_report(report) {
            return Err(CliError::OnePlace { path: report.display().to_string(), of: [CASE_FILE, name] });
        }
    }
    Ok(())
}

/// The width of the terminal, or of a page if there is none.
pub(super) fn width(context: &Context) -> usize {
    const PAGE: usize = 100;
    // A terminal that does not know its width says 0.
    let given = context.variable("COLUMNS").and_then(|text| text.parse().ok()).filter(|width| *width > 0);
    given.or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))).unwrap_or(PAGE)
}
