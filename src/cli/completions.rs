//! `completions` and `man`: what a shell and `man` know of the program, made of its arguments.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Arg, Args, Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::report::ReportArguments;
use super::{Cli, CliError, Context, Exit};

/// The name of the program.
const NAME: &str = "kms-conformance";

#[derive(Debug, Args)]
#[command(after_help = super::help::COMPLETIONS)]
pub(super) struct CompletionsArguments {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

#[derive(Debug, Args)]
#[command(after_help = super::help::MAN)]
pub(super) struct ManArguments {
    /// Write the page of the program and one for each command into this folder, instead of the first to the standard output
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Shows the completions of a shell.
pub(super) fn completions(arguments: &CompletionsArguments, context: &Context) -> Result<Exit, CliError> {
    // `help` is made with the subcommands that there are by then, so those of `report` must not come later.
    let mut command = Cli::command().mut_subcommand("report", |report| {
        let about = report.get_about().cloned().unwrap_or_default();
        ReportArguments::augment_args(Command::new("report").about(about))
    });

    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, NAME, &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if arguments.shell == Shell::Bash {
        // The script calls a program with a hyphen by two names, and so offers nothing after a subcommand (clap-rs/clap#6421).
        script = script.replace("kms__subcmd__conformance", "kms__conformance");
    }
    context.print_raw(&script);
    Ok(Exit::Passed)
}

/// Shows or writes the pages of the manual.
pub(super) fn man(arguments: &ManArguments, context: &Context) -> Result<Exit, CliError> {
    let mut command = Cli::command();
    command.build();
    let Some(folder) = &arguments.out else {
        let failed = |source| CliError::WriteFile { path: "the manual".into(), source };
        context.print_raw(&String::from_utf8_lossy(&page(&command, NAME).map_err(failed)?));
        return Ok(Exit::Passed);
    };

    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |source| CliError::WriteFile { path, source }
    };
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    for (name, command) in pages(&command) {
        let path = folder.join(format!("{name}.1"));
        let page = page(&command, &name).map_err(failed(&path))?;
        std::fs::write(&path, page).map_err(failed(&path))?;
    }
    Ok(Exit::Passed)
}

/// The program and its commands, each by the name of its page.
fn pages(program: &Command) -> Vec<(String, Command)> {
    let mut found = vec![(NAME.to_owned(), program.clone())];
    let mut open = found.clone();
    while let Some((above, command)) = open.pop() {
        for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
            let page = (format!("{above}-{}", below.get_name()), below.clone());
            found.push(page.clone());
            open.push(page);
        }
    }
    found
}

fn page(command: &Command, name: &str) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    // The name of a command alone could be that of any program.
    Man::new(command.clone().name(name.to_owned()).version(env!("CARGO_PKG_VERSION"))).render(&mut page)?;

    let mut page =
        String::from_utf8_lossy(&page).replacen(".SH EXTRA\n", ".SH EXIT CODES, ENVIRONMENT AND EXAMPLES\n", 1);
    // The help shows that there may be several, and the synopsis does not.
    let takes_several = |argument: &&Arg| argument.get_num_args().is_some_and(|number| number.max_values() > 1);
    for argument in command.get_positionals().filter(takes_several) {
        let name = argument.get_value_names().unwrap_or_default().join(" ");
        for (begin, end) in [('<', '>'), ('[', ']')] {
            let one = format!("{begin}\\fI{name}\\fR{end}");
            page = page.replacen(&one, &format!("{one}..."), 1);
        }
    }
    Ok(page.into_bytes())
}
