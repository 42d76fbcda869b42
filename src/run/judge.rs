//! Compares responses with their expectations. Everything here is a function of a response and the case files.

use super::failure::{Failure, expected_outcome, received_outcome};
use super::parameter_name::{NamedParameter, named_parameter};
use crate::client::{Response, Unusable};
use crate::event::{Lenient, Outcome};
use crate::provider::ErrorClass;
use crate::suite::name::{ClassName, Code, OperationName};
use crate::suite::service::Service;
use crate::suite::step::{Accepted, Call, Expectation, Expected};
use crate::verdict::Kind;

/// How a response compares with its expectation.
#[derive(Debug)]
pub(super) enum Judgement {
    /// One of the published outcomes.
    Published {
        /// Whether it is a success.
        success: bool,
        /// A remark: the code is spelled otherwise.
        note: Option<String>,
    },
    /// An outcome that the documents leave room for, and why.
    Lenient {
        /// Whether it is a success.
        success: bool,
        lenient: Lenient,
    },
    /// Any other outcome.
    Deviation(Box<Failure>),
}

/// Compares responses with their expectations.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge<'a> {
    service: &'a Service,
    /// Whether an outcome that the documents only leave room for is a deviation.
    strict: bool,
}

impl<'a> Judge<'a> {
    pub(super) fn new(service: &'a Service, strict: bool) -> Self {
        Self { service, strict }
    }

    /// Whether a code on the wire is this one, in any of its spellings.
    pub(super) fn is_code(&self, code: &Code, wire: &str) -> bool {
        code.as_str() == wire || self.is_misspelt(code, wire)
    }

    /// Whether a code on the wire can be this outcome, whatever the status.
    pub(super) fn is_outcome(&self, expected: &Expected, wire: &str) -> bool {
        match expected.is_any_rejection() {
            true => wire != Code::SUCCESS,
            false => self.is_code(&expected.code, wire),
        }
    }

    fn is_misspelt(&self, code: &Code, wire: &str) -> bool {
        let outcome = self.service.outcomes.get(code);
        outcome.is_some_and(|outcome| outcome.also_spelled.iter().any(|spelling| spelling == wire))
    }

    /// Whether a code means that there is no such key any more.
    pub(super) fn is_gone(&self, wire: &str) -> bool {
        self.service.remove.gone.iter().any(|gone| self.is_code(gone, wire))
    }

    /// The outcomes that are expected or accepted besides the first, for a key of a class.
    pub(super) fn also_accepted(&self, expectation: &Expectation, class: &ClassName) -> Vec<Outcome> {
        let accept = expectation.accept.iter().filter(|one| one.class.as_ref().is_none_or(|of| of == class));
        // What is accepted for other classes only, or not at all in a strict run, is not shown.
        let accept = accept.filter(|_| !self.strict).map(|one| &one.outcome);
        expectation.outcomes.iter().skip(1).chain(accept).map(expected_outcome).collect()
    }

    /// What is worth a remark about a published outcome.
    fn remark(&self, operation: &OperationName, expected: &Expected, actual: &Outcome) -> Option<String> {
        let Outcome { code: wire, status } = actual;
        if expected.is_any_rejection() {
            return Some(format!(
                "{operation} responded {wire} ({status}); no document says with which code it is rejected"
            ));
        }
        self.is_misspelt(&expected.code, wire)
            .then(|| format!("{operation} spells {} as {wire}, as one edition of the documents does", expected.code))
    }

