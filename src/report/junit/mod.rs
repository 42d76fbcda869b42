//! `junit.xml` for continuous integration.
//!
//! ```xml
//! <?xml version="1.0" encoding="UTF-8"?>
//! <testsuites name="kms-conformance" tests="2" skipped="0" failures="1" errors="0" timestamp="2026-01-02T03:04:05.000+00:00" time="0.123">
//!     <testsuite name="alibaba.kms.Disabled" tests="2" skipped="0" errors="0" failures="1" timestamp="2026-01-02T03:04:05.000+00:00" time="0.006">
//!         <properties>
//!             <property name="endpoint" value="http://127.0.0.1:8080/ (bundled mock)"/>
//!         </properties>
//!         <testcase name="Decrypt/Disabled" classname="alibaba.kms.Disabled" time="0.003" file="cases/alibaba/matrix/decrypt.yaml" line="9"/>
//!         <testcase name="Encrypt/Disabled" classname="alibaba.kms.Disabled" time="0.003" file="cases/alibaba/matrix/encrypt.yaml" line="12">
//!             <failure message="expected Rejected.Disabled (409), got Success (200)" type="fail.allowed">expected Rejected.Disabled (409), got Success (200)
//!   --&gt; cases/alibaba/matrix/encrypt.yaml:12:3
//!   clause: key-states/table-2/encrypt (official)
//!   reproduce: curl -sS -i 'http://127.0.0.1:8080/?Action=Encrypt&amp;KeyId=key-1'</failure>
//!         </testcase>
//!     </testsuite>
//! </testsuites>
//! ```
//!
//! - Each case is a `testcase` with at most one `failure`, `error` or `skipped`: [`case`] says which.
//! - `classname` is `<provider>.kms.<state>`, or `<provider>.kms.scenario` for a case without a state; `name` is the
//!   rest of the id. The pair is unique, because readers drop the second of two that are equal.
//! - The message of a case that was not judged is its cause, equal for equal causes; the `system-out` of a suite lists the
//!   causes, each with the number of its cases.
//! - The `time` of a suite is the sum of its cases; that of the root is wall time, which is less if cases ran in
//!   parallel.
//!
//! The totals of the root and of each suite come before the cases, so the cases are kept in memory until the end: about
//! 0.7 KiB for one that passed, plus the text of one that did not.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use crate::event::{CaseResult, Event, RunFooter, RunHeader};

use super::cause::Causes;
use super::destination::Destination;
use super::{Report, ReportError, text};
use crate::redact::SecretRegistry;

pub mod case;
mod strict;

/// How long the message about leaks may be, in bytes; the text names each of them.
const LEAKS_LIMIT: usize = 300;

/// Options of JUnit XML.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JunitOptions {
    /// Leave out what Jenkins' `junit-10.xsd` does not know: `skipped` and `timestamp` of the root, `file` and `line` of a
    /// case. Only readers that validate need that; others use these attributes.
    pub strict: bool,
    /// The element of an inconclusive case.
    pub inconclusive: InconclusiveAs,
}

/// The element of an inconclusive case, for which JUnit XML has none of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum InconclusiveAs {
    /// An `error`: the job turns red, as a run that judged nothing must not look like one that passed.
    #[default]
    Error,
    /// A `skipped`: the job stays green, for an endpoint that is known to throttle; a case that was not run because the run
    /// ended is an `error` all the same.
    Skipped,
}

/// Writes JUnit XML.
#[derive(Debug)]
pub struct JunitReport {
    destination: Destination,
    options: JunitOptions,
    header: Option<Box<RunHeader>>,
    suites: BTreeMap<String, TestSuite>,
    /// Why cases of a suite were not judged, by its name.
    causes: BTreeMap<String, Causes>,
    seen: usize,
    secrets: SecretRegistry,
}

