//! What a run has learned of its endpoint, so that nothing is paid for twice: requests that fail each time, operations
//! that are not known, failures that were confirmed, and cells that deviate by themselves.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::failure::Failure;
use crate::client::Unusable;
use crate::event::{BlockedBy, BlockingResponse, Outcome};
use crate::suite::name::{ClassName, OperationName, State};
use crate::verdict::{Kind, Verdict};

/// So many fresh keys that fare alike settle a thing.
const SETTLED: u32 = 2;

/// So many in a row settle it where something else came before.
const SETTLED_AGAIN: u32 = 5;

/// A request by what it is sent for: an operation on a key of a class in a state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Place {
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

/// How often in a row a thing ended alike.
#[derive(Debug)]
struct Tally<T> {
    what: T,
    times: u32,
}

/// What the case of a cell came to by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CellOutcome {
    /// It passed, or says nothing.
    Passed,
    /// It failed.
    Deviates,
    /// It could not be judged, because of this.
    Blocked(BlockedBy),
}

impl CellOutcome {
    /// What a failure means for the cell whose case has it.
    pub(super) fn of(failure: Option<&Failure>) -> Self {
        match failure {
            Some(failure) if failure.verdict == Verdict::Fail => Self::Deviates,
            Some(Failure { blocked_by: Some(by), .. }) => Self::Blocked((**by).clone()),
            _ => Self::Passed,
        }
    }
}

/// What is known of the endpoint so far.
#[derive(Debug, Default)]
pub(super) struct Knowledge(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Requests that got a usable response.
    responded: HashSet<Place>,
    trouble: HashMap<Place, Tally<Unusable>>,
    unknown: HashMap<OperationName, Tally<BlockingResponse>>,
    waited: HashMap<(Place, String), u32>,
    /// With the number of the first case that confirmed it.
    confirmed: HashMap<Confirmed, usize>,
    /// By the index of a cell's case: what it came to by itself, as found out by the case of a number.
    cells: HashMap<usize, BTreeMap<usize, CellOutcome>>,
}

impl Knowledge {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note that a request got a usable response.
    pub(super) fn responded(&self, place: &Place) {
        let mut known = self.known();
        if !known.responded.contains(place) {
            known.responded.insert(place.clone());
        }
        known.trouble.remove(place);
    }

    /// Takes note that a request got the same unusable response each time it was sent.
    pub(super) fn failed(&self, place: &Place, unusable: &Unusable) {
        count(&mut self.known().trouble, place, unusable, Unusable::is_like);
    }

    /// The unusable response that a request gets, as settled by those before.
    pub(super) fn trouble(&self, place: &Place) -> Option<Unusable> {
        let known = self.known();
        let enough = if known.responded.contains(place) { SETTLED_AGAIN } else { SETTLED };
        let tally = known.trouble.get(place).filter(|tally| tally.times >= enough);
        tally.map(|tally| tally.what.clone())
    }

    /// Takes note that the endpoint says it does not know an operation, and how.
    pub(super) fn unknown(&self, operation: &OperationName, response: &BlockingResponse) {
        count(&mut self.known().unknown, operation, response, |one, other| one.code == other.code);
    }

    /// How the endpoint says that it does not know an operation, as settled by the responses so far.
    pub(super) fn how_unknown(&self, operation: &OperationName) -> Option<BlockingResponse> {
        let known = self.known();
        known.unknown.get(operation).filter(|tally| tally.times >= SETTLED).map(|tally| tally.what.clone())
    }

    /// Whether it is settled that the endpoint does not know an operation.
    pub(super) fn is_unknown(&self, operation: &OperationName) -> bool {
        self.how_unknown(operation).is_some()
    }

    /// Takes note that it was waited in vain for the state of a key, which was shown in another way to the end.
    pub(super) fn waited_in_vain(&self, place: Place, shown: String) {
        *self.known().waited.entry((place, shown)).or_default() += 1;
    }

    /// Whether waiting is settled to be in vain.
    pub(super) fn is_in_vain(&self, place: &Place, shown: &str) -> bool {
        let known = self.known();
        known.waited.get(&(place.clone(), shown.to_owned())).is_some_and(|times| *times >= SETTLED)
    }

    /// Takes note of a failure that came again on fresh keys, in the case of this number.
    pub(super) fn confirm(&self, number: usize, cell: &str, failure: &Failure, actual: Option<&Outcome>) {
        let mut known = self.known();
        let first = known.confirmed.entry(confirmed(cell, failure, actual)).or_insert(number);
        *first = number.min(*first);
    }

    /// Whether the same failure of the same cell was confirmed by a case before that of this number, perhaps by another
    /// route.
    pub(super) fn is_confirmed(&self, number: usize, cell: &str, failure: &Failure, actual: Option<&Outcome>) -> bool {
        self.known().confirmed.get(&confirmed(cell, failure, actual)).is_some_and(|first| *first < number)
    }

    /// Takes note of what the case of a cell came to by itself, as the case of this number found out.
    pub(super) fn note_cell_outcome(&self, number: usize, case: usize, how: CellOutcome) {
        self.known().cells.entry(case).or_default().insert(number, how);
    }

    /// What the case of a cell came to by itself, if a case before that of this number found out.
    pub(super) fn cell_outcome(&self, number: usize, case: usize) -> Option<CellOutcome> {
        self.known().cells.get(&case)?.range(..number).next().map(|(_, how)| how.clone())
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

/// Counts what a place came to; what is unlike begins a new count.
fn count<K: Clone + Eq + Hash, T: Clone>(
    tallies: &mut HashMap<K, Tally<T>>,
    place: &K,
    what: &T,
    is_like: impl Fn(&T, &T) -> bool,
) {
    match tallies.get_mut(place) {
        Some(tally) if is_like(&tally.what, what) => tally.times += 1,
        _ => {
            tallies.insert(place.clone(), Tally { what: what.clone(), times: 1 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_takes_more_to_settle_where_something_else_came_before() {
        let knowledge = Knowledge::default();
        let unusable = |status| Unusable { status, code: String::new(), message: String::new(), malformed: None };
        let place = |state: &str| Place { operation: "Encrypt".into(), class: None, state: Some(state.into()) };
        for state in ["Enabled", "Disabled"] {
            knowledge.failed(&place(state), &unusable(500));
            knowledge.failed(&place(state), &unusable(500));
            assert_eq!(knowledge.trouble(&place(state)), Some(unusable(500)));
        }
        knowledge.responded(&place("Enabled"));
        knowledge.failed(&place("Enabled"), &unusable(500));
        knowledge.failed(&place("Enabled"), &unusable(500));
        assert_eq!(knowledge.trouble(&place("Enabled")), None);
        for _ in 2..SETTLED_AGAIN {
            knowledge.failed(&place("Enabled"), &unusable(500));
        }
        assert!(knowledge.trouble(&place("Enabled")).is_some());
        assert!(knowledge.trouble(&place("Disabled")).is_some());
    }

    #[test]
    fn a_confirmed_failure_is_known_by_what_came_and_to_later_cases() {
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
    fn what_a_later_case_found_out_of_a_cell_is_not_known_to_an_earlier_one() {
        let knowledge = Knowledge::default();
        knowledge.note_cell_outcome(7, 100, CellOutcome::Deviates);
        assert_eq!(knowledge.cell_outcome(7, 100), None);
        assert_eq!(knowledge.cell_outcome(8, 100), Some(CellOutcome::Deviates));
        knowledge.note_cell_outcome(3, 100, CellOutcome::Passed);
        assert_eq!(knowledge.cell_outcome(8, 100), Some(CellOutcome::Passed), "the first one counts");
    }
}
