//! The same cases on fresh keys and on keys of a tour: whether one says what the other does.
//!
//! A tour must judge what fresh keys judge. Its keys come to a case by other calls, though, and where an endpoint deviates
//! in one of these, or in one of the route of fresh keys, only one of the two gets as far as the case. So there are two
//! sorts of different verdicts, and [`Difference`] tells them apart:
//!
//! - One of the two passed, the other could not judge, and names what blocked it. Neither contradicts the other, and these
//!   are only counted.
//! - All else is a contradiction: a case that fails on fresh keys and not in the tour (a deviation that the tour does not
//!   see), one that fails in the tour and not on fresh keys (a false alarm, or what fresh keys are kept from seeing), and
//!   one that can't be judged and does not say by what. Each must stand in `differences.yaml`, with its reason; one that
//!   does not, and one that does and is not found, is wrong.
//!
//! Cases that move the clock have keys of their own in both, and are not compared.
//!
//! - `difference`: two verdicts of a case;
//! - `explained`: the contradictions that are known, and why the tour does not make them.

mod difference;
mod explained;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

pub(crate) use self::difference::{Contradiction, Difference};
pub(super) use self::explained::{Explained, explained};
use super::SelfTestError;
use super::mock_run::{MockRun, run_isolated};
use crate::diagnostic::counted;
use crate::event::CaseResult;
use crate::mock::KnownDeviation;
use crate::plan::{Isolation, Planner};
use crate::suite::Suite;
use crate::verdict::Verdict;

/// What is compared: the cases of an endpoint that was tried on fresh keys.
pub(super) struct Subject<'a> {
    /// The deviation or the emulator.
    pub(super) name: &'a str,
    pub(super) deviations: &'a [KnownDeviation],
    /// The cases that run, each on a mock of its own; on one mock if none, and then all.
    pub(super) alone: Option<BTreeSet<usize>>,
}

/// What the two runs of an endpoint have in common.
#[derive(Debug, Clone)]
pub(crate) struct Comparison {
    /// How many cases failed, on fresh keys and on those of the tour.
    pub(crate) failed: (usize, usize),
    /// How many cases ran in both.
    pub(crate) cases: usize,
    /// How many requests the tour took.
    pub(crate) requests: u64,
    /// How many cases only one of the two could judge, and passed there.
    pub(crate) blocked: usize,
    /// How many contradictions are explained.
    pub(crate) explained: usize,
    /// Those that are not.
    pub(crate) contradictions: Vec<(Difference, Contradiction)>,
    /// The explanations that explain nothing: their cases.
    pub(crate) needless: Vec<String>,
}

/// Runs the cases on keys of a tour, and compares the verdicts with those on fresh keys.
pub(super) async fn compare(
    suite: &Arc<Suite>,
    subject: Subject<'_>,
    fresh: &[CaseResult],
    known: &[Explained],
) -> Result<Comparison, SelfTestError> {
    let fresh: BTreeMap<&str, &CaseResult> = fresh.iter().map(|result| (&*result.id, result)).collect();
    let tour = run(suite, &subject, &fresh).await?;
    let pairs: Vec<(&CaseResult, &CaseResult)> =
        tour.results.iter().filter_map(|result| Some((*fresh.get(&*result.id)?, result))).collect();
    let failed = |result: &CaseResult| result.verdict == Verdict::Fail;

    let mut comparison = Comparison {
        failed: (
            pairs.iter().filter(|(fresh, _)| failed(fresh)).count(),
            pairs.iter().filter(|(_, tour)| failed(tour)).count(),
        ),
        cases: pairs.len(),
        requests: tour.requests,
        blocked: 0,
        explained: 0,
        contradictions: Vec::new(),
        needless: Vec::new(),
    };

    // What was not run may well differ.
    let compared: BTreeSet<&str> = pairs.iter().map(|(fresh, _)| &*fresh.id).collect();
    let is_compared = |one: &&Explained| one.endpoint == subject.name && compared.contains(one.case.as_str());
    let mut needless: Vec<&Explained> = known.iter().filter(is_compared).collect();
    for difference in pairs.into_iter().filter_map(|(fresh, tour)| Difference::of(fresh, tour)) {
        let Some(contradiction) = difference.contradiction() else {
            comparison.blocked += 1;
            continue;
        };
        let before = needless.len();
        needless.retain(|one| !one.explains(&difference));
        if needless.len() < before {
            comparison.explained += 1;
        } else {
            comparison.contradictions.push((difference, contradiction));
        }
    }

    comparison.needless = needless.into_iter().map(|one| one.case.clone()).collect();
    Ok(comparison)
}

/// Runs the cases on keys of a tour that ran on fresh keys.
async fn run(
    suite: &Arc<Suite>,
    subject: &Subject<'_>,
    fresh: &BTreeMap<&str, &CaseResult>,
) -> Result<MockRun, SelfTestError> {
    let planner = Planner::new(Arc::clone(suite));
    let stays = |index: &usize| planner.plan(&suite.cases[*index]).is_ok_and(|plan| !plan.moves_clock);
    let Some(cases) = &subject.alone else {
        let ran = |index: &usize| fresh.contains_key(suite.cases[*index].id.as_str());
        let cases = (0..suite.cases.len()).filter(|index| ran(index) && stays(index)).collect();
        return run_isolated(suite, subject.deviations, cases, Isolation::Tour).await;
    };

    let mut whole = MockRun { results: Vec::new(), requests: 0 };
    for case in cases.iter().filter(|index| stays(index)) {
        let run = run_isolated(suite, subject.deviations, vec![*case], Isolation::Tour).await?;
        whole.results.extend(run.results);
        whole.requests += run.requests;
    }
    Ok(whole)
}

impl Comparison {
    /// Whether the tour says what fresh keys say, but for what is explained.
    pub(crate) const fn is_sound(&self) -> bool {
        self.contradictions.is_empty() && self.needless.is_empty()
    }
}

/// The lines below an endpoint: what is not as it should be.
impl fmt::Display for Comparison {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (difference, contradiction) in &self.contradictions {
            writeln!(formatter, "        {contradiction}: {difference}")?;
        }
        let needless = |case: &String| writeln!(formatter, "        explained, and not different: {case}");
        self.needless.iter().try_for_each(needless)
    }
}

/// The closing line of comparisons.
pub(crate) fn comparison_summary<'a>(comparisons: impl IntoIterator<Item = &'a Comparison>) -> String {
    let (mut endpoints, mut wrong, mut cases, mut blocked, mut explained, mut open) = (0, 0, 0, 0, 0, 0);
    let (mut failed, mut requests) = ((0, 0), 0);
    for one in comparisons {
        endpoints += 1;
        wrong += usize::from(!one.is_sound());
        cases += one.cases;
        blocked += one.blocked;
        explained += one.explained;
        open += one.contradictions.len() + one.needless.len();
        failed = (failed.0 + one.failed.0, failed.1 + one.failed.1);
        requests += one.requests;
    }

    let mut text = format!(
        "{} on keys of a tour ({} run, {requests} requests): {} of the {} that fail on fresh keys; {blocked} that only one \
         of the two could judge, {explained} explained",
        counted(endpoints, "deviation or emulator", "deviations and emulators"),
        counted(cases, "case", "cases"),
        counted(failed.1, "failure", "failures"),
        failed.0,
    );
    if wrong > 0 {
        text += &format!(", {open} not explained in {wrong}");
    }
    text
}
