//! What is wrong with a case, in words; shared by every report for people.
//!
//! ```text
//! expected Rejected.Disabled (409), got Success (200)
//!   --> cases/alibaba/matrix/encrypt.yaml:12:3
//!   clause: key-states/table-2/encrypt (official)
//!   route: CreateKey, DisableKey
//!   response: 200 {"CiphertextBlob":"…"}
//!   reproduce: curl -sS -i 'http://127.0.0.1:8080/?Action=Encrypt&…'
//! ```

use crate::event::{CaseResult, Exchange, Listed, ListedOutcome, Outcome, Purpose};
use crate::verdict::{Kind, Verdict};

use super::{call, curl, listed_text, text};

/// The outcome of a case in words. All text is harmless to a terminal; see [`text::visible`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureText {
    /// What was expected and what was received, or why the case was not judged: one line.
    pub headline: String,
    /// Where the expectation stands: `cases/alibaba/matrix/encrypt.yaml:12:3`.
    pub location: String,
    /// Everything else that is known, as pairs of a label and one line.
    pub details: Vec<(&'static str, String)>,
}

impl FailureText {
    /// Describes a case; the response is cut to `response_limit` bytes.
    pub fn of(case: &CaseResult, response_limit: usize) -> Self {
        let headline = headline(case);
        let mut details = Vec::new();
        details.extend(reason_beside(case, &headline).map(|reason| ("reason", reason)));
        details.extend(case.listed.as_deref().map(|listed| ("listed", listed_text::full(listed))));
        details.push(("clause", text::one_line(&format!("{} ({})", case.clause, case.edition))));
        details.extend(case.conflict.as_deref().map(|conflict| ("conflict", text::one_line(&conflict.to_string()))));
        details.extend(case.previous.as_deref().map(|previous| ("before", text::one_line(&previous.to_string()))));
        if !case.route.is_empty() {
            details.push(("route", text::one_line(&case.route.join(", "))));
        }

        details.extend(case.lenient.iter().map(|lenient| ("lenient", shortened(&lenient.to_string()))));
        details.extend(case.notes.iter().map(|note| ("note", shortened(note))));

        let probes = case.exchanges.iter().filter(|exchange| exchange.purpose == Purpose::Probe);
        let Some((last, earlier)) = probes.collect::<Vec<_>>().split_last().map(|(last, rest)| (*last, rest.to_vec()))
        else {
            return Self { headline, location: location(case), details };
        };
        // A scenario judges several operations; only those before the last one of the same are attempts at it.
        for exchange in earlier.iter().filter(|exchange| exchange.operation == last.operation) {
            details.push(("earlier attempt", response(exchange, EARLIER_LIMIT)));
        }

        details.push(("response", response(last, response_limit)));
        // The request of a curl command is redacted, and must be signed before an endpoint takes it.
        let command = call::command(&case.id, last).unwrap_or_else(|| curl::command(&last.request));
        details.push(("reproduce", command));
        Self { headline, location: location(case), details }
    }

    /// The whole text: the headline, the place, and a line for each detail, indented by two spaces.
    pub fn to_text(&self) -> String {
        let mut whole = format!("{}\n  --> {}", self.headline, self.location);
        for (label, detail) in &self.details {
            whole.push_str("\n  ");
            whole.push_str(label);
            whole.push_str(": ");
            whole.push_str(detail);
        }
        whole
    }
}

/// How much of a reason or a note is shown, in bytes.
const REASON_LIMIT: usize = 1000;

/// How much of the response to an earlier attempt is shown, in bytes.
const EARLIER_LIMIT: usize = 200;

/// Where the expectation of a case stands.
pub fn location(case: &CaseResult) -> String {
    text::one_line(&format!("{}:{}:{}", file(case), case.source.line, case.source.column))
}

/// The case file as it is found in the repository: `cases/alibaba/matrix/encrypt.yaml`.
pub fn file(case: &CaseResult) -> String {
    case.source.path()
}

/// What was expected and what was received, or else the reason; and why an entry of the list of known failures does not
/// count. One line, never empty.
pub fn headline(case: &CaseResult) -> String {
    let observed = observed(case);
    match case.listed.as_deref() {
        Some(listed @ Listed { outcome: ListedOutcome::Differs, .. }) => {
            format!("{observed}; listed is {}", listed_text::failure(listed))
        }
        Some(Listed { outcome: ListedOutcome::Expired, until, .. }) => {
            format!("{observed}; listed until {}, which is over", text::one_line(until))
        }
        Some(Listed { outcome: ListedOutcome::Holds | ListedOutcome::Passes, .. }) | None => observed,
    }
}

