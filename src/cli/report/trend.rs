//! `report trend`: what the results of many runs show.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::without_secrets;
use crate::cli::format::Format;
use crate::cli::{CliError, Context, Exit};
use crate::event::{Summary, TargetHeader};
use crate::report::history::{Changes, TargetHistory, Trend, read};
use crate::report::text::{as_u64, count, one_line, thousands};
use crate::verdict::Verdict;

/// How many runs of a target are shown, the newest ones.
const MOST_RUNS: usize = 30;

/// How many cases of a group are shown.
const MOST_SHOWN: usize = 20;

#[derive(Debug, Args)]
#[command(after_help = crate::cli::help::REPORT_TREND)]
pub(super) struct TrendArguments {
    /// The folder in which `run --history` keeps results
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The output format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// A target as `--format json` shows it.
#[derive(Serialize)]
struct ShownTarget<'r> {
    target: &'r TargetHeader,
    runs: Vec<ShownRun<'r>>,
    #[serde(flatten)]
    trend: Trend<'r>,
}

#[derive(Serialize)]
struct ShownRun<'r> {
    file: String,
    started_at: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'r str>,
    complete: bool,
    summary: &'r Summary,
}

/// Shows what the results of many runs show.
pub(super) fn trend(arguments: &TrendArguments, context: &Context) -> Result<Exit, CliError> {
    let mut targets = read(&arguments.folder)?;
    let runs = targets.iter_mut().flat_map(|target| &mut target.runs);
    runs.for_each(|(_, results)| without_secrets(results, context));

    match arguments.format {
        Format::Plain => {
            let texts: Vec<String> = targets.iter().map(text).collect();
            context.print(&texts.join("\n"));
        }
        Format::Json => {
            let shown: Vec<ShownTarget<'_>> = targets.iter().map(shown).collect();
            context.print_json(&shown);
        }
    }
    Ok(Exit::Passed)
}

fn shown(history: &TargetHistory) -> ShownTarget<'_> {
    let runs = history.runs.iter().map(|(file, results)| ShownRun {
        file: file.display().to_string(),
        started_at: &results.started_at,
        version: results.target.version.as_deref(),
        complete: results.complete,
        summary: &results.summary,
    });
    ShownTarget { target: &history.target, runs: runs.collect(), trend: Trend::of(history) }
}

/// A target for people: its runs as a table, and what they show.
fn text(history: &TargetHistory) -> String {
    let TargetHeader { provider, endpoint, bundled_mock, version: _ } = &history.target;
    let name = if *bundled_mock { "the bundled mock" } else { endpoint };
    let runs = count(as_u64(history.runs.len()), "run");
    let mut text = one_line(&format!("{provider}, {name}: {runs}")) + "\n\n" + &table(history);

    let Trend { first_bad, failing, flaky, perhaps_flaky } = Trend::of(history);
    let _ = match first_bad {
        Some(night) => writeln!(text, "\nfirst bad night of what fails now: {}", one_line(night)),
        None => writeln!(text, "\nnothing fails in the last runs"),
    };
    for failing in failing.iter().take(MOST_SHOWN) {
        let version = failing.version.map(|version| format!(" ({version})")).unwrap_or_default();
        let before = match failing.passed_last {
            Some(night) => format!("did not fail last at {night}"),
            None => "never known not to fail".to_owned(),
        };
        let _ =
            writeln!(text, "  {}", one_line(&format!("✘ {}  since {}{version}, {before}", failing.id, failing.since)));
    }
    text.push_str(&more(failing.len()));

    let titles = [
        ("flaky, for the verdict changed and the target's version did not", &flaky),
        (
            "perhaps flaky, for the runs do not say which version of the target it was (--target-version)",
            &perhaps_flaky,
        ),
    ];
    for (title, changes) in titles {
        if changes.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{title}:");
        for Changes { id, changes, last } in changes.iter().take(MOST_SHOWN) {
            let times = count(as_u64(*changes), "change");
            let _ = writeln!(text, "  {}", one_line(&format!("~ {id}  {times}, the last at {last}")));
        }
        text.push_str(&more(changes.len()));
    }
    text
}

fn more(all: usize) -> String {
    match all.saturating_sub(MOST_SHOWN) {
        0 => String::new(),
        more => format!("  and {} more, which --format json shows\n", thousands(as_u64(more))),
    }
}

/// The newest runs, a line each, with the verdicts that any of them has.
fn table(history: &TargetHistory) -> String {
    let spare = history.runs.len().saturating_sub(MOST_RUNS);
    let runs = || history.runs.iter().skip(spare).map(|(_, results)| results);
    let seen = |verdict: &Verdict| runs().any(|run| run.summary.of(*verdict) > 0);
    let verdicts: Vec<Verdict> = Verdict::ALL.into_iter().filter(seen).collect();
    let version = runs().any(|run| run.target.version.is_some());

    let mut rows = vec![vec!["began".to_owned()]];
    rows[0].extend(version.then(|| "version".to_owned()));
    rows[0].extend(verdicts.iter().map(|verdict| verdict.name().replace('-', " ")));
    for run in runs() {
        let mut row = vec![one_line(&run.started_at)];
        row.extend(version.then(|| one_line(run.target.version.as_deref().unwrap_or("?"))));
        row.extend(verdicts.iter().map(|verdict| thousands(as_u64(run.summary.of(*verdict)))));
        row.extend((!run.complete).then(|| "cut short".to_owned()));
        rows.push(row);
    }

    let widest = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let mut text = if spare > 0 { format!("  ({} older)\n", count(as_u64(spare), "run")) } else { String::new() };
    for row in &rows {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let width = widest(column).unwrap_or(0);
            // Words to the left, numbers to the right.
            if column <= usize::from(version) { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        let _ = writeln!(text, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    text
}
