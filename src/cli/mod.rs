//! The command line: arguments, environment, one file per subcommand, exit codes.

mod check;
mod context;
mod error;
mod exit;
mod known;
mod list;
mod mock;
mod run;
mod self_test;
mod signal;
mod suite;
mod target;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use self::context::Context;
pub use self::error::CliError;
pub use self::exit::Exit;
use crate::report::console::Color;

/// Conformance tests for the promise of a cloud's key management service: how each operation answers in each state of a
/// key.
#[derive(Debug, Parser)]
#[command(name = "kms-conformance", version, about, max_term_width = 100)]
struct Cli {
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    color: Color,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the cases against an endpoint, or against the bundled mock
    Run(Box<run::RunArguments>),
    /// List the cases, or what the published document says and which cases stand for it
    List(list::ListArguments),
    /// Check case files
    Check(check::CheckArguments),
    /// Check a list of known failures, or bring it up to date after a run
    Known(known::KnownArguments),
    /// Try the suite: against every deviation that the bundled mock knows, which the named cases must catch
    SelfTest(self_test::SelfTestArguments),
    /// Serve the bundled reference mock
    Mock(Box<mock::MockArguments>),
}

/// Parses the arguments, does what they say, and maps what came out to an exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>, context: &Context) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to the standard output and are no mistake.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Passed.into() };
        }
    };
    let color = cli.color;
    let outcome = match cli.command {
        Command::Run(arguments) => run::run(*arguments, color, context),
        Command::List(arguments) => list::list(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Known(arguments) => known::known(&arguments),
        Command::SelfTest(arguments) => self_test::self_test(&arguments),
        Command::Mock(arguments) => mock::mock(&arguments, context),
    };
    let error = match outcome {
        Ok(exit) => return exit.into(),
        Err(error) => error,
    };
    if let CliError::Output(output) = &error
        && output.kind() == io::ErrorKind::BrokenPipe
    {
        return Exit::Passed.into();
    }
    let text = error.render(color.on(&io::stderr()));
    // There is nowhere else to say it.
    let _ = writeln!(io::stderr(), "{text}");
    error.exit().into()
}

/// Writes a text to the standard output.
fn print(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(CliError::Output)
}
