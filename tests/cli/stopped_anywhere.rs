//! Runs that are stopped at any moment, in every way: only `kill -9` may leave something, and the ledger names it.

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;
use std::sync::mpsc;

use serde_json::Value;

use super::program::{MockProcess, Place, rounds, signal};
use super::server::Server;
use super::stopping::staying;

/// How many runs are stopped in each way, unless `KMS_CONFORMANCE_ROUNDS` says another number.
const ROUNDS: usize = 10;

/// A moment in a run of some 7,000 requests, a different one in each round.
fn moment(round: usize) -> usize {
    fastrand::Rng::with_seed(round as u64).usize(5..1_500)
}

/// What is left of a run that was stopped.
struct Stopped {
    place: Place,
    keys: BTreeSet<String>,
    aliases: u64,
}

/// Runs the suite against a mock of another process, and does something to the run at a moment of it.
fn stopped(round: usize, arguments: &str, stop: impl Fn(u32) + Send + 'static) -> Stopped {
    let place = Place::new();
    let mock = MockProcess::start(&place, "");
    let address = mock.endpoint.strip_prefix("http://").unwrap().parse().unwrap();
    let (sender, process) = mpsc::channel();
    let server = Server::before(address, moment(round), move || stop(process.recv().unwrap()));

    let mut command = place.command(&format!("run -q --progress none {arguments} --endpoint {}", server.endpoint()));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    sender.send(child.id()).unwrap();
    child.wait().unwrap();
    let (keys, aliases) = staying(address);
    Stopped { place, keys, aliases }
}

/// Runs that end in good order: nothing stays, and both reports are written.
#[track_caller]
fn nothing_stays(arguments: &str, stop: impl Fn(u32) + Clone + Send + 'static) {
    for round in 0..rounds(ROUNDS) {
        let Stopped { place, keys, aliases } = stopped(round, arguments, stop.clone());
        assert_eq!((keys.len(), aliases), (0, 0), "round {round}: {keys:?}");
        let results = place.results();
        assert!(results.leaks.is_empty() && results.cases.len() == results.suite.cases, "round {round}");
        assert!(place.junit().ends_with("</testsuites>\n"), "round {round}");
    }
}

fn send(names: &'static [&'static str]) -> impl Fn(u32) + Clone + Send + 'static {
    move |process| {
        for name in names {
            signal(process, name);
        }
    }
}

#[test]
#[ignore = "campaign: many runs that are stopped"]
fn runs_that_are_terminated_leave_nothing() {
    // Twice within a millisecond, as `timeout` does.
    nothing_stays("", send(&["TERM", "TERM"]));
}

#[test]
#[ignore = "campaign: many runs that are stopped"]
fn runs_that_are_hung_up_leave_nothing() {
    nothing_stays("", send(&["HUP"]));
}

#[test]
#[ignore = "campaign: many runs that are stopped"]
fn runs_that_are_quit_leave_nothing() {
    nothing_stays("", send(&["QUIT", "INT"]));
}

#[test]
#[ignore = "campaign: many runs that are stopped"]
fn runs_that_are_interrupted_twice_leave_nothing() {
    nothing_stays("", send(&["INT", "INT"]));
}

#[test]
#[ignore = "campaign: many runs that are stopped"]
fn runs_whose_time_is_over_leave_nothing() {
    nothing_stays("--max-duration 700ms", |_| {});
}

#[test]
#[ignore = "campaign: many runs that are killed"]
fn the_ledger_names_what_a_killed_run_leaves() {
    let mut left = 0;
    for round in 0..rounds(ROUNDS) {
        let Stopped { place, keys, .. } = stopped(round, "", send(&["KILL"]));
        left += keys.len();
        let text = fs::read_to_string(place.path().join("reports/ledger.jsonl")).unwrap_or_default();
        // The last line may be torn.
        let lines: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let named: BTreeSet<&str> = lines.iter().filter_map(|line| line["name"].as_str()).collect();
        let unnamed = keys.iter().filter(|key| !named.contains(key.as_str())).count();

        // A key whose creation got no usable response before the end is known by the mark of its run.
        let count = |entries: &[&str]| {
            let of_keys = lines.iter().filter(|line| line["operation"] == "CreateKey");
            of_keys.filter(|line| entries.iter().any(|entry| line["entry"] == *entry)).count()
        };
        let being_made = count(&["making"]) - count(&["made", "not-made"]);
        assert!(unnamed <= being_made, "round {round}: {keys:?}\n{text}");
    }
    assert!(left > 0, "no run was killed in the middle");
}
