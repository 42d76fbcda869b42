//! `replay`: the recorded responses of a run, judged again without a network.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::claims::Claims;
use super::standing::Standing;
use super::suite::SuiteArguments;
use super::{CliError, Context, Exit, provider};
use crate::client::Tape;
use crate::diagnostic::counted;
use crate::event::{Event, RunFooter};
use crate::plan::Isolation;
use crate::report::Reports;
use crate::report::console::{Color, Console, ConsoleOptions, Layout, Progress, Signs, TableMode, Verbosity};
use crate::report::har::{RecordedRun, Recording};
use crate::report::json::JsonReport;
use crate::report::junit::{JunitOptions, JunitReport};
use crate::run::Unsupported;
use crate::session::{Limits, LiveTarget, RecordedTarget, Session, SessionOptions, TargetKind};
use crate::signal::Stops;
use crate::suite::Suite;
use crate::suite::selector::Selector;

#[derive(Debug, Args)]
#[command(after_help = super::help::of_terminal(super::help::REPLAY))]
pub(super) struct ReplayArguments {
    /// A recording, as `run --record` writes it
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Use the case files in this folder instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    cases: Option<PathBuf>,
    /// The folder for reports
    #[arg(long, value_name = "DIR", default_value = "reports")]
    reports: PathBuf,
    /// Show only what went wrong, and the closing line
    #[arg(short, long)]
    quiet: bool,
}

/// Judges a recording again.
pub(super) fn replay(arguments: &ReplayArguments, color: Color, context: &Context) -> Result<Exit, CliError> {
    let files = ["results.json", "junit.xml"].map(|name| arguments.reports.join(name));
    let mut claims = Claims::new(&files)?;
    let exit = replay_claimed(arguments, &files, &mut claims, color, context);
    claims.show_previous(context);
    exit
}

fn replay_claimed(
    arguments: &ReplayArguments,
    files: &[PathBuf; 2],
    claims: &mut Claims,
    color: Color,
    context: &Context,
) -> Result<Exit, CliError> {
    let recording = Arc::new(Recording::read(&arguments.file)?);
    let run = &recording.run;
    // A selector says which cloud it is.
    let selectors: Vec<Selector> = run.cases.first().and_then(|id| id.parse().ok()).into_iter().collect();
    let suite = Arc::new(SuiteArguments::of_folder(arguments.cases.clone()).load(&selectors)?);
    let known = |id: &String| suite.case(id).and_then(|case| suite.index_of(case));
    let cases: Vec<usize> = run.cases.iter().filter_map(known).collect();
    for gone in run.cases.iter().filter(|id| suite.case(id).is_none()) {
        context.report(&format!("{gone} was recorded, but there is no such case any more"));
    }

    if run.suite != suite.hash() {
        context.report("the case files are not those of the recording: what they send otherwise was not recorded");
    }
    if cases.is_empty() {
        return Ok(Exit::NothingJudged);
    }

    let mut reports = reports(arguments, files, &suite, run, color, context)?;
    claims.hold()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::Runtime)?;
    let mut standing = Standing::default();

    let footer = runtime.block_on(async {
        let target = LiveTarget::recorded(target(run)?);
        let session = Session::new(Arc::clone(&suite), cases, &target, options(run, &recording, context))?;
        let stops = Stops::listen();
        let report = |mut event: Event| {
            if let Event::RunFinished(footer) = &mut event {
                nothing_is_left(footer);
            }
            standing.event(&event);
            if matches!(event, Event::RunFinished(_)) {
                reports.event(&Event::Notice { message: message(&recording) });
            }
            reports.event(&event);
            if matches!(event, Event::Stopping { .. }) {
                stops.announced();
            }
        };
        let mut footer = session.run(stops.interrupt().clone(), report).await;
        nothing_is_left(&mut footer);
        Ok::<_, CliError>(footer)
    })?;

    runtime.shutdown_background();

    let errors: Vec<String> = reports.into_errors().iter().map(|error| format!("error: {error}")).collect();
    errors.iter().for_each(|error| context.report(error));
    match standing.exit(&footer) {
        Exit::Passed if !errors.is_empty() => Ok(Exit::Inconclusive),
        exit => Ok(exit),
    }
}

