//! `known`: checks a list of known failures, or brings it up to date after a run, or converts an old one.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use similar::TextDiff;

use super::suite::SuiteArguments;
use super::{CliError, Context, Exit};
use crate::input::{check_regular, is_standard, read_text};
use crate::known::KnownFailures;
use crate::known::convert::to_toml;
use crate::known::edit::{apply, empty_for};
use crate::known::entry::{Entry, Failure};
use crate::known::load::{date, is_link, is_yaml, load};
use crate::known::update::{Acceptance, Change, Judged, Update};
use crate::report::claim::aside;
use crate::report::destination::Destination;
use crate::report::results::Results;
use crate::report::text::{as_u64, count, one_line};
use crate::suite::Suite;
use crate::yaml::BIGGEST_FILE;

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true))]
#[command(after_help = super::help::KNOWN)]
pub(super) struct KnownArguments {
    #[command(flatten)]
    suite: SuiteArguments,
    /// Check a list against the cases, without a run; `-` is the standard input
    #[arg(long, value_name = "FILE", group = "what")]
    check: Option<PathBuf>,
    /// Bring a list up to date: correct entries that fail otherwise, remove those that pass, add new failures
    #[arg(long, value_name = "FILE", group = "what")]
    update: Option<PathBuf>,
    /// Write a list in YAML as one in TOML beside it, with its comments
    #[arg(long, value_name = "FILE", group = "what")]
    convert: Option<PathBuf>,
    /// With --update: show what would change, as a diff, and write nothing
    #[arg(long, requires = "update")]
    dry_run: bool,
    /// The results of the run to compare with; `-` is the standard input
    #[arg(long, value_name = "FILE", default_value = "reports/results.json", conflicts_with_all = ["check", "convert"])]
    results: PathBuf,
    /// Why new failures are accepted
    #[arg(long, value_name = "TEXT", value_parser = reason, requires = "until", conflicts_with_all = ["check", "convert"])]
    reason: Option<String>,
    /// The last day on which new failures are accepted, such as 2027-12-31
    #[arg(long, value_name = "DATE", value_parser = day, requires = "reason", conflicts_with_all = ["check", "convert"])]
    until: Option<Date>,
    /// A link to where new failures are tracked
    #[arg(long, value_name = "URL", value_parser = link, requires = "reason", conflicts_with_all = ["check", "convert"])]
    issue: Option<String>,
}

/// Checks a list, brings it up to date, or converts it.
pub(super) fn known(arguments: &KnownArguments, context: &Context) -> Result<Exit, CliError> {
    let suite = arguments.suite.load(&[])?;
    let KnownArguments { check: checked, update: updated, convert: converted, .. } = arguments;
    match (checked, updated, converted) {
        (Some(path), _, _) => check(path, &suite, context),
        (_, Some(path), _) => update(arguments, path, &suite, context),
        (_, _, Some(path)) => convert(path, &suite, context),
        // The parser of the command line lets nobody come here.
        (None, None, None) => Ok(Exit::Usage),
    }
}

/// Reads a list as it stands today.
pub(super) fn read(path: &Path, suite: &Suite) -> Result<KnownFailures, CliError> {
    let text = read_text(path, BIGGEST_FILE)
        .map_err(|source| CliError::ReadFile { path: path.display().to_string(), source })?;
    Ok(load(&path.display().to_string(), &text, suite, today())?)
}

fn check(path: &Path, suite: &Suite, context: &Context) -> Result<Exit, CliError> {
    let known = read(path, suite)?;
    let expired: Vec<&Entry> = known.entries().iter().filter(|entry| known.is_expired(entry)).collect();
    let cases: usize = known.entries().iter().map(|entry| entry.cases.len()).sum();
    context.print(&format!(
        "{} for {}: {}\n",
        entries(known.entries().len()),
        count(as_u64(cases), "case"),
        if expired.is_empty() { "all right" } else { "not all right" }
    ));
    Ok(report_expired(&expired, context))
}

fn update(arguments: &KnownArguments, path: &Path, suite: &Suite, context: &Context) -> Result<Exit, CliError> {
    let name = path.display().to_string();
    let unchanged = |reason: String| CliError::Known { path: name.clone(), reason };
    let today = today();
    if let Some(until) = arguments.until.filter(|until| *until < today) {
        return Err(unchanged(format!("what is new can't be accepted until {until}, which is over")));
    }
    if is_standard(path) {
        return Err(unchanged("a list is read and then written: name a file".to_owned()));
    }
    if is_yaml(&name) {
        return Err(unchanged(only_toml(path)));
    }

    let unreadable = |source| CliError::ReadFile { path: name.clone(), source };
    // Before the results, which may be a pipe that can be read only once.
    check_regular(path).map_err(unreadable)?;
    let results = read_results(&arguments.results)?;
    let target = target_of(&results);
    let text = match read_text(path, BIGGEST_FILE) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => empty_for(target),
        read => read.map_err(unreadable)?,
    };
    let known = load(&name, &text, suite, today)?;

    let judged = Judged { complete: results.complete, suite_hash: &results.suite.hash, target, cases: &results.cases };
    let acceptance = arguments.reason.clone().zip(arguments.until);
    let acceptance = acceptance.map(|(reason, until)| Acceptance { reason, until, issue: arguments.issue.clone() });
    let update = Update::plan(&known, suite, judged, acceptance.as_ref()).map_err(|why| unchanged(why.to_string()))?;
    let new = apply(&text, &known, suite, &update, acceptance.as_ref()).map_err(|why| unchanged(why.to_string()))?;

    if arguments.dry_run {
        context.print(&diff(&name, if path.exists() { &text } else { "" }, &new));
    } else if !update.is_empty() || !path.exists() {
        // A list that stays as it is keeps its time of change.
        write(path, &new)?;
    }
    let done = if arguments.dry_run { "would be " } else { "" };
    context.print(&summary(&name, &known, &update, done));
    if known.target().is_none() {
        context.report(&format!("{name} does not say what it is about; these are results of {target}"));
    }
    let expired: Vec<&Entry> = update.expired.iter().filter_map(|index| known.entries().get(*index)).collect();
    Ok(report_expired(&expired, context))
}

