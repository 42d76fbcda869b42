//! `check`: checks case files.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;

use super::suite::SuiteArguments;
use super::{CliError, Context, Exit};
use crate::report::text::count;

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// The folder of case files [default: the built-in ones]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Checks case files.
pub(super) fn check(arguments: &CheckArguments, context: &Context) -> Result<Exit, CliError> {
    let suite = SuiteArguments::of_folder(arguments.folder.clone()).load(&[])?;
    let sources = suite.cases.iter().filter_map(|case| suite.source(case));
    let files: BTreeSet<&str> = sources.map(|source| &*source.file).collect();
    let number = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    context.print(&format!(
        "{} in {}, {}: all right\n",
        count(number(suite.cases.len()), "case"),
        count(number(files.len()), "file"),
        count(number(suite.clauses.len()), "clause"),
    ))?;
    Ok(Exit::Passed)
}
