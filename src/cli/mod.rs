//! The command line: arguments, environment, one file per subcommand, exit codes.

mod again;
mod call;
mod check;
mod claims;
mod completions;
mod context;
mod credentials;
mod diff;
mod doctor;
mod error;
mod exit;
mod explain;
mod file_size;
mod format;
mod github;
mod help;
mod known;
mod list;
mod mock;
mod panic;
mod plan;
mod provider;
mod recording;
mod replay;
mod report;
mod run;
mod self_test;
mod settings;
mod standing;
mod suite;
mod sweep;
mod target;
mod version;
mod watch;

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use self::claims::Claims;
pub use self::context::{Context, VariableError};
pub use self::credentials::CredentialError;
pub use self::error::CliError;
pub use self::exit::Exit;
pub use self::provider::ProviderError;
pub use self::settings::{SettingsError, schema as settings_schema};
use crate::provider::registry::secret_variables;
use crate::report::console::Color;
use crate::report::text::{is_hidden, visible};

/// Conformance tests for cloud key management services: does each operation respond as documented in each state of a key?
#[derive(Debug, Parser)]
#[command(name = "kms-conformance", version, about, max_term_width = 100, after_long_help = help::PROGRAM)]
struct Cli {
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    color: Color,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
// The options of a subcommand are put together when it is called: all of them take half of the time that a start takes. So
// no `Args` may have a doc comment, for it would come later than the description here and take its place.
#[command(defer = true)]
enum Command {
    /// Run the cases against an endpoint, or against the bundled mock
    Run(Box<run::RunArguments>),
    /// Judge the recorded responses of a run again, without a network
    Replay(replay::ReplayArguments),
    /// Remove what runs left behind that were killed: keys and aliases that carry the mark of a run
    Sweep(Box<sweep::SweepArguments>),
    /// Make reports of results, merge results, or show what differs between two
    Report(report::ReportArguments),
    /// Run the cases against two targets side by side, and show who is right
    Diff(diff::DiffArguments),
    /// Find what keeps this program from a target: name, proxy, TLS, clock, credentials, permissions, quota
    Doctor(Box<doctor::DoctorArguments>),
    /// Sign one request, send it, and show what was sent and received
    Call(Box<call::CallArguments>),
    /// List the cases, or the clauses of the published document and the cases that test them
    List(list::ListArguments),
    /// Explain a case: its clause, its route, its requests, what is expected, and what came of it last
    Explain(explain::ExplainArguments),
    /// Show what a run would send, make and leave, without sending anything
    Plan(Box<plan::PlanArguments>),
    /// Check case files
    Check(check::CheckArguments),
    /// Run cases against the bundled mock whenever their files change
    Watch(watch::WatchArguments),
    /// Check a list of known failures, or bring it up to date after a run
    Known(known::KnownArguments),
    /// Test the suite itself: each deviation that the bundled mock knows must be caught by the cases named for it
    SelfTest(self_test::SelfTestArguments),
    /// Serve the bundled reference mock
    Mock(Box<mock::MockArguments>),
    /// Show the completions of a shell
    Completions(completions::CompletionsArguments),
    /// Show or write the pages of the manual
    Man(completions::ManArguments),
}

/// Parses the arguments, runs the subcommand, and maps its result to an exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>, context: &Context) -> ExitCode {
    // Whatever is done, and for whichever provider: these are not written.
    for name in secret_variables() {
        context.hide(name);
    }
    panic::guard(context.secrets());
    file_size::report_limit();
    let words: Vec<OsString> = arguments.into_iter().collect();

    if version::is_requested(&words) {
        let shown = version::text().map(|text| {
            context.print(&text);
            Exit::Passed
        });
        let exit = shown.unwrap_or_else(|error| {
            context.report_styled(&error.render(Color::Auto.on(&io::stderr())));
            error.exit()
        });
        return unless_output_is_lost(exit, context).into();
    }

    let settings::Layered { arguments, notes, error } = settings::layered(words, context);
    if let Some(error) = error {
        let error = CliError::from(error);
        context.report_styled(&error.render(Color::Auto.on(&io::stderr())));
        put_aside_reports(&arguments, context);
        return error.exit().into();
    }

