//! The program that a test binary is, against a mock of this process.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::fs;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use libtest_mimic::{Arguments, Conclusion};
use tempfile::{NamedTempFile, TempDir};
use tokio::net::TcpSocket;

use super::Harness;
use super::program::{Surroundings, run};
use crate::mock::{AdminAccess, Mock, MockConfig};

/// A folder for the files of processes, and what they said and printed.
struct Place {
    folder: Arc<TempDir>,
    log: NamedTempFile,
    said: Arc<Mutex<Vec<String>>>,
}

impl Place {
    fn new() -> Self {
        Self::beside(Arc::new(tempfile::tempdir().unwrap()))
    }

    /// Of processes that know of those in another place with this folder.
    fn beside(folder: Arc<TempDir>) -> Self {
        Self { folder, log: NamedTempFile::new().unwrap(), said: Arc::default() }
    }

    /// Runs a process with these arguments; `many` as one of a run that has a process for each test.
    fn run(&self, harness: Harness, arguments: &str, many: bool) -> Conclusion {
        let words =
            ["kms", "--logfile", self.log.path().to_str().unwrap()].into_iter().chain(arguments.split_whitespace());
        let said = Arc::clone(&self.said);
        let surroundings = Surroundings {
            run: many.then(|| "a-run".to_owned()),
            many,
            folder: self.folder.path().to_owned(),
            say: Arc::new(move |line| {
                said.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned());
            }),
        };
        run(harness, Arguments::from_iter(words), surroundings)
    }

    /// What the last process printed.
    fn log(&self) -> String {
        fs::read_to_string(self.log.path()).unwrap()
    }

    fn said(&self) -> Vec<String> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A loopback address where nothing listens, nor can a server of another test: a socket that doesn't listen holds its
/// port.
fn nowhere() -> String {
    static HELD: OnceLock<TcpSocket> = OnceLock::new();
    let held = HELD.get_or_init(|| {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        socket
    });
    format!("http://{}", held.local_addr().unwrap())
}

/// A mock with an admin API, by which its clock is moved.
fn mock_with_clock() -> Mock {
    Mock::start_with(MockConfig { admin: AdminAccess::Loopback, ..MockConfig::default() }).unwrap()
}

#[test]
fn without_an_endpoint_one_test_fails_whatever_is_selected() {
    for (harness, reason) in [
        (Harness::endpoint_from_env("KMS_ENDPOINT_OF_NOBODY"), "`KMS_ENDPOINT_OF_NOBODY` is not set: set it to"),
        (Harness::endpoint("127.0.0.1:8080"), "it has no scheme"),
        (Harness::endpoint(nowhere()).provider("azure"), "there is no provider `azure`; known: alibaba, aws"),
        (Harness::endpoint(nowhere()), "no service responds at http://127.0.0.1:"),
        (Harness::endpoint(nowhere()).wait(Duration::from_millis(1)), "no service responds at http://127.0.0.1:"),
        (Harness::endpoint(nowhere()).clock_hook("http://127.0.0.1/clock"), "the clock hook can't be used: it has no"),
        (Harness::endpoint("http://192.0.2.1").max_keys(300), "allow it with `Harness::max_keys("),
    ] {
        let place = Place::new();
        let conclusion = place.run(harness, "Encrypt", false);
        assert_eq!((conclusion.num_failed, conclusion.num_passed), (1, 0), "{reason}");
        let log = place.log();
        assert!(log.contains(reason) && log.lines().count() < 20, "{log}");
    }
    for arguments in ["", "--ignored", "--skip Target", "--exact alibaba/Encrypt/Disabled"] {
        let conclusion = Place::new().run(Harness::endpoint(nowhere()), arguments, false);
        assert_eq!((conclusion.num_failed, conclusion.num_passed), (1, 0), "{arguments}");
    }
}

#[test]
fn what_is_listed_without_an_endpoint_fails_though_it_is_there_later() {
    let place = Place::new();
    let _ = place.run(Harness::endpoint(nowhere()), "--list --format terse", true);
    let listed = place.log();
    assert!(listed.ends_with("/not-testable: test\n") && listed.lines().count() == 1, "{listed}");

    // A test that is listed here too would be taken for one that is ignored.
    let _ = place.run(Harness::endpoint(nowhere()), "--list --format terse --ignored", true);
    assert_eq!(place.log(), "");

    let mock = Mock::start().unwrap();
    let name = format!("Target/{}/not-testable", mock.endpoint());
    let conclusion = place.run(Harness::endpoint(mock.endpoint()), &format!("--exact {name} --nocapture"), true);
    assert_eq!(conclusion.num_failed, 1);
    assert!(place.log().contains("nothing could be tested when the tests were listed"), "{}", place.log());
}

