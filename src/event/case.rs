//! The result of a case.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BlockedBy, CallRecord, Exchange, Listed, RequestRecord};
use crate::verdict::{Kind, Verdict};

/// The result of one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseResult {
    /// The id of the case: a path such as `alibaba/Encrypt/Disabled/EXTERNAL`.
    pub id: Arc<str>,
    /// The operation that the case tests; none for a scenario of several operations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The state of the subject when the probe is sent. For an operation without a key of its own: the state of a key
    /// in the account. For a move: the state of the target key. None for a scenario of several states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// For a move: the state of the key that the alias leaves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_state: Option<String>,
    /// The class of the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_class: Option<String>,
    /// The calls that brought the key into its state.
    pub route: Vec<String>,
    /// The state of the key after each step of that route, steps of time included; empty in files from before it was stored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<PathStep>,
    /// The edition of the published document.
    pub edition: String,
    /// The clause of the published document that the case stands for.
    pub clause: String,
    /// Where the expectation stands.
    pub source: Source,
    /// The verdict.
    pub verdict: Verdict,
    /// What the table says; none if the case was skipped or does not judge one single response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Outcome>,
    /// Other outcomes that the documents allow as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_accepted: Vec<Outcome>,
    /// What the endpoint responded; none if the probe was not sent or got no usable response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<Outcome>,
    /// Why, in one line; empty for a plain pass.
    pub reason: String,
    /// What went wrong; none for a pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// What kept the case from being judged, for one that is inconclusive or was skipped because of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_by: Option<Box<BlockedBy>>,
    /// For an unstable case: the response for the first key. [`Self::actual`] is the one for the next key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_actual: Option<Outcome>,
    /// Responses that the table does not list and that passed, because the documents leave room for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lenient: Vec<Lenient>,
    /// The verdict before this run on this target, if that is kept and there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Box<PreviousVerdict>>,
    /// For a case that fails on an account: the document says one thing, and the live service does another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<Box<Conflict>>,
    /// What the list of known failures says of the case, if it does and the case was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<Box<Listed>>,
    /// What was noticed and is not a deviation: a recorded response where the documents are silent, a misspelt code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// How often the case was begun.
    pub attempts: u32,
    /// Wall time of the case in milliseconds, teardown included.
    pub duration_ms: u64,
    /// The requests and responses, redacted; empty for a pass unless the run keeps those of every case.
    pub exchanges: Vec<Exchange>,
}

impl CaseResult {
    /// Whether the case passed only because the documents leave room for the response.
    pub fn passed_leniently(&self) -> bool {
        self.verdict == Verdict::Pass && !self.lenient.is_empty()
    }

    /// The texts that may repeat what an endpoint sent.
    pub(crate) fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let actual = self.actual.iter_mut().chain(&mut self.first_actual);
        let code = actual.map(|outcome| &mut outcome.code);

        let blocked = self.blocked_by.iter_mut().flat_map(|blocked| {
            let response = blocked.response.iter_mut();
            let response = response.flat_map(|response| [&mut response.code, &mut response.message]);
            response.chain([&mut blocked.problem])
        });

        let exchanges = self.exchanges.iter_mut().flat_map(|exchange| {
            let Exchange { request, response, error, call, .. } = exchange;
            let RequestRecord { method: _, url, headers, body } = request;
            let response = response.iter_mut().map(|response| &mut response.body);
            // A text that is not a secret here may be one of another case.
            let parameters = call.iter_mut().flat_map(CallRecord::texts);
            [url, body].into_iter().chain(headers.values_mut()).chain(response).chain(error).chain(parameters)
        });

        [&mut self.reason].into_iter().chain(&mut self.notes).chain(code).chain(blocked).chain(exchanges)
    }
}

/// A step of a key on its route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PathStep {
    /// The operation; none where time does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The state after it.
    pub state: String,
}

/// The verdict on a case before this run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviousVerdict {
    /// The last verdict that judged it.
    pub verdict: Verdict,
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// When it passed last; none if it never did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<String>,
}

/// A difference between a published document and a live account. A cloud may have changed since: that is news, and no fault of
/// an implementation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Conflict {
    /// The title of the document.
    pub document: String,
    /// Which edition it is, with its date.
    pub edition: String,
}

/// The place of a case in the case files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The folder of the case files, if it is not `cases`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<Arc<str>>,
    /// The file, relative to the folder of case files, such as `alibaba/matrix/encrypt.yaml`.
    pub file: Arc<str>,
    /// The line of the expectation, from 1.
    pub line: u32,
    /// The column of the expectation, from 1.
    pub column: u32,
}

impl Source {
    /// The file as it is found from where the run was started, such as `cases/alibaba/matrix/encrypt.yaml`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.folder.as_deref().unwrap_or("cases"), self.file)
    }
}

/// An error code and an HTTP status, expected or received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The error code, or `Success`.
    pub code: String,
    /// The HTTP status.
    pub status: u16,
}

/// A response that passed because the documents leave room for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lenient {
    /// The operation.
    pub operation: String,
    /// What was accepted.
    pub accepted: Outcome,
    /// What the table says.
    pub expected: Outcome,
    /// Why the documents leave room.
    pub why: String,
}

impl fmt::Display for Conflict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { document, edition } = self;
        write!(formatter, "the live service differs from the document \"{document}\": {edition}")
    }
}

impl fmt::Display for PreviousVerdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { verdict, at, confirmed_at } = self;
        write!(formatter, "{verdict} at {at}")?;
        match confirmed_at {
            Some(confirmed) => write!(formatter, ", passed last at {confirmed}"),
            None => formatter.write_str(", never passed"),
        }
    }
}

impl fmt::Display for Lenient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, accepted, expected, why } = self;
        let (code, status) = (&accepted.code, accepted.status);
        write!(
            formatter,
            "{operation} responded {code} ({status}) instead of {} ({}): {why}",
            expected.code, expected.status
        )
    }
}
