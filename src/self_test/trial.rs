//! One deviation: a run of the suite against it, compared with its entry in the catalogue.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::SelfTestError;
use super::catalogue::{CatalogueEntry, Expectations, Family};
use super::comparison::{Comparison, Explained, Subject, compare};
use super::mock_run::run_cases;
use crate::event::CaseResult;
use crate::mock::KnownDeviation;
use crate::suite::Suite;
use crate::verdict::Verdict;

/// The result of one deviation.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The name of the deviation.
    pub deviation: String,
    /// What it belongs to.
    pub family: Family,
    /// Why no case can catch it, if none can.
    pub uncaught: Option<Arc<str>>,
    /// The ids of the cases that caught it, as they should.
    pub caught_by: Vec<String>,
    /// The ids of further cases that failed, which the catalogue allows.
    pub disturbed: Vec<String>,
    /// How many cases ran.
    pub cases: usize,
    /// Where the run differs from the catalogue.
    pub surprises: Vec<Surprise>,
    /// How the verdicts on keys of a tour compare with these, if that was tried.
    pub(crate) comparison: Option<Comparison>,
}

/// A difference between the run and the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Surprise {
    /// A case that must catch the deviation did not.
    Missed {
        /// The id of the case.
        case: String,
        /// Its verdict.
        verdict: Verdict,
        /// Why, in one line; empty for a pass.
        reason: String,
    },
    /// A case failed that has nothing to do with the deviation.
    Unexpected {
        /// The id of the case.
        case: String,
        /// Why, in one line.
        reason: String,
    },
    /// None of the cases failed that the deviation is said to disturb.
    Undisturbed {
        /// The set of cases.
        set: String,
    },
}

impl Trial {
    /// Whether everything is as the catalogue says.
    pub fn is_as_named(&self) -> bool {
        self.surprises.is_empty() && self.comparison.as_ref().is_none_or(Comparison::is_sound)
    }
}

/// Tests one deviation by the cases that must catch it and by others, which are all that may notice it if they are the `whole`.
pub(super) async fn try_entry(
    suite: &Arc<Suite>,
    entry: &CatalogueEntry,
    expectations: &Expectations,
    others: Vec<usize>,
    whole: bool,
    compared: Option<&Vec<Explained>>,
) -> Result<Trial, SelfTestError> {
    let mut cases = expectations.must_fail.clone();
    cases.extend(others);

    // Such a deviation reaches the keys of other cases, so each case gets a mock of its own.
    let results = if entry.account_wide {
        run_apart(suite, &entry.deviation, cases).await?
    } else {
        run_cases(suite, std::slice::from_ref(&entry.deviation), cases.into_iter().collect()).await?.results
    };

    let name = entry.name();
    let comparison = match compared {
        Some(known) => {
            let named = || {
                let others = expectations.may_fail.iter().flat_map(|(_, cases)| cases);
                expectations.must_fail.iter().chain(others).copied().collect()
            };
            let deviations = std::slice::from_ref(&entry.deviation);
            let subject = Subject { name: &name, deviations, alone: entry.account_wide.then(named) };
            Some(compare(suite, subject, &results, known).await?)
        }
        None => None,
    };

    let mut trial = Trial {
        deviation: name,
        family: entry.family,
        uncaught: entry.uncaught.clone(),
        caught_by: Vec::new(),
        disturbed: Vec::new(),
        cases: results.len(),
        surprises: Vec::new(),
        comparison,
    };
    trial.compare(suite, expectations, results);
    // Else a set that nothing of failed may still be right.
    if whole {
        trial.find_undisturbed(suite, expectations);
    }
    Ok(trial)
}

impl Trial {
    /// Compares the results of a run with what the catalogue says of each case.
    fn compare(&mut self, suite: &Suite, expectations: &Expectations, results: Vec<CaseResult>) {
        let must_fail = ids(suite, &expectations.must_fail);
        let may_fail: BTreeSet<&str> = expectations.may_fail.iter().flat_map(|(_, cases)| ids(suite, cases)).collect();

        for CaseResult { id, verdict, reason, .. } in results {
            let (case, fails) = (id.to_string(), verdict == Verdict::Fail);
            match (must_fail.contains(&*id), fails) {
                (true, true) => self.caught_by.push(case),
                (true, false) => self.surprises.push(Surprise::Missed { case, verdict, reason }),
                (false, true) if may_fail.contains(&*id) => self.disturbed.push(case),
                (false, true) => self.surprises.push(Surprise::Unexpected { case, reason }),
                (false, false) => {}
            }
        }
    }

    /// Finds the sets of cases that the deviation is said to disturb, though none of them failed.
    fn find_undisturbed(&mut self, suite: &Suite, expectations: &Expectations) {
        for (set, cases) in &expectations.may_fail {
            let meant = ids(suite, cases);
            if !self.disturbed.iter().chain(&self.caught_by).any(|id| meant.contains(id.as_str())) {
                self.surprises.push(Surprise::Undisturbed { set: set.clone() });
            }
        }
    }
}

/// The ids of cases.
fn ids<'a>(suite: &'a Suite, cases: &BTreeSet<usize>) -> BTreeSet<&'a str> {
    cases.iter().map(|index| suite.cases[*index].id.as_str()).collect()
}

/// Runs each case on a mock of its own, for a deviation that cases on one mock would share.
async fn run_apart(
    suite: &Arc<Suite>,
    deviation: &KnownDeviation,
    cases: BTreeSet<usize>,
) -> Result<Vec<CaseResult>, SelfTestError> {
    let mut results = Vec::with_capacity(cases.len());
    for case in cases {
        results.extend(run_cases(suite, std::slice::from_ref(deviation), vec![case]).await?.results);
    }
    Ok(results)
}
