//! The same cases on fresh keys and on keys of a tour: whether they have the same verdicts.

use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::mock_run::{MockRun, run_isolated};
use super::{CatalogueEntry, PoorEmulator, SelfTestError, trials};
use crate::diagnostic::{Diagnostics, counted};
use crate::event::CaseResult;
use crate::mock::Deviation;
use crate::plan::{Isolation, Planner};
use crate::suite::Suite;
use crate::verdict::Verdict;

/// Deviations and poor emulators that are run in both isolations.
#[derive(Debug)]
pub(crate) struct Compare {
    pub(crate) suite: Arc<Suite>,
    pub(crate) entries: Vec<CatalogueEntry>,
    pub(crate) emulators: Vec<PoorEmulator>,
    /// How many are run at the same time.
    pub(crate) jobs: NonZeroUsize,
}

/// What the two runs of an endpoint had in common.
#[derive(Debug, Clone)]
pub(crate) struct Comparison {
    /// The deviation or the emulator.
    pub(crate) name: String,
    /// How many cases failed on fresh keys.
    pub(crate) failed: usize,
    /// How many cases ran.
    pub(crate) cases: usize,
    /// The requests on fresh keys, and on those of the tour.
    pub(crate) requests: (u64, u64),
    /// The cases whose verdicts differ.
    pub(crate) differences: Vec<Difference>,
}

/// A case whose verdicts differ.
#[derive(Debug, Clone)]
pub(crate) struct Difference {
    pub(crate) case: String,
    pub(crate) fresh: Verdict,
    pub(crate) tour: Verdict,
    /// Why it did not pass, where it did not.
    pub(crate) reason: String,
}

/// What is run in both isolations.
struct Subject {
    name: String,
    deviations: Vec<Deviation>,
    /// The cases that run, each on a mock of its own; on one mock if none, and then all that do not move its clock.
    alone: Option<BTreeSet<usize>>,
}

impl Compare {
    /// Runs everything in both isolations, and emits the comparisons in order. No further one is begun once `interrupt` is
    /// cancelled.
    ///
    /// # Errors
    ///
    /// When entries name cases that the suite does not have, and the first run that could not be made.
    pub(crate) async fn run(
        self,
        interrupt: CancellationToken,
        emit: impl FnMut(Comparison),
    ) -> Result<(), SelfTestError> {
        let mut mistakes = Vec::new();
        let of_entry = |entry: CatalogueEntry| {
            let expectations = entry.expectations(&self.suite, &mut mistakes);
            // Such a deviation reaches the keys of other cases.
            let alone = entry.account_wide.then(|| {
                let others = expectations.may_fail.into_iter().flat_map(|(_, cases)| cases);
                expectations.must_fail.into_iter().chain(others).collect()
            });
            Subject { name: entry.name(), deviations: vec![entry.deviation], alone }
        };
        let mut subjects: Vec<Subject> = self.entries.into_iter().map(of_entry).collect();
        if !mistakes.is_empty() {
            return Err(Diagnostics::new(mistakes, []).into());
        }
        subjects.extend(self.emulators.into_iter().map(|emulator| Subject {
            name: emulator.name,
            deviations: emulator.deviations,
            alone: None,
        }));

        let compared = subjects.into_iter().map(|subject| {
            let suite = Arc::clone(&self.suite);
            async move { compare(&suite, subject).await }
        });
        trials::in_order(compared, self.jobs, &interrupt, emit).await
    }
}

async fn compare(suite: &Arc<Suite>, subject: Subject) -> Result<Comparison, SelfTestError> {
    let fresh = run(suite, &subject, Isolation::Fresh).await?;
    let tour = run(suite, &subject, Isolation::Tour).await?;

    let differs = |(one, other): &(&CaseResult, &CaseResult)| one.verdict != other.verdict;
    let pairs = fresh.results.iter().zip(&tour.results).filter(differs);
    let differences = pairs.map(|(one, other)| Difference {
        case: one.id.to_string(),
        fresh: one.verdict,
        tour: other.verdict,
        reason: if one.reason.is_empty() { other.reason.clone() } else { one.reason.clone() },
    });
    Ok(Comparison {
        name: subject.name,
        failed: fresh.results.iter().filter(|result| result.verdict == Verdict::Fail).count(),
        cases: fresh.results.len(),
        requests: (fresh.requests, tour.requests),
        differences: differences.collect(),
    })
}

async fn run(suite: &Arc<Suite>, subject: &Subject, isolation: Isolation) -> Result<MockRun, SelfTestError> {
    let Some(cases) = &subject.alone else {
        // Those that move the clock have keys of their own in both isolations.
        let planner = Planner::new(Arc::clone(suite));
        let stays = |index: &usize| planner.plan(&suite.cases[*index]).is_ok_and(|plan| !plan.moves_clock);
        let cases = (0..suite.cases.len()).filter(stays).collect();
        return run_isolated(suite, subject.deviations.clone(), cases, isolation).await;
    };
    let mut whole = MockRun { results: Vec::new(), requests: 0 };
    for case in cases {
        let run = run_isolated(suite, subject.deviations.clone(), vec![*case], isolation).await?;
        whole.results.extend(run.results);
        whole.requests += run.requests;
    }
    Ok(whole)
}

impl Comparison {
    /// Whether every case has the same verdict in both.
    pub(crate) const fn is_same(&self) -> bool {
        self.differences.is_empty()
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.is_same() { "same" } else { "DIFF" };
        let (fresh, tour) = self.requests;
        let Self { name, failed, .. } = self;
        writeln!(formatter, "{mark}  {name:<52}  {failed:>3} fail; {fresh} and {tour} requests")?;
        for Difference { case, fresh, tour, reason } in &self.differences {
            writeln!(formatter, "        {case}: {fresh} on fresh keys, {tour} on keys of the tour: {reason}")?;
        }
        Ok(())
    }
}

/// The closing line of a comparison.
pub(crate) fn comparison_summary(comparisons: &[Comparison]) -> String {
    let differ = comparisons.iter().filter(|one| !one.is_same()).count();
    let cases: usize = comparisons.iter().map(|one| one.cases).sum();
    let differences: usize = comparisons.iter().map(|one| one.differences.len()).sum();
    let (fresh, tour) =
        comparisons.iter().fold((0, 0), |(fresh, tour), one| (fresh + one.requests.0, tour + one.requests.1));
    format!(
        "{} in both isolations: {differ} with different verdicts, {} of {cases}; {fresh} and {tour} requests",
        counted(comparisons.len(), "deviation or emulator", "deviations and emulators"),
        counted(differences, "case", "cases"),
    )
}