/// Nothing was made, whatever a recording without the responses to its removal looks like.
fn nothing_is_left(footer: &mut RunFooter) {
    footer.leaks.clear();
    footer.usage.keys_left = 0;
}

/// What was judged, and what the recording does not have.
fn message(recording: &Recording) -> String {
    let (missing, left) = recording.differences();
    let missing = match missing {
        0 => String::new(),
        missing => format!("; {} no recorded response", counted(missing, "request has", "requests have")),
    };
    let left = match left {
        0 => String::new(),
        left => format!("; {} not requested", counted(left, "recorded response was", "recorded responses were")),
    };
    format!("judged again from a recording, without a network{missing}{left}")
}

fn target(run: &RecordedRun) -> Result<RecordedTarget, CliError> {
    Ok(RecordedTarget {
        provider: provider::find(&run.provider)?.provider(),
        endpoint: run.endpoint.parse()?,
        region: run.region.clone(),
        own_credentials: run.own_credentials,
        kind: match run.kind.as_str() {
            "account" => Some(TargetKind::Account),
            "emulator" => Some(TargetKind::Emulator),
            "loopback" => Some(TargetKind::Loopback),
            _ => None,
        },
        prompt: run.prompt,
        moves_clock: run.moves_clock,
    })
}

fn options(run: &RecordedRun, recording: &Arc<Recording>, context: &Context) -> SessionOptions {
    SessionOptions {
        jobs: Some(std::num::NonZeroUsize::MIN),
        isolation: if run.tour { Isolation::Tour } else { Isolation::Fresh },
        confirmations: run.confirmations.and_then(std::num::NonZeroU32::new),
        settle_timeout: run.settle_timeout.map(Duration::from_millis),
        seed: Some(run.seed),
        mark: Some(run.mark.clone()),
        // Nothing is made, but where there is a limit no creation is sent twice.
        limits: Limits { max_keys: run.max_keys, max_requests: None },
        secrets: context.secrets().clone(),
        confirm_failures: run.confirm_failures,
        strict: run.strict,
        unsupported: if run.skip_unsupported { Unsupported::Skip } else { Unsupported::Fail },
        target_version: run.target_version.clone(),
        tape: Tape::Play(recording.clone()),
        ..SessionOptions::default()
    }
}

fn reports(
    arguments: &ReplayArguments,
    [json, junit]: &[PathBuf; 2],
    suite: &Suite,
    run: &RecordedRun,
    color: Color,
    context: &Context,
) -> Result<Reports, CliError> {
    let private = run.kind == "account" || run.own_credentials;
    context.secrets().keep_in(suite.ids().map(|id| id.as_str()));
    let json = JsonReport::create(json)?.redacting(context.secrets()).private(private);
    let junit = JunitReport::create(junit, JunitOptions::default())?.redacting(context.secrets()).private(private);
    let layout = Layout {
        operations: suite.service.operations.iter().map(ToString::to_string).collect(),
        states: suite.service.states.iter().map(ToString::to_string).collect(),
    };

    let options = ConsoleOptions {
        verbosity: if arguments.quiet { Verbosity::Quiet } else { Verbosity::Normal },
        progress: Progress::None,
        color: color.on(&io::stdout()),
        signs: Signs::of_locale(|name| context.variable(name)),
        width: super::run::width(context),
        height: super::run::height(context),
        wraps: io::stdout().is_terminal(),
        layout,
        table: TableMode::default(),
        again: if run.kind == "mock" { String::new() } else { format!("--endpoint {}", run.endpoint) },
        ..ConsoleOptions::default()
    };

    let mut reports = Reports::new();
    reports.push(Console::new(Box::new(context.stdout()), options));
    reports.push(json);
    reports.push(junit);
    Ok(reports)
}
