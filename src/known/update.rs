//! How a list must change to hold for a run.

use std::collections::BTreeMap;

use jiff::civil::Date;
use thiserror::Error;
use url::{Host, Url};

use super::KnownFailures;
use super::entry::{Entry, Failure};
use super::load::is_pattern;
use crate::diagnostic::counted;
use crate::event::{CaseResult, ListedKind};
use crate::suite::Suite;
use crate::verdict::Verdict;

/// What is known of a run.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// Whether every selected case was run.
    pub complete: bool,
    /// The hash of the case files.
    pub suite_hash: &'a str,
    /// What was tested, as a list says it.
    pub target: &'a str,
    /// The results.
    pub cases: &'a [CaseResult],
}

/// What a person says of failures that are new to the list.
#[derive(Debug, Clone)]
pub struct Acceptance {
    /// Why they are accepted; never empty.
    pub reason: String,
    /// The last day on which they are accepted.
    pub until: Date,
    /// Where they are tracked.
    pub issue: Option<String>,
}

/// How a list must change.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// What becomes of each entry, by its index.
    pub entries: Vec<Change>,
    /// The failures to add, by id.
    pub added: Vec<(String, Failure)>,
    /// The indexes of entries that have expired, but whose cases still fail.
    pub expired: Vec<usize>,
}

/// What becomes of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It stays as it is.
    Keep,
    /// Its case fails otherwise now.
    Correct(Failure),
    /// Its case passes.
    Remove,
    /// It is a pattern that no longer holds for all of its cases: each that still fails gets an entry of its own, by id.
    Split(Vec<(String, Failure)>),
}

/// Why a list is not updated from a run. The file stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotUpdated {
    /// The run was cut short.
    #[error("the run was cut short, so it does not show which failures are left; let it run to its end")]
    Incomplete,
    /// The run was cut short before some cases.
    #[error(
        "the run was cut short before {} run, such as {first}, so it does not show which failures are left; let it run to its end",
        counted(*count, "case was", "cases were")
    )]
    NotRun {
        /// How many.
        count: usize,
        /// The first of them.
        first: String,
    },
    /// The run was one of other case files.
    #[error("the run was one of other case files; give the --provider and --cases of the run, or run again")]
    OtherCases,
    /// The run was one of another target than the list is about.
    #[error(
        "it is about {listed}, and these are results of {judged}; if that is the same target, correct `target` in the list"
    )]
    OtherTarget {
        /// The target of the list.
        listed: String,
        /// The target of the run.
        judged: String,
    },
    /// Listed cases were not selected.
    #[error("the run left out {} of the list, such as {first}; run the whole suite", cases(*count))]
    NotSelected {
        /// How many.
        count: usize,
        /// The first of them.
        first: String,
    },
    /// An entry is to be removed after a run of a part of the suite.
    #[error(
        "{} of the list no longer fail, such as {first}, but entries are only removed after a run of the whole suite, of which this one left out {}",
        cases(*count),
        cases(*missing)
    )]
    PartialRemoval {
        /// How many cases pass.
        count: usize,
        /// The first of them.
        first: String,
        /// How many cases were not selected.
        missing: usize,
    },
    /// There are failures that are not listed, and nobody says why they are accepted.
    #[error("{} not listed; to accept them, say why and until when with --reason and --until:{}", fail(ids.len()), lines(ids))]
    NotAccepted {
        /// The ids.
        ids: Vec<String>,
    },
    /// A failure says nothing that would be the same in another run.
    #[error("{id} fails without a response that could be listed")]
    Unlistable {
        /// The id.
        id: String,
    },
}

fn cases(count: usize) -> String {
    counted(count, "case", "cases")
}

fn fail(count: usize) -> String {
    format!(
        "{} and {}",
        counted(count, "case fails or can't be judged", "cases fail or can't be judged"),
        if count == 1 { "is" } else { "are" }
    )
}

fn lines(ids: &[String]) -> String {
    ids.iter().map(|id| format!("\n  {id}")).collect()
}

/// What was seen of a case.
enum Seen {
    Passing,
    Failing(Failure),
    /// Skipped, or inconclusive for a reason that is not the endpoint's responses.
    Unjudged,
}