impl JunitReport {
    /// A report that will be written to `path`.
    ///
    /// # Errors
    ///
    /// The folder can't be made or written to.
    pub fn create(path: impl Into<PathBuf>, options: JunitOptions) -> Result<Self, ReportError> {
        Ok(Self {
            destination: Destination::prepare(path)?,
            options,
            header: None,
            suites: BTreeMap::new(),
            causes: BTreeMap::new(),
            seen: 0,
            secrets: SecretRegistry::new(),
        })
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

    fn case(&mut self, result: &CaseResult) {
        self.seen += 1;
        let case = case::test_case(result, self.options, &self.secrets);
        let classname = case::classname(result);
        self.causes.entry(classname.clone()).or_default().add(result);
        self.add(classname, case);
    }

    fn add(&mut self, classname: String, case: TestCase) {
        let suite = self.suites.entry(classname).or_insert_with_key(|name| TestSuite::new(name.as_str()));
        suite.time = Some(suite.time.unwrap_or_default() + case.time.unwrap_or_default());
        suite.add_test_case(case);
    }

    fn finish(&mut self, footer: &RunFooter) -> Result<(), ReportError> {
        let Some(header) = self.header.take() else {
            return Err(self.destination.error(io::Error::other("the run ended without having begun")));
        };
        self.add_missing(&header, footer);
        self.add_leaks(&header, footer);

        let RunHeader { tool, target, suite, seed, started_at, table: _, clauses: _, shard } = *header;
        let properties = [
            ("tool", format!("{} {}", tool.name, tool.version)),
            ("provider", target.provider),
            ("endpoint", format!("{}{}", target.endpoint, if target.bundled_mock { " (bundled mock)" } else { "" })),
            ("suite.hash", suite.hash),
            ("suite.editions", suite.editions.join(", ")),
        ];
        let shard = shard.map(|shard| format!("{}:{}/{}", shard.method.name(), shard.number, shard.of));
        let properties = properties.into_iter().chain(seed.map(|seed| ("seed", seed.to_string())));
        let properties = properties.chain(shard.map(|shard| ("shard", shard)));
        let properties = properties.map(|(name, value)| (name, text::one_line(&value)));
        let properties: Vec<_> = properties
            .map(
                |(name, value)| {
                    if name == "endpoint" { (name, self.secrets.redact(&value).into_owned()) } else { (name, value) }
                },
            )
            .collect();

        let mut report = quick_junit::Report::new(text::one_line(&tool.name));
        report.set_time(Duration::from_millis(footer.duration_ms));
        report.timestamp = started_at.parse().ok();
        for mut suite in std::mem::take(&mut self.suites).into_values() {
            suite.timestamp = report.timestamp;
            let causes = self.causes.get(suite.name.as_str()).map(Causes::lines).unwrap_or_default();
            if !causes.is_empty() {
                suite.set_system_out(self.secrets.redact(&causes.join("\n")).as_ref());
            }
            suite.add_properties(properties.iter().map(|(name, value)| (*name, value.as_str())));
            report.add_test_suite(suite);
        }

        self.destination.write(|out| match self.options.strict {
            true => strict::write(&report, out),
            false => serialize(&report, out),
        })
    }

    /// Adds an error for cases without a result: a run that was cut short must not look as if everything had passed.
    fn add_missing(&mut self, header: &RunHeader, footer: &RunFooter) {
        let missing = header.suite.cases.saturating_sub(self.seen);
        let red = self.suites.values().any(|suite| suite.failures + suite.errors > 0);
        if missing == 0 && (footer.complete || red) {
            return;
        }

        let stopped = footer.stopped.as_deref().unwrap_or("the run ended early");
        let message =
            format!("{}: {} without a result", text::one_line(stopped), text::count(text::as_u64(missing), "case"));
        self.add_to_run(header, "complete", "not-run", &message, &message);
    }

    /// Adds an error for leaks, which belong to no case but cost money and quota.
    fn add_leaks(&mut self, header: &RunHeader, footer: &RunFooter) {
        let leaks: Vec<String> = footer.leaks.iter().map(|leak| text::one_line(leak)).collect();
        if leaks.is_empty() {
            return;
        }

        let message = format!("{}: {}", text::count(text::as_u64(leaks.len()), "leak"), leaks.join("; "));
        let message = text::cut(&message, LEAKS_LIMIT);
        let body = format!("{message}\n  {}", leaks.join("\n  "));
        self.add_to_run(header, "teardown", "leak", &message, &body);
    }

    /// Adds an error that is about the run as a whole.
    fn add_to_run(&mut self, header: &RunHeader, name: &str, kind: &str, message: &str, body: &str) {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_type(kind);
        status.set_message(self.secrets.redact(message).as_ref()).set_description(self.secrets.redact(body).as_ref());
        let classname = format!("{}.kms.run", text::one_line(&header.target.provider));
        let mut case = TestCase::new(name, status);
        case.set_classname(&classname).set_time(Duration::ZERO);
        self.add(classname, case);
    }
}

/// Writes a report. The serialiser's own error hides that of the system, so the writer keeps it.
fn serialize(report: &quick_junit::Report, out: &mut dyn Write) -> io::Result<()> {
    let mut keeper = ErrorKeeper { out, error: None };
    let written = report.serialize(&mut keeper);
    match (written, keeper.error) {
        (Err(_), Some(error)) => Err(error),
        (Err(error), None) => Err(io::Error::other(error)),
        (Ok(()), _) => Ok(()),
    }
}

/// A writer that keeps the error that ended the writing.
struct ErrorKeeper<'a> {
    out: &'a mut dyn Write,
    error: Option<io::Error>,
}

impl Write for ErrorKeeper<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes);
        if let Err(error) = &written {
            self.error = Some(error.raw_os_error().map_or(error.kind().into(), io::Error::from_raw_os_error));
        }
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Report for JunitReport {
    fn file(&self) -> Option<&Path> {
        Some(self.destination.path())
    }

    fn event(&mut self, event: &Event) -> Result<(), ReportError> {
        match event {
            Event::RunStarted(header) => self.header = Some(header.clone()),
            Event::CaseStarted { .. } | Event::CaseJudged { .. } | Event::Notice { .. } | Event::Stopping { .. } => {}
            Event::CaseFinished(case) => self.case(case),
            Event::RunFinished(footer) => self.finish(footer)?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
