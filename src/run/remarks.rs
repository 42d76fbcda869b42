//! What is remarked of a case on the way to its verdict.

use super::failure::{Failure, answered, received};
use super::judge::{Judge, Judgement};
use crate::client::Reply;
use crate::event::{Lenient, Outcome};
use crate::suite::name::ClassName;
use crate::suite::service::AcceptedState;
use crate::suite::step::Expectation;

/// What is remarked of a case: what it judges, what passed only because the documents leave room, and notes.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    expected: Option<Outcome>,
    also_accepted: Vec<Outcome>,
    actual: Option<Outcome>,
    lenient: Vec<Lenient>,
    notes: Vec<String>,
}

/// The same, to be read.
#[derive(Debug, Default)]
pub(super) struct Remarked {
    pub(super) expected: Option<Outcome>,
    pub(super) also_accepted: Vec<Outcome>,
    pub(super) actual: Option<Outcome>,
    pub(super) lenient: Vec<Lenient>,
    pub(super) notes: Vec<String>,
}

impl Remarks {
    /// A note.
    pub(super) fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Whether there is a note.
    pub(super) fn has_notes(&self) -> bool {
        !self.notes.is_empty()
    }

    /// What the case judges now.
    pub(super) fn expect(&mut self, judge: Judge<'_>, expectation: &Expectation, class: &ClassName) {
        self.expected = expectation.outcomes.first().map(answered);
        self.also_accepted = judge.also_accepted(expectation, class);
        self.actual = None;
    }

    /// What came of it.
    pub(super) fn receive(&mut self, reply: &Reply) {
        self.actual = Some(received(reply));
    }

    /// What came last of what the case judges.
    pub(super) fn actual(&self) -> Option<&Outcome> {
        self.actual.as_ref()
    }

    /// Takes note of what is remarkable about a response that may come; whether it is a success.
    ///
    /// # Errors
    ///
    /// When it may not come.
    pub(super) fn admit(&mut self, judgement: Judgement) -> Result<bool, Box<Failure>> {
        match judgement {
            Judgement::Published { success, note } => {
                self.notes.extend(note);
                Ok(success)
            }
            Judgement::Lenient { success, lenient } => {
                self.lenient.push(lenient);
                Ok(success)
            }
            Judgement::Deviation(failure) => Err(failure),
        }
    }

    /// Takes note of a state that the documents leave room for.
    pub(super) fn admit_state(&mut self, operation: &str, expected: &str, accepted: &AcceptedState) {
        let state = |state: &str| Outcome { code: state.to_owned(), status: 200 };
        let (accepted, why) = (state(accepted.to.as_str()), accepted.why.clone());
        self.lenient.push(Lenient { operation: operation.to_owned(), accepted, expected: state(expected), why });
    }

    /// Everything that was remarked.
    pub(super) fn into_remarked(self) -> Remarked {
        let Self { expected, also_accepted, actual, lenient, notes } = self;
        Remarked { expected, also_accepted, actual, lenient, notes }
    }
}
