//! Reports as folds over the events of a run.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::destination;
use crate::event::Event;

/// A fold over the events of a run.
///
/// A report writes its file when [`Event::RunFinished`] comes, which is also sent for a run that was cut short. A
/// report that is dropped before that leaves nothing behind.
pub trait Report: Send {
    /// Takes the next event.
    ///
    /// # Errors
    ///
    /// The report can't be written; it takes no more events after that.
    fn event(&mut self, event: &Event) -> Result<(), ReportError>;

    /// The file that the report writes; none if it is only shown.
    fn file(&self) -> Option<&Path> {
        None
    }

    /// Takes the files that other reports have written. It is called before [`Event::RunFinished`], for reports without a
    /// file.
    fn files_written(&mut self, _files: &[PathBuf]) {}
}

/// Why a report can't be written.
#[derive(Debug, Error)]
pub enum ReportError {
    /// A file can't be written; what was there before is unchanged.
    #[error("failed to write {}: {source}; {}", path.display(), destination::advice(source))]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The terminal or pipe can't be written to.
    #[error("failed to write to the standard output: {0}")]
    Output(io::Error),
}

/// Several reports as one: each goes on when another has failed.
///
/// A full disk must neither end a run nor hide it from the person at the terminal.
#[derive(Default)]
pub struct Reports {
    reports: Vec<Box<dyn Report>>,
    errors: Vec<ReportError>,
}

impl Reports {
    /// No report yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a report.
    pub fn push(&mut self, report: impl Report + 'static) {
        self.reports.push(Box::new(report));
    }

    /// Gives the event to each report; one that fails is left out from then on. Files are written before the end of the run
    /// is shown, so that it can name them.
    pub fn event(&mut self, event: &Event) {
        if !matches!(event, Event::RunFinished(_)) {
            return self.give(event, |_| true);
        }

        self.give(event, |report| report.file().is_some());
        let files: Vec<PathBuf> = self.reports.iter().filter_map(|report| report.file().map(Path::to_owned)).collect();
        self.reports.iter_mut().for_each(|report| report.files_written(&files));
        self.give(event, |report| report.file().is_none());
    }

    fn give(&mut self, event: &Event, is_addressed: impl Fn(&dyn Report) -> bool) {
        let errors = &mut self.errors;
        self.reports.retain_mut(|report| {
            if !is_addressed(&**report) {
                return true;
            }

            match report.event(event) {
                Ok(()) => true,
                Err(error) => {
                    // A report that has lost one event would be wrong with the rest of them.
                    errors.push(error);
                    false
                }
            }
        });
    }

    /// The errors of the reports that failed; none if all were written.
    pub fn into_errors(self) -> Vec<ReportError> {
        self.errors
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{json, junit, sample};

    struct Full(usize);

    impl Report for Full {
        fn event(&mut self, _: &Event) -> Result<(), ReportError> {
            self.0 += 1;
            if self.0 == 2 { Err(ReportError::Output(io::ErrorKind::StorageFull.into())) } else { Ok(()) }
        }
    }

    /// Keeps the files that it is given.
    struct Named(std::sync::Arc<std::sync::Mutex<Vec<PathBuf>>>);

    impl Report for Named {
        fn event(&mut self, event: &Event) -> Result<(), ReportError> {
            let ended = matches!(event, Event::RunFinished(_));
            assert_eq!(ended, !self.0.lock().unwrap().is_empty(), "the files are known before the end is");
            Ok(())
        }

        fn files_written(&mut self, files: &[PathBuf]) {
            self.0.lock().unwrap().extend_from_slice(files);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn only_files_that_were_written_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.json");
        let named = std::sync::Arc::default();
        let mut reports = Reports::new();
        reports.push(Named(std::sync::Arc::clone(&named)));
        reports.push(json::JsonReport::create(&path).unwrap());
        reports.push(junit::JunitReport::create("/dev/full", junit::JunitOptions::default()).unwrap());
        for event in sample::every_verdict() {
            reports.event(&event);
        }
        assert_eq!(*named.lock().unwrap(), [path]);
        assert_eq!(reports.into_errors().len(), 1);
    }

    #[test]
    fn a_failed_report_does_not_affect_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.json");
        let mut reports = Reports::new();
        reports.push(Full(0));
        reports.push(json::JsonReport::create(&path).unwrap());
        for event in sample::every_verdict() {
            reports.event(&event);
        }
        assert_eq!(reports.into_errors().len(), 1);
        assert!(path.exists());
    }
}
