//! What a run has learned of its endpoint, so that nothing is tried more often than necessary: requests that fail each
//! time, operations that the endpoint does not know, failures that were confirmed, and cells that deviate by themselves.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::failure::Failure;
use crate::client::Unusable;
use crate::event::{BlockedBy, BlockingResponse, Outcome};
use crate::suite::name::{ClassName, OperationName, State};
use crate::verdict::{Kind, Verdict};

/// So many fresh keys with the same result settle a question.
const SETTLED: u32 = 2;

/// So many in a row settle it if there was another result before.
const SETTLED_AGAIN: u32 = 5;

/// The cell of the table that a request belongs to: an operation on a key of a class in a state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct RequestCell {
    pub(super) operation: OperationName,
    pub(super) class: Option<ClassName>,
    pub(super) state: Option<State>,
}

/// What makes two failures of a cell the same, whatever the route.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Confirmed {
    /// The cell without its route, or the id of a scenario.
    cell: String,
    kind: Kind,
    aspect: String,
    actual: Option<(String, u16)>,
}

/// A result, and how often in a row it was seen.
#[derive(Debug)]
struct Repeated<T> {
    result: T,
    times: u32,
}

/// The outcome of the case of a cell, run by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CellOutcome {
    /// It passed.
    Passed,
    /// It could not be judged, and nothing is to blame for it.
    Unknown,
    /// It failed.
    Deviates,
    /// It could not be judged, because of a blocker.
    Blocked(BlockedBy),
}

impl CellOutcome {
    /// What a failure means for the cell whose case has it.
    pub(super) fn of(failure: Option<&Failure>) -> Self {
        match failure {
            None => Self::Passed,
            // Whether that deviates is not settled by this response alone.
            Some(Failure { not_permitted: Some(by), .. }) => Self::Blocked((**by).clone()),
            Some(failure) if failure.verdict == Verdict::Fail => Self::Deviates,
            Some(Failure { blocked_by: Some(by), .. }) => Self::Blocked((**by).clone()),
            Some(_) => Self::Unknown,
        }
    }
}

/// What is known of the endpoint so far.
#[derive(Debug, Default)]
pub(super) struct Knowledge(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Requests that got a usable response.
    responded: HashSet<RequestCell>,
    /// The unusable responses that requests got each time.
    unusable: HashMap<RequestCell, Repeated<Unusable>>,
    /// The unusable response that a request of a case got when it was not sent again.
    once: HashMap<(String, RequestCell), Unusable>,
    /// The responses by which the endpoint says that it does not know an operation.
    unknown: HashMap<OperationName, Repeated<BlockingResponse>>,
    /// How often it was waited for a state that the key did not reach, by what was observed instead.
    waited: HashMap<(RequestCell, String), u32>,
    /// Confirmed failures, with the number of the first case that confirmed each.
    confirmed: HashMap<Confirmed, usize>,
    /// By the index of a cell's case, then by the number of the case that ran it: its outcome.
    cells: HashMap<usize, BTreeMap<usize, CellOutcome>>,
}

impl Knowledge {
    /// Notes that a request of a case that was sent once got something else.
    pub(super) fn came_otherwise(&self, case: &str, cell: &RequestCell) {
        self.known().once.remove(&(case.to_owned(), cell.clone()));
    }

