//! What is noted of a case on the way to its verdict.

use super::failure::{Failure, expected_outcome, received_outcome};
use super::judge::{Judge, Judgement};
use crate::client::Response;
use crate::event::{Lenient, Outcome};
use crate::suite::name::ClassName;
use crate::suite::service::AcceptedState;
use crate::suite::step::Expectation;

/// What is noted of a case: the outcomes that it judges, what passed only because the documents leave room, and remarks.
#[derive(Debug, Default)]
pub(super) struct CaseNotes {
    pub(super) expected: Option<Outcome>,
    pub(super) also_accepted: Vec<Outcome>,
    /// The outcome that was received last for a judged request.
    pub(super) actual: Option<Outcome>,
    pub(super) lenient: Vec<Lenient>,
    pub(super) notes: Vec<String>,
}

/// What is noted of one request that was judged.
#[derive(Debug)]
pub(super) struct Judged {
    expected: Option<Outcome>,
    also_accepted: Vec<Outcome>,
    actual: Option<Outcome>,
}

impl CaseNotes {
    /// Adds a remark, once.
    pub(super) fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Sets what is expected of the request that is judged next.
    pub(super) fn expect(&mut self, judge: Judge<'_>, expectation: &Expectation, class: &ClassName) {
        self.expected = expectation.outcomes.first().map(expected_outcome);
        self.also_accepted = judge.also_accepted(expectation, class);
        self.actual = None;
    }

    /// What is noted of the request that was judged last.
    pub(super) fn judged(&self) -> Judged {
        Judged {
            expected: self.expected.clone(),
            also_accepted: self.also_accepted.clone(),
            actual: self.actual.clone(),
        }
    }

    /// Notes again what was noted of an earlier request.
    pub(super) fn restore(&mut self, judged: Judged) {
        let Judged { expected, also_accepted, actual } = judged;
        (self.expected, self.also_accepted, self.actual) = (expected, also_accepted, actual);
    }

    /// Notes the response to the request that is judged.
    pub(super) fn receive(&mut self, response: &Response) {
        self.actual = Some(received_outcome(response));
    }

    /// Notes what is remarkable about a response that is allowed; whether it is a success.
    ///
    /// # Errors
    ///
    /// When the response is not allowed.
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

    /// Notes a state that the table does not list and that the documents leave room for.
    pub(super) fn admit_state(&mut self, operation: &str, expected: &str, accepted: &AcceptedState) {
        // Results have one form for whatever was accepted, so a state stands where a code does.
        let state = |state: &str| Outcome { code: state.to_owned(), status: 200 };
        let (accepted, why) = (state(accepted.to.as_str()), accepted.why.clone());
        self.lenient.push(Lenient { operation: operation.to_owned(), accepted, expected: state(expected), why });
    }
}