/// What kept a case from being judged, in one line that is equal for all cases with that cause. None for a case that was
/// judged, or that names no cause.
pub fn cause(case: &CaseResult) -> Option<String> {
    let blocked = case.blocked_by.as_ref().filter(|_| case.verdict != Verdict::Fail)?;
    Some(shortened(&blocked.to_string()))
}

/// What blocked the case, or else what was expected and what was received, or else the reason: one line, never empty.
pub(super) fn observed(case: &CaseResult) -> String {
    if let Some(cause) = cause(case) {
        return cause;
    }

    // Nobody knows which of the two is right, so both are shown.
    if let (Some(Kind::Unstable), Some(first)) = (case.kind, &case.first_actual) {
        let expected = case.expected.as_ref().map_or_else(String::new, |one| format!("expected {}, ", code(one)));
        let next = case.actual.as_ref().map_or_else(|| "no usable response".to_owned(), code);
        return format!("{expected}got {} from the first key and {next} from the next", code(first));
    }

    let is_judged = !matches!(case.verdict, Verdict::Skipped | Verdict::NotRun | Verdict::Inconclusive);
    // Of a body or an effect, the codes are equal and the reason says more.
    let by_code = is_judged
        && match case.kind {
            Some(Kind::Allowed | Kind::Rejected | Kind::Code | Kind::Status | Kind::Unsupported) => true,
            Some(
                Kind::Body
                | Kind::Effect
                | Kind::Crash
                | Kind::Malformed
                | Kind::Unstable
                | Kind::Fixture
                | Kind::Transport
                | Kind::Denied
                | Kind::Cut
                | Kind::Later
                | Kind::NotApplicable
                | Kind::Unavailable,
            )
            | None => false,
        };

    let reason = shortened(&case.reason);
    // The outcome may be right, and the parameter that the message names another one.
    let right = case
        .actual
        .as_ref()
        .is_some_and(|actual| case.expected.iter().chain(&case.also_accepted).any(|one| one == actual));

    match (&case.expected, &case.actual) {
        (Some(expected), Some(actual))
            if (by_code && (!right || reason.is_empty())) || (reason.is_empty() && expected != actual) =>
        {
            let alternatives: String =
                case.also_accepted.iter().map(|outcome| format!(" or {}", code(outcome))).collect();
            format!("expected {}{alternatives}, got {}", code(expected), code(actual))
        }
        _ if !reason.is_empty() => reason,
        (Some(expected), None) => format!("expected {}, got no usable response", code(expected)),
        _ => match case.kind {
            Some(kind) => kind.meaning().to_owned(),
            None => case.verdict.name().to_owned(),
        },
    }
}

/// The reason of a case, unless the headline says it already.
fn reason_beside(case: &CaseResult, headline: &str) -> Option<String> {
    let reason = shortened(&case.reason);
    if reason.is_empty() || reason == headline {
        return None;
    }

    // The reason of a cell that failed by its response only adds the operation, which stands in the id.
    let by_response = matches!(case.kind, Some(Kind::Allowed | Kind::Rejected | Kind::Code | Kind::Status));
    let is_said = case.operation.is_some() && case.verdict == Verdict::Fail && by_response;
    (!is_said).then_some(reason)
}

/// A text in one line of limited length.
pub(super) fn shortened(text: &str) -> String {
    text::cut(&text::one_line(text), REASON_LIMIT)
}

/// An outcome in words: `Rejected.Disabled (409)`, or `any rejection (4xx)`.
pub(super) fn code(outcome: &Outcome) -> String {
    if outcome.code == "4xx" {
        return "any rejection (4xx)".to_owned();
    }
    format!("{} ({})", text::cut(&text::one_line(&outcome.code), EARLIER_LIMIT), outcome.status)
}

