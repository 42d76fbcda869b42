//! What a history shows: since when cases fail, and which change their verdict although nothing else changed.

use std::collections::BTreeMap;

use serde::Serialize;

use super::TargetHistory;
use crate::event::CaseResult;
use crate::report::results::Results;
use crate::verdict::Verdict;

/// What the runs against a target show of its cases, by their ids.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub struct Trend<'r> {
    /// When the oldest of the failures that still are began: the first bad night.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_bad: Option<&'r str>,
    /// The cases that fail in the last run that judged them.
    pub failing: Vec<Failing<'r>>,
    /// The cases whose verdict changed between runs of one version of the target, of one suite and one version of the program.
    pub flaky: Vec<Changes<'r>>,
    /// The same where a run does not say which version of the target it was against, so that it may have been another one.
    pub perhaps_flaky: Vec<Changes<'r>>,
}

/// A case that fails.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub struct Failing<'r> {
    /// The case.
    pub id: &'r str,
    /// When the first run began of those in a row in which it failed.
    pub since: &'r str,
    /// The version of the target in that run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<&'r str>,
    /// When the last run began in which it did not fail; none if it always did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed_last: Option<&'r str>,
}

/// A case whose verdict changed.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub struct Changes<'r> {
    /// The case.
    pub id: &'r str,
    /// How often.
    pub changes: usize,
    /// The last of the runs in which it was another one than before.
    pub last: &'r str,
}

/// A verdict that says something of the endpoint, and the run that has it.
struct Judged<'r> {
    run: &'r Results,
    is_bad: bool,
    /// Whether the endpoint did what is promised, listed as known or not.
    is_right: bool,
}

impl<'r> Trend<'r> {
    /// The trend of a target.
    pub fn of(history: &'r TargetHistory) -> Self {
        let mut cases: BTreeMap<&str, Vec<Judged<'_>>> = BTreeMap::new();
        for (_, run) in &history.runs {
            for case in &run.cases {
                if let Some(judged) = judged(run, case) {
                    cases.entry(&case.id).or_default().push(judged);
                }
            }
        }

        let (mut failing, mut flaky, mut perhaps_flaky) = (Vec::new(), Vec::new(), Vec::new());
        for (id, verdicts) in cases {
            failing.extend(failing_now(id, &verdicts));
            let [certain, perhaps] = changes(id, &verdicts);
            flaky.extend(certain);
            perhaps_flaky.extend(perhaps);
        }
        let first_bad = failing.iter().map(|failing: &Failing<'_>| failing.since).min();
        Self { first_bad, failing, flaky, perhaps_flaky }
    }
}

fn judged<'r>(run: &'r Results, case: &CaseResult) -> Option<Judged<'r>> {
    let (is_bad, is_right) = match case.verdict {
        Verdict::Pass => (false, true),
        Verdict::Fail => (true, false),
        Verdict::KnownFailure => (false, false),
        Verdict::UnexpectedPass => (true, true),
        Verdict::Inconclusive | Verdict::Skipped | Verdict::NotRun => return None,
    };
    Some(Judged { run, is_bad, is_right })
}

/// Since when a case fails, if it does.
fn failing_now<'r>(id: &'r str, verdicts: &[Judged<'r>]) -> Option<Failing<'r>> {
    let streak = verdicts.iter().rev().take_while(|judged| judged.is_bad).count();
    let begin = verdicts.len() - streak;
    let first = verdicts.get(begin)?;
    Some(Failing {
        id,
        since: &first.run.started_at,
        version: first.run.target.version.as_deref(),
        passed_last: begin
            .checked_sub(1)
            .and_then(|before| verdicts.get(before))
            .map(|judged| judged.run.started_at.as_str()),
    })
}

/// How often the verdict on a case changed although nothing else did, and although perhaps nothing else did.
fn changes<'r>(id: &'r str, verdicts: &[Judged<'r>]) -> [Option<Changes<'r>>; 2] {
    let mut found: [Option<Changes<'r>>; 2] = [None, None];
    for pair in verdicts.windows(2) {
        let [before, after] = pair else { continue };
        let is_same_question = before.run.suite.hash == after.run.suite.hash && before.run.tool == after.run.tool;
        if before.is_right == after.is_right || !is_same_question {
            continue;
        }
        let place = match (&before.run.target.version, &after.run.target.version) {
            (Some(one), Some(other)) if one == other => 0,
            (Some(_), Some(_)) => continue,
            _ => 1,
        };
        let last = after.run.started_at.as_str();
        let changes = found[place].get_or_insert(Changes { id, changes: 0, last });
        (changes.changes, changes.last) = (changes.changes + 1, last);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::json::tests::written;
    use crate::report::sample;

    /// A run on a day against a version, in which two cases have these verdicts.
    fn run(day: usize, version: &str, verdicts: [Verdict; 2]) -> (std::path::PathBuf, Results) {
        let ids = ["toy/A/Enabled", "toy/B/Enabled"];
        let cases = ids.into_iter().zip(verdicts).map(|(id, verdict)| CaseResult { verdict, ..sample::passed(id) });
        let mut results: Results = written(&sample::run(cases.collect())).parse().unwrap();
        results.started_at = format!("2026-01-{day:02}");
        results.target.version = (!version.is_empty()).then(|| version.to_owned());
        (std::path::PathBuf::new(), results)
    }

    fn history(runs: Vec<(std::path::PathBuf, Results)>) -> TargetHistory {
        TargetHistory { target: runs[0].1.target.clone(), runs }
    }

    #[test]
    fn the_first_bad_night_begins_what_fails_now() {
        use Verdict::{Fail, Inconclusive, KnownFailure, Pass, UnexpectedPass};
        let history = history(vec![
            run(1, "1", [Fail, KnownFailure]),
            run(2, "1", [Pass, KnownFailure]),
            run(3, "2", [Fail, UnexpectedPass]),
            // Nothing is known of that night.
            run(4, "2", [Inconclusive, Pass]),
            run(5, "2", [Fail, Pass]),
        ]);
        let trend = Trend::of(&history);
        assert_eq!(trend.first_bad, Some("2026-01-03"));
        let failing =
            Failing { id: "toy/A/Enabled", since: "2026-01-03", version: Some("2"), passed_last: Some("2026-01-02") };
        assert_eq!(trend.failing, [failing]);
        // A version changed between 2 and 3, and a list of known failures is none of the endpoint's business.
        assert_eq!(trend.flaky, [Changes { id: "toy/A/Enabled", changes: 1, last: "2026-01-02" }]);
        assert!(trend.perhaps_flaky.is_empty());
    }

    #[test]
    fn what_changes_by_itself_is_flaky_and_without_versions_perhaps() {
        use Verdict::{Fail, Pass};
        let mut runs = vec![
            run(1, "1", [Pass, Pass]),
            run(2, "1", [Fail, Pass]),
            run(3, "1", [Pass, Pass]),
            run(4, "", [Pass, Fail]),
            run(5, "", [Pass, Pass]),
        ];

        let trend = |runs: &Vec<_>| {
            let history = history(runs.clone());
            let trend = Trend::of(&history);
            (
                trend.flaky.len(),
                trend.perhaps_flaky.iter().map(|one| one.changes).sum::<usize>(),
                trend.first_bad.is_some(),
            )
        };

        assert_eq!(trend(&runs), (1, 2, false));
        // Other cases are another question.
        runs[3].1.suite.hash = "other".to_owned();
        runs[1].1.tool.version = "other".to_owned();
        assert_eq!(trend(&runs), (0, 0, false));
    }
}
