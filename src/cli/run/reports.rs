//! The reports of a run.

use std::io::{self, IsTerminal as _, Write};

use super::RunArguments;
use crate::cli::{CliError, Context};
use crate::input::is_standard;
use crate::report::Reports;
use crate::report::console::{Color, Console, ConsoleOptions, Layout, Signs, Verbosity};
use crate::report::history::HistoryReport;
use crate::report::json::JsonReport;
use crate::report::junit::{JunitOptions, JunitReport};
use crate::suite::Suite;
use crate::verdict::Verdict;

pub(super) fn reports(
    arguments: &RunArguments,
    suite: &Suite,
    private: bool,
    color: Color,
    context: &Context,
) -> Result<Reports, CliError> {
    // What they hold of a secret stands in an id or is a word of theirs, and those stay whole.
    context.secrets().keep_in(suite.ids().map(|id| id.as_str()));
    context.secrets().keep_in(Verdict::ALL.iter().map(|verdict| verdict.name()));

    let verbosity = match (arguments.quiet, arguments.verbose) {
        (true, _) => Verbosity::Quiet,
        (false, 0) => Verbosity::Normal,
        (false, _) => Verbosity::Verbose,
    };

    let layout = Layout {
        operations: suite.service.operations.iter().map(ToString::to_string).collect(),
        states: suite.service.states.iter().map(ToString::to_string).collect(),
    };

    let [json, junit] = arguments.report_files();
    let json = JsonReport::create(json)?.redacting(context.secrets()).private(private);
    let options = JunitOptions { strict: arguments.junit_strict, inconclusive: arguments.junit_inconclusive };
    let junit = JunitReport::create(junit, options)?.redacting(context.secrets()).private(private);

    // A report on the standard output must be alone there to be of use.
    let is_taken = arguments.report_files().iter().any(|file| is_standard(file));
    let (out, color): (Box<dyn Write + Send>, bool) = match is_taken {
        true => (Box::new(context.stderr()), color.on(&io::stderr())),
        false => (Box::new(context.stdout()), color.on(&io::stdout())),
    };

    let mut reports = Reports::new();
    reports.push(Console::new(
        out,
        ConsoleOptions {
            verbosity,
            progress: arguments.progress,
            // Neither can go back to the beginning of a line.
            redraws: context.variable("TERM").is_none_or(|name| name != "dumb") && context.variable("CI").is_none(),
            color,
            signs: Signs::of_locale(|name| context.variable(name)),
            width: width(context),
            height: height(context),
            // In a file or behind a pipe lines are searched, and are whole.
            wraps: if is_taken { io::stderr().is_terminal() } else { io::stdout().is_terminal() },
            layout,
            table: arguments.table,
            operations: arguments.operation_summary,
            again: arguments.again(suite),
        },
    ));

    reports.push(json);
    reports.push(junit);
    if let Some(folder) = &arguments.history {
        let history = HistoryReport::create(folder, arguments.history_keep)?;
        reports.push(history.redacting(context.secrets(), private));
    }
    Ok(reports)
}

/// The width of the terminal, or of a page if there is none.
pub(in crate::cli) fn width(context: &Context) -> usize {
    const PAGE: usize = 100;
    positive(context, "COLUMNS").or_else(|| Some(usize::from(terminal_size::terminal_size()?.0.0))).unwrap_or(PAGE)
}

/// The height of the terminal, or of a usual one if there is none.
pub(in crate::cli) fn height(context: &Context) -> usize {
    const USUAL: usize = 40;
    positive(context, "LINES").or_else(|| Some(usize::from(terminal_size::terminal_size()?.1.0))).unwrap_or(USUAL)
}

/// The number that a variable has; a terminal that does not know its size says 0.
fn positive(context: &Context, variable: &str) -> Option<usize> {
    context.variable(variable)?.parse().ok().filter(|number| *number > 0)
}
