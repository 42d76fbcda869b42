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

use crate::event::{CaseResult, Exchange, Listed, ListedKind, ListedOutcome, Outcome, Purpose};
use crate::verdict::{Kind, Verdict};

use super::{curl, text};

/// A case told in words. All text is harmless to a terminal; see [`text::visible`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureText {
    /// What was expected and what came, or why the case was not judged: one line.
    pub headline: String,
    /// Where the expectation stands: `cases/alibaba/matrix/encrypt.yaml:12:3`.
    pub location: String,
    /// What else is known, as pairs of a label and one line.
    pub details: Vec<(&'static str, String)>,
}

impl FailureText {
    /// Tells a case in words; the response is cut to `response_limit` bytes.
    pub fn of(case: &CaseResult, response_limit: usize) -> Self {
        let headline = headline(case);
        let mut details = Vec::new();
        let reason = text::cut(&text::one_line(&case.reason), REASON_LIMIT);
        // Of a cell, the headline says all that its reason does: which operation it is stands in the id.
        let by_response = matches!(case.kind, Some(Kind::Allowed | Kind::Refused | Kind::Code | Kind::Status));
        let is_said = case.operation.is_some() && case.verdict == Verdict::Fail && by_response;
        if !reason.is_empty() && reason != headline && !is_said {
            details.push(("reason", reason));
        }
        details.extend(case.listed.as_deref().map(|listed| ("listed", listed_text(listed))));
        details.push(("clause", text::one_line(&format!("{} ({})", case.clause, case.edition))));
        if !case.route.is_empty() {
            details.push(("route", text::one_line(&case.route.join(", "))));
        }
        let lenient =
            case.lenient.iter().map(|one| ("lenient", text::cut(&text::one_line(&one.to_string()), REASON_LIMIT)));
        details.extend(lenient);
        details.extend(case.notes.iter().map(|note| ("note", text::cut(&text::one_line(note), REASON_LIMIT))));
        let probes = case.exchanges.iter().filter(|exchange| exchange.purpose == Purpose::Probe);
        let Some((last, earlier)) = probes.collect::<Vec<_>>().split_last().map(|(last, rest)| (*last, rest.to_vec()))
        else {
            return Self { headline, location: location(case), details };
        };
        for exchange in earlier.iter().filter(|exchange| exchange.operation == last.operation) {
            details.push(("earlier attempt", response(exchange, EARLIER_LIMIT)));
        }

        details.push(("response", response(last, response_limit)));
        details.push(("reproduce", curl::command(&last.request)));
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
    format!("cases/{}", case.source.file)
}

/// What was expected and what came, or else the reason; and why an entry of the list of known failures does not help.
/// One line, never empty.
pub fn headline(case: &CaseResult) -> String {
    let observed = observed(case);
    match case.listed.as_deref() {
        Some(listed @ Listed { outcome: ListedOutcome::Differs, .. }) => {
            format!("{observed}; listed is {}", listed_failure(listed))
        }
        Some(Listed { outcome: ListedOutcome::Expired, until, .. }) => {
            format!("{observed}; listed until {}, which is over", text::one_line(until))
        }
        Some(Listed { outcome: ListedOutcome::Holds | ListedOutcome::Passes, .. }) | None => observed,
    }
}

/// What kept a case from being judged, in one line that is the same for all cases with that cause. None for a case that
/// was judged, or that names no cause.
pub fn cause(case: &CaseResult) -> Option<String> {
    let blocked = case.blocked_by.as_ref().filter(|_| case.verdict != Verdict::Fail)?;
    Some(text::cut(&text::one_line(&blocked.to_string()), REASON_LIMIT))
}

/// What was expected and what came, or else what blocked the case, or else the reason: one line, never empty.
fn observed(case: &CaseResult) -> String {
    if let Some(cause) = cause(case) {
        return cause;
    }

    // Which of the two is the right one nobody knows, so both are shown.
    if let (Some(Kind::Unstable), Some(first)) = (case.kind, &case.first_actual) {
        let expected = case.expected.as_ref().map_or_else(String::new, |one| format!("expected {}, ", code(one)));
        let next = case.actual.as_ref().map_or_else(|| "no usable response".to_owned(), code);
        return format!("{expected}got {} from the first key and {next} from the next", code(first));
    }

    let is_judged = !matches!(case.verdict, Verdict::Skipped | Verdict::NotRun | Verdict::Inconclusive);
    let by_code = is_judged
        && match case.kind {
            Some(Kind::Allowed | Kind::Refused | Kind::Code | Kind::Status | Kind::Unsupported) => true,
            Some(
                Kind::Body
                | Kind::Effect
                | Kind::Crash
                | Kind::Malformed
                | Kind::Unstable
                | Kind::Fixture
                | Kind::Transport
                | Kind::Refusal
                | Kind::Cut
                | Kind::NotApplicable
                | Kind::Unavailable,
            )
            | None => false,
        };
    let reason = text::cut(&text::one_line(&case.reason), REASON_LIMIT);
    match (&case.expected, &case.actual) {
        (Some(expected), Some(actual)) if by_code || (reason.is_empty() && expected != actual) => {
            let alternatives: String =
                case.also_accepted.iter().map(|answered| format!(" or {}", code(answered))).collect();
            format!("expected {}{alternatives}, got {}", code(expected), code(actual))
        }
        _ if !reason.is_empty() => reason,
        (Some(expected), None) => format!("expected {}, got no usable response", code(expected)),
        _ => match case.kind {
            Some(kind) => meaning(kind).to_owned(),
            None => case.verdict.name().to_owned(),
        },
    }
}

/// What a kind says, for people who don't know the word.
pub const fn meaning(kind: Kind) -> &'static str {
    match kind {
        Kind::Allowed => "it succeeded where the table rejects",
        Kind::Refused => "it was rejected where the table allows",
        Kind::Code => "it was rejected with another code",
        Kind::Status => "right code, other HTTP status",
        Kind::Body => "a field of the response is missing or wrong",
        Kind::Effect => "right response, wrong effect",
        Kind::Unsupported => "the endpoint does not know the operation",
        Kind::Crash => "the service failed each time",
        Kind::Malformed => "the response has another form than the documents say",
        Kind::Unstable => "two keys got different responses",
        Kind::Fixture => "the state could not be reached",
        Kind::Transport => "no usable response came",
        Kind::Refusal => "it was rejected for a reason that is not the key's state",
        Kind::Cut => "the run ended before the case was judged",
        Kind::NotApplicable => "the table has no such cell",
        Kind::Unavailable => "the target lacks something that the case needs",
    }
}

