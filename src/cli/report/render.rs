//! Reports for other programs and for people, made of results.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{Sources, check_place, destination, exit_of, is_private, read, read_sources};
use crate::cli::{CliError, Context, Exit};
use crate::report::Report as _;
use crate::report::badge::{Badge, LABEL};
use crate::report::html::{Column, render};
use crate::report::junit::{InconclusiveAs, JunitOptions, JunitReport};
use crate::report::results::Results;

#[derive(Debug, Args)]
#[command(after_help = crate::cli::help::REPORT_JUNIT)]
pub(super) struct JunitArguments {
    #[command(flatten)]
    sources: Sources,
    /// Write JUnit XML that is valid by the schema of Jenkins
    #[arg(long)]
    strict: bool,
    /// The element of inconclusive cases
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    inconclusive: InconclusiveAs,
}

#[derive(Debug, Args)]
#[command(after_help = crate::cli::help::REPORT_HTML)]
pub(super) struct HtmlArguments {
    /// Files of results, as `run` writes them, in the order in which they stand side by side; `-` is the standard input
    #[arg(value_name = "RESULT", required = true)]
    files: Vec<PathBuf>,
    /// Where the page is written; `-` is the standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    out: PathBuf,
    /// Show the results as one, as `report merge` does, and not side by side
    #[arg(long)]
    merge: bool,
    /// The name of a result on the page, in the order of the files [default: the path of the file]
    #[arg(long, value_name = "NAME", conflicts_with = "merge")]
    name: Vec<String>,
}

#[derive(Debug, Args)]
#[command(after_help = crate::cli::help::REPORT_LEAGUE)]
pub(super) struct LeagueArguments {
    /// Files of results, as `run` writes them, each of which is a row; `-` is the standard input
    #[arg(value_name = "RESULT", required = true)]
    files: Vec<PathBuf>,
    /// Where the league is written; `-` is the standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    out: PathBuf,
    /// The name of an endpoint, in the order of the files [default: the path of the file]
    #[arg(long, value_name = "NAME")]
    name: Vec<String>,
}

#[derive(Debug, Args)]
#[command(after_help = crate::cli::help::REPORT_BADGE)]
pub(super) struct BadgeArguments {
    #[command(flatten)]
    sources: Sources,
    /// The form of the badge [default: by the name of the file, otherwise shields]
    #[arg(long, value_enum, value_name = "FORM")]
    form: Option<Form>,
    /// The text on the left
    #[arg(long, value_name = "TEXT", default_value = LABEL)]
    label: String,
}

/// The form of a badge.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    /// The JSON that shields.io fetches for an endpoint badge
    Shields,
    /// A picture
    Svg,
}

impl Form {
    fn of(file: &Path) -> Self {
        match file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("svg")) {
            true => Self::Svg,
            false => Self::Shields,
        }
    }
}

/// Writes JUnit XML.
pub(super) fn junit(arguments: &JunitArguments, context: &Context) -> Result<Exit, CliError> {
    let JunitArguments { sources: Sources { files, out }, strict, inconclusive } = arguments;
    check_place(out, files, "JUnit XML")?;
    let merged = read_sources(files, context)?;
    let exit = exit_of(&merged);
    let options = JunitOptions { strict: *strict, inconclusive: *inconclusive };
    let report = JunitReport::create(out, options)?.redacting(context.secrets());
    let mut report = report.private(is_private(files));
    for event in merged.results.into_events() {
        report.event(&event)?;
    }
    Ok(exit)
}

/// Writes a text.
pub(super) fn text(
    sources: &Sources,
    context: &Context,
    render: impl FnOnce(&Results) -> String,
) -> Result<Exit, CliError> {
    let Sources { files, out } = sources;
    let destination = destination(out, files, "the report")?;
    let merged = read_sources(files, context)?;
    let text = render(&merged.results);
    destination.write(|out| out.write_all(text.as_bytes()))?;
    Ok(exit_of(&merged))
}

/// Writes a page.
pub(super) fn html(arguments: &HtmlArguments, context: &Context) -> Result<Exit, CliError> {
    let HtmlArguments { files, out, merge, name } = arguments;
    let destination = destination(out, files, "the page")?;
    let (columns, exit) = if *merge {
        let merged = read_sources(files, context)?;
        let exit = exit_of(&merged);
        (vec![Column { name: "merged".to_owned(), results: merged.results }], exit)
    } else {
        let columns = side_by_side(files, name, context)?;
        check_one_cloud(&columns)?;
        (columns.into_iter().map(|(name, results)| Column { name, results }).collect(), Exit::Passed)
    };
    let page = render(&columns);
    destination.write(|out| out.write_all(page.as_bytes()))?;
    Ok(exit)
}

/// Writes a table of endpoints.
pub(super) fn league(arguments: &LeagueArguments, context: &Context) -> Result<Exit, CliError> {
    let LeagueArguments { files, out, name } = arguments;
    let destination = destination(out, files, "the league")?;
    let table = crate::report::league::render(&side_by_side(files, name, context)?);
    destination.write(|out| out.write_all(table.as_bytes()))?;
    Ok(Exit::Passed)
}

/// Reads results that are not merged, each with its name.
fn side_by_side(files: &[PathBuf], names: &[String], context: &Context) -> Result<Vec<(String, Results)>, CliError> {
    if names.len() > files.len() {
        return Err(CliError::MoreNames { names: names.len(), results: files.len() });
    }
    let with_name = |(index, file): (usize, &PathBuf)| {
        let name = names.get(index).cloned().unwrap_or_else(|| file.display().to_string());
        Ok((name, read(file, context)?))
    };
    files.iter().enumerate().map(with_name).collect()
}

/// Reports results of different clouds, which have other states and other tables.
fn check_one_cloud(columns: &[(String, Results)]) -> Result<(), CliError> {
    let Some(((one, first), rest)) = columns.split_first() else { return Ok(()) };
    let cloud = &first.target.provider;
    match rest.iter().find(|(_, results)| results.target.provider != *cloud) {
        Some((other, results)) => Err(CliError::TwoClouds {
            one: one.clone(),
            cloud: cloud.clone(),
            other: other.clone(),
            other_cloud: results.target.provider.clone(),
        }),
        None => Ok(()),
    }
}

/// Writes a badge.
pub(super) fn badge(arguments: &BadgeArguments, context: &Context) -> Result<Exit, CliError> {
    let BadgeArguments { sources, form, label } = arguments;
    let form = form.unwrap_or_else(|| Form::of(&sources.out));
    text(sources, context, |results| {
        let badge = Badge::of(results, label);
        match form {
            Form::Shields => badge.to_shields(),
            Form::Svg => badge.to_svg(),
        }
    })
}
