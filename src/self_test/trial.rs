//! What the suite says of one deviation.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::SelfTestError;
use super::mock_run::ask;
use crate::event::CaseResult;
use crate::mock::{CatalogueEntry, Deviation, Family};
use crate::suite::Suite;
use crate::suite::selector::{Selector, SelectorError, select};
use crate::verdict::Verdict;

/// Which cases are asked beside those that must catch a deviation.
#[derive(Clone, Debug)]
pub enum Others {
    /// These (indexes into the cases of the suite).
    Some(Arc<[usize]>),
    /// All of them, so that it also shows whether those that may be disturbed are.
    All,
}

/// What came of one deviation.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The name of the deviation.
    pub deviation: String,
    /// What it belongs to.
    pub family: Family,
    /// Why no case can catch it, if none can.
    pub uncaught: Option<&'static str>,
    /// The ids of the cases that caught it, as they should.
    pub caught_by: Vec<String>,
    /// The ids of further cases that failed, which the catalogue allows.
    pub disturbed: Vec<String>,
    /// How many cases were asked.
    pub asked: usize,
    /// What is otherwise than the catalogue says.
    pub surprises: Vec<Surprise>,
}

/// What is otherwise than the catalogue says.
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
    Blamed {
        /// The id of the case.
        case: String,
        /// Why, in one line.
        reason: String,
    },
    /// Nothing of what the deviation may disturb failed.
    Undisturbed {
        /// The pattern of the cases.
        pattern: String,
    },
}

impl Trial {
    /// Whether everything is as the catalogue says.
    pub const fn is_as_named(&self) -> bool {
        self.surprises.is_empty()
    }
}

/// Tries one deviation.
pub(super) async fn try_entry(
    suite: &Arc<Suite>,
    entry: &CatalogueEntry,
    others: &Others,
) -> Result<Trial, SelfTestError> {
    let must_fail = indexes(suite, entry, &entry.caught_by)?;
    let may_fail = indexes(suite, entry, &entry.may_disturb)?;
    let mut cases = must_fail.clone();
    match others {
        Others::All => cases.extend(0..suite.cases.len()),
        Others::Some(others) => cases.extend(others.iter()),
    }
    let results = if entry.account_wide {
        ask_apart(suite, &entry.deviation, cases).await?
    } else {
        ask(suite, &entry.deviation, cases.into_iter().collect()).await?
    };
    let mut trial = Trial {
        deviation: entry.name(),
        family: entry.family,
        uncaught: entry.uncaught,
        caught_by: Vec::new(),
        disturbed: Vec::new(),
        asked: results.len(),
        surprises: Vec::new(),
    };
    let ids = |indexes: &BTreeSet<usize>| -> BTreeSet<String> {
        indexes.iter().map(|index| suite.cases[*index].id.to_string()).collect()
    };
    let (must_fail, may_fail) = (ids(&must_fail), ids(&may_fail));
    for CaseResult { id, verdict, reason, .. } in results {
        let (id, fails) = (id.to_string(), verdict == Verdict::Fail);
        match (must_fail.contains(&id), fails) {
            (true, true) => trial.caught_by.push(id),
            (true, false) => trial.surprises.push(Surprise::Missed { case: id, verdict, reason }),
            (false, true) if may_fail.contains(&id) => trial.disturbed.push(id),
            (false, true) => trial.surprises.push(Surprise::Blamed { case: id, reason }),
            (false, false) => {}
        }
    }
    if matches!(others, Others::All) {
        for pattern in &entry.may_disturb {
            let meant = ids(&indexes(suite, entry, std::slice::from_ref(pattern))?);
            if !trial.disturbed.iter().chain(&trial.caught_by).any(|id| meant.contains(id)) {
                trial.surprises.push(Surprise::Undisturbed { pattern: pattern.clone() });
            }
        }
    }
    Ok(trial)
}

/// Asks each case of a mock of its own, for a deviation that cases on one mock would share.
async fn ask_apart(
    suite: &Arc<Suite>,
    deviation: &Deviation,
    cases: BTreeSet<usize>,
) -> Result<Vec<CaseResult>, SelfTestError> {
    let mut results = Vec::with_capacity(cases.len());
    for case in cases {
        results.extend(ask(suite, deviation, vec![case]).await?);
    }
    Ok(results)
}

/// The cases that patterns mean.
fn indexes(suite: &Suite, entry: &CatalogueEntry, patterns: &[String]) -> Result<BTreeSet<usize>, SelfTestError> {
    let mut found = BTreeSet::new();
    for pattern in patterns {
        let failed = |reason| SelfTestError::Cases { deviation: entry.name(), pattern: pattern.clone(), reason };
        let selector: Selector = pattern.parse().map_err(|error: SelectorError| failed(error.to_string()))?;
        found.extend(select(suite, &[selector], &[], &[]).map_err(|error| failed(error.to_string()))?);
    }
    Ok(found)
}
