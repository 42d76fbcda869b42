//! Why a case did not pass: the one type in which that goes from the judge to the reports.

use super::Unsupported;
use crate::client::{CallError, Response, Unusable};
use crate::event::{BlockedBy, BlockedStep, BlockingResponse, Outcome};
use crate::provider::ErrorClass;
use crate::suite::name::{ClassName, Code, OperationName, State};
use crate::suite::step::Expected;
use crate::verdict::{Kind, Verdict};

use super::route_prefix::RoutePrefix;

/// Why a case did not simply pass.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) verdict: Verdict,
    pub(super) kind: Kind,
    /// One line.
    pub(super) reason: String,
    /// What of the response or its effect is wrong, in words that are the same for every key: two failures of a case
    /// are the same if they agree in this, in kind and in what came.
    pub(super) aspect: String,
    /// What the response that decided should have been, and was, where it is not the one that the case is about.
    pub(super) expected: Option<Outcome>,
    pub(super) actual: Option<Outcome>,
    /// What the first key got, where the next one got something else.
    pub(super) first_actual: Option<Outcome>,
    /// What kept the case from being judged.
    pub(super) blocked_by: Option<Box<BlockedBy>>,
    /// Whether it is that a call of a route was rejected.
    pub(super) rejected: bool,
    /// Whether it is that the state of a key is not shown.
    pub(super) hidden: bool,
    /// Whether a response was lost on the way, so that the case should be run again on fresh keys.
    pub(super) lost: bool,
    /// The unusable response that came each time a request was sent.
    pub(super) repeated: Option<Box<Unusable>>,
    /// Why the whole run should end.
    pub(super) ends_run: Option<String>,
    /// The response to which the run ends if the endpoint goes on with nothing else.
    pub(super) denied: Option<String>,
    /// Whether the service had never answered by then, this case or another.
    pub(super) silent: bool,
    /// Whether the endpoint says that it does not know an operation that the case needs.
    pub(super) unsupported: bool,
    /// Where on the route of a key it happened.
    pub(super) prefix: Option<Box<RoutePrefix>>,
    /// The case of the cell that a scenario met: if that fails too, the deviation is the cell's and not the scenario's.
    pub(super) cell: Option<usize>,
}

/// Who is to blame if a request gets no response that helps: the request's place in the case.
#[derive(Debug, Clone)]
pub(super) struct Blame {
    pub(super) step: BlockedStep,
    pub(super) operation: OperationName,
    pub(super) class: Option<ClassName>,
    pub(super) state: Option<State>,
}

