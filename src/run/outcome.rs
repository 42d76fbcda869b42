//! The outcome of a case, and the result that reports get.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::RunContext;
use super::case_notes::CaseNotes;
use super::failure::Failure;
use super::leak::Leak;
use crate::event::{BlockedBy, CaseResult, Conflict, Exchange, Listed, PathStep, Source, Summary};
use crate::known::KnownFailures;
use crate::plan::{CasePlan, PlannedKey, RouteStep};
use crate::redact::SecretRegistry;
use crate::suite::Suite;
use crate::suite::case::{Case, Subject};
use crate::verdict::Verdict;

/// The outcome of a case. That of a pass is small, because a run keeps many until their turn comes to be reported.
#[derive(Debug)]
pub(super) struct CaseOutcome {
    /// Why it did not simply pass.
    pub(super) failure: Option<Box<Failure>>,
    pub(super) notes: CaseNotes,
    pub(super) exchanges: Vec<Exchange>,
    pub(super) attempts: u32,
    /// Whether a request was sent that the case judges.
    pub(super) probed: bool,
    pub(super) duration_ms: u64,
    /// What could not be removed.
    pub(super) leaks: Vec<Leak>,
    /// How the list of known failures has it.
    pub(super) listed: Option<Box<Listed>>,
}

impl CaseOutcome {
    /// A case that was not begun.
    pub(super) fn not_begun(failure: Failure) -> Self {
        Self {
            failure: Some(Box::new(failure)),
            notes: CaseNotes::default(),
            exchanges: Vec::new(),
            attempts: 0,
            probed: false,
            duration_ms: 0,
            leaks: Vec::new(),
            listed: None,
        }
    }

    pub(super) fn verdict(&self) -> Verdict {
        let observed = self.failure.as_ref().map_or(Verdict::Pass, |failure| failure.verdict);
        self.listed.as_ref().map_or(observed, |listed| listed.outcome.verdict(observed))
    }

    /// How a list of known failures has the case.
    pub(super) fn compare_with(&self, known: &KnownFailures, id: &str) -> Option<Listed> {
        let failure = self.failure.as_ref();
        // A failure has the outcome that decided; a pass has that of the probe.
        let deciding = failure.and_then(|failure| failure.actual.as_ref()).or(self.notes.actual.as_ref());
        known.judge(id, self.verdict(), failure.map(|failure| failure.kind), deciding)
    }
}

/// The outcomes of a run: those that wait for earlier ones to be reported, and the totals.
#[derive(Default)]
pub(super) struct Outcomes {
    /// The position in the selection of the next case to report.
    pub(super) next: usize,
    pub(super) waiting: BTreeMap<usize, (CaseOutcome, Option<Arc<CasePlan>>)>,
    pub(super) summary: Summary,
    /// How many cases were not over when the run ended.
    pub(super) cut: usize,
    /// How many cases of cells had their probe sent.
    pub(super) cells_probed: usize,
    pub(super) leaks: Vec<Leak>,
}

