//! Keeps the results of a run in a history, and only so many of one target.

use std::fs::{self, File};
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tempfile::TempPath;

use super::{ENDING, files, folder_of};
use crate::event::Event;
use crate::redact::SecretRegistry;
use crate::report::json::JsonReport;
use crate::report::{Report, ReportError};

/// Keeps the results of a run.
#[derive(Debug)]
pub struct HistoryReport {
    root: PathBuf,
    most: NonZeroUsize,
    private: bool,
    secrets: SecretRegistry,
    report: Option<JsonReport>,
    /// Keeps the name of its file until that is written.
    claim: Option<TempPath>,
}

impl HistoryReport {
    /// Keeps the results in a folder, and of one target at most so many runs.
    ///
    /// # Errors
    ///
    /// The folder can't be made.
    pub fn create(root: impl Into<PathBuf>, most: NonZeroUsize) -> Result<Self, ReportError> {
        let root = root.into();
        fs::create_dir_all(&root).map_err(|source| ReportError::File { path: root.clone(), source })?;
        Ok(Self { root, most, private: false, secrets: SecretRegistry::new(), report: None, claim: None })
    }

    /// The same without registered secrets, and for its owner alone if it is `private`.
    #[must_use]
    pub fn redacting(self, secrets: &SecretRegistry, private: bool) -> Self {
        Self { secrets: secrets.clone(), private, ..self }
    }

    /// Makes the report of a run that begins.
    fn begin(&mut self, target: &crate::event::TargetHeader, started_at: &str) -> Result<JsonReport, ReportError> {
        let folder = self.root.join(folder_of(target));
        fs::create_dir_all(&folder).map_err(|source| ReportError::File { path: folder.clone(), source })?;
        let (path, claim) =
            claim(&folder, started_at).map_err(|source| ReportError::File { path: folder.clone(), source })?;
        self.claim = Some(claim);
        let report = JsonReport::create(path)?;
        Ok(report.redacting(&self.secrets).private(self.private))
    }

    /// Removes the oldest files of the target.
    fn prune(&self) -> io::Result<()> {
        let Some(folder) = self.file().and_then(Path::parent) else { return Ok(()) };
        let mut files = files(folder).map_err(io::Error::other)?;
        files.retain(|file| is_of_a_run(file));
        let spare = files.len().saturating_sub(self.most.get());
        // Where the clock was ahead once, those of that time are the newest ever after; this one is kept all the same.
        let older = files.into_iter().filter(|file| Some(file.as_path()) != self.file());
        for file in older.take(spare) {
            match fs::remove_file(file) {
                // Another run has removed it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                removed => removed?,
            }
        }
        Ok(())
    }
}

/// Whether a file has a name that [`claim`] gives.
fn is_of_a_run(file: &Path) -> bool {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let Some(name) = name.strip_suffix(ENDING) else { return false };
    let (time, number) = name.split_once('_').unwrap_or((name, "0"));
    let date_and_time = time.split_once('T').map(|(date, time)| format!("{date}T{}", time.replace('-', ":")));
    date_and_time.is_some_and(|time| time.parse::<Timestamp>().is_ok()) && number.parse::<u32>().is_ok()
}

/// The file of a run that begins, whose name no other run takes meanwhile: it is written at the end of the run. Of runs that
/// begin in one second, each has a file, and the names are in order.
fn claim(folder: &Path, started_at: &str) -> io::Result<(PathBuf, TempPath)> {
    let time = started_at.replace(':', "-");
    for number in 1.. {
        let name = if number == 1 { time.clone() } else { format!("{time}_{number:02}") };
        let claim = folder.join(format!(".{name}.claim"));
        match File::create_new(&claim) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error),
        }
        let claim = TempPath::try_from_path(claim)?;
        // A run that had the name may have ended since.
        let path = folder.join(name + ENDING);
        if !path.exists() {
            return Ok((path, claim));
        }
    }
    Err(io::Error::other("every name is taken"))
}

impl Report for HistoryReport {
    fn file(&self) -> Option<&Path> {
        // Before the run begins, its name is not known.
        Some(self.report.as_ref().and_then(Report::file).unwrap_or(&self.root))
    }

