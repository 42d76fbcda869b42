//! The only interface between running and reporting.
//!
//! A run emits a stream of [`Event`]s; a report is a fold over it. `results.json` is the stored form of the stream, so
//! the serialised names of these types are a promise (format version [`FORMAT`]).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::secret::Vault;
use crate::verdict::{Kind, Verdict};

/// The version of the result format.
pub const FORMAT: u32 = 1;

/// What happened in a run, in the order in which it is to be reported: cases finish in the order of their ids.
#[derive(Debug, Clone)]
pub enum Event {
    /// The run begins; comes first, once.
    RunStarted(Box<RunHeader>),
    /// A case is being asked. Several may be under way; the order is that of execution.
    CaseStarted {
        /// The id of the case.
        id: Arc<str>,
    },
    /// A case was judged, in the order of execution: for progress only.
    CaseJudged {
        /// The id of the case.
        id: Arc<str>,
        /// Its verdict.
        verdict: Verdict,
    },
    /// The result of a case, in the order of ids.
    CaseFinished(Box<CaseResult>),
    /// Something that a person should know and that belongs to no case, such as a key that could not be removed.
    Notice {
        /// One line.
        message: String,
    },
    /// The run is over; comes last, once, also when it was cut short.
    RunFinished(Box<RunFooter>),
}

/// The longest text of an event that an endpoint has a part in, in bytes.
const LONGEST_TEXT: usize = 64 << 10;

impl Event {
    /// Replaces secrets in everything that an endpoint may have had a part in, and bounds its length.
    pub fn redact(&mut self, vault: &Vault) {
        let redact = |text: &mut String| {
            vault.redact_in(text);
            if text.len() > LONGEST_TEXT {
                let end = (0..=LONGEST_TEXT).rev().find(|end| text.is_char_boundary(*end));
                text.truncate(end.unwrap_or(0));
                text.push('…');
            }
        };
        match self {
            Self::RunStarted(_) | Self::CaseStarted { .. } | Self::CaseJudged { .. } => {}
            Self::CaseFinished(case) => case.texts().for_each(redact),
            Self::Notice { message } => redact(message),
            Self::RunFinished(footer) => footer.stopped.iter_mut().for_each(redact),
        }
    }
}

/// What is known when a run begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunHeader {
    /// The program.
    pub tool: Tool,
    /// What is tested.
    pub target: TargetHeader,
    /// What it is held against.
    pub suite: SuiteHeader,
    /// What test data was drawn from; `run --seed` makes the same again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
    /// When the run began, RFC 3339 in UTC.
    pub started_at: String,
}

/// The program that ran.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// Always `kms-conformance`.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Tool {
    /// This build.
    pub fn this() -> Self {
        Self { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

/// What is tested.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetHeader {
    /// The provider's name, such as `alibaba`.
    pub provider: String,
    /// The URL of the endpoint, without credentials.
    pub endpoint: String,
    /// Whether the endpoint is the bundled mock of this very process.
    pub bundled_mock: bool,
}

/// What the target is held against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SuiteHeader {
    /// SHA-256 of all case files, hex.
    pub hash: String,
    /// How many cases were selected.
    pub cases: usize,
    /// The editions of the published document that the selected cases come from.
    pub editions: Vec<String>,
}

/// What is known when a run is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunFooter {
    /// Wall time of the run in milliseconds.
    pub duration_ms: u64,
    /// Whether every selected case was asked.
    pub complete: bool,
    /// Why the run was cut short, if it was: one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// How many cases have which verdict.
    pub summary: Summary,
    /// What the run cost.
    pub usage: Usage,
    /// How much of the table was asked; none in files of before there was more than one route.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routes: Option<RouteTally>,
}

/// How many (cell, class of key, route) of the suite were asked: the cases of one operation on one key in one state.
/// Moves between two keys and scenarios are not counted, nor are cells that can't be asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteTally {
    /// How many there are in the suite, selected or not.
    pub exist: usize,
    /// How many were asked in the run, with whatever verdict.
    pub asked: usize,
}

/// How many cases have which verdict; every verdict is there, also with 0.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Summary {
    /// Kept promises.
    pub pass: usize,
    /// Broken promises.
    pub fail: usize,
    /// Cases that could not be judged.
    pub inconclusive: usize,
    /// Cases that were not asked.
    pub skipped: usize,
    /// Listed failures that failed as listed.
    pub known_failure: usize,
    /// Listed failures that passed.
    pub unexpected_pass: usize,
}

impl Summary {
    /// Counts one more case.
    pub fn count(&mut self, verdict: Verdict) {
        *self.slot(verdict) += 1;
    }

    /// How many cases have this verdict.
    pub fn of(&self, verdict: Verdict) -> usize {
        *self.clone().slot(verdict)
    }

    /// How many cases there are in all.
    pub fn total(&self) -> usize {
        Verdict::ALL.iter().map(|verdict| self.of(*verdict)).sum()
    }

