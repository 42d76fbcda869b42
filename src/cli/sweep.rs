//! `sweep`: removes what dead runs left behind on a target.

use std::fmt::Write as _;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::run::given_keys;
use super::settings::SettingsArguments;
use super::suite::SuiteArguments;
use super::target::{Place, TargetArguments, duration, one_or_more};
use super::{CliError, Context, Exit, provider};
use crate::diagnostic::counted;
use crate::session::{ClockControl, Endpoint, LiveTarget, RunningTarget, SessionOptions, TargetKind, connect};
use crate::signal::Stops;
use crate::suite::Suite;
use crate::sweep::{Ledgers, Outcome, Report, Sweep, SweepOptions};

/// How many lines that can't be read are shown.
const MOST_UNREADABLE: usize = 10;

/// The ledger that a run writes unless it has another folder for reports.
const LEDGER: &str = "reports/ledger.jsonl";

/// How long something may be missing from the lists of an account after it was made.
const LATE: Duration = Duration::from_secs(60);

#[derive(Debug, Args)]
#[command(after_help = super::help::of_target(super::help::SWEEP))]
pub(super) struct SweepArguments {
    #[command(flatten)]
    settings: SettingsArguments,
    #[command(flatten)]
    suite: SuiteArguments,
    #[command(flatten)]
    target: TargetArguments,

    /// A ledger that says what runs have made; may be given several times [default: reports/ledger.jsonl]
    #[arg(long, value_name = "FILE")]
    ledger: Vec<PathBuf>,
    /// Read the lists of the target too, and remove what carries the mark of a run, whether a ledger names it or not: for
    /// ledgers that are lost
    #[arg(long)]
    by_marks: bool,
    /// Remove only what was made so long ago, such as 6h or 2d [default: everything of runs that a ledger shows to be over, and
    /// what is a day old of others]
    #[arg(long, value_name = "TIME", value_parser = age)]
    older_than: Option<Duration>,
    /// The keys that a run was given by --keys: one that a killed run left in another state is brought back, with the description,
    /// tags and rotation that it had, as far as that needs no key material. None of them is removed
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// Show what would be removed, and change nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// How many requests are sent per second at most [default: unlimited, on an account 5]. An account is sent no more of a
    /// kind than the cloud allows, whatever the number is
    #[arg(long, value_name = "N", value_parser = one_or_more::<NonZeroU32>)]
    rate: Option<NonZeroU32>,
}

/// Removes what dead runs left.
pub(super) fn sweep(arguments: &SweepArguments, context: &Context) -> Result<Exit, CliError> {
    let suite = arguments.suite.load(&[])?;
    let declaration = provider::find(&suite.service.provider)?;
    let Place::Url(url, kind) = arguments.target.place(declaration, context)? else {
        return Err(CliError::NothingToSweep);
    };
    let ledgers = read_ledgers(arguments)?;

    let provider = arguments.target.provider(declaration)?;
    let target = arguments.target.target(provider, url, kind, context)?;
    let consent = arguments.target.consent();
    let running = RunningTarget { target, kind, consent, clock: ClockControl::Forbidden };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::Runtime)?;
    let exit = runtime.block_on(execute(arguments, &suite, running, &ledgers, context));
    runtime.shutdown_background();
    exit
}

/// The ledgers that were given, or the usual one. It need not be there if marks are looked for.
fn read_ledgers(arguments: &SweepArguments) -> Result<Ledgers, CliError> {
    let mut ledgers = Ledgers::default();
    let usual = PathBuf::from(LEDGER);
    let given = if arguments.ledger.is_empty() { std::slice::from_ref(&usual) } else { &arguments.ledger[..] };

    let mut read: Vec<&Path> = Vec::new();
    for path in given {
        if read.contains(&path.as_path()) || (arguments.by_marks && arguments.ledger.is_empty() && !path.exists()) {
            continue;
        }
        ledgers.read(path).map_err(|source| {
            let instead = "without it, --by-marks finds keys and aliases by their marks";
            CliError::ReadLedger { path: path.clone(), instead, source }
        })?;
        read.push(path);
    }
    Ok(ledgers)
}