    fn event(&mut self, event: &Event) -> Result<(), ReportError> {
        match event {
            Event::RunStarted(header) => self.report = Some(self.begin(&header.target, &header.started_at)?),
            Event::CaseFinished(case) if !case.exchanges.is_empty() => {
                // They are what takes room, and no trend shows them.
                let mut case = case.clone();
                case.exchanges.clear();
                return self.pass_on(&Event::CaseFinished(case));
            }
            _ => {}
        }
        self.pass_on(event)?;
        if matches!(event, Event::RunFinished(_)) {
            self.claim = None;
            self.prune().map_err(|source| ReportError::File { path: self.root.clone(), source })?;
        }
        Ok(())
    }
}

impl HistoryReport {
    fn pass_on(&mut self, event: &Event) -> Result<(), ReportError> {
        self.report.as_mut().map_or(Ok(()), |report| report.event(event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::history::read;
    use crate::report::sample;

    fn keep(folder: &Path, most: usize, began: &str) {
        let mut report = HistoryReport::create(folder, NonZeroUsize::new(most).unwrap()).unwrap();
        for mut event in sample::poor() {
            if let Event::RunStarted(header) = &mut event {
                began.clone_into(&mut header.started_at);
            }
            report.event(&event).unwrap();
        }
    }

    #[test]
    fn neither_the_run_itself_nor_what_is_no_run_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        for began in ["2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z"] {
            keep(folder.path(), 9, began);
        }
        let target = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
        fs::write(target.join("0-notes.json"), "{}").unwrap();
        keep(folder.path(), 2, "2026-01-01T00:00:00Z");

        let names = fs::read_dir(target).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        assert_eq!(names, ["0-notes.json", "2026-01-01T00-00-00Z.json", "2031-01-01T00-00-00Z.json"]);
    }

    #[test]
    fn runs_that_begin_in_one_second_are_all_kept() {
        let folder = tempfile::tempdir().unwrap();
        let mut reports: Vec<_> =
            (0..5).map(|_| HistoryReport::create(folder.path(), NonZeroUsize::new(9).unwrap()).unwrap()).collect();
        let events = sample::poor();
        for event in &events {
            reports.iter_mut().for_each(|report| report.event(event).unwrap());
        }
        drop(reports);

        let target = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
        let names: Vec<_> = fs::read_dir(target).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(names.len() == 5 && names.iter().all(|name| !name.to_string_lossy().starts_with('.')), "{names:?}");
    }

    #[test]
    fn runs_are_kept_without_exchanges_and_only_so_many() {
        let folder = tempfile::tempdir().unwrap();
        for day in 1..=4 {
            keep(folder.path(), 3, &format!("2026-01-0{day}T02:00:00Z"));
        }
        // The last one again, in the same second.
        keep(folder.path(), 3, "2026-01-04T02:00:00Z");
        let targets = read(folder.path()).unwrap();
        assert_eq!(targets.len(), 1);
        let began: Vec<&str> = targets[0].runs.iter().map(|(_, results)| results.started_at.as_str()).collect();
        assert_eq!(began, ["2026-01-03T02:00:00Z", "2026-01-04T02:00:00Z", "2026-01-04T02:00:00Z"]);
        assert!(targets[0].runs.iter().all(|(_, results)| results.cases.iter().all(|case| case.exchanges.is_empty())));
    }

    #[test]
    fn what_is_corrupt_or_of_another_target_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path()).unwrap_err().to_string().contains("holds no results"));
        assert!(read(&folder.path().join("none")).unwrap_err().to_string().contains("failed to read"));
        keep(folder.path(), 9, "2026-01-01T02:00:00Z");
        let place = folder.path().join("alibaba-bundled-mock");
        // What a killed process leaves is not a result.
        fs::write(place.join(".report-x.json"), "{").unwrap();
        assert_eq!(read(folder.path()).unwrap()[0].runs.len(), 1);

        let whole = fs::read_to_string(place.join("2026-01-01T02-00-00Z.json")).unwrap();
        let half = place.join("2026-01-02T02-00-00Z.json");
        fs::write(&half, &whole[..whole.len() / 2]).unwrap();
        let error = read(folder.path()).unwrap_err().to_string();
        assert!(
            error.contains("2026-01-02T02-00-00Z.json") && error.contains("EOF") && error.contains("remove it"),
            "{error}"
        );
        fs::remove_file(&half).unwrap();

        let other = folder.path().join("other");
        fs::create_dir(&other).unwrap();
        fs::write(other.join("x.json"), whole).unwrap();
        let error = read(folder.path()).unwrap_err().to_string();
        assert!(
            error.contains("x.json holds results of ") && error.contains("whose folder is alibaba-bundled-mock"),
            "{error}"
        );
    }
}