impl Update {
    /// How `known` must change so that it holds for a run. What could not be judged because of the endpoint's responses is
    /// added too, for it would keep a run from succeeding. Entries of cases that were not judged stay, and so do those
    /// that have expired: to renew one is a decision of its own.
    ///
    /// # Errors
    ///
    /// When the run says too little, or nobody says why a new failure is accepted.
    pub fn plan(
        known: &KnownFailures,
        suite: &Suite,
        judged: Judged<'_>,
        acceptance: Option<&Acceptance>,
    ) -> Result<Self, NotUpdated> {
        if judged.suite_hash != suite.hash() {
            return Err(NotUpdated::OtherCases);
        }

        if let Some(listed) = known.target().filter(|listed| !is_same_target(listed, judged.target)) {
            let (listed, judged) = (listed.to_owned(), judged.target.to_owned());
            return Err(NotUpdated::OtherTarget { listed, judged });
        }

        // Before the mark of the whole run, for this error can name a case.
        let mut not_run = judged.cases.iter().filter(|case| case.verdict == Verdict::NotRun);
        if let Some(first) = not_run.next() {
            return Err(NotUpdated::NotRun { count: 1 + not_run.count(), first: first.id.to_string() });
        }
        if !judged.complete {
            return Err(NotUpdated::Incomplete);
        }

        let mut seen: BTreeMap<&str, Seen> = BTreeMap::new();
        for case in judged.cases {
            seen.insert(&case.id, see(case)?);
        }
        let mut unseen = suite.ids().filter(|id| known.entry(id.as_str()).is_some() && !seen.contains_key(id.as_str()));
        if let Some(first) = unseen.next() {
            return Err(NotUpdated::NotSelected { count: 1 + unseen.count(), first: first.to_string() });
        }

        let mut update = Self::default();
        for (index, entry) in known.entries().iter().enumerate() {
            let fails = entry.cases.iter().any(|id| matches!(seen.get(&**id), Some(Seen::Failing(_))));
            if fails && known.is_expired(entry) {
                update.expired.push(index);
            }
            update.entries.push(change(entry, &seen));
        }

        let missing = suite.ids().filter(|id| !seen.contains_key(id.as_str())).count();
        let passing: Vec<&str> = seen
            .iter()
            .filter(|(id, seen)| matches!(seen, Seen::Passing) && known.entry(id).is_some())
            .map(|(id, _)| *id)
            .collect();
        if let (Some(first), true) = (passing.first(), missing > 0) {
            return Err(NotUpdated::PartialRemoval { count: passing.len(), first: (*first).to_owned(), missing });
        }

        for (id, seen) in seen {
            if let (Seen::Failing(failure), None) = (seen, known.entry(id)) {
                update.added.push((id.to_owned(), failure));
            }
        }
        if acceptance.is_none() && !update.added.is_empty() {
            return Err(NotUpdated::NotAccepted { ids: update.added.into_iter().map(|(id, _)| id).collect() });
        }
        Ok(update)
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.entries.iter().all(|change| *change == Change::Keep)
    }
}

/// Whether two targets are one. What runs on this machine has another port each time it is started.
fn is_same_target(one: &str, other: &str) -> bool {
    let host = |target: &str| {
        let url: Url = target.parse().ok()?;
        Some((url.scheme().to_owned(), url.host()?.to_owned(), url.port_or_known_default()))
    };
    match (host(one), host(other)) {
        (Some((_, one, _)), Some((_, other, _))) if is_loopback(&one) && is_loopback(&other) => true,
        (Some(one), Some(other)) => one == other,
        (None, None) => one == other,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn is_loopback(host: &Host) -> bool {
    match host {
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.to_canonical().is_loopback(),
    }
}

fn see(case: &CaseResult) -> Result<Seen, NotUpdated> {
    let verdict = match (case.verdict, &case.listed) {
        (Verdict::KnownFailure, Some(listed)) if listed.kind == Some(ListedKind::Inconclusive) => Verdict::Inconclusive,
        (Verdict::KnownFailure, _) => Verdict::Fail,
        (verdict, _) => verdict,
    };
    match (verdict, Failure::of(verdict, case.kind, case.actual.as_ref())) {
        (_, Some(failure)) => Ok(Seen::Failing(failure)),
        (Verdict::Pass | Verdict::UnexpectedPass, None) => Ok(Seen::Passing),
        (Verdict::Skipped | Verdict::NotRun | Verdict::Inconclusive, None) => Ok(Seen::Unjudged),
        (Verdict::Fail | Verdict::KnownFailure, None) => Err(NotUpdated::Unlistable { id: case.id.to_string() }),
    }
}

fn change(entry: &Entry, seen: &BTreeMap<&str, Seen>) -> Change {
    let holds = |id: &str| match seen.get(id) {
        // That a case can't be judged says nothing about how it would fail.
        Some(Seen::Failing(failure)) => entry.failure.holds_for(failure) || *failure == Failure::Inconclusive,
        Some(Seen::Passing) => false,
        Some(Seen::Unjudged) | None => true,
    };

    if entry.cases.iter().all(|id| holds(id)) {
        return Change::Keep;
    }

    let left = entry.cases.iter().filter_map(|id| match seen.get(&**id) {
        Some(Seen::Failing(failure)) if *failure != Failure::Inconclusive => Some((id.to_string(), failure.clone())),
        Some(Seen::Passing) => None,
        Some(Seen::Failing(_) | Seen::Unjudged) | None => Some((id.to_string(), entry.failure.clone())),
    });
    let left: Vec<(String, Failure)> = left.collect();

    // An entry has one failure for all cases of its pattern, so cases that fail otherwise need entries of their own.
    match (is_pattern(&entry.case), left.into_iter()) {
        (_, left) if left.len() == 0 => Change::Remove,
        (true, left) => Change::Split(left.collect()),
        (false, mut left) => left.next().map_or(Change::Remove, |(_, failure)| Change::Correct(failure)),
    }
}

#[cfg(test)]
mod tests;
