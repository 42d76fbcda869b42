//! `check`: checks case files.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;

use super::suite::SuiteArguments;
use super::{CliError, Context, Exit};
use crate::report::text::count;
use crate::suite::Suite;

#[derive(Debug, Args)]
#[command(after_help = super::help::CHECK)]
pub(super) struct CheckArguments {
    /// The folder of case files [default: the built-in ones]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Checks the case files of every provider in the folder.
pub(super) fn check(arguments: &CheckArguments, context: &Context) -> Result<Exit, CliError> {
    let suites = SuiteArguments::of_folder(arguments.folder.clone()).load_each()?;
    let several = suites.len() > 1;
    for suite in &suites {
        let whose = if several { format!("{}: ", suite.service.provider) } else { String::new() };
        context.print(&format!("{whose}{}: all right\n", contents(suite)));
    }
    Ok(Exit::Passed)
}

/// How many cases, files and clauses a suite has.
fn contents(suite: &Suite) -> String {
    let sources = suite.cases.iter().filter_map(|case| suite.source(case));
    let files: BTreeSet<&str> = sources.map(|source| &*source.file).collect();
    let number = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    format!(
        "{} in {}, {}",
        count(number(suite.cases.len()), "case"),
        count(number(files.len()), "file"),
        count(number(suite.clauses.len()), "clause"),
    )
}
