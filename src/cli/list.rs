//! `list`: lists the cases by id, or the clauses of the document and their cases.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::mem::ManuallyDrop;
use std::sync::Arc;

use clap::Args;
use indexmap::IndexMap;
use serde::Serialize;

use super::format::Format;
use super::suite::{SelectArguments, SuiteArguments};
use super::{CliError, Context, Exit};
use crate::plan::Planner;
use crate::report::text::{as_u64, count};
use crate::suite::Suite;
use crate::suite::case::{CaseRoute, Subject};
use crate::suite::coverage::Coverage;
use crate::suite::route_limit::RouteLimit;
use crate::suite::selector::{Axis, CANONICAL};

#[derive(Debug, Args)]
#[command(after_help = super::help::LIST)]
pub(super) struct ListArguments {
    #[command(flatten)]
    suite: SuiteArguments,
    #[command(flatten)]
    select: SelectArguments,
    /// Show the clauses of the published document, and which cases test each
    #[arg(long, conflicts_with_all = ["selectors", "exclude", "edition", "routes", "shard"])]
    coverage: bool,
    /// Show what may stand behind the colon of a selector such as `state:`, and the number of selected cases that have it
    #[arg(long, value_name = "PREDICATE", value_parser = axis, conflicts_with = "coverage")]
    values: Option<Axis>,
    /// The output format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// A case as `list --format json` shows it.
#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    clauses: Vec<&'a str>,
    edition: &'a str,
    /// The name of the route by which the key comes into its state.
    route: &'a str,
    file: &'a str,
    line: u32,
    /// Why it is not run, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_applicable: Option<&'a str>,
    /// Why no run can drive its keys, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_driven: Option<&'a str>,
    /// Keys it makes and the calls that bring each into its state.
    keys: Vec<ListedKey>,
    moves_clock: bool,
}

#[derive(Serialize)]
struct ListedKey {
    name: String,
    class: String,
    state: String,
    route: Vec<String>,
}

/// Lists cases or clauses.
pub(super) fn list(arguments: &ListArguments, context: &Context) -> Result<Exit, CliError> {
    // Never given back: the program ends when the list is printed, and to take a suite apart takes a while.
    let suite = ManuallyDrop::new(Arc::new(arguments.suite.load(&arguments.select.selectors)?));
    let selection = arguments.select.select(&suite, RouteLimit::All)?.cases;
    if selection.is_empty() {
        return Ok(Exit::NothingJudged);
    }

    if let Some(axis) = arguments.values {
        return Ok(values(axis, &suite, &selection, arguments.format, context));
    }
    let text = match (arguments.coverage, arguments.format) {
        (true, Format::Plain) => Coverage::of(&suite).to_string(),
        (true, Format::Json) => {
            context.print_json(&Coverage::of(&suite));
            return Ok(Exit::Passed);
        }
        (false, Format::Plain) => {
            let mut text = String::new();
            for index in &selection {
                let case = &suite.cases[*index];
                let _ = match suite.not_driven(case) {
                    Some(reason) => writeln!(text, "{}  (not driven: {reason})", case.id),
                    None => writeln!(text, "{}", case.id),
                };
            }
            text
        }
        (false, Format::Json) => {
            context.print_json(&listed(&suite, &selection)?);
            return Ok(Exit::Passed);
        }
    };

    context.print(&text);
    Ok(Exit::Passed)
}

/// The name of a predicate, with or without its colon.
fn axis(text: &str) -> Result<Axis, String> {
    let name = text.trim_end_matches(':');
    let found = Axis::ALL.into_iter().find(|axis| axis.name().eq_ignore_ascii_case(name));
    found.ok_or_else(|| format!("there are {}", Axis::ALL.map(Axis::name).join(", ")))
}

/// Shows what the selected cases have on an axis.
fn values(axis: Axis, suite: &Suite, selection: &[usize], format: Format, context: &Context) -> Exit {
    let mut counted: IndexMap<&str, usize> = IndexMap::new();
    for index in selection {
        // A scenario may have a value several times.
        let values: BTreeSet<&str> = axis.values(suite, &suite.cases[*index]).into_iter().collect();
        values.into_iter().for_each(|value| *counted.entry(value).or_default() += 1);
    }
    counted.sort_keys();

    match format {
        Format::Json => context.print_json(&counted),
        Format::Plain => {
            let width = counted.keys().map(|value| value.len()).max().unwrap_or(0);
            let line = |(value, cases): (&&str, &usize)| format!("{value:width$}  {}\n", count(as_u64(*cases), "case"));
            context.print(&counted.iter().map(line).collect::<String>());
        }
    }
    Exit::Passed
}

fn listed<'a>(suite: &'a Arc<Suite>, selection: &[usize]) -> Result<Vec<Listed<'a>>, CliError> {
    let planner = Planner::new(Arc::clone(suite));
    selection
        .iter()
        .map(|index| {
            let case = &suite.cases[*index];
            let not_applicable = suite.not_applicable(case);
            let not_driven = suite.not_driven(case);
            let plan = if suite.why_skipped(case).is_none() { Some(planner.plan(case)?) } else { None };
            let source = suite.source(case);

            let keys = plan.iter().flat_map(|plan| &plan.keys).map(|key| ListedKey {
                name: key.name.to_string(),
                class: key.class.to_string(),
                state: key.state.to_string(),
                route: key.calls(suite),
            });
            Ok(Listed {
                id: case.id.as_str(),
                clauses: suite.clauses_of(case).into_iter().map(|clause| clause.as_str()).collect(),
                edition: suite.edition(case).as_str(),
                route: match &case.subject {
                    Subject::Cell { route: Some(CaseRoute { name, .. }), .. } => name.as_str(),
                    Subject::Cell { .. } | Subject::Move { .. } | Subject::Scenario { .. } => CANONICAL,
                },
                file: source.map_or("", |source| &source.file),
                line: source.map_or(1, |source| source.line),
                not_applicable,
                not_driven,
                keys: keys.collect(),
                moves_clock: plan.is_some_and(|plan| plan.moves_clock),
            })
        })
        .collect()
}
