//! When each case was judged last on a target, and when it passed last there: a file beside the ledger.
//!
//! A run for which there is no room runs the cases first whose last verdict is oldest. Several runs may write the file: each reads
//! it again under a lock, puts its own verdicts in, and replaces it as a whole.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::shared_file::open;
use crate::client::is_same_target;
use crate::event::PreviousVerdict;
use crate::ledger::LedgerTarget;
use crate::verdict::Verdict;

/// The version of the format.
const FORMAT: u32 = 1;

/// The verdicts of so many targets are kept: an emulator in a container has another port each time.
const MOST_TARGETS: usize = 20;

/// The name of the file.
const NAME: &str = "verdicts.json";

/// The whole file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HistoryFile {
    format: u32,
    /// The one that was written last is the last one.
    targets: Vec<TargetVerdicts>,
}

/// The verdicts on one target.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetVerdicts {
    target: LedgerTarget,
    /// By the id of the case.
    cases: BTreeMap<String, PreviousVerdict>,
}

/// When each case was judged last on a target.
#[derive(Debug)]
pub(super) struct VerdictHistory {
    path: PathBuf,
    target: LedgerTarget,
    before: BTreeMap<String, PreviousVerdict>,
    found: BTreeMap<String, PreviousVerdict>,
}

impl VerdictHistory {
    /// Reads the file beside a ledger; it need not be there.
    ///
    /// # Errors
    ///
    /// What the system says of it, or that it is not such a file.
    pub(super) fn read(ledger: &Path, target: LedgerTarget) -> io::Result<Self> {
        let path = ledger.with_file_name(NAME);
        let file = read(&path)?;
        let here = file.targets.into_iter().find(|verdicts| is_same_target(&verdicts.target, &target));
        Ok(Self { path, target, before: here.map(|here| here.cases).unwrap_or_default(), found: BTreeMap::new() })
    }

    /// What is known of a case from before this run.
    pub(super) fn before(&self, id: &str) -> Option<&PreviousVerdict> {
        self.before.get(id)
    }

    /// Notes a verdict of this run. One that judges nothing says nothing of the case.
    pub(super) fn note(&mut self, id: &str, verdict: Verdict, now: Timestamp) {
        let at = match verdict {
            Verdict::Pass | Verdict::Fail | Verdict::KnownFailure | Verdict::UnexpectedPass => now.to_string(),
            Verdict::Inconclusive | Verdict::Skipped | Verdict::NotRun => return,
        };
        let passed = matches!(verdict, Verdict::Pass | Verdict::UnexpectedPass);
        let confirmed_at = passed.then(|| at.clone()).or_else(|| self.before(id)?.confirmed_at.clone());
        self.found.insert(id.to_owned(), PreviousVerdict { verdict, at, confirmed_at });
    }

    /// Writes what this run has found.
    ///
    /// # Errors
    ///
    /// When the file can't be locked, read or written.
    pub(super) fn save(self) -> io::Result<()> {
        if self.found.is_empty() {
            return Ok(());
        }
        let lock = with_suffix(&self.path, ".lock");
        let lock: File = open(&lock)?;
        lock.lock()?;

        let mut file = read(&self.path)?;
        let at = file.targets.iter().position(|verdicts| is_same_target(&verdicts.target, &self.target));
        let mut cases = at.map(|at| file.targets.remove(at).cases).unwrap_or_default();
        cases.extend(self.found);
        file.targets.push(TargetVerdicts { target: self.target, cases });
        let spare = file.targets.len().saturating_sub(MOST_TARGETS);
        file.targets.drain(..spare);
        replace(&self.path, &serde_json::to_vec_pretty(&file)?)
    }
}

/// The last verdict of a case on each target, the one that was tested last first. `beside` is a file in the folder of the ledger;
/// without a file of verdicts there are none.
///
/// # Errors
///
/// When the file can't be read, or is no such file.
#[cfg(feature = "cli")]
pub(crate) fn verdicts_of_case(
    beside: &Path,
    id: &str,
) -> Result<Vec<(LedgerTarget, PreviousVerdict)>, super::SessionError> {
    let file = read(&beside.with_file_name(NAME)).map_err(|source| super::SessionError::Verdicts { source })?;
    let of_target = |mut one: TargetVerdicts| Some((one.target, one.cases.remove(id)?));
    Ok(file.targets.into_iter().rev().filter_map(of_target).collect())
}

