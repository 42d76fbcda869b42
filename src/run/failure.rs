//! Why a case did not pass: one type, from the phase that found it to the result.

use super::Unsupported;
use super::route_prefix::RoutePrefix;
use crate::client::{CallError, Response, Unusable};
use crate::event::{BlockedBy, BlockedStep, BlockingResponse, Outcome};
use crate::provider::ErrorClass;
use crate::suite::name::{ClassName, Code, OperationName, State};
use crate::suite::step::Expected;
use crate::verdict::{Kind, Verdict};

/// Why a case did not simply pass.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) verdict: Verdict,
    pub(super) kind: Kind,
    /// One line.
    pub(super) reason: String,
    /// What is wrong with the response or its effect, in words that are the same for every key: two failures of a case are
    /// the same if this, the kind and the actual outcome are equal.
    pub(super) aspect: String,
    /// The outcome that was expected of the response that decided, if that is not the one noted for the case.
    pub(super) expected: Option<Outcome>,
    /// The outcome of the response that decided.
    pub(super) actual: Option<Outcome>,
    /// The outcome for the first key, if the next key got another one.
    pub(super) first_actual: Option<Outcome>,
    /// What kept the case from being judged.
    pub(super) blocked_by: Option<Box<BlockedBy>>,
    /// Whether a call of a route was rejected.
    pub(super) rejected: bool,
    /// Whether the describing operation does not show the state of a key.
    pub(super) hidden: bool,
    /// Whether a response was lost, so that the case should be run again on fresh keys.
    pub(super) lost: bool,
    /// Whether the request that failed may have had its effect.
    pub(super) maybe_effect: bool,
    /// The unusable response that was received each time a request was sent.
    pub(super) repeated: Option<Box<Unusable>>,
    /// If the response says that the operation is not permitted: the blocker that this is, unless the same operation is
    /// permitted in another state of a key.
    pub(super) not_permitted: Option<Box<BlockedBy>>,
    /// Why the whole run must end.
    pub(super) ends_run: Option<String>,
    /// Why the whole run must end if the next cases get the same: the endpoint rejects the credentials.
    pub(super) denied: Option<String>,
    /// Whether the service had never responded by then, to this case or another.
    pub(super) silent: bool,
    /// Whether the endpoint says that it does not know an operation that the case needs.
    pub(super) unsupported: bool,
    /// How far the key had come on its route.
    pub(super) prefix: Option<Box<RoutePrefix>>,
    /// The case of the cell that a scenario tested: if it fails too, the deviation belongs to that cell.
    pub(super) cell: Option<usize>,
}

/// What to blame if a request gets no usable response: its phase, its operation and its key.
#[derive(Debug, Clone)]
pub(super) struct Blame {
    pub(super) step: BlockedStep,
    pub(super) operation: OperationName,
    pub(super) class: Option<ClassName>,
    pub(super) state: Option<State>,
}

impl Blame {
    /// The blocker with a problem, and the response that shows it.
    pub(super) fn blocked(&self, problem: impl Into<String>, response: Option<BlockingResponse>) -> BlockedBy {
        BlockedBy {
            step: self.step,
            operation: Some(self.operation.to_string()),
            key_class: self.class.as_ref().map(ToString::to_string),
            state: self.state.as_ref().map(ToString::to_string),
            response,
            problem: problem.into(),
        }
    }

    /// The blocker of a request that the account may not send. Permissions are given whatever the state of a key is.
    pub(super) fn not_permitted(&self, response: &Response) -> BlockedBy {
        let by = self.blocked("is not permitted", Some(blocking_response(response)));
        BlockedBy { key_class: None, state: None, ..by }
    }

    /// The blocker of a request that was rejected.
    pub(super) fn rejected(&self, response: &Response) -> BlockedBy {
        self.blocked("was rejected", Some(blocking_response(response)))
    }
}

impl Failure {
    fn new(verdict: Verdict, kind: Kind, reason: String) -> Self {
        Self {
            verdict,
            kind,
            reason,
            aspect: String::new(),
            expected: None,
            actual: None,
            first_actual: None,
            blocked_by: None,
            rejected: false,
            hidden: false,
            lost: false,
            maybe_effect: false,
            repeated: None,
            not_permitted: None,
            ends_run: None,
            denied: None,
            silent: false,
            unsupported: false,
            prefix: None,
            cell: None,
        }
    }

    /// The endpoint deviated.
    pub(super) fn fail(kind: Kind, aspect: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { aspect: aspect.into(), ..Self::new(Verdict::Fail, kind, reason.into()) }
    }

