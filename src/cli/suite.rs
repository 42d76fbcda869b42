//! Which case files, and which cases of them.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Args;

use super::CliError;
use crate::diagnostic::counted;
use crate::suite::Suite;
use crate::suite::files::{CaseFile, embedded, read_dir};
use crate::suite::load::load;
use crate::suite::route_limit::RouteLimit;
use crate::suite::selector::{Selector, select};

/// The case files.
#[derive(Debug, Args)]
pub(super) struct SuiteArguments {
    /// Use the case files of this folder instead of those in the program
    #[arg(long, value_name = "DIR")]
    pub(super) cases: Option<PathBuf>,
}

/// The cases.
#[derive(Debug, Args)]
pub(super) struct SelectArguments {
    /// Cases: ids with `*` and `**`, or `state:`, `operation:`, `class:`, `edition:`, `original:`, `clause:`, `kind:`,
    /// `route:`; all unless given
    #[arg(value_name = "SELECTOR")]
    pub(super) selectors: Vec<Selector>,
    /// Leave out these cases; may be given several times
    #[arg(long, value_name = "SELECTOR")]
    pub(super) exclude: Vec<Selector>,
    /// Only cases of this edition of the published document; may be given several times
    #[arg(long, value_name = "EDITION")]
    pub(super) edition: Vec<String>,
    /// By which routes keys come into their states: `canonical` (the shortest), `all`, or besides the shortest those of at
    /// most N calls. What is named by its whole id or by `route:` is asked anyway. `all` on this machine, `canonical` for
    /// an endpoint elsewhere unless given
    #[arg(long, value_name = "canonical|all|N")]
    pub(super) routes: Option<RouteLimit>,
}

impl SuiteArguments {
    /// Loads the case files.
    pub(super) fn load(&self) -> Result<Suite, CliError> {
        Ok(load(self.files()?, None)?)
    }

    fn files(&self) -> Result<Vec<CaseFile>, CliError> {
        Ok(match &self.cases {
            Some(folder) => read_dir(folder)?,
            None => embedded(),
        })
    }
}

impl SelectArguments {
    /// The indexes of the selected cases, in the order of ids; `routes` unless the arguments limit them.
    pub(super) fn select(&self, suite: &Suite, routes: RouteLimit) -> Result<Vec<usize>, CliError> {
        let meant = select(suite, &self.selectors, &self.exclude, &self.edition)?;
        let selection = self.routes.unwrap_or(routes).limit(suite, &meant, &self.selectors);
        if selection.is_empty() {
            let left_out = match meant.len() {
                0 => String::new(),
                cases => format!("; --routes leaves out {} by other routes", counted(cases, "case", "cases")),
            };
            // What is left out by a limit that nobody gave is told, or nobody would look for it.
            let _ = writeln!(io::stderr(), "no case is selected{left_out}");
        }
        Ok(selection)
    }
}
