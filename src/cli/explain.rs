//! `explain`: everything that is known of a case, for whoever sees it fail.

mod earlier;

use std::fmt::Write as _;
use std::sync::Arc;

use clap::Args;

use self::earlier::EarlierArguments;
use super::suite::SuiteArguments;
use super::{CliError, Context, Exit};
use crate::event::Source;
use crate::plan::Planner;
use crate::report::text::{duration, one_line};
use crate::suite::Suite;
use crate::suite::case::{Case, Subject};
use crate::suite::clause::Clause;
use crate::suite::files::CaseFile;
use crate::suite::name::ClauseId;
use crate::suite::request::{Parameter, RequestTemplate};
use crate::suite::selector::{SelectError, Selector};
use crate::suite::step::{Action, Expectation, Step};

#[derive(Debug, Args)]
#[command(after_help = super::help::EXPLAIN)]
pub(super) struct ExplainArguments {
    /// The id of the case, as a whole: `list` shows those that a pattern means
    #[arg(value_name = "CASE")]
    case: String,
    #[command(flatten)]
    suite: SuiteArguments,
    #[command(flatten)]
    earlier: EarlierArguments,
}

/// Explains a case.
pub(super) fn explain(arguments: &ExplainArguments, context: &Context) -> Result<Exit, CliError> {
    let selector = Selector::Id(arguments.case.clone());
    let suite = Arc::new(arguments.suite.load(std::slice::from_ref(&selector))?);
    let pattern = arguments.case.parse().ok().filter(Selector::is_pattern);
    if let Some(cases) = pattern.map(|pattern| pattern.find(&suite)).filter(|cases| !cases.is_empty()) {
        let first = cases.first().map_or("", |index| suite.cases[*index].id.as_str()).to_owned();
        return Err(CliError::NotOneCase { pattern: arguments.case.clone(), cases: cases.len(), first });
    }
    let Some(case) = suite.case(&arguments.case) else {
        let suggestion = near_case(&selector, &suite);
        return Err(SelectError::NothingSelected { selector: arguments.case.clone(), suggestion }.into());
    };

    let mut text = format!("{}\n\n", case.id);
    text.push_str(&promise(&suite, case));
    text.push_str(&course(&suite, case));
    text.push_str(&earlier::text(&arguments.earlier, case.id.as_str(), context)?);
    if let Some(source) = suite.source(case) {
        let files = arguments.suite.files()?;
        let source = Source { folder: arguments.suite.folder().map(Arc::from), ..source.clone() };
        text.push_str(&case_file(case, &source, &files));
    }
    context.print(&text);
    Ok(Exit::Passed)
}

/// The id of a case that may be meant: one case is explained, so it is the first that a pattern means.
fn near_case(selector: &Selector, suite: &Suite) -> Option<String> {
    let first_of = |selector: &Selector| selector.find(suite).into_iter().next();
    let found = first_of(selector).or_else(|| first_of(&Selector::Id(selector.suggest(suite)?)));
    found.map(|index| suite.cases[index].id.to_string())
}

/// What the case stands for: its meaning, and the sentences of the documents.
fn promise(suite: &Suite, case: &Case) -> String {
    let why = match &case.subject {
        Subject::Cell { row, .. } | Subject::Move { row, .. } => &suite.rows[*row].why,
        Subject::Scenario { scenario, .. } => &suite.scenarios[*scenario].why,
    };
    let mut text = format!("why: {}\n", one_line(why.trim()));

    // Clauses of a case are mostly of one document, whose date is said once.
    let mut dates = Vec::new();
    for (index, id) in suite.clauses_of(case).into_iter().enumerate() {
        text.push_str(&clause(suite, id, if index == 0 { "clause" } else { "also" }));
        let date = suite.clauses.get(id).map(date).unwrap_or_default();
        if !dates.contains(&date) {
            dates.push(date);
        }
    }
    text.extend(dates);
    text
}

fn clause(suite: &Suite, id: &ClauseId, label: &str) -> String {
    let Some(clause) = suite.clauses.get(id) else { return format!("{label}: {id}\n") };
    format!(
        "{label}: {id}\n  {}\n  in \"{}\", {}\n",
        one_line(clause.says.trim()),
        one_line(&clause.document),
        one_line(&clause.section),
    )
}

/// The edition of the document that a clause is of, and its date.
fn date(clause: &Clause) -> String {
    let document = one_line(&clause.document);
    format!("{} edition of \"{document}\": {}\n", clause.edition, one_line(clause.dated.trim()))
}

