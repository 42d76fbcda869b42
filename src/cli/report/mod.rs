//! `report`: what can be made of results: reports for others, one result of several, what differs between two.

mod diff;
mod merge;
mod render;
mod trend;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use self::diff::{DiffArguments, diff};
use self::merge::{MergeArguments, merge};
use self::render::{BadgeArguments, HtmlArguments, JunitArguments, LeagueArguments, badge, html, junit, league, text};
use self::trend::{TrendArguments, trend};
use super::{CliError, Context, Exit};
use crate::report::destination::{Destination, is_one_file};
use crate::report::merge::{Merged, Part};
use crate::report::results::Results;
use crate::report::{markdown, tap};
use crate::verdict::Verdict;

#[derive(Debug, Args)]
#[command(after_help = crate::cli::help::REPORT)]
pub(super) struct ReportArguments {
    #[command(subcommand)]
    command: ReportCommand,
}

#[derive(Debug, Subcommand)]
enum ReportCommand {
    /// Write JUnit XML, as `run` does
    Junit(JunitArguments),
    /// Write a page for people, one file with nothing outside of it; several results stand side by side
    Html(HtmlArguments),
    /// Write a summary in Markdown
    #[command(after_help = crate::cli::help::REPORT_MARKDOWN)]
    Markdown(Sources),
    /// Write TAP, version 14
    #[command(after_help = crate::cli::help::REPORT_TAP)]
    Tap(Sources),
    /// Write a badge: as JSON for an endpoint badge of shields.io, or as SVG
    Badge(BadgeArguments),
    /// Write a table of endpoints in Markdown: how many of the calls that must be rejected are, and how many others work
    League(LeagueArguments),
    /// Make one result of several: of the shards of a run, or of runs of other cases
    Merge(MergeArguments),
    /// Show what differs between two results; exit code 1 if there are new failures
    Diff(DiffArguments),
    /// Show what the results of many runs show: verdicts over time, the first bad night, flaky cases
    Trend(TrendArguments),
}

// The results that a report is about.
#[derive(Debug, Args)]
struct Sources {
    /// Files of results, as `run` writes them; several are merged first; `-` is the standard input
    #[arg(value_name = "RESULT", required = true)]
    files: Vec<PathBuf>,
    /// Where the report is written; `-` is the standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    out: PathBuf,
}

/// Makes something of results.
pub(super) fn report(arguments: &ReportArguments, context: &Context) -> Result<Exit, CliError> {
    match &arguments.command {
        ReportCommand::Junit(arguments) => junit(arguments, context),
        ReportCommand::Html(arguments) => html(arguments, context),
        ReportCommand::Markdown(sources) => {
            text(sources, context, |results| markdown::render(results, markdown::LIMIT))
        }
        ReportCommand::Tap(sources) => text(sources, context, tap::render),
        ReportCommand::Badge(arguments) => badge(arguments, context),
        ReportCommand::League(arguments) => league(arguments, context),
        ReportCommand::Merge(arguments) => merge(arguments, context),
        ReportCommand::Diff(arguments) => diff(arguments, context),
        ReportCommand::Trend(arguments) => trend(arguments, context),
    }
}

/// Reads results, without the secrets that the environment holds now.
pub(super) fn read(file: &Path, context: &Context) -> Result<Results, CliError> {
    let mut results = Results::read(file)?;
    without_secrets(&mut results, context);
    Ok(results)
}

/// Replaces the secrets that the environment holds now.
pub(super) fn without_secrets(results: &mut Results, context: &Context) {
    let secrets = context.secrets();
    secrets.keep_in(results.cases.iter().map(|case| &*case.id));
    secrets.keep_in(Verdict::ALL.iter().map(|verdict| verdict.name()));
    results.redact(secrets);
}

/// Reads results and merges them. What is missing is reported.
fn read_merged(files: &[PathBuf], context: &Context) -> Result<Merged, CliError> {
    let part = |file: &PathBuf| Ok(Part { name: file.display().to_string(), results: read(file, context)? });
    let parts = files.iter().map(part).collect::<Result<Vec<Part>, CliError>>()?;
    let merged = crate::report::merge::merge(parts)?;
    for missing in &merged.missing {
        context.report(&format!("incomplete: {missing}"));
    }
    Ok(merged)
}

/// Reads what a report is about: one result as it is, be it a part of something or not, or several as one.
fn read_sources(files: &[PathBuf], context: &Context) -> Result<Merged, CliError> {
    match files {
        [file] => Ok(Merged { results: read(file, context)?, missing: Vec::new() }),
        files => read_merged(files, context),
    }
}

/// Where a report goes: not over one of the results that it is made of, and as private as they are.
fn destination(out: &Path, files: &[PathBuf], what: &'static str) -> Result<Destination, CliError> {
    check_place(out, files, what)?;
    Ok(Destination::prepare(out)?.private(is_private(files)))
}

fn check_place(out: &Path, files: &[PathBuf], what: &'static str) -> Result<(), CliError> {
    match files.iter().any(|file| !crate::input::is_standard(file) && is_one_file(file, out)) {
        true => Err(CliError::OnePlace { path: out.display().to_string(), of: ["the results", what] }),
        false => Ok(()),
    }
}

/// Whether others than their owner may not read some of the files, as it is with those of an account.
fn is_private(files: &[PathBuf]) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let is_private = |file: &PathBuf| file.metadata().is_ok_and(|file| file.permissions().mode() & 0o077 == 0);
        files.iter().any(is_private)
    }
    #[cfg(not(unix))]
    {
        let _ = files;
        false
    }
}

/// The exit code of a command that has written something of these results.
fn exit_of(merged: &Merged) -> Exit {
    if merged.missing.is_empty() { Exit::Passed } else { Exit::Inconclusive }
}
