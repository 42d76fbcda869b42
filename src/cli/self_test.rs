//! `self-test`: the suite against every deviation that the bundled mock knows.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::suite::SuiteArguments;
use super::target::one_or_more;
use super::{CliError, Context, Exit, signal};
use crate::mock::{CatalogueEntry, catalogue};
use crate::near::nearest;
use crate::self_test::{Others, SelfTest, Table, Trial, summary};

/// Arguments of `self-test`.
#[derive(Debug, Args)]
pub(super) struct SelfTestArguments {
    /// Try only deviations whose names contain one of these texts, such as `Encrypt:Disabled`; all unless given
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    #[command(flatten)]
    suite: SuiteArguments,
    /// Ask only the cases that must catch a deviation, and not also all others, which must not notice it
    #[arg(long)]
    named_only: bool,
    /// How many deviations are tried at the same time; as many as there are processors unless given
    #[arg(long, value_name = "N", value_parser = one_or_more::<NonZeroUsize>)]
    jobs: Option<NonZeroUsize>,
    /// Show only what is not as it should be, and the closing line
    #[arg(short, long)]
    quiet: bool,
}

/// Tries the suite.
pub(super) fn self_test(arguments: &SelfTestArguments, context: &Context) -> Result<Exit, CliError> {
    let suite = Arc::new(arguments.suite.load()?);
    let entries = entries(&arguments.names)?;
    let others = if arguments.named_only { Others::Some(Arc::new([])) } else { Others::All };
    let jobs = arguments.jobs.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
    let wanted = entries.len();
    let test = SelfTest { suite, entries, others, jobs };
    let bar = progress(wanted);
    let mut trials: Vec<Trial> = Vec::with_capacity(wanted);
    let mut printed = Ok(());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::Runtime)?;
    runtime.block_on(async {
        let stop = signal::stop_token();
        let emit = |trial: Trial| {
            bar.inc(1);
            if !arguments.quiet || !trial.is_as_named() {
                let text = Table(&trial).to_string();
                let shown = bar.suspend(|| context.print(&text));
                if printed.is_ok() {
                    printed = shown;
                    // Whoever reads the table has gone, so nobody needs the rest.
                    if printed.is_err() {
                        stop.cancel();
                    }
                }
            }
            trials.push(trial);
        };
        test.run(stop.clone(), emit).await
    })?;
    bar.finish_and_clear();
    printed?;
    context.print(&format!("{}\n", summary(&trials)))?;
    if !trials.iter().all(Trial::is_as_named) {
        return Ok(Exit::Failed);
    }
    if trials.len() < wanted {
        context.tell(&format!("interrupted: {} of {wanted} deviations were tried", trials.len()));
        return Ok(Exit::Inconclusive);
    }
    Ok(Exit::Passed)
}

/// The deviations whose names contain one of these texts.
fn entries(names: &[String]) -> Result<Vec<CatalogueEntry>, CliError> {
    let all = catalogue();
    for name in names {
        if !all.iter().any(|entry| entry.name().contains(name.as_str())) {
            let known: Vec<String> = all.iter().map(CatalogueEntry::name).collect();
            let near = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
            return Err(CliError::NoDeviation { name: name.clone(), near });
        }
    }
    let is_wanted = |entry: &CatalogueEntry| {
        let own = entry.name();
        names.is_empty() || names.iter().any(|name| own.contains(name.as_str()))
    };
    Ok(all.into_iter().filter(is_wanted).collect())
}

/// A bar on a terminal, and nothing elsewhere.
fn progress(length: usize) -> ProgressBar {
    let bar = ProgressBar::new(length as u64);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} deviations  {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