/// The result of a case as events have it.
pub(super) fn result(run: &RunContext, case: &Case, plan: Option<&CasePlan>, outcome: CaseOutcome) -> CaseResult {
    let suite = &run.suite;
    let (operation, state, class) = suite.cell_of_case(case);
    let original_state = match &case.subject {
        Subject::Move { original: (_, state), .. } => Some(state.to_string()),
        Subject::Cell { .. } | Subject::Scenario { .. } => None,
    };

    // For a move, the route of the target key; the other one can be read from the exchanges.
    let key = plan.and_then(|plan| plan.keys.last());
    let route = key.map(|key| key.calls(suite)).unwrap_or_default();
    let path = key.map(|key| path(suite, key)).unwrap_or_default();
    let clause = suite.clauses_of(case).first().map(ToString::to_string).unwrap_or_default();
    let nowhere = || Source { folder: None, file: "".into(), line: 1, column: 1 };

    let verdict = outcome.verdict();
    let CaseNotes { expected, also_accepted, actual, lenient, notes } = outcome.notes;
    let mut result = CaseResult {
        id: case.id.shared(),
        operation: operation.map(ToString::to_string),
        state: state.map(ToString::to_string),
        original_state,
        key_class: Some(class.to_string()),
        route,
        path,
        edition: suite.edition(case).to_string(),
        clause,
        source: suite.source(case).cloned().unwrap_or_else(nowhere),
        verdict,
        expected,
        also_accepted,
        actual,
        reason: String::new(),
        kind: None,
        blocked_by: None,
        first_actual: None,
        lenient,
        previous: None,
        conflict: None,
        listed: outcome.listed,
        notes,
        attempts: outcome.attempts,
        duration_ms: outcome.duration_ms,
        exchanges: outcome.exchanges,
    };

    match outcome.failure {
        Some(failure) => {
            result.reason = failure.reason;
            result.kind = Some(failure.kind);
            result.blocked_by = failure.blocked_by.map(|by| presentable(run.client.secrets(), by));
            result.first_actual = failure.first_actual;
            // The response that decided may be another one than the probe's.
            result.expected = failure.expected.or(result.expected);
            result.actual = failure.actual.or(result.actual);
        }
        None if verdict == Verdict::UnexpectedPass => {
            "it passed, but it is listed as a known failure".clone_into(&mut result.reason);
        }
        None => {}
    }

    // An emulator is to do what the document says; the service that the document is about may have gone on.
    if run.options.account && verdict == Verdict::Fail {
        let clause = suite.clauses.get(result.clause.as_str());
        result.conflict = clause
            .map(|clause| Box::new(Conflict { document: clause.document.clone(), edition: clause.dated.clone() }));
    }
    result
}

/// The states of a key on its route.
fn path(suite: &Suite, key: &PlannedKey) -> Vec<PathStep> {
    let Some(class) = suite.service.classes.get(&key.class) else { return Vec::new() };
    let mut state = class.new_key_is.to_string();
    let mut path = vec![PathStep { operation: Some(suite.service.create.operation.to_string()), state: state.clone() }];
    for step in &key.route.steps {
        if let Some(position) = step.position() {
            state = position.state.to_string();
        }
        let operation = match step {
            RouteStep::Prepare(fixture) => {
                suite.service.fixtures.get(fixture).map(|fixture| fixture.operation.to_string())
            }
            RouteStep::Drive { operation, .. } => Some(operation.to_string()),
            RouteStep::Advance { .. } => None,
        };
        path.push(PathStep { operation, state: state.clone() });
    }
    path
}

/// How much of a service's message is kept of a response that blocked a case, in characters.
const LONGEST_MESSAGE: usize = 200;

/// A blocker by which reports can group: without secrets, and with a message that is equal for equal causes.
fn presentable(secrets: &SecretRegistry, mut by: Box<BlockedBy>) -> Box<BlockedBy> {
    if let Some(response) = &mut by.response {
        // Secrets first: half of one is not recognised.
        response.message = brief(&secrets.redact(&response.message));
    }
    by
}

/// A message without the parts that differ from key to key.
fn brief(message: &str) -> String {
    let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
    let mut text = String::new();
    let mut word = String::new();
    for character in message.chars().chain(std::iter::once('\0')).take(LONGEST_MESSAGE * 4) {
        if is_part(character) {
            word.push(character);
            continue;
        }
        // An id or the name of something that a case made: long, and with digits.
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        text.push_str(if word.len() >= 16 && digits >= 4 { "ID" } else { &word });
        word.clear();
        if character != '\0' {
            text.push(character);
        }
    }
    text.trim().chars().take(LONGEST_MESSAGE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_about_different_keys_are_equal() {
        assert_eq!(brief("The key 5f1c9d0a-7b32-4e68-9a41-3c8e0d2b7f11 is gone."), "The key ID is gone.");
        assert_eq!(brief("alias/kms-conformance-kc-1f2e3d4c-12-1-1 exists"), "alias/ID exists");
        assert_eq!(brief("no key-state-modification-was-possible 42"), "no key-state-modification-was-possible 42");
        assert_eq!(brief(&"a ".repeat(5_000)).chars().count(), LONGEST_MESSAGE);
    }
}
