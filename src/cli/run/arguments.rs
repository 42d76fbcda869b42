//! The arguments of `run`.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, ArgMatches, Args, ValueEnum, value_parser};

use super::{LEDGER_FILE, REPORTS};
use crate::cli::again::Again;
use crate::cli::settings::SettingsArguments;
use crate::cli::suite::{SelectArguments, SuiteArguments};
use crate::cli::target::{TargetArguments, duration, jobs, one_or_more, time_out};
use crate::plan::Isolation;
use crate::report::console::{Progress, TableMode};
use crate::report::junit::InconclusiveAs;
use crate::run::{HookUrl, Unsupported};
use crate::suite::Suite;

/// So many deviations are repeated in a command that is shown.
const MOST_DEVIATIONS: usize = 3;

#[derive(Debug, Args)]
#[command(after_help = crate::cli::help::of_run())]
pub(in crate::cli) struct RunArguments {
    #[command(flatten)]
    pub(super) settings: SettingsArguments,
    #[command(flatten)]
    pub(super) suite: SuiteArguments,
    #[command(flatten)]
    pub(super) select: SelectArguments,
    #[command(flatten)]
    pub(super) target: TargetArguments,

    /// How many cases run at the same time [default: 16, on an account 1]
    #[arg(short, long, value_name = "N", value_parser = jobs, help_heading = "Running")]
    pub(super) jobs: Option<NonZeroUsize>,
    /// How many requests are sent per second at most [default: unlimited, on an account 5]. An account is sent no more of a
    /// kind than the cloud allows, whatever the number is
    #[arg(long, value_name = "N", value_parser = one_or_more::<NonZeroU32>, help_heading = "Running")]
    pub(super) rate: Option<NonZeroU32>,
    /// Whether each case has keys of its own
    #[arg(long, value_enum, default_value_t, value_name = "HOW", help_heading = "Running")]
    pub(super) isolation: Isolation,
    /// Where --max-keys, --max-requests or --max-duration leave no room for all cases, run those whose last verdict on this target
    /// is oldest, instead of refusing the run; the others are not run, which does not change the exit code
    #[arg(long, help_heading = "Running")]
    pub(super) stalest_first: bool,
    /// Use the keys of this file and make none: their ids by class, with the material of those that were given some. Cases share
    /// them, those that need a key of their own are skipped, and the keys end in the state in which they were found
    #[arg(long, value_name = "FILE", conflicts_with = "max_keys", help_heading = "Running")]
    pub(super) keys: Option<PathBuf>,
    /// Make new keys also where keys of earlier runs wait for their deletion that the ledger names: otherwise, where cases share
    /// keys, those are used again, and their deletion is scheduled anew
    #[arg(long, help_heading = "Running")]
    pub(super) no_reuse: bool,
    /// How many keys the run may make at most; a run that would make more is not begun, and one that comes to it ends there.
    /// Required on an account, where keys cost money and quota
    #[arg(long, value_name = "N", help_heading = "Limits")]
    pub(super) max_keys: Option<u64>,
    /// How many requests the run may send at most; a run that would send more is not begun, and one that comes to it ends
    /// there and removes what it made
    #[arg(long, value_name = "N", help_heading = "Limits")]
    pub(super) max_requests: Option<u64>,
    /// How often in a row a state must be observed before it counts [default: 1, on an account 2]
    #[arg(long, value_name = "N", value_parser = one_or_more::<NonZeroU32>, help_heading = "Running")]
    pub(super) confirm: Option<NonZeroU32>,
    /// How often a failure must be confirmed on fresh keys before it is reported; 0 reports it at once
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u32).range(0..=100), help_heading = "Running")]
    pub(super) confirm_failures: u32,
    /// How long to wait for a state [default: 1s, on an account 30s]
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "Running")]
    pub(super) settle_timeout: Option<Duration>,
    /// How long cases may run, such as 30m: then no further case is begun, the rest is reported as not run, and what was made
    /// is removed. Whatever the limit, a run ends when nothing is received for six times --timeout in a row
    #[arg(long, value_name = "TIME", value_parser = time_out, help_heading = "Limits")]
    pub(super) max_duration: Option<Duration>,
    /// A URL that moves the target's clock when a POST is sent to it; `{seconds}` is replaced. Time then passes for every key
    /// of the target
    #[arg(long, value_name = "URL", help_heading = "Clock and bundled mock")]
    pub(super) clock_hook: Option<HookUrl>,
    /// Move the clock of the endpoint, a mock of this program, by its admin API. Time then passes for every key of that mock,
    /// and those that wait for their deletion are gone
    #[arg(long, conflicts_with = "clock_hook", help_heading = "Clock and bundled mock")]
    pub(super) move_clock: bool,
    /// The environment variable that holds the token of that admin API (`mock --admin-token-env`)
    #[arg(long, value_name = "NAME", requires = "move_clock", help_heading = "Clock and bundled mock")]
    pub(super) admin_token_env: Option<String>,
    /// Make the bundled mock deviate, such as `Encrypt:Disabled=Success`, or by a name of `mock --list-deviations`; may be
    /// given several times
    #[arg(long, value_name = "DEVIATION", conflicts_with_all = ["endpoint", "region"], help_heading = "Clock and bundled mock")]
    pub(super) deviate: Vec<String>,
    /// Make faults in the bundled mock, such as `drop-after,probability=0.05`; may be given several times
    #[arg(long, value_name = "RULE", conflicts_with_all = ["endpoint", "region"], help_heading = "Clock and bundled mock")]
    pub(super) fault: Vec<crate::mock::FaultRule>,
    /// The seed of random faults; the same number makes the same faults
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Clock and bundled mock")]
    pub(super) fault_seed: u64,
    /// The seed of test data other than key material; the same number makes the same data for a case, however many run at
    /// the same time [default: a new one for each run, which results.json shows]
    #[arg(long, value_name = "N", help_heading = "Running")]
    pub(super) seed: Option<u32>,
    /// Fail cases whose response the documents only leave room for; otherwise they pass and are listed as lenient
    #[arg(long, help_heading = "Verdicts")]
    pub(super) strict: bool,
    /// The verdict on a case that needs an operation which the endpoint does not know
    #[arg(long, value_enum, default_value_t, value_name = "WHAT", help_heading = "Verdicts")]
    pub(super) unsupported: Unsupported,
    /// A list of known failures: cases that fail as listed do not fail the run; `-` is the standard input
    #[arg(long, value_name = "FILE", help_heading = "Verdicts")]
    pub(in crate::cli) known: Option<PathBuf>,
    /// The results of another run, such as that of the main branch: what failed there with the same response and for the same
    /// reason does not fail this run
    #[arg(long, value_name = "RESULT", help_heading = "Verdicts")]
    pub(super) baseline: Option<PathBuf>,
    /// How many cases may be inconclusive in a run that exits with 0
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Verdicts")]
    pub(super) max_inconclusive: usize,
    /// How many cases may be skipped in a run that exits with 0 [default: any number]
    #[arg(long, value_name = "N", help_heading = "Verdicts")]
    pub(super) max_skipped: Option<usize>,
    /// How long to wait for an endpoint that is starting, such as 30s: until it responds to a request that changes nothing
    #[arg(long, value_name = "TIME", value_parser = time_out, help_heading = "Running")]
    pub(super) wait: Option<Duration>,
    /// Leave the keys of failing cases as they are, and list them, so that requests can be sent to them: what the failing one did
    /// is done. `sweep` removes them. Cases then have keys of their own
    #[arg(long, conflicts_with = "keys", help_heading = "Running")]
    pub(super) keep_keys: bool,
    /// End the run after the first failure
    #[arg(long, help_heading = "Running")]
    pub(super) fail_fast: bool,

    /// The folder for reports
    #[arg(long, value_name = "DIR", default_value = REPORTS, help_heading = "Reports")]
    pub(super) reports: PathBuf,
    /// Keep the results in this folder too, without requests and responses: a folder for each target, a file for each run.
    /// `report trend` shows what changes from run to run
    #[arg(long, value_name = "DIR", help_heading = "Reports")]
    pub(super) history: Option<PathBuf>,
    /// How many runs of one target are kept there; older ones are removed
    #[arg(long, value_name = "N", default_value = "400", value_parser = one_or_more::<NonZeroUsize>, requires = "history", help_heading = "Reports")]
    pub(super) history_keep: NonZeroUsize,
    /// Which version of the target it is, such as a tag or a commit: reports show it, and a case whose verdict changes while it
    /// stays is flaky
    #[arg(long, value_name = "TEXT", help_heading = "Reports")]
    pub(super) target_version: Option<String>,
    /// Record every request and response here, as HAR 1.2 without secrets: tools of browsers open it, and `replay` judges it again.
    /// No keys of earlier runs are used then
    #[arg(long, value_name = "FILE", conflicts_with = "keys", help_heading = "Reports")]
    pub(in crate::cli) record: Option<PathBuf>,
    /// Write JUnit XML here instead of DIR/junit.xml; `-` is the standard output, which then gets nothing else
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub(in crate::cli) junit: Option<PathBuf>,
    /// Write JUnit XML that is valid by the schema of Jenkins
    #[arg(long, help_heading = "Reports")]
    pub(super) junit_strict: bool,
    /// The element of inconclusive cases in JUnit XML
    #[arg(long, value_enum, default_value_t, value_name = "WHAT", help_heading = "Reports")]
    pub(super) junit_inconclusive: InconclusiveAs,
    /// Write the results here instead of DIR/results.json; `-` is the standard output, which then gets nothing else
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub(in crate::cli) json: Option<PathBuf>,
    /// How progress is shown
    #[arg(long, value_enum, default_value_t, value_name = "HOW", help_heading = "Reports")]
    pub(super) progress: Progress,
    /// How much of the table is shown
    #[arg(long, value_enum, default_value_t, value_name = "HOW", help_heading = "Reports")]
    pub(super) table: TableMode,
    /// Show for each operation how many of its cases are right
    #[arg(long, help_heading = "Reports")]
    pub(super) operation_summary: bool,
    /// Show every case, and keep the requests and responses of passed cases in the results
    #[arg(short, long, action = ArgAction::Count, conflicts_with = "quiet", help_heading = "Reports")]
    pub(super) verbose: u8,
    /// Show only what went wrong, and the closing line
    #[arg(short, long, help_heading = "Reports")]
    pub(super) quiet: bool,
}

