//! What events say of a run as a whole.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::verdict::Verdict;

/// What is known when a run begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunHeader {
    /// The program.
    pub tool: Tool,
    /// What is tested.
    pub target: TargetHeader,
    /// The cases that are run.
    pub suite: SuiteHeader,
    /// The seed of the test data; `run --seed` makes the same data again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
    /// When the run began, RFC 3339 in UTC.
    pub started_at: String,
    /// The order of the published table, in which reports show it; none in files from before it was stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<TableHeader>,
    /// What the clauses say that the cases stand for, by their ids; empty in files from before they were stored.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub clauses: BTreeMap<String, ClauseText>,
    /// Which part of the selected cases is run, if not all of them are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<ShardHeader>,
}

/// One of several parts of the selected cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShardHeader {
    /// How the cases are divided.
    pub method: ShardMethod,
    /// Which part it is, from 1.
    pub number: usize,
    /// How many parts there are.
    pub of: usize,
    /// How many cases all parts have together.
    pub cases: usize,
    /// SHA-256 of the ids of all these cases, hex: parts of one run have the same.
    pub selection: String,
}

/// How cases are divided among shards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ShardMethod {
    /// By a hash of the id.
    Hash,
    /// Into slices of one size.
    Slice,
}

impl ShardMethod {
    /// The name as it stands in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hash => "hash",
            Self::Slice => "slice",
        }
    }
}

/// The order of the published table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableHeader {
    /// Its operations, from top to bottom.
    pub operations: Vec<String>,
    /// Its states, from left to right.
    pub states: Vec<String>,
    /// What leads a key from one state to another; empty in files from before it was stored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transitions: Vec<TransitionHeader>,
}

/// What leads a key into a state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TransitionHeader {
    /// The state before; none where the key is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The operation; none where time does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The state after.
    pub to: String,
    /// Whether no document states it, so that no route goes over it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inferred: bool,
}

/// A clause of a published document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClauseText {
    /// The title of the document.
    pub document: String,
    /// The section or table in which it stands.
    pub section: String,
    /// What it says, in our words.
    pub says: String,
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
    /// Whether the endpoint is the mock that runs in this process.
    pub bundled_mock: bool,
    /// Which version of it, as the one says who runs it; none if nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// The cases that are run.
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
    /// Whether every selected case was run to its end.
    pub complete: bool,
    /// Why the run was cut short, if it was: one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// How many cases have which verdict.
    pub summary: Summary,
    /// What the run cost.
    pub usage: Usage,
    /// How much of the table was run; none in files from before there was more than one route.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routes: Option<RouteCoverage>,
    /// What the run made and did not remove, or may not have removed: a line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leaks: Vec<String>,
}

/// How many (cell, key class, route) of the suite were run: the cases of one operation on one key in one state.
/// Moves between two keys and scenarios are not counted, nor are cells that do not exist for a key class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteCoverage {
    /// How many there are in the suite, selected or not.
    #[serde(rename = "exist")]
    pub total: usize,
    /// How many were run, with whatever verdict.
    #[serde(rename = "asked")]
    pub run: usize,
}

/// How many cases have which verdict; every verdict is there, also with 0.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Summary {
    /// Cases in which the endpoint behaved as documented.
    pub pass: usize,
    /// Cases in which it did not.
    pub fail: usize,
    /// Cases that could not be judged.
    pub inconclusive: usize,
    /// Cases that were not run, for a reason that is given.
    pub skipped: usize,
    /// Cases that were not begun before the run ended; 0 in files from before they were counted separately.
    #[serde(default)]
    pub not_run: usize,
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

    /// The worst verdict that a case has, for a cell of a table. That some were skipped counts only where all were: the table would
    /// look untested wherever one class of keys can't be made. None without cases.
    pub fn worst(&self) -> Option<Verdict> {
        let has = |verdict: &Verdict| self.of(*verdict) > 0;
        let worst = Verdict::ALL.into_iter().rev().filter(has).find(|verdict| *verdict != Verdict::Skipped);
        worst.or_else(|| has(&Verdict::Skipped).then_some(Verdict::Skipped))
    }

    fn slot(&mut self, verdict: Verdict) -> &mut usize {
        match verdict {
            Verdict::Pass => &mut self.pass,
            Verdict::Fail => &mut self.fail,
            Verdict::Inconclusive => &mut self.inconclusive,
            Verdict::Skipped => &mut self.skipped,
            Verdict::NotRun => &mut self.not_run,
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
    /// Keys of earlier runs that were used again; none if the run uses none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys_reused: Option<u64>,
    /// Keys made or used again that are neither deleted nor scheduled for deletion.
    pub keys_left: u64,
    /// How many seconds the local clock is ahead of the endpoint's, behind if negative; none if no response had a date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_skew_seconds: Option<i64>,
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
        assert_eq!(summary.total(), 7);
        let json = serde_json::to_value(&summary).unwrap();
        for verdict in Verdict::ALL {
            assert_eq!(json[verdict.name()], 1, "{verdict}");
        }
    }
}
