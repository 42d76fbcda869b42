//! Reads `results.json`: its types, its JSON Schema, and the events that it stores.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::event::{
    BlockedBy, CaseResult, ClauseText, Event, FORMAT, RouteCoverage, RunFooter, RunHeader, ShardHeader, SuiteHeader,
    Summary, TableHeader, TargetHeader, Tool, Usage,
};
use crate::input::read_text;
use crate::redact::SecretRegistry;
use crate::verdict::Verdict;

/// The biggest file that is read, in bytes: a run of 100,000 cases. The bundled cases with all exchanges take some 10 MiB.
const BIGGEST_FILE: usize = 96 << 20;

/// The results of a run of kms-conformance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "results of kms-conformance")]
pub struct Results {
    /// The version of this format; `1`.
    pub format: u32,
    /// The program that ran.
    pub tool: Tool,
    /// What was tested.
    pub target: TargetHeader,
    /// The cases that were run.
    pub suite: SuiteHeader,
    /// When the run began, RFC 3339 in UTC.
    pub started_at: String,
    /// The seed of the test data; `run --seed` makes the same data again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
    /// Which part of the selected cases was run, if not all of them were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<ShardHeader>,
    /// The order of the published table; none in files from before it was stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<TableHeader>,
    /// What the clauses say that the cases stand for, by their ids; empty in files from before they were stored.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub clauses: BTreeMap<String, ClauseText>,
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
    /// How much of the table was run, by which routes of keys into their states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routes: Option<RouteCoverage>,
    /// What the run made and did not remove, or may not have removed: one line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leaks: Vec<String>,
    /// Messages about the run and not about a case: one line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
    /// What kept cases from being judged, that of most cases first. It follows from the cases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blockers: Vec<Blocker>,
    /// The results of the cases, in the order of their ids.
    pub cases: Vec<CaseResult>,
}

/// One cause that kept cases from being judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Blocker {
    /// The cause, as each of its cases has it.
    pub blocked_by: BlockedBy,
    /// How many cases it blocked.
    pub cases: usize,
    /// The id of the first of them.
    pub first: Arc<str>,
}

impl Results {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// The file can't be read, has another format version, or holds something else.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        let path = path.as_ref();
        let text = read_text(path, BIGGEST_FILE).map_err(|source| ReadError::File { path: path.to_owned(), source })?;
        text.parse().map_err(|source| ReadError::Content { path: path.to_owned(), source })
    }

    /// Replaces secrets in every text that may repeat what an endpoint sent.
    pub fn redact(&mut self, secrets: &SecretRegistry) {
        let texts = self.cases.iter_mut().flat_map(CaseResult::texts);
        let texts = texts.chain(&mut self.stopped).chain(&mut self.leaks).chain(&mut self.notices);
        texts.for_each(|text| secrets.redact_in(text));
    }

    /// The events that the file stores, to make another report of them. The times at which cases ran are not stored, so
    /// each case is begun, judged and finished in turn.
    pub fn into_events(self) -> impl Iterator<Item = Event> {
        let Self {
            format: _,
            tool,
            target,
            suite,
            started_at,
            seed,
            shard,
            table,
            clauses,
            duration_ms,
            complete,
            stopped,
            summary,
            usage,
            routes,
            leaks,
            notices,
            blockers: _,
            cases,
        } = self;

        let header = RunHeader { tool, target, suite, seed, started_at, table, clauses, shard };
        let first = Event::RunStarted(Box::new(header));
        let last =
            Event::RunFinished(Box::new(RunFooter { duration_ms, complete, stopped, summary, usage, routes, leaks }));

        let cases = cases.into_iter().flat_map(|case| {
            let started = Event::CaseStarted { id: case.id.clone() };
            let judged = Event::CaseJudged { id: case.id.clone(), verdict: case.verdict };
            [started, judged, Event::CaseFinished(Box::new(case))]
        });

        let notices = notices.into_iter().map(|message| Event::Notice { message });
        std::iter::once(first).chain(cases).chain(notices).chain(std::iter::once(last))
    }
}

impl FromStr for Results {
    type Err = ContentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // The version first: a newer file is not broken because it has new fields.
        let Version { format } = serde_json::from_str(text).map_err(ContentError::OtherContent)?;
        if format != FORMAT {
            return Err(ContentError::Format { found: format });
        }
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let results: Self = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let path = error.path().to_string();
            ContentError::Broken { path, source: error.into_inner() }
        })?;
        deserializer.end().map_err(|source| ContentError::Broken { path: ".".to_owned(), source })?;
        results.check().map_err(ContentError::Contradiction)?;
        Ok(results)
    }
}