impl RunArguments {
    /// Where the results and the JUnit XML go.
    pub(super) fn report_files(&self) -> [PathBuf; 2] {
        let file = |given: &Option<PathBuf>, name: &str| given.clone().unwrap_or_else(|| self.reports.join(name));
        [file(&self.json, "results.json"), file(&self.junit, "junit.xml")]
    }

    /// The same where only a part of the arguments could be understood.
    pub(in crate::cli) fn report_files_of(matches: &ArgMatches) -> [PathBuf; 2] {
        let given = |name: &str| matches.try_get_one::<PathBuf>(name).ok().flatten().cloned();
        let folder = given("reports").unwrap_or_else(|| REPORTS.into());
        let file = |flag: &str, name: &str| given(flag).unwrap_or_else(|| folder.join(name));
        [file("json", "results.json"), file("junit", "junit.xml")]
    }

    /// The arguments that a command needs besides an operation to run those of the selected cases that are about it, against the
    /// same target and judged alike.
    pub(super) fn again(&self, suite: &Suite) -> String {
        let mut again = Again::default();
        self.select.again(&mut again);
        self.suite.again(&suite.service.provider, &mut again);
        self.target.again(&mut again);
        // A command with dozens of them is nothing to read.
        if self.deviate.len() <= MOST_DEVIATIONS {
            self.deviate.iter().for_each(|deviation| again.flag("deviate", Some(deviation)));
        }
        again.flag("keys", self.keys.as_ref().map(|path| path.display()));
        again.flag("max-keys", self.max_keys);
        again.flag("isolation", named(self.isolation));
        again.switch("strict", self.strict);
        again.flag("unsupported", named(self.unsupported));
        again.flag("known", self.known.as_ref().map(|path| path.display()));
        again.line()
    }

    /// The words that a run of one case needs to start a bundled mock like this one.
    pub(super) fn mock_again(&self, provider: &str) -> Vec<String> {
        let mut again = Again::default();
        self.suite.again(provider, &mut again);
        self.target.again(&mut again);
        self.deviate.iter().for_each(|deviation| again.flag("deviate", Some(deviation)));
        again.into_words()
    }

    /// Where the keys are listed.
    pub(super) fn ledger(&self) -> PathBuf {
        self.reports.join(LEDGER_FILE)
    }
}

/// The name of a choice, unless it is the default.
fn named<T: ValueEnum + Default + PartialEq>(choice: T) -> Option<String> {
    let value = choice.to_possible_value().filter(|_| choice != T::default())?;
    Some(value.get_name().to_owned())
}
