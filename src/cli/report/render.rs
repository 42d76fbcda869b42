//! Reports for other programs and for people, made of results.

use std::path::Path;

use clap::{Args, ValueEnum};

use super::{Sources, check_place, destination, exit_of, is_private, read_sources};
use crate::cli::{CliError, Context, Exit};
use crate::report::Report as _;
use crate::report::badge::{Badge, LABEL};
use crate::report::junit::{InconclusiveAs, JunitOptions, JunitReport};
use crate::report::results::Results;

/// Arguments of `report junit`.
#[derive(Debug, Args)]
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

/// Arguments of `report badge`.
#[derive(Debug, Args)]
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
