//! What a run leaves for GitHub Actions: a summary of the job, and annotations.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use super::Context;
use crate::event::Event;
use crate::report::gathered::Gathered;
use crate::report::github::annotations;
use crate::report::markdown;

/// The variable that names the file of the summary.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// The variable that says where a program runs.
const ACTIONS: &str = "GITHUB_ACTIONS";

/// The longest summary of a step that GitHub shows, in bytes.
const LONGEST: usize = 1 << 20;

/// In fewer bytes than this, nothing can be said of a run.
const LEAST: usize = 4 << 10;

/// Gathers a run for GitHub Actions; outside of it, nothing.
pub(super) struct GitHub {
    gathered: Option<Gathered>,
}

impl GitHub {
    pub(super) fn new(context: &Context) -> Self {
        let is_wanted = context.variable(SUMMARY).is_some() || is_there(context);
        Self { gathered: is_wanted.then(Gathered::default) }
    }

    pub(super) fn event(&mut self, event: &Event) {
        if let Some(gathered) = &mut self.gathered {
            gathered.add(event);
        }
    }

    /// Adds the summary to those of other steps, and prints the annotations unless the standard output has a report.
    /// `measure` says what the run was measured by, if by anything.
    ///
    /// # Errors
    ///
    /// The summary can't be written.
    pub(super) fn finish(self, measure: Option<&str>, is_output_taken: bool, context: &Context) -> Result<(), String> {
        let Some(mut results) = self.gathered.and_then(Gathered::into_results) else { return Ok(()) };
        results.redact(context.secrets());
        if is_there(context) && !is_output_taken {
            annotations(&results).into_iter().for_each(|line| context.print(&format!("{line}\n")));
        }
        let Some(file) = context.variable(SUMMARY) else { return Ok(()) };
        let measure = measure.map(|measure| format!("{}\n\n", markdown::code(measure))).unwrap_or_default();
        // A step shows none of its summaries if they are too long together.
        let there = std::fs::metadata(&file).map_or(0, |file| usize::try_from(file.len()).unwrap_or(usize::MAX));
        let room = LONGEST.saturating_sub(there).saturating_sub(measure.len()).min(markdown::LIMIT);
        if room < LEAST {
            context.report(&format!("note: the summary {file} ({SUMMARY}) is full, so this run is not added to it"));
            return Ok(());
        }
        let summary = markdown::render(&results, room) + &measure;
        let written = append(Path::new(&file), &summary);
        written.map_err(|error| format!("failed to write the summary {file} ({SUMMARY}): {error}"))
    }
}

/// Whether this is a step of GitHub Actions.
fn is_there(context: &Context) -> bool {
    context.variable(ACTIONS).is_some_and(|value| value == "true")
}

fn append(file: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().append(true).create(true).open(file)?.write_all(text.as_bytes())
}