fn response(exchange: &Exchange, limit: usize) -> String {
    let shown = match (&exchange.response, &exchange.error) {
        (Some(response), None) => format!("{} {}", response.status, response.body),
        (Some(response), Some(error)) => format!("{error}: {} {}", response.status, response.body),
        (None, Some(error)) => error.clone(),
        (None, None) => "none".to_owned(),
    };
    // Cut first: a body may be long, and escapes make it longer.
    text::one_line(&text::cut(shown.trim(), limit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_headline_compares_the_response_with_the_expectation() {
        let mut case = sample::failed("alibaba/Encrypt/Disabled");
        assert_eq!(headline(&case), "expected Rejected.Disabled (409), got Success (200)");
        case.also_accepted = vec![Outcome { code: "Forbidden.X".to_owned(), status: 403 }];
        assert_eq!(headline(&case), "expected Rejected.Disabled (409) or Forbidden.X (403), got Success (200)");
        case.actual = None;
        assert_eq!(headline(&case), "an Encrypt of a key that is Disabled succeeded");
        case.reason.clear();
        assert_eq!(headline(&case), "expected Rejected.Disabled (409), got no usable response");
        case.expected = None;
        assert_eq!(headline(&case), "it succeeded where the table rejects");
        case.kind = None;
        assert_eq!(headline(&case), "fail");
    }

    #[test]
    fn the_headline_of_a_right_code_is_what_else_is_wrong() {
        let mut case = sample::failed("alibaba/missing-name-in-create-alias");
        let any = Outcome { code: "4xx".to_owned(), status: 400 };
        (case.kind, case.also_accepted) = (Some(Kind::Code), vec![any]);
        assert_eq!(headline(&case), "expected Rejected.Disabled (409) or any rejection (4xx), got Success (200)");
        case.actual = case.expected.clone();
        case.reason = "CreateAlias names KeyId and not AliasName".to_owned();
        assert_eq!(headline(&case), "CreateAlias names KeyId and not AliasName");
    }

    #[test]
    fn the_headline_of_an_effect_is_its_reason() {
        let mut case = sample::failed("alibaba/DisableKey/Enabled");
        case.kind = Some(Kind::Effect);
        case.actual = case.expected.clone();
        case.reason = "the key still encrypts".to_owned();
        assert_eq!(FailureText::of(&case, 100).headline, "the key still encrypts");
    }

    #[test]
    fn earlier_attempts_are_shown_and_hostile_responses_are_harmless() {
        let mut case = sample::failed("alibaba/Encrypt/Disabled");
        let mut first = case.exchanges[0].clone();
        (first.response, first.error) = (None, Some("connection reset".to_owned()));
        case.exchanges[0].attempt = 2;
        if let Some(response) = &mut case.exchanges[0].response {
            response.body = "\u{1b}[2J".repeat(300);
        }
        case.exchanges.insert(0, first);
        let whole = FailureText::of(&case, 20).to_text();
        assert!(whole.contains("\n  earlier attempt: connection reset\n  response: 200 \\u{1b}[2J"), "{whole}");
        assert!(whole.contains("bytes cut\n  reproduce: curl -sS -i 'http://"), "{whole}");
        assert!(!whole.contains('\u{1b}'), "{whole}");
        assert_eq!(case.verdict, Verdict::Fail);
    }

    #[test]
    fn a_blocked_case_shows_its_cause_before_its_reason() {
        let case = sample::blocked("alibaba/Encrypt/Disabled");
        let cause = "DisableKey (Aliyun_KMS, Enabled) had no effect: Success (200)";
        assert_eq!(headline(&case), cause);
        let whole = FailureText::of(&case, 100).to_text();
        assert!(whole.contains("\n  reason: DescribeKey says Enabled of key 0b7d4e21-"), "{whole}");

        let judged = CaseResult { verdict: Verdict::Fail, ..case };
        assert!(!headline(&judged).contains(cause));
    }

    #[test]
    fn an_unstable_case_shows_both_responses() {
        let case = sample::unstable("alibaba/Encrypt/Disabled");
        assert_eq!(
            headline(&case),
            "expected Rejected.Disabled (409), got Success (200) from the first key and Rejected.Disabled (409) from the \
             next"
        );
    }

    #[test]
    fn a_skipped_case_shows_its_reason_and_not_its_response() {
        let case = sample::failed("alibaba/Encrypt/Disabled");
        let reason = "the endpoint does not know Encrypt".to_owned();
        let case = CaseResult { verdict: Verdict::Skipped, kind: Some(Kind::Unsupported), reason, ..case };
        assert_eq!(headline(&case), "the endpoint does not know Encrypt");
    }
}
