//! Holding an answer against what may come.

use super::finding::{Finding, answered};
use super::walker::Walker;
use crate::client::Reply;
use crate::event::{Answered, Lenient};
use crate::provider::ErrorClass;
use crate::suite::name::{Code, OperationName};
use crate::suite::step::Expectation;
use crate::verdict::Kind;

/// What an answer is to its expectation.
#[derive(Debug)]
pub(super) enum Match {
    /// One of the published outcomes; a note if it is misspelt.
    Published {
        /// Whether it is a success.
        success: bool,
        note: Option<String>,
    },
    /// One that the documents leave room for, and why.
    Lenient {
        /// Whether it is a success.
        success: bool,
        lenient: Lenient,
    },
    /// None of them.
    Deviation(Box<Finding>),
}

impl Walker<'_> {
    /// Whether a code on the wire is this one, by one of its spellings.
    pub(super) fn same_code(&self, code: &Code, wire: &str) -> bool {
        code.as_str() == wire || self.misspelt(code, wire)
    }

    fn misspelt(&self, code: &Code, wire: &str) -> bool {
        let outcome = self.shared.suite.service.outcomes.get(code);
        outcome.is_some_and(|outcome| outcome.also_spelled.iter().any(|spelling| spelling == wire))
    }

    /// Takes note of what is remarkable about an answer that may come; whether it is a success.
    ///
    /// # Errors
    ///
    /// When it may not come.
    pub(super) fn admit(&mut self, found: Match) -> Result<bool, Box<Finding>> {
        match found {
            Match::Published { success, note } => {
                self.notes.extend(note);
                Ok(success)
            }
            Match::Lenient { success, lenient } => {
                self.lenient.push(lenient);
                Ok(success)
            }
            Match::Deviation(finding) => Err(finding),
        }
    }

    /// The outcomes that may come beside the first.
    pub(super) fn others(&self, expectation: &Expectation) -> Vec<Answered> {
        let accept = expectation.accept.iter().filter(|_| !self.shared.options.strict).map(|one| &one.outcome);
        expectation.outcomes.iter().skip(1).chain(accept).map(answered).collect()
    }

    /// Holds an answer against what may come.
    pub(super) fn judge(&self, operation: &OperationName, expectation: &Expectation, reply: &Reply) -> Match {
        let wire = reply.answer.code.as_deref().unwrap_or(Code::SUCCESS);
        let status = reply.answer.status;
        let success = reply.answer.code.is_none();
        let same_code = expectation.outcomes.iter().find(|expected| self.same_code(&expected.code, wire));
        if let Some(expected) = same_code
            && expected.status == status
        {
            let note = self.misspelt(&expected.code, wire).then(|| {
                format!("{operation} spells {} as {wire}, as one edition of the documents does", expected.code)
            });
            return Match::Published { success, note };
        }
        let lenient = expectation
            .accept
            .iter()
            .find(|accepted| self.same_code(&accepted.outcome.code, wire) && accepted.outcome.status == status);
        let actual = Answered { code: wire.to_owned(), status };
        let expected = expectation.outcomes.first().map(answered);
        if let (Some(accepted), Some(expected), false) = (lenient, &expected, self.shared.options.strict) {
            let (operation, why) = (operation.to_string(), accepted.why.clone());
            let lenient = Lenient { operation, accepted: actual, expected: expected.clone(), why };
            return Match::Lenient { success, lenient };
        }
        let wanted = expectation.outcomes.iter().map(|one| format!("{} ({})", one.code, one.status));
        let wanted = wanted.collect::<Vec<_>>().join(" or ");
        let kind = if reply.class == Some(ErrorClass::UnknownOperation) {
            Kind::Unsupported
        } else if same_code.is_some() {
            Kind::Status
        } else if success {
            Kind::Allowed
        } else if expectation.is_success() {
            Kind::Refused
        } else {
            Kind::Code
        };
        let reason = match kind {
            Kind::Unsupported => format!("the endpoint does not know {operation}"),
            _ => format!("{operation} answered {wire} ({status}) instead of {wanted}"),
        };
        let mut finding = Finding::fail(kind, reason).with_answers(expected, Some(actual));
        if reply.lost_before {
            // The earlier attempt may have had its effect, which would explain another answer now.
            finding.again = true;
        }
        Match::Deviation(Box::new(finding))
    }
}