    notes.iter().for_each(|note| context.report(note));
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, &arguments, context),
    };

    let color = cli.color;
    let outcome = match cli.command {
        Command::Run(arguments) => run::run(*arguments, color, context),
        Command::Replay(arguments) => replay::replay(&arguments, color, context),
        Command::Sweep(arguments) => sweep::sweep(&arguments, context),
        Command::Report(arguments) => report::report(&arguments, context),
        Command::Doctor(arguments) => doctor::doctor(&arguments, color, context),
        Command::Call(arguments) => call::call(&arguments, context),
        Command::Diff(arguments) => diff::diff(&arguments, context),
        Command::Explain(arguments) => explain::explain(&arguments, context),
        Command::Completions(arguments) => completions::completions(&arguments, context),
        Command::Man(arguments) => completions::man(&arguments, context),
        Command::Watch(arguments) => watch::watch(&arguments, context),
        Command::List(arguments) => list::list(&arguments, context),
        Command::Plan(arguments) => plan::plan(&arguments, context),
        Command::Check(arguments) => check::check(&arguments, context),
        Command::Known(arguments) => known::known(&arguments, context),
        Command::SelfTest(arguments) => self_test::self_test(&arguments, context),
        Command::Mock(arguments) => mock::mock(&arguments, context),
    };

    let exit = outcome.unwrap_or_else(|error| {
        context.report_styled(&error.render(color.on(&io::stderr())));
        error.exit()
    });
    unless_output_is_lost(exit, context).into()
}

/// The exit code, unless it would say that all went well although the output could not be written.
fn unless_output_is_lost(exit: Exit, context: &Context) -> Exit {
    match (context.output_error(), exit) {
        (None, exit) => exit,
        (Some(error), exit) => {
            context.report(&format!("error: failed to write to the standard output: {error}"));
            if exit == Exit::Passed { Exit::Inconclusive } else { exit }
        }
    }
}

/// Puts aside the reports of the run before, if a run was meant whose arguments are wrong: a job that goes on all the same
/// must not find them.
fn put_aside_reports(arguments: &[OsString], context: &Context) {
    // Everything that can be understood in spite of the mistake.
    let Ok(matches) = Cli::command().ignore_errors(true).try_get_matches_from(arguments) else { return };
    let Some(run) = matches.subcommand_matches("run") else { return };
    if let Ok(claims) = Claims::new(&run::RunArguments::report_files_of(run)) {
        claims.show_previous(context);
    }
}

/// Says what is wrong with the arguments, or shows the help that they request.
fn usage(error: &clap::Error, arguments: &[OsString], context: &Context) -> ExitCode {
    let shown = error.render();
    // Arguments are repeated in it: with escapes of their own they could look like anything.
    let is_plain = !shown.to_string().contains(|character| character != '\n' && is_hidden(character));
    let styled = |color: bool| if color && is_plain { shown.ansi().to_string() } else { visible(&shown.to_string()) };
    if error.use_stderr() {
        context.report_styled(&styled(Color::Auto.on(&io::stderr())));
        put_aside_reports(arguments, context);
        return Exit::Usage.into();
    }
    // Help and version go to the standard output, and are not an error.
    context.print_raw(&styled(Color::Auto.on(&io::stdout())));
    unless_output_is_lost(Exit::Passed, context).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(before: &clap::Command, after: &clap::Command) {
        for command in before.get_subcommands() {
            let built = after.find_subcommand(command.get_name()).unwrap();
            let about = |command: &clap::Command| command.get_about().map(ToString::to_string);
            assert!(about(command).is_some(), "{}", command.get_name());
            assert_eq!(about(built), about(command), "{}", command.get_name());
            compare(command, built);
        }
    }

    #[test]
    fn a_subcommand_that_is_put_together_keeps_its_description() {
        let mut built = Cli::command();
        built.build();
        compare(&Cli::command(), &built);

        let subcommands = built.find_subcommand("report").unwrap().get_subcommands();
        subcommands.for_each(|command| assert!(command.get_about().is_some(), "{}", command.get_name()));
    }
}