    fn slot(&mut self, verdict: Verdict) -> &mut usize {
        match verdict {
            Verdict::Pass => &mut self.pass,
            Verdict::Fail => &mut self.fail,
            Verdict::Inconclusive => &mut self.inconclusive,
            Verdict::Skipped => &mut self.skipped,
            Verdict::KnownFailure => &mut self.known_failure,
            Verdict::UnexpectedPass => &mut self.unexpected_pass,
        }
    }
}

/// What a run cost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// Requests sent, retries included.
    pub requests: u64,
    /// How many of them were retries.
    pub retries: u64,
    /// Keys made.
    pub keys_created: u64,
    /// Keys made that are neither gone nor scheduled for deletion.
    pub keys_left: u64,
    /// How many seconds the local clock is ahead of the endpoint's, behind if negative; none where no answer had a date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_skew_seconds: Option<i64>,
}

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

/// An entry of the list of known failures, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// What came of it.
    pub outcome: ListedOutcome,
    /// The id, or pattern of ids, that the entry is for.
    pub case: String,
    /// The answer that it lists; none if it names the kind alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answered>,
    /// The kind that it lists, where the answer is not what is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ListedKind>,
    /// Why the failure is accepted.
    pub reason: String,
    /// A link to where it is tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
    /// The last day on which it is accepted, `yyyy-mm-dd`.
    pub until: String,
    /// The file, as it was named to the program.
    pub file: Arc<str>,
    /// The line of the entry, from 1.
    pub line: u32,
    /// The column of the entry, from 1.
    pub column: u32,
}

/// What is wrong with a case of the list of known failures, if it is not the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ListedKind {
    /// The answer is right, but a field of it is missing or wrong.
    Body,
    /// The answer is right, but it has another effect.
    Effect,
    /// The case can't be judged, since another answer of the endpoint is wrong: its state can't be reached, or its effect
    /// can't be seen.
    Inconclusive,
}

impl ListedKind {
    /// The name as it stands in files and on the terminal.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Effect => "effect",
            Self::Inconclusive => "inconclusive",
        }
    }
}

/// What came of an entry of the list of known failures for a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ListedOutcome {
    /// The case fails, or can't be judged, as listed.
    Holds,
    /// The case passes.
    Passes,
    /// The case fails otherwise.
    Differs,
    /// The case fails, or can't be judged, and the entry is no longer valid.
    Expired,
}

impl ListedOutcome {
    /// The verdict on the case; `observed` is the one without the list.
    pub const fn verdict(self, observed: Verdict) -> Verdict {
        match self {
            Self::Holds => Verdict::KnownFailure,
            Self::Passes => Verdict::UnexpectedPass,
            Self::Differs | Self::Expired => observed,
        }
    }
}

impl CaseResult {
    /// The texts that an endpoint may have had a part in.
    fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let code = self.actual.iter_mut().map(|answered| &mut answered.code);
        let exchanges = self.exchanges.iter_mut().flat_map(|exchange| {
            let Exchange { request, answer, error, .. } = exchange;
            let RequestRecord { method: _, url, headers, body } = request;
            let answer = answer.iter_mut().map(|answer| &mut answer.body);
            [url, body].into_iter().chain(headers.values_mut()).chain(answer).chain(error)
        });
        [&mut self.reason].into_iter().chain(&mut self.notes).chain(code).chain(exchanges)
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

/// One request and its answer, redacted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// What the request was for.
    pub purpose: Purpose,
    /// The operation.
    pub operation: String,
    /// Which attempt at this call it was, from 1.
    pub attempt: u32,
    /// The request as it went out, with signature and secrets redacted.
    pub request: RequestRecord,
    /// The answer, or none where none came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<AnswerRecord>,
    /// Why no usable answer came: one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How long it took, in microseconds.
    pub duration_us: u64,
}

/// What a request of a case is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// It makes a fixture or drives a key.
    Drive,
    /// It confirms a state before the probe.
    Settle,
    /// It is the request that the case judges.
    Probe,
    /// It looks for the effect of the probe.
    Effect,
    /// It removes what the case made.
    CleanUp,
}

/// A request, redacted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestRecord {
    /// `GET` or `POST`.
    pub method: String,
    /// The URL with its query.
    pub url: String,
    /// The headers that the provider set.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body, or the empty text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
}

/// An answer, redacted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerRecord {
    /// The HTTP status.
    pub status: u16,
    /// The body, cut to a few KiB.
    pub body: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_counts_every_verdict_apart() {
        let mut summary = Summary::default();
        for verdict in Verdict::ALL {
            summary.count(verdict);
            assert_eq!(summary.of(verdict), 1, "{verdict}");
        }
        assert_eq!(summary.total(), 6);
        let json = serde_json::to_value(&summary).unwrap();
        for verdict in Verdict::ALL {
            assert_eq!(json[verdict.name()], 1, "{verdict}");
        }
    }
}
