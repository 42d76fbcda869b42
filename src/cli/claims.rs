//! The report files of a run, which are its own while it runs.

use std::path::{Path, PathBuf};

use super::{CliError, Context};
use crate::input::is_standard;
use crate::report::claim::{Claim, aside};

/// The report files of a run, which are its own while it runs.
#[derive(Debug)]
pub(super) struct Claims(Vec<(PathBuf, Claim)>);

impl Claims {
    /// Claims files, and puts aside what is there.
    pub(super) fn new(files: &[PathBuf]) -> Result<Self, CliError> {
        let mut claims: Vec<(PathBuf, Claim)> = Vec::new();
        for file in files.iter().filter(|file| !is_standard(file)) {
            // Two reports in one file are another mistake than two runs.
            if !claims.iter().any(|(claimed, _)| claimed == file) {
                claims.push((file.clone(), Claim::new(file)?));
            }
        }
        Ok(Self(claims))
    }

    /// Claims those whose folders were missing before.
    pub(super) fn hold(&mut self) -> Result<(), CliError> {
        for (file, claim) in &mut self.0 {
            claim.hold(file)?;
        }
        Ok(())
    }

    /// Says where the reports of the run before are, if this run has written none.
    pub(super) fn show_previous(&self, context: &Context) {
        let previous: Vec<String> =
            self.0.iter().filter_map(|(file, claim)| Some(shown(file, claim.previous()?))).collect();
        let kept = previous.join(" and ");
        match previous.len() {
            0 => {}
            1 => context.report(&format!(
                "this run has not written one of its reports; that of the run before is kept as {kept}"
            )),
            _ => {
                context.report(&format!("this run has written no reports; those of the run before are kept as {kept}"))
            }
        }
    }
}

/// The path of a report that was put aside, as the caller would write it unless a link leads elsewhere.
fn shown(given: &Path, previous: PathBuf) -> String {
    let beside = aside(given);
    if beside.is_file() { beside } else { previous }.display().to_string()
}
