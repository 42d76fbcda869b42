//! The program that a test binary is: it lists the tests, or runs those that the test runner names.

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use libtest_mimic::{Arguments, Completion, Conclusion, Failed, Trial};
use tokio::runtime::Builder;

use super::alone::Order;
use super::builder::Harness;
use super::listing::{Listed, listed};
use super::outage::Outage;
use super::stop::Stop;
use super::tests_of_process::Tests;
use crate::suite::load::load_built_in;

/// What the names of the tests about the target begin with. Test runners sort by name, and this comes before all ids.
const TARGET: &str = "Target/";

/// How the name of the one test ends that is there when nothing can be tested. Whatever has changed since it was listed,
/// it fails: the cases were not listed beside it.
const NOT_TESTABLE: &str = "/not-testable";

/// What is known of a test process besides its arguments.
pub(super) struct Surroundings {
    /// The run of many processes that this one belongs to, if there is one.
    pub(super) run: Option<String>,
    /// Whether each test has a process of its own.
    pub(super) many: bool,
    /// Where processes know of each other.
    pub(super) folder: PathBuf,
    /// Where lines for people go.
    pub(super) say: Say,
}

/// Takes a line for people.
pub(super) type Say = Arc<dyn Fn(&str) + Send + Sync>;

/// Why nothing can be tested.
struct Problem {
    /// The name of the test that says so.
    name: String,
    /// In one line.
    reason: String,
}

impl Surroundings {
    pub(super) fn of_process() -> Self {
        Self {
            run: env::var("NEXTEST_RUN_ID").ok(),
            many: env::var_os("NEXTEST").is_some(),
            folder: env::temp_dir(),
            // Where nobody reads any more, there is nobody to complain to.
            say: Arc::new(|line| drop(writeln!(io::stderr(), "kms-conformance: {line}"))),
        }
    }
}

/// Runs the tests that the arguments name, or lists them.
pub(super) fn run(harness: Harness, mut arguments: Arguments, surroundings: Surroundings) -> Conclusion {
    // Of a test that runs in a process of its own, another process has listed the name.
    let one = arguments.filter.clone().filter(|_| surroundings.many && arguments.exact && !arguments.list);
    let say = Arc::clone(&surroundings.say);
    if !arguments.list {
        say(&format!("tests of {}", harness.server.title()));
    }

    let trials = match (prepare(harness, surroundings, one.as_deref()), one) {
        (Ok((tests, cases)), None) => all(&tests, cases, &arguments),
        (Ok((tests, cases)), Some(name)) => vec![one_of_many(tests, &cases, name)],
        (Err(problem), one) => {
            if arguments.list {
                say(&problem.reason);
            } else {
                // Whatever was selected: that nothing can be tested must not be green.
                arguments = Arguments { filter: None, skip: Vec::new(), ignored: false, ..arguments };
            }
            vec![failing(one.unwrap_or(problem.name), problem.reason)]
        }
    };
    libtest_mimic::run(&arguments, trials)
}

/// Loads the suite, lists the cases, and sees whether the target can be tested. For one test of those that were listed
/// before, there is only its case.
fn prepare(
    harness: Harness,
    surroundings: Surroundings,
    one: Option<&str>,
) -> Result<(Arc<Tests>, Vec<Listed>), Problem> {
    let fail = |reason: String| Problem { name: format!("{TARGET}{}{NOT_TESTABLE}", harness.server.name()), reason };
    if let Some(mistake) = harness.mistake() {
        return Err(fail(mistake));
    }
    let suite = load_built_in(Some(harness.declaration().name));
    let suite = Arc::new(suite.map_err(|mistakes| fail(mistakes.to_string()))?);
    let cases = listed(&suite, harness.server.routes(), harness.moves_clock(), one);
    let runtime = Builder::new_multi_thread().enable_all().build().map_err(|error| fail(error.to_string()))?;

    if one.is_none() {
        check_keys(&harness, &cases).map_err(fail)?;
        harness.find(&suite, &runtime).map_err(fail)?;
    }

    let stop = {
        let _in_runtime = runtime.enter();
        Stop::listen(one.is_some(), Arc::clone(&surroundings.say))
    };
    let shared_name = harness.server.shared_name();
    let shared_name = shared_name.as_deref();
    let Surroundings { run, folder, say, .. } = surroundings;
    let tests = Tests {
        order: Order::of(shared_name, &folder),
        outage: Outage::of(shared_name, run.as_deref().filter(|_| one.is_some()), &folder),
        one_of_many: one.is_some(),
        live: OnceLock::new(),
        harness,
        suite,
        runtime,
        stop,
        say,
    };
    Ok((Arc::new(tests), cases))
}

/// Whether the tests make no more keys than they may, if nothing goes wrong.
fn check_keys(harness: &Harness, cases: &[Listed]) -> Result<(), String> {
    let Some(target) = harness.target().filter(|target| !target.is_loopback()) else { return Ok(()) };
    let keys: usize = cases.iter().filter(|case| case.ignored.is_none()).map(|case| case.keys).sum();
    if keys > harness.max_keys {
        return Err(format!(
            "the tests would make {keys} keys at {}, which is not on a loopback address, so each may count against the \
             quota of an account; allow it with `Harness::max_keys({keys})`",
            target.endpoint
        ));
    }
    Ok(())
}

/// The test about the target, and one for each case.
fn all(tests: &Arc<Tests>, cases: Vec<Listed>, arguments: &Arguments) -> Vec<Trial> {
    // Where no name is listed for a later process, a test runner shows why a case is ignored.
    let shows_reasons = !(arguments.list || arguments.ignored || arguments.include_ignored);
    if let Some(reason) = cases.iter().find_map(|case| case.ignored).filter(|_| !arguments.list) {
        let ignored = cases.iter().filter(|case| case.ignored.is_some()).count();
        (tests.say)(&format!("{ignored} of {} cases are ignored: {reason}", cases.len()));
    }

    let target = about_target(Arc::clone(tests));
    let trials = cases.into_iter().map(|listed| {
        let trial = of_case(Arc::clone(tests), listed);
        match listed.ignored {
            Some(reason) if shows_reasons => {
                Trial::ignorable_test(trial.name(), move || Ok(Completion::ignored_with(reason)))
            }
            ignored => trial.with_ignored_flag(ignored.is_some()),
        }
    });
    std::iter::once(target).chain(trials).collect()
}

/// A test that another process has listed.
fn one_of_many(tests: Arc<Tests>, cases: &[Listed], name: String) -> Trial {
    match cases.first() {
        Some(listed) => of_case(tests, *listed).with_ignored_flag(listed.ignored.is_some()),
        None if name == about_target(Arc::clone(&tests)).name() => about_target(tests),
        None if name.starts_with(TARGET) && name.ends_with(NOT_TESTABLE) => {
            let now = tests.harness.find(&tests.suite, &tests.runtime);
            let reason = now.err().unwrap_or_else(|| {
                "nothing could be tested when the tests were listed; `Harness::wait` gives an endpoint time to start"
                    .to_owned()
            });
            failing(name, reason)
        }
        None => failing(name, "there is no such test".to_owned()),
    }
}

fn about_target(tests: Arc<Tests>) -> Trial {
    let name = format!("{TARGET}{}", tests.harness.server.name());
    Trial::test(name, move || tests.check_endpoint())
}

fn of_case(tests: Arc<Tests>, listed: Listed) -> Trial {
    Trial::test(tests.suite.cases[listed.index].id.to_string(), move || tests.run(listed))
}

fn failing(name: String, reason: String) -> Trial {
    Trial::test(name, move || Err(Failed::from(reason)))
}