    /// Notes an unusable response to a request of a case that was sent once. Whether the attempt at the case before got the same.
    pub(super) fn came_before(&self, case: &str, cell: &RequestCell, unusable: &Unusable) -> bool {
        let before = self.known().once.insert((case.to_owned(), cell.clone()), unusable.clone());
        before.is_some_and(|before| before.is_like(unusable))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a request got a usable response.
    pub(super) fn responded(&self, cell: &RequestCell) {
        let mut known = self.known();
        if !known.responded.contains(cell) {
            known.responded.insert(cell.clone());
        }
        known.unusable.remove(cell);
    }

    /// Notes that a request got the same unusable response each time it was sent.
    pub(super) fn failed(&self, cell: &RequestCell, unusable: &Unusable) {
        count(&mut self.known().unusable, cell, unusable, Unusable::is_like);
    }

    /// The unusable response that a request will get, if earlier ones settled that.
    pub(super) fn unusable(&self, cell: &RequestCell) -> Option<Unusable> {
        let known = self.known();
        let enough = if known.responded.contains(cell) { SETTLED_AGAIN } else { SETTLED };
        let repeated = known.unusable.get(cell).filter(|repeated| repeated.times >= enough);
        repeated.map(|repeated| repeated.result.clone())
    }

    /// Notes the response by which the endpoint says that it does not know an operation.
    pub(super) fn unknown(&self, operation: &OperationName, response: &BlockingResponse) {
        count(&mut self.known().unknown, operation, response, |one, other| one.code == other.code);
    }

    /// The response by which the endpoint says that it does not know an operation, if earlier ones settled that.
    pub(super) fn how_unknown(&self, operation: &OperationName) -> Option<BlockingResponse> {
        let known = self.known();
        known
            .unknown
            .get(operation)
            .filter(|repeated| repeated.times >= SETTLED)
            .map(|repeated| repeated.result.clone())
    }

    /// Whether it is settled that the endpoint does not know an operation.
    pub(super) fn is_unknown(&self, operation: &OperationName) -> bool {
        self.how_unknown(operation).is_some()
    }

    /// Notes that a key did not reach a state in time, and what was observed instead.
    pub(super) fn waited_without_effect(&self, cell: RequestCell, shown: String) {
        *self.known().waited.entry((cell, shown)).or_default() += 1;
    }

    /// Whether it is settled that a key which shows this does not reach its state by waiting.
    pub(super) fn is_waiting_futile(&self, cell: &RequestCell, shown: &str) -> bool {
        let known = self.known();
        known.waited.get(&(cell.clone(), shown.to_owned())).is_some_and(|times| *times >= SETTLED)
    }

    /// Notes a failure that was confirmed on fresh keys, by the case of this number.
    pub(super) fn confirm(&self, number: usize, cell: &str, failure: &Failure, actual: Option<&Outcome>) {
        let mut known = self.known();
        let first = known.confirmed.entry(confirmed(cell, failure, actual)).or_insert(number);
        *first = number.min(*first);
    }

    /// Whether a case before that of this number has confirmed the same failure of the same cell, perhaps by another route.
    pub(super) fn is_confirmed(&self, number: usize, cell: &str, failure: &Failure, actual: Option<&Outcome>) -> bool {
        self.known().confirmed.get(&confirmed(cell, failure, actual)).is_some_and(|first| *first < number)
    }

    /// Notes the outcome of a cell's case, found out by the case of this number.
    pub(super) fn note_cell_outcome(&self, number: usize, case: usize, outcome: CellOutcome) {
        self.known().cells.entry(case).or_default().insert(number, outcome);
    }

    /// The outcome of a cell's case, if the case of this number or one before it has found it out.
    pub(super) fn cell_outcome(&self, number: usize, case: usize) -> Option<CellOutcome> {
        self.known().cells.get(&case)?.range(..=number).next().map(|(_, outcome)| outcome.clone())
    }
}

fn confirmed(cell: &str, failure: &Failure, actual: Option<&Outcome>) -> Confirmed {
    Confirmed {
        cell: cell.to_owned(),
        kind: failure.kind,
        aspect: failure.aspect.clone(),
        actual: actual.map(|actual| (actual.code.clone(), actual.status)),
    }
}

/// Counts a result; another result begins a new count.
fn count<K: Clone + Eq + Hash, T: Clone>(
    counts: &mut HashMap<K, Repeated<T>>,
    key: &K,
    result: &T,
    is_like: impl Fn(&T, &T) -> bool,
) {
    match counts.get_mut(key) {
        Some(repeated) if is_like(&repeated.result, result) => repeated.times += 1,
        _ => {
            counts.insert(key.clone(), Repeated { result: result.clone(), times: 1 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_once_comes_before_only_in_the_same_case_and_without_another_response_between() {
        let knowledge = Knowledge::default();
        let unusable = |status| Unusable { status, code: String::new(), message: String::new(), malformed: None };
        let cell = RequestCell { operation: "CreateKey".into(), class: None, state: None };
        assert!(!knowledge.came_before("a", &cell, &unusable(500)));
        assert!(!knowledge.came_before("b", &cell, &unusable(500)));
        assert!(knowledge.came_before("a", &cell, &unusable(500)));
        assert!(!knowledge.came_before("a", &cell, &unusable(503)));

        knowledge.came_otherwise("b", &cell);
        assert!(!knowledge.came_before("b", &cell, &unusable(500)));
    }

    #[test]
    fn an_unusable_response_takes_more_to_settle_after_a_usable_one() {
        let knowledge = Knowledge::default();
        let unusable = |status| Unusable { status, code: String::new(), message: String::new(), malformed: None };
        let cell = |state: &str| RequestCell { operation: "Encrypt".into(), class: None, state: Some(state.into()) };
        for state in ["Enabled", "Disabled"] {
            knowledge.failed(&cell(state), &unusable(500));
            knowledge.failed(&cell(state), &unusable(500));
            assert_eq!(knowledge.unusable(&cell(state)), Some(unusable(500)));
        }
        knowledge.responded(&cell("Enabled"));
        knowledge.failed(&cell("Enabled"), &unusable(500));
        knowledge.failed(&cell("Enabled"), &unusable(500));
        assert_eq!(knowledge.unusable(&cell("Enabled")), None);
        for _ in 2..SETTLED_AGAIN {
            knowledge.failed(&cell("Enabled"), &unusable(500));
        }
        assert!(knowledge.unusable(&cell("Enabled")).is_some());
        assert!(knowledge.unusable(&cell("Disabled")).is_some());
    }

    #[test]
    fn later_cases_know_a_confirmed_failure_by_its_outcome() {
        let knowledge = Knowledge::default();
        let failure = Failure::fail(Kind::Allowed, "response", "it succeeded");
        let success = Outcome { code: "Success".to_owned(), status: 200 };
        knowledge.confirm(5, "Encrypt/Disabled", &failure, Some(&success));
        assert!(knowledge.is_confirmed(6, "Encrypt/Disabled", &failure, Some(&success)));
        assert!(!knowledge.is_confirmed(4, "Encrypt/Disabled", &failure, Some(&success)));
        assert!(!knowledge.is_confirmed(6, "Encrypt/Disabled", &failure, None));
        assert!(!knowledge.is_confirmed(6, "Decrypt/Disabled", &failure, Some(&success)));
    }

    #[test]
    fn earlier_cases_do_not_know_the_cell_outcomes_of_later_ones() {
        let knowledge = Knowledge::default();
        knowledge.note_cell_outcome(7, 100, CellOutcome::Deviates);
        assert_eq!(knowledge.cell_outcome(6, 100), None);
        assert_eq!(knowledge.cell_outcome(7, 100), Some(CellOutcome::Deviates));
        assert_eq!(knowledge.cell_outcome(8, 100), Some(CellOutcome::Deviates));
        knowledge.note_cell_outcome(3, 100, CellOutcome::Passed);
        assert_eq!(knowledge.cell_outcome(8, 100), Some(CellOutcome::Passed), "the first one counts");
    }
}