impl Results {
    /// Whether the parts of a file agree, as those of a file do that the program has written.
    fn check(&self) -> Result<(), String> {
        for (index, pair) in self.cases.windows(2).enumerate() {
            if let [one, next] = pair
                && one.id >= next.id
            {
                let problem = if one.id == next.id { "comes twice" } else { "is not in the order of ids" };
                return Err(format!("cases[{}]: `{}` {problem}", index + 1, next.id));
            }
        }
        if self.cases.len() > self.suite.cases {
            let (cases, results) = (self.suite.cases, self.cases.len());
            return Err(format!("suite.cases is {cases}, but there are results of {results}"));
        }

        let mut summary = Summary::default();
        self.cases.iter().for_each(|case| summary.count(case.verdict));
        let wrong = Verdict::ALL.into_iter().find(|verdict| summary.of(*verdict) != self.summary.of(*verdict));
        wrong.map_or(Ok(()), |verdict| {
            let (said, counted) = (self.summary.of(verdict), summary.of(verdict));
            Err(format!("summary.{verdict} is {said}, but {counted} of the cases have this verdict"))
        })
    }
}

#[derive(Deserialize)]
struct Version {
    format: u32,
}

/// Why results can't be read from a file.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The file can't be read.
    #[error("failed to read {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("failed to read {}: {source}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ContentError,
    },
}

/// Why a text is not the results of a run.
#[derive(Debug, Error)]
pub enum ContentError {
    /// It is not a JSON object with a format version.
    #[error("it is not a file of results: {0}")]
    OtherContent(serde_json::Error),
    /// It has another format version.
    #[error("it has format {found}, but this version of the program reads format {FORMAT}")]
    Format {
        /// The version that the file states.
        found: u32,
    },
    /// A field is missing, unknown or of a wrong type.
    #[error("its format is {FORMAT}, but {}{source}", at(path))]
    Broken {
        /// The field, such as `cases[3].verdict`, or `.`.
        path: String,
        /// What is wrong, and at which line and column.
        source: serde_json::Error,
    },
    /// Its parts contradict one another: somebody has changed it.
    #[error("{0}")]
    Contradiction(String),
}

/// The path of a field as the beginning of a message; nothing for the file as a whole.
fn at(path: &str) -> String {
    if path == "." { String::new() } else { format!("{path}: ") }
}

/// The JSON Schema (draft 7) of `results.json`, with a line feed at its end; `reports/results.schema.json` is this
/// text.
pub fn schema() -> String {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<Results>();
    let mut ordered = serde_json::Map::new();
    // People who open the file should first see what it is.
    for name in ["$schema", "title", "description"] {
        ordered.extend(schema.remove(name).map(|value| (name.to_owned(), value)));
    }
    ordered.extend(schema.ensure_object().clone());
    format!("{:#}\n", serde_json::Value::Object(ordered))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_schema_is_current() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/results.schema.json");
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(&path, schema()).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == schema(), "{} is out of date: run the tests with UPDATE_SCHEMA=1", path.display());
    }

    #[test]
    fn other_files_are_rejected() {
        let message = |text: &str| text.parse::<Results>().unwrap_err().to_string();
        assert!(message("<testsuites/>").starts_with("it is not a file of results: "));
        assert!(message("{}").contains("missing field `format`"));
        assert!(message(r#"{"format": 2, "new": 1}"#).starts_with("it has format 2, but"));
        assert!(message(r#"{"format": 1, "speed": 1}"#).contains("unknown field `speed`"));
        let mut events = crate::report::sample::every_verdict();
        let text = crate::report::json::tests::written(&events);
        let broken = text.replacen("\"verdict\":\"fail\"", "\"verdict\":\"failed\"", 1);
        let line = 1 + broken.lines().position(|line| line.contains("failed\",\"expected")).unwrap();
        let error = message(&broken);
        assert!(error.starts_with("its format is 1, but cases[2].verdict: unknown variant `failed`, "), "{error}");
        assert!(error.contains(&format!(" at line {line} column ")), "{error}");
        assert!(message(&format!("{text}{{}}")).contains("trailing characters at line"));
        let error = message(&text.replacen("\"fail\":2", "\"fail\":1", 1));
        assert_eq!(error, "summary.fail is 1, but 2 of the cases have this verdict");

        let duplicate = events.iter().position(|event| matches!(event, Event::CaseFinished(_))).unwrap();
        events.insert(duplicate, events[duplicate].clone());
        let error = message(&crate::report::json::tests::written(&events));
        assert_eq!(error, "cases[1]: `alibaba/DescribeKey/Enabled` comes twice");
        events.remove(duplicate);
        events.swap(duplicate, duplicate + 2);
        let error = message(&crate::report::json::tests::written(&events));
        assert_eq!(error, "cases[1]: `alibaba/DescribeKey/PendingDeletion` is not in the order of ids");
        let error = Results::read("no/such/file.json").unwrap_err().to_string();
        assert!(error.starts_with("failed to read no/such/file.json: "), "{error}");
    }
}