/// What a run does: the routes of the keys, the requests, and what is expected of them.
fn course(suite: &Arc<Suite>, case: &Case) -> String {
    let mut text = String::from("\n");
    if let Some(reason) = suite.why_skipped(case) {
        let _ = writeln!(text, "not run: {}", one_line(reason));
    } else if let Ok(plan) = Planner::new(Arc::clone(suite)).plan(case) {
        for key in &plan.keys {
            let route = key.calls(suite).join(", ");
            let _ = writeln!(text, "key `{}` ({}) becomes {}: {route}", key.name, key.class, key.state);
        }
        if plan.moves_clock {
            text.push_str("the case moves the target's clock\n");
        }
    }

    match &case.subject {
        Subject::Cell { row, class, state, .. } | Subject::Move { row, target: (class, state), .. } => {
            let row = &suite.rows[*row];
            let Some(cell) = row.cells.get(state, class) else { return text };
            let is_rejected = !cell.expect.may_succeed();
            let sent = if is_rejected { &row.rejected_request } else { &row.request };
            let _ = writeln!(text, "request: {}{}", row.operation, request(sent));
            let _ = writeln!(text, "expected: {}", expectation(&cell.expect));
            let (label, after) = match is_rejected {
                true => ("a rejection has changed nothing", &row.refused),
                false => ("a success also means", &row.then),
            };
            if !after.is_empty() {
                let _ = writeln!(text, "{label}:");
                after.iter().for_each(|one| text.push_str(&step(one)));
            }
        }
        Subject::Scenario { scenario, .. } => {
            text.push_str("steps:\n");
            suite.scenarios[*scenario].steps.iter().for_each(|one| text.push_str(&step(one)));
        }
    }
    text
}

/// The parameters of a request, in a line each.
fn request(request: &RequestTemplate) -> String {
    request.0.iter().map(|(name, value)| format!("\n  {name}: {}", parameter(value))).collect()
}

fn parameter(value: &Parameter) -> String {
    match value {
        Parameter::Text(template) => template.to_string(),
        Parameter::Number(number) => number.to_string(),
        Parameter::Boolean(boolean) => boolean.to_string(),
        Parameter::List(items) => format!("[{}]", items.iter().map(parameter).collect::<Vec<_>>().join(", ")),
        Parameter::Map(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name}: {}", parameter(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

/// The outcomes of the documents, and those that they leave room for.
fn expectation(expectation: &Expectation) -> String {
    let outcomes: Vec<String> = expectation.outcomes.iter().map(ToString::to_string).collect();
    let mut text = outcomes.join(" or ");
    for accepted in &expectation.accept {
        let class = accepted.class.as_ref().map(|class| format!(" for {class}")).unwrap_or_default();
        let _ = write!(text, "\n  leniently {}{class}: {}", accepted.outcome, one_line(accepted.why.trim()));
    }
    text
}

fn step(step: &Step) -> String {
    let on = &step.on;
    match &step.action {
        Action::Call(call) => {
            let parameters: Vec<String> =
                call.request.0.iter().map(|(name, value)| format!("{name}: {}", parameter(value))).collect();
            let outcomes: Vec<String> = call.expect.outcomes.iter().map(ToString::to_string).collect();
            let judged = if call.judged { "" } else { " (not judged)" };

            let request = match parameters.is_empty() {
                true => String::new(),
                false => format!(" {{{}}}", parameters.join(", ")),
            };
            format!("  {}{request}: {}{judged}\n", call.operation, outcomes.join(" or "))
        }
        Action::State { is, record } => {
            let note = if record.is_some() { " (another state is a note)" } else { "" };
            format!("  `{on}` is {is}{note}\n")
        }
        Action::Drive(state) => format!("  `{on}` is driven to {state}\n"),
        Action::Advance { by, becomes } => {
            let becomes = becomes.as_ref().map(|state| format!(", and `{on}` becomes {state}")).unwrap_or_default();
            let milliseconds = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
            format!("  the clock moves by {}{becomes}\n", duration(milliseconds))
        }
    }
}

/// The part of the case file that holds the case: the file of a row, or the scenario in its file.
fn case_file(case: &Case, source: &Source, files: &[CaseFile]) -> String {
    let Some(file) = files.iter().find(|file| file.path == source.file) else { return String::new() };
    let text = match &case.subject {
        Subject::Cell { .. } | Subject::Move { .. } => file.text.trim_end().to_owned(),
        Subject::Scenario { .. } => block(&file.text, source),
    };
    format!("\n--> {}:{}:{}\n{text}\n", source.path(), source.line, source.column)
}

/// The lines from a place on that belong to it by their indentation.
fn block(text: &str, source: &Source) -> String {
    let depth = source.column.saturating_sub(1) as usize;
    let mut lines = text.lines().skip(source.line.saturating_sub(1) as usize);
    let first = lines.next().unwrap_or_default();
    let is_deeper = |line: &&str| line.trim().is_empty() || line.len() - line.trim_start().len() > depth;
    let rest: Vec<&str> = std::iter::once(first).chain(lines.take_while(is_deeper)).collect();
    rest.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_ends_where_the_indentation_does() {
        let text = "scenarios:\n  one:\n    a: 1\n\n    b: 2\n  two:\n    c: 3\n";
        let source = |line| Source { folder: None, file: "x".into(), line, column: 3 };
        assert_eq!(block(text, &source(2)), "  one:\n    a: 1\n\n    b: 2");
        assert_eq!(block(text, &source(6)), "  two:\n    c: 3");
        assert_eq!(block(text, &source(60)), "");
    }
}
