//! TAP, the Test Anything Protocol, version 14.
//!
//! ```text
//! TAP version 14
//! 1..3
//! ok 1 - alibaba/Decrypt/Disabled
//! not ok 2 - alibaba/Encrypt/Disabled
//!   ---
//!   message: "expected Rejected.Disabled (409), got Success (200)"
//!   verdict: fail
//!   kind: allowed
//!   at: "cases/alibaba/matrix/encrypt.yaml:12:3"
//!   ...
//! ok 3 - alibaba/Sign/Disabled # SKIP the table has no such cell
//! ```
//!
//! A known failure is `not ok … # TODO` with the reason, an unexpected pass `not ok`. A case that could not be judged or was not
//! run is `not ok`; so is what a run leaves behind. A run that did not come to its end bails out.

use std::fmt::Write as _;

use super::failure_text::FailureText;
use super::results::Results;
use super::{listed_text, text};
use crate::event::CaseResult;
use crate::verdict::Verdict;

/// How much of a response is shown, in bytes.
const RESPONSE_LIMIT: usize = 1024;

/// How long a reason behind a directive may be, in bytes.
const REASON_LIMIT: usize = 200;

/// The results as TAP.
pub fn render(results: &Results) -> String {
    let Results { cases, leaks, complete, stopped, suite, .. } = results;
    // Cases without a result are missing in the list, and a reader that counts notices.
    let planned = suite.cases.max(cases.len()) + usize::from(!leaks.is_empty());
    let mut tap = format!("TAP version 14\n1..{planned}\n");
    for (index, case) in cases.iter().enumerate() {
        add_case(&mut tap, index + 1, case);
    }

    if !leaks.is_empty() {
        let _ = writeln!(tap, "not ok {planned} - teardown");
        let leaks = leaks.join("; ");
        add_details(&mut tap, &[("message", text::cut(&text::one_line(&leaks), RESPONSE_LIMIT))]);
    }
    if !complete {
        let reason = text::one_line(stopped.as_deref().unwrap_or("the run ended early"));
        let _ = writeln!(tap, "Bail out! {}", escaped(&reason));
    }
    tap
}

fn add_case(tap: &mut String, number: usize, case: &CaseResult) {
    let (result, directive) = match case.verdict {
        Verdict::Pass => ("ok", String::new()),
        Verdict::Skipped => ("ok", directive("SKIP", &case.reason)),
        Verdict::KnownFailure => {
            let why = case.listed.as_deref().map_or_else(String::new, listed_text::accepted);
            ("not ok", directive("TODO", &why))
        }
        Verdict::Fail | Verdict::UnexpectedPass | Verdict::Inconclusive | Verdict::NotRun => ("not ok", String::new()),
    };
    let _ = writeln!(tap, "{result} {number} - {}{directive}", escaped(&text::one_line(&case.id)));
    if matches!(case.verdict, Verdict::Pass | Verdict::Skipped) {
        return;
    }

    let FailureText { headline, location, details } = FailureText::of(case, RESPONSE_LIMIT);
    let mut pairs = vec![("message", headline), ("verdict", case.verdict.to_string())];
    pairs.extend(case.kind.map(|kind| ("kind", kind.to_string())));
    pairs.push(("at", location));
    pairs.extend(details);
    add_details(tap, &pairs);
}

/// A block of YAML with what is wrong. A JSON string is a YAML string, whatever is in it.
fn add_details(tap: &mut String, pairs: &[(&str, String)]) {
    tap.push_str("  ---\n");
    let mut last = "";
    for (label, value) in pairs {
        // There may be several earlier attempts, but a key of a mapping comes once.
        if *label == last {
            continue;
        }
        last = label;
        let value = serde_json::Value::String(value.clone());
        let _ = writeln!(tap, "  {}: {value}", label.replace(' ', "-"));
    }
    tap.push_str("  ...\n");
}

fn directive(word: &str, reason: &str) -> String {
    let reason = text::cut(&text::one_line(reason), REASON_LIMIT);
    format!(" # {word} {}", escaped(&reason)).trim_end().to_owned()
}

/// A text in which no `#` begins a directive.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('#', "\\#")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::json::tests::written;
    use crate::report::sample;
    use crate::verdict::Kind;

    #[test]
    fn each_verdict_has_its_line() {
        let results: Results = written(&sample::every_verdict()).parse().unwrap();
        let tap = render(&results);
        assert!(tap.starts_with("TAP version 14\n1..13\nok 1 - alibaba/DescribeKey/Enabled\n"), "{tap}");
        assert!(tap.contains("\nnot ok 3 - alibaba/Encrypt/Disabled\n  ---\n  message: \"expected Rejected."), "{tap}");
        assert!(
            tap.contains("\nnot ok 6 - alibaba/Encrypt/PendingImport # TODO the emulator encrypts without"),
            "{tap}"
        );
        assert!(tap.contains("\nok 10 - alibaba/deletion/after-the-window # SKIP the clock can't be moved\n"), "{tap}");
        assert_eq!(tap.lines().filter(|line| line.starts_with("not ok")).count(), 5, "{tap}");
        assert!(!tap.contains("Bail out!"), "{tap}");
    }

    #[test]
    fn a_run_that_was_cut_short_or_leaves_keys_is_not_ok() {
        let results: Results = written(&sample::poor()).parse().unwrap();
        let tap = render(&results);
        assert!(tap.contains("\nnot ok 18 - teardown\n  ---\n  message: \"key 0b7d4e21 of "), "{tap}");
        assert!(tap.ends_with("\nBail out! interrupted\n"), "{tap}");
        assert!(!tap.contains('\u{1b}'));
    }

    #[test]
    fn a_text_of_the_server_makes_no_line_and_no_directive() {
        let hostile = "ok\nnot ok 9 - x # TODO \\";
        let case = sample::other("alibaba/#/x", Verdict::Skipped, Kind::Denied, hostile);
        let tap = render(&written(&sample::run(vec![case])).parse().unwrap());
        assert_eq!(tap, "TAP version 14\n1..1\nok 1 - alibaba/\\#/x # SKIP ok not ok 9 - x \\# TODO \\\\\n");
    }
}
