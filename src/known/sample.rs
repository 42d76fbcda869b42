//! A suite and results of it, for the tests of this module.

use std::sync::LazyLock;

use serde_json::json;

use super::update::{Acceptance, Judged};
use super::{KnownFailures, load::load};
use crate::event::{CaseResult, Outcome};
use crate::suite::Suite;
use crate::suite::files::embedded;
use crate::verdict::{Kind, Verdict};

pub(super) const TODAY: jiff::civil::Date = jiff::civil::date(2026, 1, 31);

static SUITE: LazyLock<Suite> = LazyLock::new(|| crate::suite::load::load(embedded(), None).unwrap());

pub(super) fn suite() -> &'static Suite {
    &SUITE
}

pub(super) fn known(text: &str) -> KnownFailures {
    load("known.toml", text, suite(), TODAY).unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}"))
}

/// How a case ended: `pass`, `inconclusive`, `fixture`, or a kind with code and status.
pub(super) type End<'a> = (&'a str, &'a str, u16);

pub(super) const PASS: End<'static> = ("pass", "", 0);
pub(super) const UNJUDGED: End<'static> = ("inconclusive", "", 0);
pub(super) const ALLOWED: End<'static> = ("allowed", "Success", 200);

/// The results of every case: these, and passes.
pub(super) fn results(ends: &[(&str, End<'_>)]) -> Vec<CaseResult> {
    suite()
        .ids()
        .map(|id| {
            let end = ends.iter().find(|(listed, _)| *listed == id.as_str()).map_or(PASS, |(_, end)| *end);
            result(id.as_str(), end)
        })
        .collect()
}

static PASSED: LazyLock<CaseResult> = LazyLock::new(|| {
    let value = json!({
        "id": "", "route": [], "edition": "official", "clause": "x", "source": {"file": "x", "line": 1, "column": 1},
        "verdict": "pass", "reason": "", "attempts": 1, "duration_ms": 1, "exchanges": [],
    });
    serde_json::from_value(value).unwrap()
});

fn result(id: &str, (kind, code, status): End<'_>) -> CaseResult {
    let (verdict, kind) = match kind {
        "pass" => (Verdict::Pass, None),
        "inconclusive" => (Verdict::Inconclusive, Some(Kind::Transport)),
        "fixture" => (Verdict::Inconclusive, Some(Kind::Fixture)),
        kind => (Verdict::Fail, Some(serde_json::from_value(json!(kind)).unwrap())),
    };
    let actual = (status > 0).then(|| Outcome { code: code.to_owned(), status });
    CaseResult { id: id.into(), verdict, kind, actual, ..PASSED.clone() }
}

pub(super) fn judged(cases: &[CaseResult]) -> Judged<'_> {
    Judged { complete: true, suite_hash: suite().hash(), target: "http://127.0.0.1:1", cases }
}

pub(super) fn acceptance() -> Acceptance {
    Acceptance { reason: "new: since 2.0".to_owned(), until: jiff::civil::date(2026, 12, 31), issue: None }
}
