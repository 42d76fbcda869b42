//! What the list of known failures says of a case, in words.

use crate::event::{Listed, ListedKind, ListedOutcome};

use super::failure_text::{code, shortened};
use super::text;

/// Why an entry is accepted, and until when, in one line: `not modelled (https://…, until 2026-12-31)`.
pub(crate) fn accepted(listed: &Listed) -> String {
    let Listed { reason, issue, until, .. } = listed;
    let issue = issue.as_ref().map(|issue| format!("{issue}, ")).unwrap_or_default();
    let when = text::one_line(&format!("{issue}until {until}"));
    format!("{} ({when})", shortened(reason))
}

/// What the list says of a case, and what to do about it.
pub(super) fn full(listed: &Listed) -> String {
    let Listed { file, line, column, until, .. } = listed;
    let advice = match listed.outcome {
        ListedOutcome::Holds => "",
        ListedOutcome::Passes => "; remove the entry",
        ListedOutcome::Differs => "; correct the endpoint or the entry",
        ListedOutcome::Expired => "; correct the endpoint, or give the entry a later date",
    };

    let place = text::one_line(&format!("{file}:{line}:{column}"));
    let what = failure(listed);
    match listed.outcome {
        ListedOutcome::Expired => format!("{place} says {what}, but expired on {until}: {}{advice}", accepted(listed)),
        _ => format!("{place} says {what}: {}{advice}", accepted(listed)),
    }
}

/// The failure that the list expects of a case.
pub(super) fn failure(listed: &Listed) -> String {
    match (listed.kind.map(ListedKind::name), &listed.response) {
        (None, Some(outcome)) => code(outcome),
        (Some(kind), Some(outcome)) => format!("{kind} with {}", code(outcome)),
        (Some(kind), None) => kind.to_owned(),
        (None, None) => "nothing".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::event::ListedOutcome;
    use crate::report::failure_text::FailureText;
    use crate::report::sample;

    #[test]
    fn an_entry_is_compared_with_the_case() {
        let described = |outcome| {
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
            assert_eq!(described(outcome), (headline, listed));
        }
    }
}
