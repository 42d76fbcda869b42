//! What a report needs to know of a case: what the suite says of it, and what was found.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Shared;
use super::finding::Finding;
use crate::event::{Answered, CaseResult, Exchange, Lenient, Listed, Source, Summary};
use crate::known::KnownFailures;
use crate::plan::Walk;
use crate::suite::case::{Case, Subject};
use crate::verdict::Verdict;

/// What came out of asking a case. A plain pass holds nothing on the heap.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Why it did not simply pass.
    pub(super) finding: Option<Box<Finding>>,
    /// What may come and what came, where it is not the cell's own expectation.
    pub(super) expected: Option<Answered>,
    pub(super) also_accepted: Vec<Answered>,
    pub(super) actual: Option<Answered>,
    pub(super) lenient: Vec<Lenient>,
    pub(super) notes: Vec<String>,
    pub(super) exchanges: Vec<Exchange>,
    pub(super) attempts: u32,
    pub(super) duration_ms: u64,
    /// What could not be removed.
    pub(super) left: Vec<String>,
    /// What the list of known failures says of it.
    pub(super) listed: Option<Box<Listed>>,
}

impl Outcome {
    /// A case that was not asked.
    pub(super) fn not_asked(finding: Finding) -> Self {
        Self {
            finding: Some(Box::new(finding)),
            expected: None,
            also_accepted: Vec::new(),
            actual: None,
            lenient: Vec::new(),
            notes: Vec::new(),
            exchanges: Vec::new(),
            attempts: 0,
            duration_ms: 0,
            left: Vec::new(),
            listed: None,
        }
    }

    pub(super) fn verdict(&self) -> Verdict {
        let observed = self.finding.as_ref().map_or(Verdict::Pass, |finding| finding.verdict);
        self.listed.as_ref().map_or(observed, |listed| listed.outcome.verdict(observed))
    }

    /// What a list of known failures says of it.
    pub(super) fn held_against(&self, known: &KnownFailures, id: &str) -> Option<Listed> {
        let finding = self.finding.as_ref();
        let deciding = finding.and_then(|finding| finding.answers.as_ref()?.actual.as_ref());
        known.judge(id, self.verdict(), finding.map(|finding| finding.kind), deciding.or(self.actual.as_ref()))
    }
}

/// Results that wait for those before them, and what they add up to.
#[derive(Default)]
pub(super) struct Results {
    /// The place in the selection of the next that is told.
    pub(super) next: usize,
    pub(super) waiting: BTreeMap<usize, (Outcome, Option<Arc<Walk>>)>,
    pub(super) summary: Summary,
    pub(super) cut: usize,
    /// The cells that were asked, each of a class of keys by a route.
    pub(super) cells_asked: usize,
}

/// The result of a case.
pub(super) fn result(shared: &Shared, case: &Case, walk: Option<&Walk>, outcome: Outcome) -> CaseResult {
    let suite = &shared.suite;
    let (operation, state, original_state, class) = match &case.subject {
        Subject::Cell { row, class, state, .. } => {
            (Some(suite.rows[*row].operation.to_string()), Some(state.to_string()), None, class)
        }
        Subject::Move { row, original, target } => (
            Some(suite.rows[*row].operation.to_string()),
            Some(target.1.to_string()),
            Some(original.1.to_string()),
            &target.0,
        ),
        Subject::Scenario { class, .. } => (None, None, None, class),
    };
    // Of a move, the route of the target key; the other key's stands in the exchanges.
    let route = walk.and_then(|walk| walk.keys.last()).map(|key| key.calls(suite)).unwrap_or_default();
    let verdict = outcome.verdict();
    let finding = outcome.finding;
    let (kind, reason) = match &finding {
        Some(finding) => (Some(finding.kind), finding.reason.clone()),
        None if verdict == Verdict::UnexpectedPass => {
            (None, "it passed, but it is listed as a known failure".to_owned())
        }
        None => (None, String::new()),
    };
    let (mut expected, mut actual) = (outcome.expected, outcome.actual);
    if let Some(answers) = finding.and_then(|finding| finding.answers) {
        expected = answers.expected.or(expected);
        actual = answers.actual.or(actual);
    }
    let clause = suite.clauses_of(case).first().map(ToString::to_string).unwrap_or_default();
    let nowhere = || Source { file: "".into(), line: 1, column: 1 };
    CaseResult {
        id: case.id.shared(),
        operation,
        state,
        original_state,
        key_class: Some(class.to_string()),
        route,
        edition: suite.edition(case).to_string(),
        clause,
        source: suite.source(case).cloned().unwrap_or_else(nowhere),
        verdict,
        expected,
        also_accepted: outcome.also_accepted,
        actual,
        reason,
        kind,
        blocked_by: None,
        first_actual: None,
        lenient: outcome.lenient,
        listed: outcome.listed,
        notes: outcome.notes,
        attempts: outcome.attempts,
        duration_ms: outcome.duration_ms,
        exchanges: outcome.exchanges,
    }
}