fn read(path: &Path) -> io::Result<HistoryFile> {
    let text = match std::fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(HistoryFile { format: FORMAT, targets: Vec::new() });
        }
        text => text?,
    };
    let wrong = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
    let file: HistoryFile = serde_json::from_slice(&text)
        .map_err(|error| wrong(format!("it is not a file of verdicts ({error}); remove it to begin anew")))?;
    match file.format {
        FORMAT => Ok(file),
        other => Err(wrong(format!("it has format {other}, and this program reads {FORMAT}"))),
    }
}

/// Replaces a file as a whole: whoever reads it meanwhile has the old one or the new one.
fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let new = with_suffix(path, ".new");
    let mut file = File::create(&new)?;
    file.write_all(text)?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    std::fs::rename(&new, path)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(endpoint: &str) -> LedgerTarget {
        let [provider, region] = ["toy", "r"].map(str::to_owned);
        LedgerTarget { provider, endpoint: endpoint.to_owned(), region }
    }

    fn at(day: u32) -> Timestamp {
        format!("2026-01-{day:02}T00:00:00Z").parse().unwrap()
    }

    #[test]
    fn the_last_verdict_and_the_last_pass_are_kept_by_target() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = folder.path().join("ledger.jsonl");
        let here = || VerdictHistory::read(&ledger, target("http://127.0.0.1:1")).unwrap();
        let mut one = here();
        assert_eq!(one.before("x/y"), None);
        one.note("x/y", Verdict::Pass, at(1));
        one.note("x/z", Verdict::Inconclusive, at(1));
        // Another run on another target writes in between.
        let mut other = VerdictHistory::read(&ledger, target("http://127.0.0.1:2")).unwrap();
        other.note("x/y", Verdict::Fail, at(2));
        other.save().unwrap();
        one.save().unwrap();

        let mut two = here();
        two.note("x/y", Verdict::Fail, at(3));
        two.save().unwrap();
        let three = here();
        let previous = three.before("x/y").unwrap();
        assert_eq!((previous.verdict, previous.at.as_str()), (Verdict::Fail, "2026-01-03T00:00:00Z"));
        assert_eq!(previous.confirmed_at.as_deref(), Some("2026-01-01T00:00:00Z"));
        assert_eq!(three.before("x/z"), None);

        #[cfg(feature = "cli")]
        {
            let all = verdicts_of_case(&folder.path().join("results.json"), "x/y").unwrap();
            let ports = all.iter().map(|(target, verdict)| (target.endpoint.as_str(), verdict.verdict));
            let wanted = [("http://127.0.0.1:1", Verdict::Fail), ("http://127.0.0.1:2", Verdict::Fail)];
            assert_eq!(ports.collect::<Vec<_>>(), wanted);
        }

        std::fs::write(folder.path().join(NAME), "{").unwrap();
        let error = VerdictHistory::read(&ledger, target("http://127.0.0.1:1")).unwrap_err().to_string();
        assert!(error.contains("remove it to begin anew"), "{error}");
    }

    #[test]
    fn targets_that_were_not_tested_for_long_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = folder.path().join("ledger.jsonl");
        for port in 1..=MOST_TARGETS + 1 {
            let mut one = VerdictHistory::read(&ledger, target(&format!("http://127.0.0.1:{port}"))).unwrap();
            one.note("x/y", Verdict::Pass, at(1));
            one.save().unwrap();
        }
        let known = |port: usize| {
            let history = VerdictHistory::read(&ledger, target(&format!("http://127.0.0.1:{port}"))).unwrap();
            history.before("x/y").is_some()
        };
        assert_eq!((known(1), known(2), known(MOST_TARGETS + 1)), (false, true, true));
    }
}