#[test]
fn the_cases_of_another_cloud_are_tests() {
    let cloud = crate::mock::registry::bundled("aws").unwrap();
    let config = MockConfig { cloud, ..MockConfig::default() };
    let (mock, place) = (Mock::start_with(config).unwrap(), Place::new());
    let _ = place.run(Harness::endpoint(mock.endpoint()).provider("aws"), "--list --format terse", false);
    let listed = place.log();
    assert!(listed.contains("aws/Encrypt/Disabled/imported: test\n"), "{listed}");
    assert!(!listed.contains("alibaba/"), "{listed}");
}

#[test]
fn the_first_line_names_the_target_and_the_next_what_is_ignored() {
    let (mock, place) = (Mock::start().unwrap(), Place::new());
    let conclusion = place.run(Harness::endpoint(mock.endpoint()), "alibaba/Encrypt/PendingImport", false);
    assert_eq!((conclusion.num_failed, conclusion.num_ignored), (0, 1));
    assert!(conclusion.num_passed > 0);
    assert!(place.log().contains("ignored (a clock that may be moved is needed; see"), "{}", place.log());

    let said = place.said();
    assert_eq!(said[0], format!("tests of {}", mock.endpoint()));
    assert!(said[1].contains("cases are ignored: a clock that may be moved is needed"), "{said:?}");
    assert_eq!(said.len(), 2);
}

#[test]
fn an_ignored_case_that_is_run_all_the_same_does_not_pass() {
    const ID: &str = "alibaba/Encrypt/PendingImport/EXTERNAL/via-expiry";
    let (mock, place) = (Mock::start().unwrap(), Place::new());
    let harness = Harness::endpoint(mock.endpoint());
    let _ = place.run(harness.clone(), "--list --format terse --ignored", true);
    assert!(place.log().lines().any(|line| line == format!("{ID}: test")), "{}", place.log());

    for (arguments, many) in
        [("--ignored", true), ("--ignored", false), ("--include-ignored", true), ("--include-ignored", false)]
    {
        let conclusion = place.run(harness.clone(), &format!("--exact {ID} {arguments}"), many);
        assert_eq!((conclusion.num_failed, conclusion.num_passed), (1, 0), "{arguments} {many}");
        assert!(place.log().contains("it can't be run: a clock that may be moved is needed"), "{}", place.log());
    }
}

#[test]
fn a_test_of_many_runs_its_case_and_no_other() {
    let (mock, place) = (mock_with_clock(), Place::new());
    let harness = Harness::endpoint(mock.endpoint()).move_clock();
    let target = format!("Target/{}", mock.endpoint());
    for (name, failed) in [
        (target.as_str(), 0),
        ("alibaba/Encrypt/Disabled", 0),
        ("alibaba/Encrypt/PendingImport/EXTERNAL/via-expiry", 0),
        ("alibaba/Encrypt/Nowhere", 1),
    ] {
        let conclusion = place.run(harness.clone(), &format!("--exact {name} --nocapture"), true);
        assert_eq!((conclusion.num_passed, conclusion.num_failed), (1 - failed, failed), "{name}: {}", place.log());
    }
}

#[test]
fn an_endpoint_that_goes_away_fails_each_test_in_a_line() {
    let place = Place::new();
    let run = |endpoint: &str| {
        let _ = place.run(Harness::endpoint(endpoint), "--exact alibaba/Encrypt/Disabled --nocapture", true);
        place.log()
    };
    let gone = nowhere();
    let first = run(&gone);
    assert!(first.contains("no service responds at") && first.lines().count() < 20, "{first}");
    // Without sending anything.
    let second = run(&gone);
    assert!(second.contains("not run: no service responds at") && second.lines().count() < 20, "{second}");
}

#[test]
fn only_a_mock_of_this_program_moves_its_clock_by_itself() {
    let place = Place::new();
    let mock = Mock::start().unwrap();
    let conclusion = place.run(Harness::endpoint(mock.endpoint()).move_clock(), "", false);
    assert_eq!((conclusion.num_failed, conclusion.num_passed), (1, 0));
    assert!(place.log().contains("`Harness::move_clock` needs a mock of this program"), "{}", place.log());
}

#[test]
fn processes_that_move_one_clock_do_not_disturb_each_other() {
    let mock = mock_with_clock();
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let harness = Harness::endpoint(mock.endpoint()).move_clock();
    let failed: u64 = std::thread::scope(|scope| {
        let run = |filter: &'static str| {
            let harness = harness.clone();
            let place = Place::beside(Arc::clone(&folder));
            scope.spawn(move || {
                let conclusion = place.run(harness, &format!("--test-threads 2 {filter}"), false);
                assert!(conclusion.num_passed > 5, "{filter}: {}", place.log());
                conclusion.num_failed
            })
        };
        let runs = ["via-expiry", "alibaba/ImportKeyMaterial", "alibaba/ListKeys", "deletion"].map(run);
        runs.into_iter().map(|run| run.join().unwrap()).sum()
    });
    assert_eq!(failed, 0);
}