    /// Compares a response with its expectation, for a key of a class.
    pub(super) fn judge(
        &self,
        operation: &OperationName,
        expectation: &Expectation,
        class: &ClassName,
        response: &Response,
    ) -> Judgement {
        let actual = received_outcome(response);
        let (wire, status) = (actual.code.as_str(), actual.status);
        let success = response.content.code.is_none();

        // No document leaves room for an operation that the endpoint does not know.
        let known = response.class != Some(ErrorClass::UnknownOperation);
        let published = expectation.outcomes.iter().find(|expected| {
            let by_code = expected.covers(status, |code| self.is_code(code, wire));
            by_code && (!expected.is_any_rejection() || (known && !success))
        });

        if let Some(expected) = published {
            return Judgement::Published { success, note: self.remark(operation, expected, &actual) };
        }

        // The same code with another status is a deviation of the status alone.
        let same_code = expectation.outcomes.iter().any(|expected| self.is_code(&expected.code, wire));
        let accepted = expectation.accept.iter().filter(|_| known);
        let accepted =
            accepted.into_iter().find(|accepted| accepted.covers(class, status, |code| self.is_code(code, wire)));
        let expected = expectation.outcomes.first().map(expected_outcome);

        if let (Some(accepted), Some(expected), false) = (accepted, &expected, self.strict) {
            let (operation, why) = (operation.to_string(), accepted.why.clone());
            let lenient = Lenient { operation, accepted: actual, expected: expected.clone(), why };
            return Judgement::Lenient { success, lenient };
        }

        let kind = if response.class == Some(ErrorClass::UnknownOperation) {
            Kind::Unsupported
        } else if same_code {
            Kind::Status
        } else if success {
            Kind::Allowed
        } else if expectation.is_success() {
            Kind::Rejected
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
            lost: response.lost_before,
            ..Failure::fail(kind, format!("response of {operation}"), reason)
        }))
    }

    /// Checks which parameter an allowed rejection names: it must be one that the call expects.
    pub(super) fn judge_name(&self, call: &Call, response: &Response, judgement: Judgement) -> Judgement {
        const LONGEST: usize = 60;
        let (Judgement::Published { success: false, .. } | Judgement::Lenient { success: false, .. }) = &judgement
        else {
            return judgement;
        };

        // An outcome that is accepted by its code need not name a parameter.
        let actual = received_outcome(response);
        let by_code = |accepted: &Accepted| self.is_code(&accepted.outcome.code, &actual.code);
        if call.names.is_empty() || call.expect.accept.iter().any(by_code) {
            return judgement;
        }

        let expected = call.expect.outcomes.first().map(expected_outcome);
        let names = call.names.join(" or ");
        let wrong = match named_parameter(&actual.code, &response.content.message, &call.names) {
            NamedParameter::Expected => return judgement,
            NamedParameter::Other(other) => {
                format!("names {} and not {names}", other.chars().take(LONGEST).collect::<String>())
            }
            NamedParameter::None => {
                let outcomes = &self.service.outcomes;
                let outcome = outcomes.iter().find(|(code, _)| self.is_code(code, &actual.code));
                match (outcome.and_then(|(_, outcome)| outcome.nameless.clone()), expected.clone()) {
                    (Some(why), Some(expected)) if !self.strict => {
                        let operation = call.operation.to_string();
                        let lenient = Lenient { operation, accepted: actual, expected, why };
                        return Judgement::Lenient { success: false, lenient };
                    }
                    _ => format!("names no parameter, and not {names}"),
                }
            }
        };

        let reason = format!("{} is rejected with {} ({}), which {wrong}", call.operation, actual.code, actual.status);
        let aspect = format!("parameter named by {}", call.operation);
        Judgement::Deviation(Box::new(Failure {
            expected,
            actual: Some(actual),
            ..Failure::fail(Kind::Code, aspect, reason)
        }))
    }

    /// The failure if the probe gets the same unusable response each time.
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

        let actual = malformed.is_none().then(|| Outcome { code: code.clone(), status: *status });
        let aspect = format!("response of {operation}: {status} {}", malformed.as_deref().unwrap_or(code));
        Failure {
            expected: expectation.outcomes.first().map(expected_outcome),
            actual,
            repeated: failure.repeated,
            ..Failure::fail(kind, aspect, reason)
        }
    }
}

/// The expected outcomes in words.
fn wanted(expectation: &Expectation) -> String {
    let outcomes = expectation.outcomes.iter().map(ToString::to_string);
    outcomes.collect::<Vec<_>>().join(" or ")
}
