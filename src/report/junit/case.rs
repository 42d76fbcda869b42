//! One case as a `testcase`.
//!
//! | verdict | element | `type` |
//! | --- | --- | --- |
//! | `pass` | none | |
//! | `fail` | `failure` | `fail.<kind>`, such as `fail.allowed` |
//! | `unexpected-pass` | `failure` | `unexpected-pass` |
//! | `inconclusive` | `error`, or `skipped` if asked for | `inconclusive.<kind>`, such as `inconclusive.transport` |
//! | `not-run` | `error` | `not-run` |
//! | `skipped` | `skipped` | `skipped.<kind>`, such as `skipped.not-applicable` |
//! | `known-failure` | `skipped` | `known-failure` |
//!
//! What passed only because the documents leave room for it says so in `system-out`.

use std::time::Duration;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus};

use crate::event::CaseResult;
use crate::report::failure_text::{self, FailureText};
use crate::report::text;
use crate::verdict::Verdict;

use super::{InconclusiveAs, JunitOptions};

/// How much of an answer is shown, in bytes: readers have limits for a file and for a text.
const ANSWER_LIMIT: usize = 4096;

/// `<provider>.kms.<state>`, or `<provider>.kms.scenario` for a case without a state. The provider is the first part of
/// the id.
pub fn classname(case: &CaseResult) -> String {
    let state = case.state.as_deref().unwrap_or("scenario");
    text::one_line(&match case.id.split_once('/') {
        Some((provider, _)) => format!("{provider}.kms.{state}"),
        None => format!("kms.{state}"),
    })
}

/// The id without its provider, which stands in the [`classname`].
pub fn name(case: &CaseResult) -> String {
    text::one_line(case.id.split_once('/').map_or(&*case.id, |(_, name)| name))
}

/// The whole `testcase`.
pub fn test_case(case: &CaseResult, options: JunitOptions) -> TestCase {
    let mut test_case = TestCase::new(name(case), status(case, options.inconclusive));
    test_case.set_classname(classname(case)).set_time(Duration::from_millis(case.duration_ms));
    if case.passed_leniently() {
        let lines = case.lenient.iter().map(|lenient| format!("lenient: {}", text::one_line(&lenient.to_string())));
        test_case.set_system_out(lines.collect::<Vec<_>>().join("\n"));
    }
    if !options.strict {
        test_case.extra.reserve_exact(2);
        test_case.extra.insert("file".into(), text::one_line(&failure_text::file(case)).into());
        test_case.extra.insert("line".into(), case.source.line.to_string().into());
    }
    test_case
}

fn status(case: &CaseResult, inconclusive: InconclusiveAs) -> TestCaseStatus {
    let failure = || TestCaseStatus::non_success(NonSuccessKind::Failure);
    let error = || TestCaseStatus::non_success(NonSuccessKind::Error);
    let dotted = || match case.kind {
        Some(kind) => format!("{}.{kind}", case.verdict),
        None => case.verdict.name().to_owned(),
    };
    let (mut status, kind) = match (case.verdict, inconclusive) {
        (Verdict::Pass, _) => return TestCaseStatus::success(),
        (Verdict::Fail, _) => (failure(), dotted()),
        (Verdict::UnexpectedPass, _) => (failure(), case.verdict.name().to_owned()),
        (Verdict::NotRun, _) => (error(), case.verdict.name().to_owned()),
        (Verdict::Inconclusive, InconclusiveAs::Error) => (error(), dotted()),
        (Verdict::Inconclusive, InconclusiveAs::Skipped) | (Verdict::Skipped, _) => {
            (TestCaseStatus::skipped(), dotted())
        }
        (Verdict::KnownFailure, _) => (TestCaseStatus::skipped(), case.verdict.name().to_owned()),
    };
    let failure_text = FailureText::of(case, ANSWER_LIMIT);
    // That it fails is known; why that is accepted is what a reader wants to see.
    let message = match (case.verdict, &case.listed) {
        (Verdict::KnownFailure, Some(listed)) => failure_text::accepted(listed),
        _ => failure_text.headline.clone(),
    };
    let body = failure_text.to_text();
    // Readers show either the one or the other, so the body begins with the message.
    let body = if body.starts_with(&message) { body } else { format!("{message}\n{body}") };
    status.set_type(kind).set_message(message).set_description(body);
    status
}