/// An entry of the list of known failures in one line: `not modelled (https://…, until 2026-12-31)`.
pub fn accepted(listed: &Listed) -> String {
    let Listed { reason, issue, until, .. } = listed;
    let issue = issue.as_ref().map(|issue| format!("{issue}, ")).unwrap_or_default();
    let when = text::one_line(&format!("{issue}until {until}"));
    format!("{} ({when})", text::cut(&text::one_line(reason), REASON_LIMIT))
}

/// What the list of known failures says of a case, and what is to be done about it.
fn listed_text(listed: &Listed) -> String {
    let Listed { file, line, column, until, .. } = listed;
    let advice = match listed.outcome {
        ListedOutcome::Holds => "",
        ListedOutcome::Passes => "; remove the entry",
        ListedOutcome::Differs => "; correct the endpoint or the entry",
        ListedOutcome::Expired => "; correct the endpoint, or give the entry a later date",
    };
    let place = text::one_line(&format!("{file}:{line}:{column}"));
    let what = listed_failure(listed);
    match listed.outcome {
        ListedOutcome::Expired => format!("{place} says {what}, but expired on {until}: {}{advice}", accepted(listed)),
        _ => format!("{place} says {what}: {}{advice}", accepted(listed)),
    }
}

/// How the list says that a case fails.
fn listed_failure(listed: &Listed) -> String {
    match (listed.kind.map(ListedKind::name), &listed.response) {
        (None, Some(answer)) => code(answer),
        (Some(kind), Some(answer)) => format!("{kind} with {}", code(answer)),
        (Some(kind), None) => kind.to_owned(),
        (None, None) => "nothing".to_owned(),
    }
}

fn code(answered: &Outcome) -> String {
    format!("{} ({})", text::cut(&text::one_line(&answered.code), EARLIER_LIMIT), answered.status)
}

fn response(exchange: &Exchange, limit: usize) -> String {
    let shown = match (&exchange.response, &exchange.error) {
        (Some(answer), None) => format!("{} {}", answer.status, answer.body),
        (Some(answer), Some(error)) => format!("{error}: {} {}", answer.status, answer.body),
        (None, Some(error)) => error.clone(),
        (None, None) => "none".to_owned(),
    };
    // Cut first: a body is long, and the escapes make it longer.
    text::one_line(&text::cut(shown.trim(), limit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_response_that_differs_is_set_against_the_expectation() {
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
    fn an_effect_is_told_by_its_reason() {
        let mut case = sample::failed("alibaba/DisableKey/Enabled");
        case.kind = Some(Kind::Effect);
        case.actual = case.expected.clone();
        case.reason = "the key still encrypts".to_owned();
        assert_eq!(FailureText::of(&case, 100).headline, "the key still encrypts");
    }

    #[test]
    fn earlier_attempts_and_hostile_responses_are_shown_harmless() {
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
    fn a_blocked_case_is_its_cause_and_then_its_reason() {
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
    fn a_skipped_case_says_why_and_not_what_came() {
        let case = sample::failed("alibaba/Encrypt/Disabled");
        let reason = "the endpoint does not know Encrypt".to_owned();
        let case = CaseResult { verdict: Verdict::Skipped, kind: Some(Kind::Unsupported), reason, ..case };
        assert_eq!(headline(&case), "the endpoint does not know Encrypt");
    }

    #[test]
    fn what_is_listed_is_set_against_what_is_observed() {
        let told = |outcome| {
            let mut case = sample::failed("alibaba/Encrypt/Disabled");
            case.listed = Some(sample::listed(outcome));
            let failure_text = FailureText::of(&case, 100);
            let listed =
                failure_text.details.iter().find(|(label, _)| *label == "listed").map(|(_, text)| text.clone());
            (failure_text.headline, listed.unwrap())
        };
        let got = "expected Rejected.Disabled (409), got Success (200)";
        let why = "the emulator encrypts without key material (https://example.com/issues/12, until 2026-12-31)";
        for (outcome, headline, listed) in [
            (ListedOutcome::Holds, got.to_owned(), format!("known.toml:7:5 says Success (200): {why}")),
            (
                ListedOutcome::Differs,
                format!("{got}; listed is Success (200)"),
                format!("known.toml:7:5 says Success (200): {why}; correct the endpoint or the entry"),
            ),
            (
                ListedOutcome::Expired,
                format!("{got}; listed until 2026-12-31, which is over"),
                format!(
                    "known.toml:7:5 says Success (200), but expired on 2026-12-31: {why}; correct the endpoint, or give the entry a later date"
                ),
            ),
        ] {
            assert_eq!(told(outcome), (headline, listed));
        }
    }
}
