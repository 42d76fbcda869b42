//! What a case came to in earlier runs: the last one, those that a history keeps, and the verdicts beside a ledger.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::{CliError, Context, report};
use crate::event::{CaseResult, TargetHeader};
use crate::report::failure_text::{FailureText, headline};
use crate::report::history;
use crate::report::results::Results;
use crate::report::text::{as_u64, count, one_line};
use crate::session::verdicts_of_case;
use crate::verdict::Verdict;

/// Where a run leaves its results.
const RESULTS: &str = "reports/results.json";

/// How much of a response is shown, in bytes.
const RESPONSE_LIMIT: usize = 1000;

/// How many runs against a target are shown, the newest ones.
const MOST_RUNS: usize = 30;

// The files of earlier runs.
#[derive(Debug, Args)]
pub(super) struct EarlierArguments {
    /// The results that the last result is taken from; `verdicts.json` beside them says how each target did last [default:
    /// reports/results.json, if it is there]
    #[arg(long, value_name = "FILE")]
    results: Option<PathBuf>,
    /// The folder in which `run --history` keeps results: the verdicts of its runs are shown
    #[arg(long, value_name = "DIR")]
    history: Option<PathBuf>,
}

/// Everything that is known of the case from earlier runs; nothing if there were none.
pub(super) fn text(arguments: &EarlierArguments, id: &str, context: &Context) -> Result<String, CliError> {
    let results = arguments.results.as_deref().unwrap_or(Path::new(RESULTS));
    let mut text = String::new();
    if arguments.results.is_some() || results.is_file() {
        text.push_str(&last_result(results, id, context)?);
    }

    let verdicts = verdicts_of_case(results, id)?;
    if !verdicts.is_empty() {
        text.push_str("\nlast verdict on each target, as verdicts.json has it:\n");
    }
    for (target, verdict) in verdicts {
        let _ = writeln!(text, "  {}", one_line(&format!("{} ({}): {verdict}", target.endpoint, target.region)));
    }

    if let Some(folder) = &arguments.history {
        text.push_str(&of_history(folder, id, context)?);
    }
    Ok(text)
}

/// What the case came to in the last run.
fn last_result(file: &Path, id: &str, context: &Context) -> Result<String, CliError> {
    let Results { cases, target, started_at, .. } = report::read(file, context)?;
    let run = one_line(&format!("{} against {}, {started_at}", file.display(), target.endpoint));
    let Some(result) = cases.iter().find(|result| *result.id == *id) else {
        return Ok(format!("\nlast result: {run} has none of this case\n"));
    };

    let mut text = format!("\nlast result: {} ({run})\n", result.verdict);
    if result.verdict != Verdict::Pass {
        let failure = FailureText::of(result, RESPONSE_LIMIT);
        let _ = writeln!(text, "  {}", failure.headline);
        // The rest stands above.
        for (label, detail) in failure.details.iter().filter(|(label, _)| !["clause", "route"].contains(label)) {
            let _ = writeln!(text, "  {label}: {detail}");
        }
    }
    Ok(text)
}

/// What the case came to in each run that a history keeps, by target.
fn of_history(folder: &Path, id: &str, context: &Context) -> Result<String, CliError> {
    let mut text = String::new();
    for mut target in history::read(folder)? {
        target.runs.iter_mut().for_each(|(_, results)| report::without_secrets(results, context));
        let TargetHeader { provider, endpoint, bundled_mock, .. } = &target.target;
        let name = if *bundled_mock { "the bundled mock" } else { endpoint };
        let runs: Vec<(&Results, &CaseResult)> = target
            .runs
            .iter()
            .filter_map(|(_, results)| Some((results, results.cases.iter().find(|case| *case.id == *id)?)))
            .collect();
        if runs.is_empty() {
            continue;
        }

        let _ = writeln!(text, "\n{}", one_line(&format!("{} against {provider}, {name}:", folder.display())));
        let spare = runs.len().saturating_sub(MOST_RUNS);
        if spare > 0 {
            let _ = writeln!(text, "  ({} older)", count(as_u64(spare), "run"));
        }
        for (results, case) in runs.into_iter().skip(spare) {
            let version = results.target.version.as_ref().map(|version| format!(" ({version})")).unwrap_or_default();
            let said = match case.verdict {
                Verdict::Pass => String::new(),
                _ => format!(": {}", headline(case)),
            };
            let line = format!("{}{version}  {}{said}", results.started_at, case.verdict);
            let _ = writeln!(text, "  {}", one_line(&line));
        }
    }
    if text.is_empty() {
        text = format!("\n{}\n", one_line(&format!("{} has no result of this case", folder.display())));
    }
    Ok(text)
}
