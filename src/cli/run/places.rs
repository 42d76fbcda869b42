//! The files of a run, none of which may take the place of another.

use std::path::Path;

use super::RunArguments;
use crate::cli::CliError;
use crate::input::is_standard;
use crate::report::claim::is_report;
use crate::report::destination::is_one_file;

/// Whether no report would be written over another one, or over a file that the run needs.
pub(super) fn check_places(arguments: &RunArguments) -> Result<(), CliError> {
    const RESULTS: &str = "the results (--json)";
    const JUNIT: &str = "JUnit XML (--junit)";
    const KNOWN: &str = "the list of known failures (--known)";
    const BASELINE: &str = "the baseline (--baseline)";
    const CERTIFICATES: &str = "the certificates (--ca-file)";
    const LEDGER: &str = "the ledger of keys";
    const RECORDING: &str = "the recording (--record)";
    const CASE_FILE: &str = "a case file (--cases)";

    let apart = |one: &Path, other: &Path, of: [&'static str; 2]| match is_one_file(one, other) {
        true => Err(CliError::OnePlace { path: one.display().to_string(), of }),
        false => Ok(()),
    };
    let [json, junit] = arguments.report_files();
    apart(&json, &junit, [RESULTS, JUNIT])?;
    let known = arguments.known.as_deref().filter(|path| !is_standard(path));
    let baseline = arguments.baseline.as_deref().filter(|path| !is_standard(path));
    let certificates = arguments.target.ca_file.as_deref();
    let ledger = arguments.ledger();

    for (report, name) in [(&json, RESULTS), (&junit, JUNIT)] {
        known.map_or(Ok(()), |known| apart(known, report, [KNOWN, name]))?;
        baseline.map_or(Ok(()), |baseline| apart(baseline, report, [BASELINE, name]))?;
        certificates.map_or(Ok(()), |file| apart(file, report, [CERTIFICATES, name]))?;
        apart(&ledger, report, [LEDGER, name])?;
        arguments.record.as_deref().map_or(Ok(()), |record| apart(record, report, [RECORDING, name]))?;
        if arguments.suite.holds(report) && !is_report(report) {
            return Err(CliError::OnePlace { path: report.display().to_string(), of: [CASE_FILE, name] });
        }
    }
    Ok(())
}
