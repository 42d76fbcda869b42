//! The result of a case.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BlockedBy, Exchange, Listed, RequestRecord};
use crate::verdict::{Kind, Verdict};

/// The result of one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseResult {
    /// The id of the case: a path such as `alibaba/Encrypt/Disabled/EXTERNAL`.
    pub id: Arc<str>,
    /// The operation that the case asks; none for a scenario of several operations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The state of the subject when it is asked. For an operation without a key of its own: the state that a key of
    /// the account was put in. For a move: the state of the target key. None for a scenario of several states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// For a move: the state of the key that is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_state: Option<String>,
    /// The class of the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_class: Option<String>,
    /// The calls by which the key came into its state.
    pub route: Vec<String>,
    /// The edition of the published document.
    pub edition: String,
    /// The clause of the published document that the case stands for.
    pub clause: String,
    /// Where the expectation stands.
    pub source: Source,
    /// The verdict.
    pub verdict: Verdict,
    /// What the table says; none where a case was skipped or judges no single answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Answered>,
    /// Other answers that the documents allow here as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_accepted: Vec<Answered>,
    /// What the endpoint answered; none where it was not asked or gave no usable answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<Answered>,
    /// Why, in one line; empty for a plain pass.
    pub reason: String,
    /// What went wrong; none for a pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// What kept the case from being judged, for one that is inconclusive or was skipped because of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_by: Option<Box<BlockedBy>>,
    /// For an unstable case: what the first key got. [`Self::actual`] is what the next one got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_actual: Option<Answered>,
    /// Answers that the table does not have and that passed, because the documents leave room for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lenient: Vec<Lenient>,
    /// What the list of known failures says of the case, if it does and the case was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<Box<Listed>>,
    /// What was noticed on the way and is no deviation: a recorded answer to an open question, a misspelt code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// How often the case was begun.
    pub attempts: u32,
    /// Wall time of the case in milliseconds, clean-up included.
    pub duration_ms: u64,
    /// The requests and answers, redacted; empty for a pass unless they were asked for.
    pub exchanges: Vec<Exchange>,
}

impl CaseResult {
    /// Whether the case passed only because the documents leave room for what was answered.
    pub fn passed_leniently(&self) -> bool {
        self.verdict == Verdict::Pass && !self.lenient.is_empty()
    }
}

impl CaseResult {
    /// The texts that an endpoint may have had a part in.
    pub(super) fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let actual = self.actual.iter_mut().chain(&mut self.first_actual);
        let code = actual.map(|answered| &mut answered.code);
        let blocked = self.blocked_by.iter_mut().flat_map(|blocked| {
            let response = blocked.response.iter_mut();
            let response = response.flat_map(|response| [&mut response.code, &mut response.message]);
            response.chain([&mut blocked.problem])
        });
        let exchanges = self.exchanges.iter_mut().flat_map(|exchange| {
            let Exchange { request, answer, error, .. } = exchange;
            let RequestRecord { method: _, url, headers, body } = request;
            let answer = answer.iter_mut().map(|answer| &mut answer.body);
            [url, body].into_iter().chain(headers.values_mut()).chain(answer).chain(error)
        });
        [&mut self.reason].into_iter().chain(&mut self.notes).chain(code).chain(blocked).chain(exchanges)
    }
}

/// Where a case stands in the case files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The file, relative to the folder of case files, such as `alibaba/matrix/encrypt.yaml`.
    pub file: Arc<str>,
    /// The line of the expectation, from 1.
    pub line: u32,
    /// The column of the expectation, from 1.
    pub column: u32,
}

/// A code and an HTTP status, expected or answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    /// The error code, or `Success`.
    pub code: String,
    /// The HTTP status.
    pub status: u16,
}

/// An answer that passed because the documents leave room for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lenient {
    /// The operation.
    pub operation: String,
    /// What was accepted.
    pub accepted: Answered,
    /// What the table says.
    pub expected: Answered,
    /// Why the documents leave room.
    pub why: String,
}

impl fmt::Display for Lenient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, accepted, expected, why } = self;
        let (code, status) = (&accepted.code, accepted.status);
        write!(formatter, "{operation} answered {code} ({status}) for {} ({}): {why}", expected.code, expected.status)
    }
}
