//! A run that is stopped: by signals, by the time it may take, and by an endpoint that no longer responds.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use kms_conformance::mock::{AdminAccess, Mock, MockConfig};
use kms_conformance::report::results::Results;
use kms_conformance::verdict::{Kind, Verdict};

use super::program::{Ended, Place, ended, rest, signal};
use super::server::{Server, get};

/// The request before which the run is interrupted: about one in ten of them all has been sent.
const AT: usize = 200;

fn mock() -> Mock {
    Mock::start_with(MockConfig { admin: AdminAccess::Loopback, ..MockConfig::default() }).unwrap()
}

fn spawn(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// The ids of the keys that stay in a mock, and its number of aliases.
pub fn staying(address: SocketAddr) -> (BTreeSet<String>, u64) {
    let state: serde_json::Value = serde_json::from_str(&get(address, "/_mock/state")).unwrap();
    let (mut keys, mut aliases) = (BTreeSet::new(), 0);
    for account in state["accounts"].as_array().unwrap() {
        let staying = account["keys"].as_array().unwrap().iter().filter(|key| key["state"] != "PendingDeletion");
        keys.extend(staying.map(|key| key["id"].as_str().unwrap_or_else(|| panic!("{key}")).to_owned()));
        aliases += account["alias_count"].as_u64().unwrap();
    }
    (keys, aliases)
}

/// The ids of the keys that the results name as left behind.
pub fn named(results: &Results) -> BTreeSet<String> {
    let keys = results.leaks.iter().filter_map(|leak| leak.strip_prefix("key "));
    keys.map(|leak| leak.split(' ').next().unwrap().to_owned()).collect()
}

/// How many keys the results say there may be whose creation got no usable response.
fn lost(results: &Results) -> usize {
    let numbers = results.leaks.iter().filter_map(|leak| leak.split_once("; there may be ")?.1.split(' ').next());
    numbers.map(|number| number.parse::<usize>().unwrap()).sum()
}

#[test]
fn a_run_that_is_stopped_removes_its_keys_and_writes_its_reports() {
    // Wrappers and terminals send a stop more than once.
    for names in [&["INT"][..], &["TERM", "TERM"], &["HUP"], &["QUIT", "INT", "TERM"]] {
        let mock = mock();
        let (sender, process) = mpsc::channel();
        let stop = move || {
            let process = process.recv().unwrap();
            assert!(names.iter().all(|name| signal(process, name)));
        };
        let server = Server::before(mock.address(), AT, stop);
        let place = Place::new();
        let child = spawn(&mut place.command(&format!("run --jobs 4 --endpoint {}", server.endpoint())));
        sender.send(child.id()).unwrap();
        let Ended { code, out, err } = rest(child);
        assert_eq!(code, 3, "{out}");
        let [line] = err.lines().collect::<Vec<_>>()[..] else { panic!("{names:?}: {err}") };
        let reason = line.split_once(": ").unwrap().0;
        assert!(names.iter().any(|name| reason == format!("interrupted by SIG{name}")), "{err}");
        assert!(line.ends_with("; again to stop now"), "{err}");
        assert!(out.contains(&format!("cut short: {reason}; ")), "{out}");
        assert!(out.contains(" were not judged; everything that the run made is removed\n"), "{out}");

        let results = place.results();
        assert!(!results.complete);
        assert_eq!(results.stopped.as_deref(), Some(reason));
        assert_eq!(results.cases.len(), results.suite.cases);
        assert!(results.cases.iter().any(|case| case.verdict == Verdict::Pass), "{:?}", results.summary);
        assert!(results.cases.iter().any(|case| case.kind == Some(Kind::Cut)), "{:?}", results.summary);
        assert_eq!(results.summary.fail, 0);
        assert!(place.junit().contains("type=\"not-run\""));

        assert_eq!((results.usage.keys_left, results.leaks.len()), (0, 0));
        assert!(results.usage.keys_created > 0);
        assert_eq!(staying(mock.address()), (BTreeSet::new(), 0), "{names:?}");
    }
}

#[test]
fn a_run_under_nohup_outlives_its_terminal() {
    let mock = mock();
    let (sender, process) = mpsc::channel();
    let server = Server::before(mock.address(), 20, move || assert!(signal(process.recv().unwrap(), "HUP")));
    let place = Place::new();
    let program = place.command(&format!("run operation:Encrypt --endpoint {}", server.endpoint()));
    // What `nohup` does, without its file.
    let mut command = Command::new("sh");
    command.current_dir(place.path()).args(["-c", "trap '' HUP; exec \"$@\"", "sh"]);
    command.arg(program.get_program()).args(program.get_args());
    let child = spawn(&mut command);
    sender.send(child.id()).unwrap();
    let Ended { code, out, err } = rest(child);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(place.results().complete);
}

#[test]
fn a_second_signal_stops_the_clean_up_and_says_what_stays() {
    let mock = mock();
    let server = Server::hanging_with_a_key(mock.address(), AT);
    let place = Place::new();
    let mut child = spawn(&mut place.command(&format!("run --endpoint {} --timeout 5m", server.endpoint())));
    // Nothing that is under way has an end now.
    while server.requests() <= AT {
        thread::sleep(Duration::from_millis(10));
    }
    assert!(signal(child.id(), "INT"));
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    errors.read_line(&mut line).unwrap();
    assert!(line.starts_with("interrupted by SIGINT: cleaning up ") && line.contains(" key"), "{line}");
    // What comes within a second belongs to the first one.
    assert!(signal(child.id(), "INT"));
    thread::sleep(Duration::from_millis(1_100));
    assert!(signal(child.id(), "INT"));
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3), "{out}");

    let results = place.results();
    let (keys, _) = staying(mock.address());
    assert!(!keys.is_empty() && keys.is_subset(&named(&results)), "{keys:?}\n{:?}", results.leaks);
    assert_eq!(results.usage.keys_left, named(&results).len() as u64, "{:?}", results.leaks);
    assert!(results.leaks.iter().all(|leak| leak.contains("interrupted by SIGINT and stopped at once")));
    assert!(keys.iter().all(|key| out.contains(&format!("leak: key {key} of alibaba/"))), "{out}");
    assert!(place.junit().contains("type=\"leak\""));
}

