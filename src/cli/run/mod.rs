//! `run`: the cases against an endpoint, or against the bundled mock.
//!
//! - `arguments`: what can be given on the command line;
//! - `places`: the files of a run, none of which may take the place of another;
//! - `endpoint`: what is tested, and how long it is waited for;
//! - `options`: the options of the session;
//! - `reports`: what is written of it;
//! - `measures`: what its verdicts are measured by.

mod arguments;
mod endpoint;
mod measures;
mod options;
mod places;
mod reports;

use std::sync::Arc;

pub(super) use self::arguments::RunArguments;
use self::endpoint::{endpoint, wait};
use self::measures::{Measures, baseline, within_limits};
pub(super) use self::options::given_keys;
use self::options::options;
use self::places::check_places;
use self::reports::reports;
pub(super) use self::reports::{height, width};
use super::claims::Claims;
use super::github::GitHub;
use super::recording::recorder;
use super::standing::Standing;
use super::suite::Selection;
use super::target::Place;
use super::{CliError, Context, Exit, known, provider};
use crate::event::Event;
use crate::input::is_standard;
use crate::report::baseline::Baseline;
use crate::report::console::Color;
use crate::session::{ClockLock, Endpoint, KeyLocks, LiveTarget, Session, SessionOptions, TargetKind};
use crate::signal::Stops;
use crate::suite::Suite;

/// The folder for reports.
pub(super) const REPORTS: &str = "reports";

/// The file in that folder which lists the keys.
pub(super) const LEDGER_FILE: &str = "ledger.jsonl";

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

    // What is wrong with the mock on purpose is meant for the mock, whatever endpoint a variable names.
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
    let _clock = lock_clock(&arguments, &endpoint)?;
    let target = LiveTarget::start(endpoint, &arguments.target.connection(context)).await?;
    let is_ready = match arguments.wait {
        Some(limit) => wait(&suite, &target, limit, &arguments, context).await,
        None => true,
    };

    let mut options = SessionOptions { shard, ..options(&arguments, &suite, known, context)? };
    let _keys = KeyLocks::take(&options.keys, &target.target().endpoint, &std::env::temp_dir())?;
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
    if !is_ready {
        // Nothing that changes something is sent to a service that is not there, and the reports say that nothing was.
        stops.interrupt().stop_for("the endpoint did not respond in the time that --wait gives it".to_owned());
    }
    let mut standing = Standing::default();
    let folder: Option<Arc<str>> = arguments.suite.folder().map(Arc::from);
    let report = |mut event: Event| {
        if let (Event::CaseFinished(case), Some(folder)) = (&mut event, &folder) {
            case.source.folder = Some(Arc::clone(folder));
        }
        standing.event(&event);
        match (&mut baseline, &event) {
            (Some(baseline), Event::CaseFinished(case)) => baseline.add(case),
            // The end of the run is shown with it.
            (Some(baseline), Event::RunFinished(_)) => reports.event(&Event::Notice { message: baseline.message() }),
            _ => {}
        }
        reports.event(&event);
        let only_new = baseline.as_ref().and_then(|baseline| baseline.without_old_in(&event));
        github.event(only_new.as_ref().unwrap_or(&event));
        if matches!(event, Event::Stopping { .. }) {
            stops.announced();
        }
    };
    let footer = session.run(stops.interrupt().clone(), report).await;

    let mut errors: Vec<String> = reports.into_errors().iter().map(ToString::to_string).collect();
    let recorded = recorder.map(|recorder| recorder.finish(context.secrets()));
    errors.extend(recorded.and_then(Result::err).map(|error| error.to_string()));
    let is_output_taken = arguments.report_files().iter().any(|file| is_standard(file));
    let measure = baseline.as_ref().map(Baseline::message);
    errors.extend(github.finish(measure.as_deref(), is_output_taken, context).err());
    for error in &errors {
        context.report(&format!("error: {error}"));
    }

    // Else who sends a request to one of them sees a key that waits for its deletion, and takes its rejection for the right response.
    if footer.summary.fail > 0
        && !arguments.keep_keys
        && target.kind().is_some()
        && arguments.keys.is_none()
        && !arguments.quiet
    {
        context.report(
            "note: the keys of failing cases were removed; with --keep-keys they stay, and `call` sends them requests",
        );
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

/// The clock of an endpoint for this run alone, if the run moves it. The mock of this process has a clock of its own.
fn lock_clock(arguments: &RunArguments, endpoint: &Endpoint) -> Result<Option<ClockLock>, CliError> {
    match endpoint {
        Endpoint::Running(running) if arguments.move_clock || arguments.clock_hook.is_some() => {
            Ok(Some(ClockLock::take(&running.target.endpoint, &std::env::temp_dir())?))
        }
        Endpoint::Running(_) | Endpoint::BundledMock(..) => Ok(None),
    }
}