    /// The case could not be judged.
    pub(super) fn inconclusive(kind: Kind, reason: impl Into<String>) -> Self {
        Self::new(Verdict::Inconclusive, kind, reason.into())
    }

    /// The case could not be judged, because of a blocker.
    pub(super) fn blocked(kind: Kind, by: BlockedBy, reason: impl Into<String>) -> Self {
        Self { blocked_by: Some(Box::new(by)), ..Self::inconclusive(kind, reason) }
    }

    /// The case was not run, for a reason that is not the endpoint's fault.
    pub(super) fn skipped(kind: Kind, reason: impl Into<String>) -> Self {
        Self::new(Verdict::Skipped, kind, reason.into())
    }

    /// The run ended before the case was begun.
    pub(super) fn not_run(reason: impl Into<String>) -> Self {
        Self::new(Verdict::NotRun, Kind::Cut, reason.into())
    }

    /// The limits of the run leave no room for the case.
    pub(super) fn later(reason: impl Into<String>) -> Self {
        Self::new(Verdict::NotRun, Kind::Later, reason.into())
    }

    /// The run ended before the case was judged.
    pub(super) fn cut(reason: impl Into<String>) -> Self {
        Self::inconclusive(Kind::Cut, reason)
    }

    /// The run has come to what it may cost. It ends, for no other case would come further.
    pub(super) fn over_a_limit(reason: String) -> Self {
        Self { ends_run: Some(reason.clone()), ..Self::inconclusive(Kind::Unavailable, reason) }
    }

    /// No usable response was received. `accepted` says whether the service has ever accepted a request: if so, it rejects
    /// this request and not everything.
    pub(super) fn of_call(blame: &Blame, error: CallError, accepted: bool) -> Self {
        let maybe_effect = error.is_lost();
        Self { maybe_effect, ..Self::of_call_error(blame, error, accepted) }
    }

    fn of_call_error(blame: &Blame, error: CallError, accepted: bool) -> Self {
        let operation = &blame.operation;
        let reason = format!("{operation}: {error}");
        match error {
            CallError::Encode(_) => Self::blocked(Kind::Fixture, blame.blocked("can't be sent", None), reason),
            CallError::NoResponse { responded, lost, cause, repeated, .. } => {
                // Without a service, every case has the same reason, however often it was attempted.
                let reason = match (responded, &repeated) {
                    (false, _) => cause,
                    (true, Some(_)) => format!("{operation} failed each time: {cause}"),
                    (true, None) => reason,
                };
                let response = repeated.as_ref().map(unusable_response);
                let problem = repeated.as_ref().map_or_else(|| "got no usable response".to_owned(), unusable_problem);
                // The same response each time is a deviation of this operation, and not a fault that may pass.
                let kind = match (blame.step, &repeated) {
                    (BlockedStep::Setup, Some(_)) => Kind::Fixture,
                    (BlockedStep::Verification, Some(_)) => Kind::Effect,
                    (BlockedStep::Probe, _) | (_, None) => Kind::Transport,
                };
                // A lost response is worth another attempt, unless the response is the same each time.
                Self {
                    silent: !responded,
                    lost: lost && repeated.is_none(),
                    repeated: repeated.map(Box::new),
                    ..Self::blocked(kind, blame.blocked(problem, response), reason)
                }
            }
            CallError::Denied { class, code, status, message, clock_skew_seconds, .. } => {
                let what = denial(class, clock_skew_seconds);
                let message = message.trim().to_owned();
                let detail = if message.is_empty() { String::new() } else { format!(": {message}") };
                let text = format!("{what}: {code} ({status}){detail}");
                let response = BlockingResponse { code, status, message };
                let is_off = clock_skew_seconds.is_some_and(|seconds| seconds.unsigned_abs() > TOLERATED_SKEW);
                let problem = match class {
                    // What the endpoint says of it helps nobody who does not know by how much the clock is off.
                    ErrorClass::Clock | ErrorClass::Auth if is_off => format!("was rejected: {what}"),
                    _ => "was rejected for a reason that is not the key's state".to_owned(),
                };
                let by = blame.blocked(problem, Some(response));

                // An endpoint that accepted the credentials before may reject a single request for them.
                let short_reason = reason.trim_end_matches([' ', '.']).to_owned();
                let ends = !accepted || class != ErrorClass::Auth;
                let (ends_run, denied) = if ends { (Some(text), None) } else { (None, Some(text)) };
                Self { ends_run, denied, ..Self::blocked(Kind::Denied, by, short_reason) }
            }
            CallError::Spent { most, .. } => {
                Self::over_a_limit(format!("the run may send no more than {most} requests: see --max-requests"))
            }
            CallError::Stopped { .. } => Self::cut("the run was stopped before the case was judged"),
        }
    }

