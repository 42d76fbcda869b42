//! What a list of known failures says of a case.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Outcome;
use crate::verdict::Verdict;

/// An entry of the list of known failures, and how the case compares with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// How the case compares with it.
    pub outcome: ListedOutcome,
    /// The id, or pattern of ids, that the entry is for.
    pub case: String,
    /// The response that it lists; none if it names the kind alone.
    #[serde(default, rename = "answer", skip_serializing_if = "Option::is_none")]
    pub response: Option<Outcome>,
    /// The kind that it lists, if it is not the code or the status that is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ListedKind>,
    /// Why the failure is accepted.
    pub reason: String,
    /// A link to where it is tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
    /// The last day on which it is accepted, `yyyy-mm-dd`.
    pub until: String,
    /// The file, as it was given to the program.
    pub file: Arc<str>,
    /// The line of the entry, from 1.
    pub line: u32,
    /// The column of the entry, from 1.
    pub column: u32,
}

/// What is wrong with a case of the list of known failures, if it is not the code or the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ListedKind {
    /// The code and status are right, but a field of the response is missing or wrong.
    Body,
    /// The response is right, but the request has another effect.
    Effect,
    /// The service fails each time; with a code and a status only if it is always the same one.
    Crash,
    /// The response can't be read, or has another form than the documents say, each time.
    Malformed,
    /// The case can't be judged, because another response of the endpoint is wrong: the state can't be reached, or the
    /// effect can't be observed.
    Inconclusive,
}

impl ListedKind {
    /// The name as it stands in files and on the terminal.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Effect => "effect",
            Self::Crash => "crash",
            Self::Malformed => "malformed",
            Self::Inconclusive => "inconclusive",
        }
    }
}

/// How a case compares with its entry of the list of known failures.
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
