//! `report diff`: what differs between two results.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::read;
use crate::cli::format::Format;
use crate::cli::{CliError, Context, Exit};
use crate::event::{CaseResult, Outcome};
use crate::report::difference::{Change, Changed, Difference, FourWays, outcome};
use crate::report::failure_text::headline;
use crate::report::results::Results;
use crate::report::text::{as_u64, count, one_line, thousands};
use crate::verdict::{Kind, Verdict};

/// How many cases of a group are shown; of new failures all are.
const MOST_SHOWN: usize = 20;

#[derive(Debug, Args)]
#[command(after_help = crate::cli::help::REPORT_DIFF)]
pub(super) struct DiffArguments {
    /// The results before
    #[arg(value_name = "A")]
    before: PathBuf,
    /// The results after
    #[arg(value_name = "B")]
    after: PathBuf,
    /// The output format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// The difference as `--format json` shows it.
#[derive(Serialize)]
struct Shown<'a> {
    changes: Vec<ShownChange<'a>>,
    judged: FourWays,
}

#[derive(Serialize)]
struct ShownChange<'a> {
    id: &'a str,
    change: Change,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<ShownCase<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<ShownCase<'a>>,
}

#[derive(Serialize)]
struct ShownCase<'a> {
    verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<Kind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actual: Option<&'a Outcome>,
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: &'a str,
}

impl<'a> From<&'a CaseResult> for ShownCase<'a> {
    fn from(case: &'a CaseResult) -> Self {
        Self { verdict: case.verdict, kind: case.kind, actual: case.actual.as_ref(), reason: &case.reason }
    }
}

/// Shows what differs.
pub(super) fn diff(arguments: &DiffArguments, context: &Context) -> Result<Exit, CliError> {
    let DiffArguments { before: first, after: second, format } = arguments;
    let (before, after) = (read(first, context)?, read(second, context)?);
    let difference = Difference::of(&before.cases, &after.cases);

    match format {
        Format::Plain => {
            let head = head(first, &before, second, &after);
            context.print(&format!("{head}{}", body(&difference)));
        }
        Format::Json => {
            let changes = difference.changed.iter().map(|changed| ShownChange {
                id: changed.id(),
                change: changed.change,
                before: changed.before.map(ShownCase::from),
                after: changed.after.map(ShownCase::from),
            });
            context.print_json(&Shown { changes: changes.collect(), judged: difference.ways });
        }
    }
    let has_new = difference.by(Change::NewFailure).next().is_some();
    Ok(if has_new { Exit::Failed } else { Exit::Passed })
}

/// What is compared, and what else differs than the results of cases.
fn head(first: &Path, before: &Results, second: &Path, after: &Results) -> String {
    let line = |name: &str, file: &Path, results: &Results| {
        let cases = count(as_u64(results.cases.len()), "case");
        let Results { target, started_at, .. } = results;
        one_line(&format!("{name}  {}: {cases} against {}, {started_at}", file.display(), target.endpoint)) + "\n"
    };

    let mut head = line("A", first, before) + &line("B", second, after);
    for (what, differ) in [
        ("the case files", before.suite.hash != after.suite.hash),
        ("the versions of the program", before.tool != after.tool),
        ("the clouds", before.target.provider != after.target.provider),
    ] {
        if differ {
            let _ = writeln!(head, "note: {what} differ");
        }
    }

    for (name, results) in [("A", before), ("B", after)] {
        if !results.complete {
            let reason = results.stopped.as_deref().unwrap_or("the run ended early");
            let _ = writeln!(head, "note: {name} is not complete: {}", one_line(reason));
        }
    }
    head
}