/// The results of the run to compare with. Those of the run before it are not taken in their place.
fn read_results(path: &Path) -> Result<Results, CliError> {
    let previous = aside(path);
    if !path.exists() && previous.exists() {
        return Err(CliError::NoResults { path: path.to_owned(), previous });
    }
    Ok(Results::read(path)?)
}

/// What was tested, as a list says it.
fn target_of(results: &Results) -> &str {
    if results.target.bundled_mock { "bundled mock" } else { &results.target.endpoint }
}

/// What changes of a text, as a unified diff; nothing if it stays.
fn diff(name: &str, old: &str, new: &str) -> String {
    TextDiff::from_lines(old, new).unified_diff().header(name, name).to_string()
}

fn convert(path: &Path, suite: &Suite, context: &Context) -> Result<Exit, CliError> {
    let name = path.display().to_string();
    let target = path.with_extension("toml");
    let unchanged = |reason: String| CliError::Known { path: target.display().to_string(), reason };
    if !is_yaml(&name) {
        return Err(unchanged(format!("only a list in YAML is converted, and {name} does not end in .yaml")));
    }
    if target.exists() {
        return Err(unchanged("it is there already".to_owned()));
    }

    let text = read_text(path, BIGGEST_FILE).map_err(|source| CliError::ReadFile { path: name.clone(), source })?;
    let known = load(&name, &text, suite, today())?;
    let toml = to_toml(&text, &known, suite).map_err(|error| unchanged(error.to_string()))?;

    write(&target, &toml)?;
    let number = entries(known.entries().len());
    context.print(&format!("{}: {number} of {name}, which is not needed any more\n", target.display()));
    Ok(Exit::Passed)
}

/// Why a list with this name is not written.
fn only_toml(path: &Path) -> String {
    if path.exists() {
        format!("a list in YAML is read but not changed; `known --convert {}` writes it in TOML", path.display())
    } else {
        format!("lists are written in TOML: name it {}", path.with_extension("toml").display())
    }
}

fn write(path: &Path, text: &str) -> Result<(), CliError> {
    Ok(Destination::prepare(path)?.write(|out| out.write_all(text.as_bytes()))?)
}

/// What an update does, a line for each entry that is not as before.
fn summary(name: &str, known: &KnownFailures, update: &Update, done: &str) -> String {
    let mut lines = String::new();
    let mut line = |sign: char, case: &str, detail: &str| {
        // Writing to a String can't fail.
        let _ = writeln!(lines, "{sign} {}  {}", one_line(case), one_line(detail));
    };

    let (mut kept, mut corrected, mut removed) = (0, 0, 0);
    let differs = |failure: &Failure, entry: &Entry| format!("{failure} instead of {}", entry.failure);

    for (entry, change) in known.entries().iter().zip(&update.entries) {
        match change {
            Change::Keep => kept += 1,
            Change::Correct(failure) => {
                corrected += 1;
                line('~', &entry.case, &differs(failure, entry));
            }
            Change::Remove => {
                removed += 1;
                line('-', &entry.case, "passes");
            }
            Change::Split(cases) => {
                corrected += 1;
                line('~', &entry.case, &format!("holds no longer for each of its cases; {} left", cases.len()));
                cases.iter().for_each(|(id, failure)| line('~', id, &failure.to_string()));
            }
        }
    }

    update.added.iter().for_each(|(id, failure)| line('+', id, &failure.to_string()));
    let added = update.added.len();
    format!("{lines}{name}: {done}{added} added, {corrected} corrected, {removed} removed, {kept} as before\n")
}

/// Reports which entries have expired: nobody but a person can renew them.
fn report_expired(expired: &[&Entry], context: &Context) -> Exit {
    for entry in expired {
        let Entry { case, until, source, .. } = entry;
        context.report(&format!(
            "error: {}:{}:{}: the entry of {case} expired on {until}; correct the endpoint, or give the entry a later date",
            source.file,
            source.line, source.column
        ));
    }
    if expired.is_empty() { Exit::Passed } else { Exit::Failed }
}

fn entries(number: usize) -> String {
    format!("{number} {}", if number == 1 { "entry" } else { "entries" })
}

/// Today in UTC: the same day for everybody who uses the same list.
fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

fn reason(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("say why the failures are accepted".to_owned()),
        text => Ok(text.to_owned()),
    }
}

fn day(text: &str) -> Result<Date, String> {
    date(text).ok_or_else(|| format!("`{text}` is not a date such as 2027-12-31"))
}

fn link(text: &str) -> Result<String, String> {
    if is_link(text) {
        Ok(text.to_owned())
    } else {
        Err(format!("`{text}` is not a link such as https://example.com/1"))
    }
}
