//! `diff`: the same cases against two targets, side by side.

use std::ffi::OsString;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread::ScopedJoinHandle;

use clap::{Args, Parser as _};
use serde::Serialize;

use super::format::Format;
use super::settings::{self, Layered};
use super::{Cli, CliError, Command as CliCommand, Context, Exit, report};
use crate::input;
use crate::report::curl::quote;
use crate::report::difference::{FourWays, Way, found, pairs};
use crate::report::results::Results;
use crate::report::text::{as_u64, count, one_line, thousands};
use crate::verdict::Verdict;

/// How many cases of a group are shown.
const MOST_SHOWN: usize = 20;

#[derive(Debug, Args)]
#[command(after_help = super::help::of_diff())]
pub(super) struct DiffArguments {
    /// The first target: a URL, or a name of the configuration file
    #[arg(long, value_name = "TARGET")]
    a: String,
    /// The second target
    #[arg(long, value_name = "TARGET")]
    b: String,
    /// Cases to select, as for `run`
    #[arg(value_name = "SELECTOR")]
    selectors: Vec<String>,
    /// The folder for the reports of the two runs, which are in `a` and `b`
    #[arg(long, value_name = "DIR", default_value = "reports/diff")]
    reports: PathBuf,
    /// The output format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Further flags of both runs, after `--`
    #[arg(last = true, value_name = "FLAG")]
    flags: Vec<String>,
}

/// A case that was judged on both targets.
#[derive(Serialize)]
struct Judged<'a> {
    id: &'a str,
    way: Way,
    a: String,
    b: String,
}

/// The comparison as `--format json` shows it.
#[derive(Serialize)]
struct Shown<'a> {
    a: &'a str,
    b: &'a str,
    judged: FourWays,
    cases: Vec<Judged<'a>>,
}

/// Runs the cases against both targets and compares what they are.
pub(super) fn diff(arguments: &DiffArguments, context: &Context) -> Result<Exit, CliError> {
    let seed = fastrand::u32(..);
    let folders = [arguments.reports.join("a"), arguments.reports.join("b")];
    let targets = [&arguments.a, &arguments.b];

    let runs = [0, 1].map(|index| words(arguments, targets[index], &folders[index], seed));
    for words in &runs {
        check(words, context)?;
    }

    let [first, second] = run_both(&runs, context).map_err(CliError::Runtime)?;
    for (name, code) in NAMES.into_iter().zip([first, second]) {
        if code == Some(i32::from(Exit::Usage.code())) || code.is_none() {
            context.report(&format!("error: the run against {name} did not come to its end"));
            return Ok(if code.is_none() { Exit::Inconclusive } else { Exit::Usage });
        }
        // Nothing was selected, and the run has said so.
        if code == Some(i32::from(Exit::NothingJudged.code())) && !arguments.reports.join(name).join(RESULTS).is_file()
        {
            return Ok(Exit::NothingJudged);
        }
    }

    let read = |folder: &Path| report::read(&folder.join(RESULTS), context);
    let (a, b) = (read(&folders[0])?, read(&folders[1])?);
    Ok(show(arguments, &a, &b, context))
}

/// Where a run leaves its results in its folder.
const RESULTS: &str = "results.json";

/// What the two targets are called.
const NAMES: [&str; 2] = ["a", "b"];

/// The command line of a run, as a person would begin it.
fn words(arguments: &DiffArguments, target: &str, folder: &Path, seed: u32) -> Vec<OsString> {
    let mut words = vec![OsString::from("run")];
    words.extend(arguments.selectors.iter().map(OsString::from));
    // What a variable names would come before the target of the configuration file.
    words.push(match target.contains("://") {
        true => format!("--endpoint={target}").into(),
        false => format!("--target={target}").into(),
    });
    words.push(format!("--reports={}", folder.display()).into());
    words.extend([format!("--seed={seed}").as_str(), "--quiet", "--progress=none"].map(OsString::from));
    words.extend(arguments.flags.iter().map(OsString::from));
    words
}

/// Whether a run can be begun so, before the other one sends anything.
fn check(words: &[OsString], context: &Context) -> Result<(), CliError> {
    let line = std::iter::once("kms-conformance".into()).chain(words.iter().cloned()).collect();
    let Layered { arguments, error, .. } = settings::layered(line, context);
    error.map_or(Ok(()), Err)?;
    let parsed = Cli::try_parse_from(&arguments).map_err(|error| {
        // It stands behind the name of what is wrong.
        let text = error.to_string();
        CliError::FlagsOfRuns(text.strip_prefix("error: ").unwrap_or(&text).trim_end().to_owned())
    })?;

    let CliCommand::Run(run) = parsed.command else { return Ok(()) };
    let of_each = "each run has its own, in the folders a and b of --reports";
    let for_one = "both runs would write it; begin that run on its own";
    let is_standard = |file: &Option<PathBuf>| file.as_deref().is_some_and(input::is_standard);
    for (flag, is_given, reason) in [
        ("--json", run.json.is_some(), of_each),
        ("--junit", run.junit.is_some(), of_each),
        ("--record", run.record.is_some(), for_one),
        ("--known -", is_standard(&run.known), "both runs would read it; name a file"),
    ] {
        if is_given {
            return Err(CliError::NotForBothRuns { flag, reason });
        }
    }
    Ok(())
}