/// The cases that differ, by how they do, and a closing line.
fn body(difference: &Difference<'_>) -> String {
    let mut body = String::new();
    let mut totals = Vec::new();
    for change in Change::ALL {
        let changed: Vec<&Changed<'_>> = difference.by(change).collect();
        let total = thousands(as_u64(changed.len()));
        totals.push(format!("{total} {}", title(change)));
        if changed.is_empty() {
            continue;
        }

        let _ = writeln!(body, "\n{}: {total}", title(change));
        let shown = if change == Change::NewFailure { changed.len() } else { MOST_SHOWN };
        for changed in changed.iter().take(shown) {
            let _ = writeln!(body, "{}", line(changed));
        }
        if let more @ 1.. = changed.len().saturating_sub(shown) {
            let _ = writeln!(body, "and {} more, which --format json shows", thousands(as_u64(more)));
        }
    }

    let FourWays { both_right, only_a_right, only_b_right, both_wrong_alike, both_wrong_differently } = difference.ways;
    let [right, a, b, alike, otherwise] =
        [both_right, only_a_right, only_b_right, both_wrong_alike, both_wrong_differently]
            .map(|number| thousands(as_u64(number)));
    let _ = writeln!(
        body,
        "\njudged in both: {right} right in both, {a} only in A, {b} only in B, {alike} wrong alike, {otherwise} wrong \
         differently\n{}",
        totals.join(", ")
    );
    body
}

const fn title(change: Change) -> &'static str {
    match change {
        Change::NewFailure => "new failures",
        Change::Fixed => "fixed",
        Change::Code => "changed code",
        Change::Effect => "changed effect",
        Change::Verdict => "changed verdict",
        Change::OnlyBefore => "only in A",
        Change::OnlyAfter => "only in B",
    }
}

/// A case that differs, in one line.
fn line(changed: &Changed<'_>) -> String {
    let id = one_line(changed.id());
    let verdict = |case: &CaseResult| case.verdict.name();
    match (changed.change, changed.before, changed.after) {
        (Change::NewFailure, None, Some(after)) => format!("✘ {id}  not in A: {}", headline(after)),
        (Change::NewFailure, Some(before), Some(after)) => {
            format!("✘ {id}  was {}: {}", verdict(before), headline(after))
        }
        (Change::Fixed, ..) => format!("✔ {id}"),
        (Change::Code, Some(before), Some(after)) if before.verdict != after.verdict => {
            let found = |case: &CaseResult| format!("{}, {}", verdict(case), outcome(case));
            format!("≠ {id}  {} → {}", found(before), found(after))
        }
        (Change::Code, Some(before), Some(after)) => format!("≠ {id}  {} → {}", outcome(before), outcome(after)),
        (Change::Effect, Some(before), Some(after)) => format!("≠ {id}  {} → {}", headline(before), headline(after)),
        (Change::Verdict, Some(before), Some(after)) if before.verdict != after.verdict => {
            format!("≠ {id}  {} → {}", explained(before), explained(after))
        }
        (_, Some(before), Some(after)) => format!("≠ {id}  {} → {}", headline(before), headline(after)),
        (_, before, after) => {
            let case = before.or(after).map_or("", verdict);
            format!("  {id}  {case}")
        }
    }
}

/// The verdict on a case, and the reason for it if there is more to say.
fn explained(case: &CaseResult) -> String {
    let (verdict, reason) = (case.verdict.name(), headline(case));
    if reason == verdict { reason } else { format!("{verdict}: {reason}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn another_verdict_is_said_with_another_code() {
        let before = sample::passed("alibaba/Encrypt/Disabled");
        let mut after = before.clone();
        after.verdict = Verdict::Inconclusive;
        after.actual = Some(Outcome { code: "Rejected.X".to_owned(), status: 409 });
        let difference = Difference::of(std::slice::from_ref(&before), std::slice::from_ref(&after));
        let text = body(&difference);
        let line = "changed code: 1\n≠ alibaba/Encrypt/Disabled  pass, Rejected.Disabled (409) → inconclusive, Rejected.X (409)\n";
        assert!(text.contains(line), "{text}");
    }

    #[test]
    fn another_verdict_is_said_with_its_reason() {
        let passed = sample::passed("alibaba/Encrypt/Disabled");
        let mut unjudged = passed.clone();
        unjudged.verdict = Verdict::Inconclusive;
        unjudged.reason = "no answer".to_owned();

        for (before, after, wanted) in [
            (&unjudged, &passed, "inconclusive: no answer → pass"),
            (&passed, &unjudged, "pass → inconclusive: no answer"),
        ] {
            let text = body(&Difference::of(std::slice::from_ref(before), std::slice::from_ref(after)));
            let line = format!("changed verdict: 1\n≠ alibaba/Encrypt/Disabled  {wanted}\n");
            assert!(text.contains(&line), "{text}");
        }
    }
}
