//! `self-test`: the suite against every deviation that the bundled mock knows, and against poor emulators.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::provider::must_have_mock;
use super::suite::SuiteArguments;
use super::target::jobs;
use super::{CliError, Context, Exit};
use crate::near::nearest;
use crate::self_test::{
    CatalogueEntry, Comparison, Others, PoorEmulator, PoorTable, PoorTest, PoorTrial, SelfTest, Table, Trial,
    catalogue, comparison_summary, poor_emulators, poor_summary, summary,
};
use crate::signal::Stops;
use crate::suite::route_limit::RouteLimit;

#[derive(Debug, Args)]
#[command(after_help = super::help::SELF_TEST)]
pub(super) struct SelfTestArguments {
    /// Try only deviations and poor emulators whose names contain one of these texts, such as `Encrypt:Disabled` [default:
    /// all]
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    #[command(flatten)]
    suite: SuiteArguments,
    /// Run only the cases that must catch a deviation, and not all others, which must not notice it. Poor emulators are
    /// always tried with all cases
    #[arg(long)]
    named_only: bool,
    /// The routes by which cells are run that must not notice a deviation: `canonical` (the shortest), `all`, or also those of
    /// at most N calls. The cases that must catch it, and poor emulators, are run by all
    #[arg(long, value_name = "canonical|all|N", default_value = "all", conflicts_with = "named_only")]
    routes: RouteLimit,
    /// Leave out the cases that send no operation which the deviation concerns: to them the mock is the one that they know
    #[arg(long, conflicts_with = "named_only")]
    concerned_only: bool,
    /// Run the cases on keys of a tour as well, and compare the verdicts with those on fresh keys
    #[arg(long)]
    compare: bool,
    /// How many are tried at the same time [default: the number of processors]
    #[arg(long, value_name = "N", value_parser = jobs)]
    jobs: Option<NonZeroUsize>,
    /// Show only what went wrong, and the closing line
    #[arg(short, long)]
    quiet: bool,
}

/// Tries the suite.
pub(super) fn self_test(arguments: &SelfTestArguments, context: &Context) -> Result<Exit, CliError> {
    let suite = Arc::new(arguments.suite.load(&[])?);
    must_have_mock(&suite.service.provider)?;
    let Tried { entries, emulators } = named(&suite.service.provider, &arguments.names)?;
    let others = match arguments.named_only {
        true => Others::of([]),
        false => {
            let all = Others::all(&suite);
            let cases = arguments.routes.limit(&suite, &all.cases, &[]);
            Others { concerned_only: arguments.concerned_only, ..Others::of(cases) }
        }
    };
    let jobs = arguments.jobs.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
    let (wanted, wanted_emulators) = (entries.len(), emulators.len());
    let compare = arguments.compare;
    let test = SelfTest { suite: Arc::clone(&suite), entries, others, compare, jobs };
    let poor = PoorTest { suite, emulators, compare, jobs };

    let bar = progress(wanted + wanted_emulators);
    let mut trials: Vec<Trial> = Vec::with_capacity(wanted);
    let mut poor_trials: Vec<PoorTrial> = Vec::with_capacity(wanted_emulators);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::Runtime)?;
    runtime.block_on(async {
        let lines = Lines { bar: &bar, context, quiet: arguments.quiet };
        // There is nothing to clean up: each mock ends with its trial.
        let stop = Stops::listen().interrupt().token();
        let emit = |trial: Trial| {
            lines.show(&Table(&trial), trial.is_as_named());
            trials.push(trial);
        };
        test.run(stop.clone(), emit).await?;
        let emit = |trial: PoorTrial| {
            lines.show(&PoorTable(&trial), trial.is_as_named());
            poor_trials.push(trial);
        };
        poor.run(stop, emit).await
    })?;
    bar.finish_and_clear();

    if wanted > 0 {
        context.print(&format!("{}\n", summary(&trials)));
    }
    if wanted_emulators > 0 {
        context.print(&format!("{}\n", poor_summary(&poor_trials)));
    }
    let compared = trials.iter().filter_map(|trial| trial.comparison.as_ref());
    let compared: Vec<&Comparison> =
        compared.chain(poor_trials.iter().filter_map(|trial| trial.comparison.as_ref())).collect();
    if compare {
        context.print(&format!("{}\n", comparison_summary(compared)));
    }

    // First, since an interruption does not undo what went wrong before it.
    if !trials.iter().all(Trial::is_as_named) || !poor_trials.iter().all(PoorTrial::is_as_named) {
        return Ok(Exit::Failed);
    }
    if trials.len() < wanted || poor_trials.len() < wanted_emulators {
        let (tried, wanted) = (trials.len() + poor_trials.len(), wanted + wanted_emulators);
        context.report(&format!("interrupted: {tried} of {wanted} deviations and emulators were tried"));
        return Ok(Exit::Inconclusive);
    }
    Ok(Exit::Passed)
}

/// Prints the lines of the table above the progress bar.
struct Lines<'a> {
    bar: &'a ProgressBar,
    context: &'a Context,
    quiet: bool,
}

impl Lines<'_> {
    /// Shows a trial, unless only what is wrong is shown and nothing is.
    fn show(&self, trial: &dyn fmt::Display, is_as_named: bool) {
        self.bar.inc(1);
        if self.quiet && is_as_named {
            return;
        }
        let text = trial.to_string();
        self.bar.suspend(|| self.context.print(&text));
    }
}

/// What is tried.
struct Tried {
    entries: Vec<CatalogueEntry>,
    emulators: Vec<PoorEmulator>,
}

/// The deviations and emulators of a provider whose names contain one of these texts.
fn named(provider: &str, names: &[String]) -> Result<Tried, CliError> {
    let mut entries = catalogue(provider)?;
    let mut emulators = poor_emulators(provider)?;
    let known: Vec<String> = entries
        .iter()
        .map(CatalogueEntry::name)
        .chain(emulators.iter().map(|emulator| emulator.name.clone()))
        .collect();
    for name in names {
        if !known.iter().any(|known| known.contains(name.as_str())) {
            let near = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
            return Err(CliError::NoDeviation { name: name.clone(), near });
        }
    }

    let is_wanted = |own: &str| names.is_empty() || names.iter().any(|name| own.contains(name.as_str()));
    entries.retain(|entry| is_wanted(&entry.name()));
    emulators.retain(|emulator| is_wanted(&emulator.name));
    Ok(Tried { entries, emulators })
}

/// A bar on a terminal, otherwise nothing.
fn progress(length: usize) -> ProgressBar {
    let bar = ProgressBar::new(length as u64);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} tried  {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