/// The exit codes of two runs, each in a process of its own; none of one that was killed. Side by side, so that neither sees a
/// busier machine or a later hour than the other.
fn run_both(runs: &[Vec<OsString>; 2], context: &Context) -> io::Result<[Option<i32>; 2]> {
    let program = std::env::current_exe()?;
    let start = |words: &Vec<OsString>| {
        let mut command = Command::new(&program);
        command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()
    };
    let first = start(&runs[0])?;
    let second = start(&runs[1]);

    let (lines, shown) = mpsc::channel::<String>();
    std::thread::scope(|scope| {
        let follow = |name: &'static str, mut run: Child| {
            let (errors, lines) = (run.stderr.take(), lines.clone());
            scope.spawn(move || {
                for line in
                    errors.into_iter().flat_map(|errors| BufReader::new(errors).split(b'\n')).map_while(Result::ok)
                {
                    // The run goes on, whether its messages are shown or not.
                    let _ = lines.send(format!("{name}: {}", String::from_utf8_lossy(&line)));
                }
                run.wait()
            })
        };
        let first = follow(NAMES[0], first);
        let second = second.map(|second| follow(NAMES[1], second));
        drop(lines);

        // Whole lines, each with the name of its run.
        shown.iter().for_each(|line| context.report(&line));
        let end = |run: ScopedJoinHandle<'_, io::Result<ExitStatus>>| {
            run.join().unwrap_or_else(|_| Err(io::Error::other("a run could not be followed")))
        };
        let first = end(first)?;
        Ok([first.code(), end(second?)?.code()])
    })
}

fn show(arguments: &DiffArguments, a: &Results, b: &Results, context: &Context) -> Exit {
    let mut ways = FourWays::default();
    let mut cases = Vec::new();
    let mut only_one = 0_usize;
    for (one, other) in pairs(&a.cases, &b.cases) {
        match Way::of(one, other) {
            Some(way) => {
                ways.count(way);
                cases.push(Judged { id: &one.id, way, a: found(one), b: found(other) });
            }
            None => only_one += usize::from(Way::is_judged(one) != Way::is_judged(other)),
        }
    }

    let differs = ways.only_a_right + ways.only_b_right + ways.both_wrong_differently > 0;
    let is_empty = cases.is_empty();
    match arguments.format {
        Format::Json => context.print_json(&Shown { a: &arguments.a, b: &arguments.b, judged: ways, cases }),
        Format::Plain => context.print(&text(arguments, a, b, &ways, &cases, only_one)),
    }
    match (is_empty, differs, only_one) {
        (true, ..) => Exit::NothingJudged,
        (false, true, _) => Exit::Failed,
        (false, false, 0) => Exit::Passed,
        (false, false, _) => Exit::Inconclusive,
    }
}

/// The table of the four ways, and the cases in which the targets differ.
fn text(
    arguments: &DiffArguments,
    a: &Results,
    b: &Results,
    ways: &FourWays,
    cases: &[Judged<'_>],
    only_one: usize,
) -> String {
    let mut text = String::new();
    for (label, name, results) in [("a", &arguments.a, a), ("b", &arguments.b, b)] {
        let endpoint = match name.contains("://") {
            true => String::new(),
            false => format!(" ({})", results.target.endpoint),
        };
        text.push_str(&format!("{}\n", one_line(&format!("{label}  {name}{endpoint}"))));

        // Otherwise an endpoint that is not there would look like one that is right about nothing.
        let unclear: Vec<_> = results.cases.iter().filter(|case| case.verdict == Verdict::Inconclusive).collect();
        if let Some(first) = unclear.first() {
            let cases = count(as_u64(unclear.len()), "case");
            let line = format!("   {cases} inconclusive, such as {}: {}", first.id, first.reason);
            text.push_str(&format!("{}\n", one_line(&line)));
        }
    }

    text.push('\n');
    let number = |number: usize| thousands(as_u64(number));
    let FourWays { both_right, only_a_right, only_b_right, both_wrong_alike, both_wrong_differently } = ways;
    for (label, cases) in [
        ("both right", both_right),
        ("only a right", only_a_right),
        ("only b right", only_b_right),
        ("both wrong, alike", both_wrong_alike),
        ("both wrong, differently", both_wrong_differently),
    ] {
        text.push_str(&format!("{label:<23}  {:>6}\n", number(*cases)));
    }

    if only_one > 0 {
        text.push_str(&format!("{:<23}  {:>6}\n", "judged on one only", number(only_one)));
    }

    for way in [Way::OnlyA, Way::OnlyB, Way::WrongDifferently, Way::WrongAlike] {
        let mine: Vec<&Judged<'_>> = cases.iter().filter(|case| case.way == way).collect();
        if mine.is_empty() {
            continue;
        }
        text.push_str(&format!("\n{}\n", way.title()));
        for case in mine.iter().take(MOST_SHOWN) {
            let found = match way {
                Way::WrongAlike => case.a.clone(),
                _ => format!("a: {}; b: {}", case.a, case.b),
            };
            text.push_str(&format!("  {}\n", one_line(&format!("{}  {found}", case.id))));
        }
        if let more @ 1.. = mine.len().saturating_sub(MOST_SHOWN) {
            text.push_str(&format!("  and {} more; --format json has all\n", number(more)));
        }
    }

    let folder = arguments.reports.display().to_string();
    let files = ["a", "b"].map(|name| quote(&format!("{folder}/{name}/{RESULTS}")));
    let judged = count(as_u64(cases.len()), "case");
    text + &format!("\n{judged} judged on both; kms-conformance report html {} shows them\n", files.join(" "))
}
