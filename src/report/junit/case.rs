//! One case as a `testcase`.
//!
//! | verdict | element | `type` |
//! | --- | --- | --- |
//! | `pass` | none | |
//! | `fail` | `failure` | `fail.<kind>`, such as `fail.allowed` |
//! | `unexpected-pass` | `failure` | `unexpected-pass` |
//! | `inconclusive` | `error`, or `skipped` with `--junit-inconclusive skipped` | `inconclusive.<kind>`, such as `inconclusive.transport` |
//! | `not-run` | `error` | `not-run` |
//! | `skipped` | `skipped` | `skipped.<kind>`, such as `skipped.not-applicable` |
//! | `known-failure` | `skipped` | `known-failure` |
//!
//! A case that passed only because the documents leave room for its response says so in `system-out`.

use std::time::Duration;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus};

use crate::event::CaseResult;
use crate::redact::SecretRegistry;
use crate::report::failure_text::{self, FailureText};
use crate::report::{listed_text, text};
use crate::verdict::Verdict;

use super::{InconclusiveAs, JunitOptions};

/// How much of a response is shown, in bytes: readers have limits for a file and for a text.
const RESPONSE_LIMIT: usize = 4096;

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
pub fn test_case(case: &CaseResult, options: JunitOptions, secrets: &SecretRegistry) -> TestCase {
    let mut test_case = TestCase::new(name(case), status(case, options.inconclusive, secrets));
    test_case.set_classname(classname(case)).set_time(Duration::from_millis(case.duration_ms));
    if case.passed_leniently() {
        let lines = case.lenient.iter().map(|lenient| format!("lenient: {}", text::one_line(&lenient.to_string())));
        test_case.set_system_out(secrets.redact(&lines.collect::<Vec<_>>().join("\n")).as_ref());
    }
    if !options.strict {
        test_case.extra.reserve_exact(2);
        test_case.extra.insert("file".into(), text::one_line(&failure_text::file(case)).into());
        test_case.extra.insert("line".into(), case.source.line.to_string().into());
    }
    test_case
}

fn status(case: &CaseResult, inconclusive: InconclusiveAs, secrets: &SecretRegistry) -> TestCaseStatus {
    let failure = || TestCaseStatus::non_success(NonSuccessKind::Failure);
    let error = || TestCaseStatus::non_success(NonSuccessKind::Error);
    let with_kind = || match case.kind {
        Some(kind) => format!("{}.{kind}", case.verdict),
        None => case.verdict.name().to_owned(),
    };

    let (mut status, kind) = match (case.verdict, inconclusive) {
        (Verdict::Pass, _) => return TestCaseStatus::success(),
        (Verdict::Fail, _) => (failure(), with_kind()),
        (Verdict::UnexpectedPass, _) => (failure(), case.verdict.name().to_owned()),
        (Verdict::NotRun, _) => (error(), case.verdict.name().to_owned()),
        (Verdict::Inconclusive, InconclusiveAs::Error) => (error(), with_kind()),
        (Verdict::Inconclusive, InconclusiveAs::Skipped) | (Verdict::Skipped, _) => {
            (TestCaseStatus::skipped(), with_kind())
        }
        (Verdict::KnownFailure, _) => (TestCaseStatus::skipped(), case.verdict.name().to_owned()),
    };

    let failure_text = FailureText::of(case, RESPONSE_LIMIT);
    // That a known failure fails is not news; a reader wants to see why it is accepted.
    let message = match (case.verdict, &case.listed) {
        (Verdict::KnownFailure, Some(listed)) => listed_text::accepted(listed),
        _ => failure_text.headline.clone(),
    };
    let body = failure_text.to_text();
    // Some readers show only the message and some only the body, so the body begins with the message.
    let body = if body.starts_with(&message) { body } else { format!("{message}\n{body}") };
    status
        .set_type(kind)
        .set_message(secrets.redact(&message).as_ref())
        .set_description(secrets.redact(&body).as_ref());
    status
}
