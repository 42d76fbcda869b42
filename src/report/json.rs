//! `results.json`: the events of a run in stored form, from which every other report can be made again.
//!
//! The field names and their order are a promise (format version [`FORMAT`]). Each field and each case has a line of its
//! own, so that two files can be compared line by line:
//!
//! ```json
//! {
//! "format": 1,
//! "tool": {"name":"kms-conformance","version":"0.1.0"},
//! "target": {"provider":"alibaba","endpoint":"http://127.0.0.1:8080/","bundled_mock":true},
//! "suite": {"hash":"…","cases":1,"editions":["official"]},
//! "started_at": "2026-01-02T03:04:05Z",
//! "seed": 7,
//! "table": {"operations":["Encrypt"],"states":["Enabled","Disabled"]},
//! "clauses": {"key-states/table-2/encrypt":{"document":"…","section":"Table 2","says":"…"}},
//! "duration_ms": 123,
//! "complete": true,
//! "summary": {"pass":1,"fail":0,"inconclusive":0,"skipped":0,"known-failure":0,"unexpected-pass":0},
//! "usage": {"requests":4,"retries":0,"keys_created":1,"keys_left":0},
//! "routes": {"exist":1,"asked":1},
//! "cases": [
//! {"id":"alibaba/Encrypt/Disabled","operation":"Encrypt","state":"Disabled","verdict":"pass"}
//! ]
//! }
//! ```
//!
//! `stopped` follows `complete` in a run that was cut short; `leaks`, `notices` and `blockers` precede `cases` if there
//! are any. What comes first in the file is known last, so cases are first written to a nameless temporary file: a run of
//! 100,000 cases needs no more memory than one of ten.

use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::event::{CaseResult, Event, FORMAT, RunFooter, RunHeader};

use super::cause::Blockers;
use super::destination::Destination;
use super::redacted::redacted;
use super::{Report, ReportError};
use crate::redact::SecretRegistry;

/// Writes `results.json`.
#[derive(Debug)]
pub struct JsonReport {
    destination: Destination,
    header: Option<Box<RunHeader>>,
    notices: Vec<String>,
    blockers: Blockers,
    cases: BufWriter<File>,
    empty: bool,
    secrets: SecretRegistry,
}

impl JsonReport {
    /// A report that will be written to `path`.
    ///
    /// # Errors
    ///
    /// The folder can't be made or written to.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self, ReportError> {
        let destination = Destination::prepare(path)?;
        let cases = BufWriter::new(destination.spool()?);
        let (notices, blockers) = (Vec::new(), Blockers::default());
        let secrets = SecretRegistry::new();
        Ok(Self { destination, header: None, notices, blockers, cases, empty: true, secrets })
    }

    /// The same without registered secrets.
    #[must_use]
    pub fn redacting(self, secrets: &SecretRegistry) -> Self {
        Self { secrets: secrets.clone(), ..self }
    }

    /// The same for a file that only its owner may read.
    #[must_use]
    pub fn private(self, private: bool) -> Self {
        Self { destination: self.destination.private(private), ..self }
    }

    fn case(&mut self, case: &CaseResult) -> io::Result<()> {
        if !self.empty {
            self.cases.write_all(b",\n")?;
        }
        self.empty = false;
        self.blockers.add(case);
        Ok(serde_json::to_writer(&mut self.cases, &redacted(case, &self.secrets)?)?)
    }

    fn finish(&mut self, footer: &RunFooter) -> Result<(), ReportError> {
        let Self { destination, header, notices, blockers, cases, empty, secrets } = self;
        let Some(header) = header.take() else {
            return Err(destination.error(io::Error::other("the run ended without having begun")));
        };

        let blockers = std::mem::take(blockers).into_list();
        // The totals come before the cases, so these have waited in a file of their own.
        let spooled = rewound(cases).map_err(|error| destination.error(error))?;
        destination.write(|out| {
            let mut fields = Fields { out, secrets };
            fields.head(&header, footer, notices)?;
            if !blockers.is_empty() {
                fields.add("blockers", &blockers)?;
            }
            let out = fields.out;
            out.write_all(b"\"cases\": [")?;
            if !*empty {
                out.write_all(b"\n")?;
                io::copy(spooled, out)?;
                out.write_all(b"\n")?;
            }
            out.write_all(b"]\n}\n")
        })
    }
}

impl Report for JsonReport {
    fn file(&self) -> Option<&Path> {
        Some(self.destination.path())
    }

    fn event(&mut self, event: &Event) -> Result<(), ReportError> {
        match event {
            Event::RunStarted(header) => self.header = Some(header.clone()),
            Event::CaseStarted { .. } | Event::CaseJudged { .. } | Event::Stopping { .. } => {}
            Event::CaseFinished(case) => self.case(case).map_err(|error| self.destination.error(error))?,
            Event::Notice { message } => self.notices.push(message.clone()),
            Event::RunFinished(footer) => self.finish(footer)?,
        }
        Ok(())
    }
}

/// The temporary file of the cases, ready to be read from its beginning.
fn rewound(cases: &mut BufWriter<File>) -> io::Result<&mut File> {
    cases.flush()?;
    let file = cases.get_mut();
    file.rewind()?;
    Ok(file)
}

/// The fields of the file.
struct Fields<'a> {
    out: &'a mut dyn Write,
    secrets: &'a SecretRegistry,
}

