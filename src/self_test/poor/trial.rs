//! One poor emulator: a run of the suite against it, compared with the data.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::expectations::{Expectations, Wanted};
use super::load::PoorEmulator;
use super::surprise::PoorSurprise;
use crate::event::CaseResult;
use crate::self_test::SelfTestError;
use crate::self_test::comparison::{Comparison, Explained, Subject, compare as compare_isolations};
use crate::self_test::mock_run::{MockRun, run_suite};
use crate::suite::Suite;
use crate::verdict::Verdict;

/// The result of one poor emulator.
#[derive(Clone, Debug)]
pub(crate) struct PoorTrial {
    /// The name of the emulator.
    pub(crate) emulator: String,
    /// How many cases must fail.
    pub(crate) must_fail: usize,
    /// How many of them did.
    pub(crate) caught: usize,
    /// How many cases could not be judged.
    pub(crate) inconclusive: usize,
    /// How many requests the run sent.
    pub(crate) requests: u64,
    /// How many a run sends to an endpoint without a deviation.
    pub(crate) clean_requests: u64,
    /// Where the run differs from what the data says.
    pub(crate) surprises: Vec<PoorSurprise>,
    /// How the verdicts on keys of a tour compare with these, if that was tried.
    pub(crate) comparison: Option<Comparison>,
}

impl PoorTrial {
    /// Whether everything is as the data says.
    pub(crate) fn is_as_named(&self) -> bool {
        self.surprises.is_empty() && self.comparison.as_ref().is_none_or(Comparison::is_sound)
    }

    /// How many times the requests of a clean run were sent.
    #[expect(clippy::cast_precision_loss, reason = "a run sends far fewer than 2^52 requests")]
    pub(crate) fn ratio(&self) -> f64 {
        self.requests as f64 / (self.clean_requests.max(1)) as f64
    }
}

/// Runs the whole suite against an emulator: once, and once more on keys of a tour if the two are to be compared.
pub(super) async fn try_emulator(
    suite: &Arc<Suite>,
    emulator: &PoorEmulator,
    expectations: &Expectations,
    clean: &MockRun,
    compared: Option<&Vec<Explained>>,
) -> Result<PoorTrial, SelfTestError> {
    let run = run_suite(suite, &emulator.deviations).await?;
    let comparison = match compared {
        Some(known) => {
            let subject = Subject { name: &emulator.name, deviations: &emulator.deviations, alone: None };
            Some(compare_isolations(suite, subject, &run.results, known).await?)
        }
        None => None,
    };
    Ok(PoorTrial { comparison, ..compare(suite, emulator, expectations, clean, run) })
}

/// Compares the results of a run with what must become of each case.
pub(super) fn compare(
    suite: &Suite,
    emulator: &PoorEmulator,
    expectations: &Expectations,
    clean: &MockRun,
    run: MockRun,
) -> PoorTrial {
    let index_of: BTreeMap<&str, usize> =
        suite.cases.iter().enumerate().map(|(index, case)| (case.id.as_str(), index)).collect();
    let clean_verdicts: BTreeMap<&str, Verdict> =
        clean.results.iter().map(|result| (&*result.id, result.verdict)).collect();
    let must_fail = expectations.of_case.values().filter(|wanted| matches!(wanted, Wanted::Fail(_))).count();
    let inconclusive = run.results.iter().filter(|result| result.verdict == Verdict::Inconclusive).count();

    let (mut caught, mut surprises) = (0, Vec::new());
    if run.results.len() < suite.cases.len() {
        surprises.push(PoorSurprise::Unreported { cases: suite.cases.len() - run.results.len() });
    }
    for result in run.results {
        let wanted = index_of.get(&*result.id).and_then(|index| expectations.of_case.get(index));
        let clean = clean_verdicts.get(&*result.id).copied().filter(|_| expectations.others_as_clean);
        caught += usize::from(matches!(wanted, Some(Wanted::Fail(_))) && result.verdict == Verdict::Fail);
        surprises.extend(of_wanted(wanted, clean, result));
    }

    let mut trial = PoorTrial {
        emulator: emulator.name.clone(),
        must_fail,
        caught,
        inconclusive,
        requests: run.requests,
        clean_requests: clean.requests,
        surprises,
        comparison: None,
    };
    if trial.ratio() > emulator.most_requests {
        let most = most_requests(clean.requests, emulator.most_requests);
        trial.surprises.push(PoorSurprise::Expensive { requests: run.requests, most });
    }
    // Stable, so that those of one kind stay in the order of ids.
    trial.surprises.sort_by_key(PoorSurprise::sort);
    trial
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a run sends far fewer than 2^52 requests"
)]
fn most_requests(clean: u64, ratio: f64) -> u64 {
    (clean as f64 * ratio) as u64
}

/// Where a case differs. `clean` is the verdict that it must have if nothing is said of it.
fn of_wanted(wanted: Option<&Wanted>, clean: Option<Verdict>, result: CaseResult) -> Option<PoorSurprise> {
    let CaseResult { id, verdict, kind, reason, blocked_by, .. } = result;
    let (case, fails) = (id.to_string(), verdict == Verdict::Fail);

    match wanted {
        Some(Wanted::Fail(_)) if !fails => Some(PoorSurprise::Missed { case, verdict, reason }),
        Some(Wanted::Fail(Some(wanted))) if kind != Some(*wanted) => {
            Some(PoorSurprise::OtherKind { case, wanted: *wanted, actual: kind, reason })
        }
        Some(Wanted::NotPass) if verdict != Verdict::Fail && verdict != Verdict::Inconclusive => {
            Some(PoorSurprise::Missed { case, verdict, reason })
        }
        Some(Wanted::Fail(_) | Wanted::NotPass | Wanted::MayFail) => None,
        Some(Wanted::Pass) if verdict == Verdict::Pass => None,
        // Every failure that is wanted or allowed has been dealt with above.
        _ if fails => Some(PoorSurprise::Unexpected { case, reason }),
        Some(Wanted::NotFail) => None,
        Some(Wanted::Pass) => Some(PoorSurprise::Lost { case, verdict, reason }),
        Some(Wanted::Blocked(cause)) => match (verdict, blocked_by) {
            (Verdict::Inconclusive | Verdict::Skipped, Some(blocked)) if cause.is_met(&blocked) => None,
            (Verdict::Inconclusive | Verdict::Skipped | Verdict::NotRun, blocked) => {
                let actual = blocked.map_or(reason, |blocked| blocked.to_string());
                Some(PoorSurprise::Misattributed { case, wanted: cause.name(), actual })
            }
            _ => Some(PoorSurprise::Judged { case, verdict, wanted: cause.name() }),
        },
        None if clean.is_some_and(|clean| clean != verdict) => Some(PoorSurprise::Lost { case, verdict, reason }),
        None => None,
    }
}