impl Blame {
    /// The blocker that this place is, by a problem and the response that shows it.
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
            repeated: None,
            ends_run: None,
            denied: None,
            silent: false,
            unsupported: false,
            prefix: None,
            cell: None,
        }
    }

    /// The endpoint broke the promise.
    pub(super) fn fail(kind: Kind, aspect: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { aspect: aspect.into(), ..Self::new(Verdict::Fail, kind, reason.into()) }
    }

    /// The case could not be judged.
    pub(super) fn inconclusive(kind: Kind, reason: impl Into<String>) -> Self {
        Self::new(Verdict::Inconclusive, kind, reason.into())
    }

    /// The case could not be judged, because of this.
    pub(super) fn blocked(kind: Kind, by: BlockedBy, reason: impl Into<String>) -> Self {
        Self { blocked_by: Some(Box::new(by)), ..Self::inconclusive(kind, reason) }
    }

    /// The case was not run, for a reason that is no fault of the endpoint.
    pub(super) fn skipped(kind: Kind, reason: impl Into<String>) -> Self {
        Self::new(Verdict::Skipped, kind, reason.into())
    }

    /// The end of the run came before the case was begun.
    pub(super) fn not_run(reason: impl Into<String>) -> Self {
        Self::new(Verdict::NotRun, Kind::Cut, reason.into())
    }

    /// The end of the run came before the case was judged.
    pub(super) fn cut(reason: impl Into<String>) -> Self {
        Self::inconclusive(Kind::Cut, reason)
    }

    /// No response came that says something about the key. `accepted` is whether the service has ever accepted a
    /// request: one that has refuses this request and not everything.
    pub(super) fn of_call(blame: &Blame, error: CallError, accepted: bool) -> Self {
        let operation = &blame.operation;
        let reason = format!("{operation}: {error}");
        match error {
            CallError::Encode(_) => Self::blocked(Kind::Fixture, blame.blocked("can't be sent", None), reason),
            CallError::NoResponse { responded, lost, cause, repeated, .. } => {
                // Where there is no service, every case says the same, however often it was tried before the run ended.
                let reason = match (responded, &repeated) {
                    (false, _) => cause,
                    (true, Some(_)) => format!("{operation} failed each time: {cause}"),
                    (true, None) => reason,
                };
                let response = repeated.as_ref().map(unusable_response);
                let problem = repeated.as_ref().map_or_else(|| "got no usable response".to_owned(), unusable_problem);
                // The same each time is a deviation of this operation, and not trouble that may pass.
                let kind = match (blame.step, &repeated) {
                    (BlockedStep::Setup, Some(_)) => Kind::Fixture,
                    (BlockedStep::Verification, Some(_)) => Kind::Effect,
                    (BlockedStep::Probe, _) | (_, None) => Kind::Transport,
                };
                Self {
                    silent: !responded,
                    lost: lost && repeated.is_none(),
                    repeated: repeated.map(Box::new),
                    ..Self::blocked(kind, blame.blocked(problem, response), reason)
                }
            }
            CallError::Denied { class, code, status, message, clock_skew_seconds } => {
                let what = denial(class, clock_skew_seconds);
                // A signature mismatch comes with the string to sign, which is long and holds the access key's id.
                let message = message.split("server string to sign").next().unwrap_or_default().trim().to_owned();
                let detail = if message.is_empty() { String::new() } else { format!(": {message}") };
                let text = format!("{what}: {code} ({status}){detail}");
                let response = BlockingResponse { code, status, message };
                let by = blame.blocked("was refused for a reason that is not the key's state", Some(response));
                let ends = !accepted || class != ErrorClass::Auth;
                let (ends_run, denied) = if ends { (Some(text), None) } else { (None, Some(text)) };
                Self { ends_run, denied, ..Self::blocked(Kind::Refusal, by, shortened(&reason)) }
            }
            CallError::Stopped => Self::cut("the run was stopped before the case was judged"),
        }
    }

    /// The account may not send an operation.
    pub(super) fn not_permitted(blame: &Blame, response: &Response) -> Self {
        let response = blocking_response(response);
        let reason =
            format!("the account has no permission for {}: {} ({})", blame.operation, response.code, response.status);
        Self::blocked(Kind::Refusal, blame.blocked("is not permitted", Some(response)), reason)
    }

    /// Says that the case came to this because the endpoint does not know an operation.
    pub(super) fn for_want_of(&mut self, operation: &OperationName, policy: Unsupported) {
        self.unsupported = true;
        let want = format!("the endpoint does not know {operation}");
        let wanting = match self.verdict {
            Verdict::Fail => self.kind == Kind::Unsupported,
            Verdict::Inconclusive => matches!(self.kind, Kind::Fixture | Kind::Effect),
            _ => false,
        };
        match policy {
            Unsupported::Skip if wanting => {
                let blocked_by = self.blocked_by.take();
                *self = Self { blocked_by, unsupported: true, ..Self::skipped(Kind::Unsupported, want) };
            }
            Unsupported::Fail if wanting && self.kind != Kind::Unsupported => {
                self.reason = format!("{}: {want}", self.reason);
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

/// A response as blockers have it.
pub(super) fn blocking_response(response: &Response) -> BlockingResponse {
    let code = response.content.code.clone().unwrap_or_else(|| Code::SUCCESS.to_owned());
    BlockingResponse { code, status: response.content.status, message: response.content.message.clone() }
}

/// An unusable response as blockers have it.
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

/// What a refusal of the account means.
fn denial(class: ErrorClass, clock_skew_seconds: Option<i64>) -> String {
    match class {
        ErrorClass::Quota => "a quota of the account is used up".to_owned(),
        ErrorClass::Account => "the account may not use the service".to_owned(),
        ErrorClass::Clock => {
            format!("the endpoint refuses the time of the request, {}", clock_text(clock_skew_seconds))
        }
        _ => "the endpoint refuses the credentials or the signature".to_owned(),
    }
}

/// What is wrong with the local clock, by the date of the response that refused.
fn clock_text(skew: Option<i64>) -> String {
    match skew {
        None => "and does not say what time it is: set the local clock".to_owned(),
        // The date of a response has no fractions of a second.
        Some(-1..=1) => "though the local clock agrees with its own".to_owned(),
        Some(seconds @ ..-1) => format!("for the local clock is {} s behind its own", seconds.unsigned_abs()),
        Some(seconds) => format!("for the local clock is {seconds} s ahead of its own"),
    }
}

fn shortened(reason: &str) -> String {
    reason.split("server string to sign").next().unwrap_or_default().trim_end_matches([' ', '.']).to_owned()
}

/// An expected outcome as results have it.
pub(super) fn expected_outcome(expected: &Expected) -> Outcome {
    Outcome { code: expected.code.to_string(), status: expected.status }
}

/// What came, as results have it.
pub(super) fn received_outcome(response: &Response) -> Outcome {
    let code = response.content.code.clone().unwrap_or_else(|| Code::SUCCESS.to_owned());
    Outcome { code, status: response.content.status }
}