async fn execute(
    arguments: &SweepArguments,
    suite: &Suite,
    running: RunningTarget,
    ledgers: &Ledgers,
    context: &Context,
) -> Result<Exit, CliError> {
    let given = given_keys(arguments.keys.as_deref(), suite, context)?;
    let keys = given.into_iter().map(|key| key.id).collect();
    let connection = arguments.target.connection(context);
    let kind = running.kind;
    let live = LiveTarget::start(Endpoint::Running(Box::new(running)), &connection).await?;
    let session = SessionOptions {
        rate: arguments.rate,
        connection,
        secrets: context.secrets().clone(),
        ..SessionOptions::default()
    };
    let client = connect(&live, &session)?;

    let is_account = kind == TargetKind::Account;
    let options = SweepOptions {
        keys,
        older_than: arguments.older_than,
        dry_run: arguments.dry_run,
        by_marks: arguments.by_marks,
        late: if is_account { LATE } else { Duration::ZERO },
        settle: Duration::from_secs(if is_account { 30 } else { 1 }),
        poll: Duration::from_millis(if is_account { 500 } else { 20 }),
    };

    let stops = Stops::listen();
    let report = Sweep::new(suite, &client, ledgers, options).run(stops.interrupt().token()).await;
    let target = client.target();
    let head = format!("sweep of {} ({}), region {}\n", target.endpoint, kind.name(), target.region);
    context.print(&(head + &text(&report)));
    Ok(if report.is_clean() { Exit::Passed } else { Exit::Inconclusive })
}

/// The report for a person.
fn text(report: &Report) -> String {
    let mut text = String::new();
    for found in &report.found {
        let (word, why) = match &found.outcome {
            Outcome::Removed => ("removed", None),
            Outcome::Gone => ("gone already", None),
            Outcome::ToRemove => ("to be removed", None),
            Outcome::HandedBack => ("handed back", None),
            Outcome::ToHandBack => ("to hand back", None),
            Outcome::LeftAlone(why) => ("left alone", Some(why)),
            Outcome::Stays(why) => ("stays", Some(why)),
        };
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        let _ = writeln!(text, "  {word:<14}{} of run {}{why}", found.what, found.run);
    }

    for problem in &report.problems {
        let _ = writeln!(text, "  problem       {problem}");
    }
    for (path, line) in report.unreadable.iter().take(MOST_UNREADABLE) {
        let _ = writeln!(text, "  unreadable    {}:{}: {}", path.display(), line.line, line.reason);
    }
    if let Some(more @ 1..) = report.unreadable.len().checked_sub(MOST_UNREADABLE) {
        let _ = writeln!(text, "  unreadable    and {}", counted(more, "more line", "more lines"));
    }

    for (target, things) in &report.elsewhere {
        let things = counted(*things, "thing", "things");
        let _ = writeln!(
            text,
            "  elsewhere     {things} at {}, region {}, provider {}: sweep that target to remove them",
            target.endpoint, target.region, target.provider
        );
    }
    text + &closing_line(report)
}

fn closing_line(report: &Report) -> String {
    let mut parts = Vec::new();
    let mut part = |of: fn(&Outcome) -> bool, words: &str| match report.count(of) {
        0 => {}
        number => parts.push(format!("{number} {words}")),
    };
    part(|outcome| *outcome == Outcome::Removed, "removed");
    part(|outcome| *outcome == Outcome::Gone, "gone already");
    part(|outcome| *outcome == Outcome::ToRemove, "to be removed");
    part(|outcome| *outcome == Outcome::HandedBack, "handed back");
    part(|outcome| *outcome == Outcome::ToHandBack, "to hand back");
    part(|outcome| matches!(outcome, Outcome::LeftAlone(_)), "left alone");
    part(|outcome| matches!(outcome, Outcome::Stays(_)), "stay");
    let found = if parts.is_empty() { "nothing found".to_owned() } else { parts.join(", ") };

    let searched = match report.described {
        Some(keys) => format!("; marks were looked for in {}", counted(keys, "key", "keys")),
        None => "; the ledger left nothing open, so no marks were looked for".to_owned(),
    };
    format!("{found}{searched}\n")
}

/// Parses `2d`, or a duration such as `6h`.
fn age(text: &str) -> Result<Duration, String> {
    match text.strip_suffix('d').map(str::parse::<u32>) {
        Some(Ok(days)) => Ok(Duration::from_secs(u64::from(days) * 86_400)),
        _ => duration(text).map_err(|_| format!("`{text}` is not an age such as 2d, 6h or 0s")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_read_as_people_write_it() {
        assert_eq!(age("2d"), Ok(Duration::from_secs(2 * 86_400)));
        assert_eq!(age("6h"), Ok(Duration::from_secs(6 * 3600)));
        assert_eq!(age("0s"), Ok(Duration::ZERO));
        for wrong in ["", "d", "-1d", "1", "soon"] {
            assert!(age(wrong).is_err(), "{wrong}");
        }
    }
}
