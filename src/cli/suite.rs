//! Which case files, and which cases of them.

use std::path::PathBuf;

use clap::Args;

use super::CliError;
use crate::suite::Suite;
use crate::suite::files::{CaseFile, embedded, read_dir};
use crate::suite::load::load;
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
    /// Cases: ids with `*` and `**`, or `state:`, `operation:`, `class:`, `edition:`, `original:`, `clause:`, `kind:`;
    /// all unless given
    #[arg(value_name = "SELECTOR")]
    pub(super) selectors: Vec<Selector>,
    /// Leave out these cases; may be given several times
    #[arg(long, value_name = "SELECTOR")]
    pub(super) exclude: Vec<Selector>,
    /// Only cases of this edition of the published document; may be given several times
    #[arg(long, value_name = "EDITION")]
    pub(super) edition: Vec<String>,
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
    /// The indexes of the selected cases, in the order of ids.
    pub(super) fn select(&self, suite: &Suite) -> Result<Vec<usize>, CliError> {
        Ok(select(suite, &self.selectors, &self.exclude, &self.edition)?)
    }
}