impl Fields<'_> {
    /// Writes everything before the cases.
    fn head(&mut self, header: &RunHeader, footer: &RunFooter, notices: &[String]) -> io::Result<()> {
        let RunHeader { tool, target, suite, seed, started_at, table, clauses, shard } = header;
        let RunFooter { duration_ms, complete, stopped, summary, usage, routes, leaks } = footer;

        self.out.write_all(b"{\n")?;
        self.add("format", &FORMAT)?;
        self.add("tool", tool)?;
        self.add("target", target)?;
        self.add("suite", suite)?;
        self.add("started_at", started_at)?;
        if let Some(seed) = seed {
            self.add("seed", seed)?;
        }

        if let Some(shard) = shard {
            self.add("shard", shard)?;
        }
        if let Some(table) = table {
            self.add("table", table)?;
        }
        if !clauses.is_empty() {
            self.add("clauses", clauses)?;
        }
        self.add("duration_ms", duration_ms)?;
        self.add("complete", complete)?;
        if let Some(stopped) = stopped {
            self.add("stopped", stopped)?;
        }

        self.add("summary", summary)?;
        self.add("usage", usage)?;
        if let Some(routes) = routes {
            self.add("routes", routes)?;
        }
        if !leaks.is_empty() {
            self.add("leaks", leaks)?;
        }
        if !notices.is_empty() {
            self.add("notices", notices)?;
        }
        Ok(())
    }

    fn add(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
        write!(self.out, "\"{name}\": ")?;
        serde_json::to_writer(&mut *self.out, &redacted(value, self.secrets)?)?;
        self.out.write_all(b",\n")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::fs;

    use super::*;
    use crate::report::results::Results;
    use crate::report::sample;

    pub(crate) fn written(events: &[Event]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.json");
        let mut report = JsonReport::create(&path).unwrap();
        for event in events {
            report.event(event).unwrap();
        }
        fs::read_to_string(path).unwrap()
    }

    #[test]
    fn fields_have_the_promised_order() {
        let text = written(&sample::every_verdict());
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let names: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "format",
                "tool",
                "target",
                "suite",
                "started_at",
                "seed",
                "table",
                "clauses",
                "duration_ms",
                "complete",
                "summary",
                "usage",
                "routes",
                "notices",
                "cases"
            ]
        );

        assert_eq!(value["cases"].as_array().unwrap().len(), 13);
        assert_eq!(value["cases"][2]["verdict"], "fail");
        assert_eq!(value["cases"][2]["kind"], "allowed");
        assert_eq!(text.lines().filter(|line| line.starts_with("{\"id\":")).count(), 13, "one line a case");
    }

    #[test]
    fn a_run_that_was_cut_short_says_why() {
        let text = written(&sample::finished(Vec::new(), Some("interrupted")));
        assert!(text.contains("\"complete\": false,\n\"stopped\": \"interrupted\",\n\"summary\""), "{text}");
        assert!(text.ends_with("\"cases\": []\n}\n"), "{text}");
    }

    #[test]
    fn replayed_results_are_written_byte_for_byte() {
        let text = written(&sample::every_verdict());
        let replayed: Vec<Event> = text.parse::<Results>().unwrap().into_events().collect();
        assert_eq!(written(&replayed), text);
    }

    #[test]
    fn blockers_are_counted_and_follow_from_the_cases() {
        let text = written(&sample::poor());
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let blockers = value["blockers"].as_array().unwrap();
        assert_eq!(blockers.len(), 1, "{text}");
        assert_eq!((&blockers[0]["cases"], &blockers[0]["first"]), (&3.into(), &"alibaba/CreateAlias/Disabled".into()));
        assert_eq!(blockers[0]["blocked_by"]["operation"], "DisableKey");

        let mut results: Results = text.parse().unwrap();
        results.blockers.clear();
        let replayed: Vec<Event> = results.into_events().collect();
        assert_eq!(written(&replayed), text);
    }

    #[test]
    fn a_secret_that_is_a_word_of_the_format_breaks_neither_the_file_nor_ids() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.json");
        let plain = written(&sample::every_verdict());
        for word in [
            "operation",
            "exchanges",
            "duration_ms",
            "Disabled",
            "alibaba/Encrypt/Disabled",
            "kms-conformance",
            "\",\"verdict\":\"",
            "\\\\\\\\\\\\",
            "{\"id\":\"alibaba/",
            "20260102",
        ] {
            let secrets = SecretRegistry::new();
            secrets.add_credential(&crate::redact::Secret::new(word));
            let mut report = JsonReport::create(&path).unwrap().redacting(&secrets);
            sample::every_verdict().iter().for_each(|event| report.event(event).unwrap());

            let results: Results = fs::read_to_string(&path).unwrap().parse().unwrap();
            let wanted: Results = plain.parse().unwrap();
            let ids = |results: &Results| results.cases.iter().map(|case| case.id.clone()).collect::<Vec<_>>();
            assert_eq!(ids(&results), ids(&wanted), "{word}");
            assert_eq!(results.summary, wanted.summary);
        }
    }

    #[test]
    fn a_secret_in_a_value_is_not_written() {
        let text = written(&sample::every_verdict());
        let results: Results = text.parse().unwrap();
        let reason = results.cases.iter().map(|case| case.reason.clone()).find(|reason| reason.len() > 20).unwrap();
        let secrets = SecretRegistry::new();
        secrets.add_credential(&crate::redact::Secret::new(reason.clone()));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.json");
        let mut report = JsonReport::create(&path).unwrap().redacting(&secrets);
        sample::every_verdict().iter().for_each(|event| report.event(event).unwrap());
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains(&reason) && text.contains("[redacted]"), "{text}");
    }

    #[test]
    fn a_report_that_is_dropped_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut report = JsonReport::create(folder.path().join("results.json")).unwrap();
        report.event(&sample::started(1)).unwrap();
        drop(report);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
