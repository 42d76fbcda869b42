//! Holds responses against what may come. Everything here is a function of a response and the case files.

use super::failure::{Failure, answered, received};
use crate::client::{Reply, Unusable};
use crate::event::{Answered, Lenient};
use crate::provider::ErrorClass;
use crate::suite::name::{Code, OperationName};
use crate::suite::service::Service;
use crate::suite::step::Expectation;
use crate::verdict::Kind;

/// What a response is to its expectation.
#[derive(Debug)]
pub(super) enum Judgement {
    /// One of the published outcomes.
    Published {
        /// Whether it is a success.
        success: bool,
        /// What is remarkable about it: a code in another spelling.
        note: Option<String>,
    },
    /// One that the documents leave room for, and why.
    Lenient {
        /// Whether it is a success.
        success: bool,
        lenient: Lenient,
    },
    /// None of them.
    Deviation(Box<Failure>),
}

/// Holds responses against what may come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge<'a> {
    service: &'a Service,
    /// Whether what the documents only leave room for is a deviation.
    strict: bool,
}

impl<'a> Judge<'a> {
    pub(super) fn new(service: &'a Service, strict: bool) -> Self {
        Self { service, strict }
    }

    /// Whether a code on the wire is this one, by one of its spellings.
    pub(super) fn is_code(&self, code: &Code, wire: &str) -> bool {
        code.as_str() == wire || self.is_misspelt(code, wire)
    }

    fn is_misspelt(&self, code: &Code, wire: &str) -> bool {
        let outcome = self.service.outcomes.get(code);
        outcome.is_some_and(|outcome| outcome.also_spelled.iter().any(|spelling| spelling == wire))
    }

    /// Whether a code means that there is no such key any more.
    pub(super) fn is_gone(&self, wire: &str) -> bool {
        self.service.remove.gone.iter().any(|gone| self.is_code(gone, wire))
    }

    /// The outcomes that may come beside the first.
    pub(super) fn also_accepted(&self, expectation: &Expectation) -> Vec<Answered> {
        let accept = expectation.accept.iter().filter(|_| !self.strict).map(|one| &one.outcome);
        expectation.outcomes.iter().skip(1).chain(accept).map(answered).collect()
    }

    /// Holds a response against what may come.
    pub(super) fn judge(&self, operation: &OperationName, expectation: &Expectation, reply: &Reply) -> Judgement {
        let actual = received(reply);
        let (wire, status) = (actual.code.as_str(), actual.status);
        let success = reply.answer.code.is_none();

        let same_code = expectation.outcomes.iter().find(|expected| self.is_code(&expected.code, wire));
        if let Some(expected) = same_code
            && expected.status == status
        {
            let note = self.is_misspelt(&expected.code, wire).then(|| {
                format!("{operation} spells {} as {wire}, as one edition of the documents does", expected.code)
            });
            return Judgement::Published { success, note };
        }

        let accepted = expectation
            .accept
            .iter()
            .find(|accepted| self.is_code(&accepted.outcome.code, wire) && accepted.outcome.status == status);
        let expected = expectation.outcomes.first().map(answered);
        if let (Some(accepted), Some(expected), false) = (accepted, &expected, self.strict) {
            let (operation, why) = (operation.to_string(), accepted.why.clone());
            let lenient = Lenient { operation, accepted: actual, expected: expected.clone(), why };
            return Judgement::Lenient { success, lenient };
        }

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
            _ => format!("{operation} responded {wire} ({status}) instead of {}", wanted(expectation)),
        };
        Judgement::Deviation(Box::new(Failure {
            expected,
            actual: Some(actual),
            // An earlier attempt may have had its effect, which would explain another response now.
            lost: reply.lost_before,
            ..Failure::fail(kind, format!("response of {operation}"), reason)
        }))
    }

    /// What it means that the request which a case judges got the same unusable response each time.
    pub(super) fn unusable(
        &self,
        operation: &OperationName,
        expectation: &Expectation,
        unusable: &Unusable,
        failure: Failure,
    ) -> Failure {
        let Unusable { status, code, malformed, .. } = unusable;
        let wanted = wanted(expectation);
        let (kind, reason) = match malformed {
            Some(malformed) => {
                (Kind::Malformed, format!("{operation} responded each time with {malformed}, instead of {wanted}"))
            }
            None => (Kind::Crash, format!("{operation} responded {code} ({status}) each time, instead of {wanted}")),
        };
        let actual = malformed.is_none().then(|| Answered { code: code.clone(), status: *status });
        let aspect = format!("response of {operation}: {status} {}", malformed.as_deref().unwrap_or(code));
        Failure {
            expected: expectation.outcomes.first().map(answered),
            actual,
            repeated: failure.repeated,
            ..Failure::fail(kind, aspect, reason)
        }
    }
}

/// What may come, in words.
fn wanted(expectation: &Expectation) -> String {
    let outcomes = expectation.outcomes.iter().map(|one| format!("{} ({})", one.code, one.status));
    outcomes.collect::<Vec<_>>().join(" or ")
}