    /// The account may not send an operation, as the blocker says.
    pub(super) fn not_permitted(by: BlockedBy) -> Self {
        let operation = by.operation.as_deref().unwrap_or_default();
        let outcome = by.response.as_ref().map(|response| format!(": {} ({})", response.code, response.status));
        let reason = format!("the account has no permission for {operation}{}", outcome.unwrap_or_default());
        Self::blocked(Kind::Denied, by, reason)
    }

    /// Adds that the endpoint does not know an operation, or skips the case for it.
    pub(super) fn for_want_of(&mut self, operation: &OperationName, policy: Unsupported) {
        // Such a rejection does not count as one of those that end a run.
        self.unsupported = true;
        let unknown = format!("the endpoint does not know {operation}");
        // The case may have failed for another reason than the unknown operation.
        let is_the_reason = match self.verdict {
            Verdict::Fail => self.kind == Kind::Unsupported,
            Verdict::Inconclusive => matches!(self.kind, Kind::Fixture | Kind::Effect),
            _ => false,
        };

        match policy {
            Unsupported::Skip if is_the_reason => {
                let blocked_by = self.blocked_by.take();
                *self = Self { blocked_by, unsupported: true, ..Self::skipped(Kind::Unsupported, unknown) };
            }
            Unsupported::Fail if is_the_reason && self.kind != Kind::Unsupported => {
                self.reason = format!("{}: {unknown}", self.reason);
            }
            Unsupported::Skip | Unsupported::Fail => {}
        }
    }

    /// Whether another failure of the same case is the same one.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        (self.verdict, self.kind, &self.aspect, &self.actual)
            == (other.verdict, other.kind, &other.aspect, &other.actual)
    }
}

/// A response in the form of a blocker.
pub(super) fn blocking_response(response: &Response) -> BlockingResponse {
    let code = response.content.code.clone().unwrap_or_else(|| Code::SUCCESS.to_owned());
    BlockingResponse { code, status: response.content.status, message: response.content.message.clone() }
}

/// An unusable response in the form of a blocker.
pub(super) fn unusable_response(unusable: &Unusable) -> BlockingResponse {
    BlockingResponse { code: unusable.code.clone(), status: unusable.status, message: unusable.message.clone() }
}

/// What is wrong with a response that is unusable in the same way each time.
pub(super) fn unusable_problem(unusable: &Unusable) -> String {
    match &unusable.malformed {
        Some(malformed) => format!("got no usable response: {malformed}"),
        None => "failed each time".to_owned(),
    }
}

/// What it means that the endpoint rejects the account as a whole.
fn denial(class: ErrorClass, clock_skew_seconds: Option<i64>) -> String {
    match class {
        ErrorClass::Quota => "a quota of the account is used up".to_owned(),
        ErrorClass::Account => "the account may not use the service".to_owned(),
        ErrorClass::Clock => {
            format!("the endpoint rejects the time of the request, {}", clock_text(clock_skew_seconds))
        }
        _ => {
            let rejected = "the endpoint rejects the credentials or the signature";
            match clock_skew_seconds {
                // Some services call a request that is too old, or not yet valid, wrongly signed.
                Some(seconds) if seconds.unsigned_abs() > TOLERATED_SKEW => {
                    format!("{rejected}, perhaps {}", clock_text(clock_skew_seconds))
                }
                _ => rejected.to_owned(),
            }
        }
    }
}

/// By how many seconds clocks differ without anybody's minding.
const TOLERATED_SKEW: u64 = 60;

/// What is wrong with the local clock, by the date of the rejection.
fn clock_text(skew: Option<i64>) -> String {
    match skew {
        None => "and its response has no date: set the local clock".to_owned(),
        // The date of a response has no fractions of a second.
        Some(-1..=1) => "although the local clock agrees with its own".to_owned(),
        Some(seconds @ ..-1) => format!("because the local clock is {} s behind its own", seconds.unsigned_abs()),
        Some(seconds) => format!("because the local clock is {seconds} s ahead of its own"),
    }
}

/// An expected outcome in the form of a result.
pub(super) fn expected_outcome(expected: &Expected) -> Outcome {
    Outcome { code: expected.code.to_string(), status: expected.status }
}

/// The outcome of a response in the form of a result.
pub(super) fn received_outcome(response: &Response) -> Outcome {
    let code = response.content.code.clone().unwrap_or_else(|| Code::SUCCESS.to_owned());
    Outcome { code, status: response.content.status }
}