#[test]
fn an_endpoint_that_responds_no_more_ends_the_run_and_its_clean_up() {
    let mock = mock();
    let server = Server::hanging_with_a_key(mock.address(), 60);
    let place = Place::new();
    let arguments = format!("run --timeout 200ms --jobs 3 --endpoint {}", server.endpoint());
    let Ended { code, out, err } = ended(place.program(&arguments));
    assert!([3, 4].contains(&code), "{code}: {out}");
    let reason = "the endpoint does not respond any more: nothing was received for 6 time-outs of 200ms in a row";
    assert!(err.starts_with(&format!("{reason}: cleaning up ")), "{err}");

    let results = place.results();
    assert_eq!(results.stopped.as_deref(), Some(reason));
    assert!(results.summary.not_run > 600, "{:?}", results.summary);
    let (keys, _) = staying(mock.address());
    // A key that its case has scheduled for deletion counts as left too, since nothing has confirmed it. One whose creation
    // took too long has no id for the run, which says how many of them there may be.
    let named = named(&results);
    let unnamed = keys.difference(&named).count();
    assert!(unnamed <= lost(&results), "{keys:?}\n{:?}", results.leaks);
    assert!(!keys.is_empty() && keys.intersection(&named).all(|key| out.contains(key)), "{out}");
    // Six time-outs, six more for the clean-up, and each of three jobs has one request under way.
    assert!(server.requests() < 60 + 3 * 2 * 8, "{}", server.requests());
}

#[test]
fn throttling_is_a_response() {
    let place = Place::new();
    let arguments =
        "run alibaba/Encrypt/Enabled --timeout 100ms --fault throttle=Throttling,retry-after=1,operation=Encrypt";
    let Ended { out, .. } = ended(place.program(arguments));
    assert!(!out.contains("time-outs"), "{out}");
}

#[test]
fn a_run_ends_when_its_time_is_over() {
    let mock = mock();
    // It would last as long as the test otherwise.
    let server = Server::hanging_with_a_key(mock.address(), 20);
    let place = Place::new();
    let endpoint = server.endpoint();
    let arguments = format!("run --max-duration 2s --timeout 1500ms --routes canonical --endpoint {endpoint}");
    let Ended { out, err, .. } = ended(place.program(&arguments));
    assert!(err.starts_with("--max-duration is over (2s): cleaning up "), "{err}");
    let results = place.results();
    assert_eq!(results.stopped.as_deref(), Some("--max-duration is over (2s)"), "{out}");
    let not_run = results.cases.iter().find(|case| case.verdict == Verdict::NotRun).unwrap();
    assert_eq!(not_run.reason, "not judged: --max-duration is over (2s)");
    assert!(staying(mock.address()).0.is_subset(&named(&results)), "{:?}", results.leaks);

    let place = Place::new();
    let Ended { code, .. } = ended(place.program("run --max-duration 1ms"));
    // A case or two may be over by then.
    assert!([3, 4].contains(&code), "{code}");
    assert!(place.results().usage.keys_left == 0 && place.junit().contains("type=\"not-run\""));
}

#[test]
fn a_self_test_that_is_stopped_says_how_far_it_came() {
    let place = Place::new();
    let mut child = spawn(&mut place.command("self-test --jobs 1 Encrypt:Disabled@ DescribeKey"));
    // Its first line shows that it has begun.
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut String::new()).unwrap();
    assert!(signal(child.id(), "TERM"));
    let mut left = String::new();
    out.read_to_string(&mut left).unwrap();
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3), "{left}{err}");
    assert!(err.starts_with("interrupted: ") && err.contains(" deviations and emulators were tried"), "{err}");
}
