//! What was found out about a case.

use super::Unsupported;
use crate::client::CallError;
use crate::event::Answered;
use crate::provider::ErrorClass;
use crate::suite::name::OperationName;
use crate::suite::step::Expected;
use crate::verdict::{Kind, Verdict};

/// Why a case did not simply pass.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) verdict: Verdict,
    pub(super) kind: Kind,
    /// One line.
    pub(super) reason: String,
    /// Whether an answer was lost on the way, so that the case should be asked again on fresh keys.
    pub(super) again: bool,
    /// Why the whole run should end: the endpoint refuses everything.
    pub(super) fatal: Option<String>,
    /// Whether the service had never answered by then, this case or another.
    pub(super) silent: bool,
    /// The case of the cell that a scenario asked on its way: if that fails too, the deviation is the cell's and not
    /// the scenario's.
    pub(super) cell: Option<usize>,
    /// What the answer that decided should have been, and was.
    pub(super) answers: Option<Box<Answers>>,
}

/// What an answer should have been, and was.
#[derive(Debug, Clone)]
pub(super) struct Answers {
    pub(super) expected: Option<Answered>,
    pub(super) actual: Option<Answered>,
}

impl Finding {
    fn new(verdict: Verdict, kind: Kind, reason: String) -> Self {
        Self { verdict, kind, reason, again: false, fatal: None, silent: false, cell: None, answers: None }
    }

    /// The endpoint broke the promise.
    pub(super) fn fail(kind: Kind, reason: impl Into<String>) -> Self {
        Self::new(Verdict::Fail, kind, reason.into())
    }

    /// The case could not be judged.
    pub(super) fn inconclusive(kind: Kind, reason: impl Into<String>) -> Self {
        Self::new(Verdict::Inconclusive, kind, reason.into())
    }

    /// The case was not asked.
    pub(super) fn skipped(kind: Kind, reason: impl Into<String>) -> Self {
        Self::new(Verdict::Skipped, kind, reason.into())
    }

    /// No answer came that says something about the key. `what` is what was attempted.
    pub(super) fn of_call(what: &str, error: CallError) -> Self {
        let reason = format!("{what}: {error}");
        match error {
            CallError::Encode(_) => Self::inconclusive(Kind::Fixture, reason),
            CallError::NoAnswer { answered, lost, cause, .. } => {
                // Where there is no service, every case says the same, however often it was tried before the run ended.
                let reason = if answered { reason } else { cause };
                Self { silent: !answered, again: lost, ..Self::inconclusive(Kind::Transport, reason) }
            }
            CallError::Denied { class, code, status, message, clock_skew_seconds } => {
                let what = match class {
                    ErrorClass::Quota => "a quota of the account is used up".to_owned(),
                    ErrorClass::Account => "the account may not use the service".to_owned(),
                    ErrorClass::Clock => {
                        format!("the endpoint refuses the time of the request, {}", clock_text(clock_skew_seconds))
                    }
                    _ => "the endpoint refuses the credentials, the signature or the permission".to_owned(),
                };
                // A signature mismatch comes with the string to sign, which is long and holds the access key's id.
                let message = message.split("server string to sign").next().unwrap_or_default().trim();
                let detail = if message.is_empty() { String::new() } else { format!(": {message}") };
                let fatal = format!("{what}: {code} ({status}){detail}");
                Self { fatal: Some(fatal), ..Self::inconclusive(Kind::Refusal, reason_of(&reason)) }
            }
            CallError::Stopped => Self::inconclusive(Kind::Cut, "the run was stopped before the case was judged"),
        }
    }

    /// Says that the case came to this because the endpoint does not know an operation.
    pub(super) fn for_want_of(&mut self, operation: &OperationName, policy: Unsupported) {
        let want = format!("the endpoint does not know {operation}");
        let wanting = match self.verdict {
            Verdict::Fail => self.kind == Kind::Unsupported,
            Verdict::Inconclusive => matches!(self.kind, Kind::Fixture | Kind::Effect),
            _ => false,
        };
        match policy {
            Unsupported::Skip if wanting => *self = Self::skipped(Kind::Unsupported, want),
            Unsupported::Fail if wanting && self.kind != Kind::Unsupported => {
                self.reason = format!("{}: {want}", self.reason);
            }
            Unsupported::Skip | Unsupported::Fail => {}
        }
    }

    /// Names the answer that decided.
    pub(super) fn with_answers(mut self, expected: Option<Answered>, actual: Option<Answered>) -> Self {
        self.answers = Some(Box::new(Answers { expected, actual }));
        self
    }
}

/// What is wrong with the local clock, by the date of the answer that refused.
fn clock_text(skew: Option<i64>) -> String {
    match skew {
        None => "and does not say what time it is: set the local clock".to_owned(),
        // The date of an answer has no fractions of a second.
        Some(-1..=1) => "though the local clock agrees with its own".to_owned(),
        Some(seconds @ ..-1) => format!("for the local clock is {} s behind its own", seconds.unsigned_abs()),
        Some(seconds) => format!("for the local clock is {seconds} s ahead of its own"),
    }
}

fn reason_of(reason: &str) -> String {
    reason.split("server string to sign").next().unwrap_or_default().trim_end_matches([' ', '.']).to_owned()
}

/// An expected outcome as results have it.
pub(super) fn answered(expected: &Expected) -> Answered {
    Answered { code: expected.code.to_string(), status: expected.status }
}
