//! Reports are of their run: what the run before has written is put aside, and two runs never write the same files.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use kms_conformance::mock::Mock;

use super::program::{Ended, Place, ended};
use super::server::Server;

const REPORTS: [&str; 2] = ["junit.xml", "results.json"];
const PREVIOUS: [&str; 2] = ["junit.xml.previous", "results.json.previous"];

/// A run that has written its reports.
fn good_run(place: &Place) {
    assert_eq!(ended(place.program("run -q alibaba/Encrypt/Disabled")).code, 0);
    assert_eq!(place.names("reports"), REPORTS);
}

/// A run that has begun, and gets no response to this request and those after it.
fn hanging(place: &Place, server: &Server, number: usize, arguments: &str) -> Child {
    let mut command: Command = place.command(&format!("run {arguments} --endpoint {}", server.endpoint()));
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while server.requests() <= number {
        thread::sleep(Duration::from_millis(10));
    }
    child
}

#[test]
fn a_run_that_writes_no_reports_leaves_none_of_the_run_before() {
    let place = Place::new();
    for (arguments, code) in [
        ("run --bogus", 2),
        ("run nothing/here", 2),
        ("run --known missing.toml", 2),
        ("run --region cn-hangzhou", 2),
        ("run --endpoint 127.0.0.1:1", 2),
        ("run state:Disabled --exclude state:*", 4),
    ] {
        good_run(&place);
        let results = fs::read_to_string(place.path().join("reports/results.json")).unwrap();
        // Twice, for the second one must not lose what the first one has kept.
        for _ in 0..2 {
            let Ended { code: exit, err, .. } = ended(place.program(arguments));
            assert_eq!(exit, code, "{arguments}: {err}");
            let said = "this run has written no reports; those of the run before are kept as \
                        reports/results.json.previous and reports/junit.xml.previous\n";
            assert!(err.contains(said), "{arguments}: {err}");
            assert_eq!(place.names("reports"), PREVIOUS, "{arguments}");
        }
        let kept = fs::read_to_string(place.path().join("reports/results.json.previous")).unwrap();
        assert!(kept == results, "{arguments}");

        let Ended { code, err, .. } = ended(place.program("known --update known.toml"));
        assert_eq!(code, 2, "{err}");
        assert!(err.contains("--results reports/results.json.previous"), "{err}");
    }
    good_run(&place);
}

#[test]
fn a_run_with_files_of_its_own_puts_nothing_else_aside() {
    let place = Place::new();
    good_run(&place);
    assert_eq!(ended(place.program("run --json a.json --junit b.xml --bogus")).code, 2);
    assert_eq!(place.names("reports"), REPORTS);
    assert_eq!(ended(place.program("list --bogus")).code, 2);
    assert_eq!(place.names("reports"), REPORTS);
}

#[test]
fn a_run_that_is_killed_leaves_no_reports_that_look_like_its_own() {
    let place = Place::new();
    good_run(&place);
    let mock = Mock::start().unwrap();
    let server = Server::hanging_after(mock.address(), 20);
    let mut child = hanging(&place, &server, 20, "");
    child.kill().unwrap();
    child.wait().unwrap();
    let names = place.names("reports");
    assert!(PREVIOUS.iter().all(|name| names.iter().any(|there| there == name)), "{names:?}");
    assert!(!REPORTS.iter().any(|name| names.iter().any(|there| there == name)), "{names:?}");
    // What is left of its locks is in nobody's way.
    assert_eq!(ended(place.program("run -q alibaba/Encrypt/Disabled")).code, 0);
    let left = place.names("reports");
    assert!(left.iter().all(|name| !name.contains("previous") && !name.ends_with(".lock")), "{left:?}");
}

#[test]
fn two_runs_never_write_the_same_files() {
    let place = Place::new();
    good_run(&place);
    let mock = Mock::start().unwrap();
    let server = Server::hanging_after(mock.address(), 20);
    let first = hanging(&place, &server, 20, "--timeout 5m --max-duration 5m");

    for arguments in ["run", "run --junit other.xml", "run --json ./reports/results.json --junit other.xml"] {
        let Ended { code, err, .. } = ended(place.program(arguments));
        assert_eq!(code, 2, "{arguments}: {err}");
        assert!(err.contains("error: another run is going to write ") && err.contains("--reports"), "{err}");
    }
    let Ended { code, err, .. } = ended(place.program("run -q --reports mine alibaba/Encrypt/Disabled"));
    assert_eq!(code, 0, "{err}");
    assert_eq!(place.names("mine"), REPORTS);

    let mut first = first;
    first.kill().unwrap();
    first.wait().unwrap();
}
