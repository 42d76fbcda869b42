//! `report merge`: one result of several.

use std::path::PathBuf;

use clap::Args;

use super::{check_place, exit_of, is_private, read_merged};
use crate::cli::{CliError, Context, Exit};
use crate::report::Report as _;
use crate::report::json::JsonReport;

#[derive(Debug, Args)]
#[command(after_help = crate::cli::help::REPORT_MERGE)]
pub(super) struct MergeArguments {
    /// Files of results of one suite, one target and one version of the program, in any order
    #[arg(value_name = "RESULT", required = true)]
    files: Vec<PathBuf>,
    /// Where the merged results are written; `-` is the standard output
    #[arg(long, value_name = "FILE")]
    json: PathBuf,
}

/// Merges results.
pub(super) fn merge(arguments: &MergeArguments, context: &Context) -> Result<Exit, CliError> {
    let MergeArguments { files, json } = arguments;
    check_place(json, files, "the merged results (--json)")?;
    let merged = read_merged(files, context)?;
    let exit = exit_of(&merged);
    let mut report = JsonReport::create(json)?.private(is_private(files));
    for event in merged.results.into_events() {
        report.event(&event)?;
    }
    Ok(exit)
}
