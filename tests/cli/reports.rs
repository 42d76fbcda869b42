//! What a run leaves behind: two reports that other programs can read, or a clear word on why not.

use std::collections::BTreeSet;
use std::fs;

use kms_conformance::event::Summary;
use kms_conformance::report::results::Results;
use kms_conformance::verdict::Verdict;
use quick_xml::events::Event;
use quick_xml::reader::Reader;

use super::program::{Ended, Place, ended};

/// What JUnit XML says, read by another reader than the one that wrote it.
#[derive(Debug, Default, PartialEq)]
struct Junit {
    /// The counts of the root: tests, failures, errors, skipped. The strict form has no place for the last.
    root: [Option<usize>; 4],
    /// The sum of the counts of the suites.
    suites: [usize; 4],
    /// What is really there.
    counted: [usize; 4],
    names: Vec<(String, String)>,
}

fn junit(text: &str) -> Junit {
    let mut reader = Reader::from_str(text);
    let mut junit = Junit::default();
    loop {
        let element = match reader.read_event().unwrap() {
            Event::Eof => return junit,
            Event::Start(element) | Event::Empty(element) => element,
            _ => continue,
        };

        let attribute = |name: &str| {
            let value = element.try_get_attribute(name).unwrap()?;
            Some(String::from_utf8(value.value.to_vec()).unwrap())
        };
        let counts = || {
            ["tests", "failures", "errors", "skipped"]
                .map(|name| attribute(name).map(|count| count.parse::<usize>().unwrap()))
        };

        match element.name().as_ref() {
            b"testsuites" => junit.root = counts(),
            b"testsuite" => junit.suites.iter_mut().zip(counts()).for_each(|(sum, count)| *sum += count.unwrap()),
            b"testcase" => {
                junit.counted[0] += 1;
                junit.names.push((attribute("classname").unwrap(), attribute("name").unwrap()));
            }
            b"failure" => junit.counted[1] += 1,
            b"error" => junit.counted[2] += 1,
            b"skipped" => junit.counted[3] += 1,
            _ => {}
        }
    }
}

/// Holds the two reports of a run against each other.
#[track_caller]
fn consistent(place: &Place, strict: bool) -> Results {
    let results = place.results();
    let mut summary = Summary::default();
    results.cases.iter().for_each(|case| summary.count(case.verdict));
    assert_eq!(results.summary, summary);
    assert_eq!(results.suite.cases, results.cases.len());
    assert!(results.cases.is_sorted_by(|one, next| one.id < next.id), "unique ids in order");

    let junit = junit(&place.junit());
    for (said, counted) in junit.root.into_iter().zip(junit.counted) {
        assert_eq!(said.unwrap_or(counted), counted, "{:?}", junit.root);
    }
    assert_eq!(junit.root.iter().flatten().count(), if strict { 3 } else { 4 });
    assert_eq!(junit.suites, junit.counted);
    let red = summary.inconclusive + summary.not_run + summary.unexpected_pass;
    let grey = summary.skipped + summary.known_failure;
    let [tests, failures, errors, skipped] = junit.counted;
    assert_eq!((tests, failures + errors, skipped), (summary.total(), summary.fail + red, grey), "{summary:?}");
    let unique: BTreeSet<_> = junit.names.iter().collect();
    assert_eq!(unique.len(), junit.names.len());
    results
}

#[test]
fn both_reports_say_the_same_and_can_be_read() {
    for (arguments, code) in [
        ("run --routes canonical", 0),
        (
            "run operation:Decrypt operation:DisableKey operation:Encrypt --deviate Decrypt:Enabled=409/Rejected.Disabled --deviate DisableKey:Enabled=400/Rejected.Disabled",
            1,
        ),
        ("run --junit-strict --fail-fast --jobs 1 --deviate CreateAlias:Disabled=409/Rejected.Disabled", 1),
        ("run --endpoint http://127.0.0.1:1", 4),
    ] {
        let place = Place::new();
        assert_eq!(ended(place.program(arguments)).code, code, "{arguments}");
        let results = consistent(&place, arguments.contains("--junit-strict"));
        assert!(results.cases.iter().all(|case| case.verdict == Verdict::Pass || !case.reason.is_empty()));
        assert!(!place.junit().contains("testsecret"));
    }
}

#[test]
fn a_second_run_replaces_the_reports_of_the_first() {
    let place = Place::new();
    assert_eq!(ended(place.program("run state:Disabled")).code, 0);
    let first = consistent(&place, false).cases.len();
    assert_eq!(ended(place.program("run operation:Encrypt")).code, 0);
    assert_ne!(consistent(&place, false).cases.len(), first);
    assert_eq!(place.names("reports"), ["junit.xml", "results.json"]);
}

#[test]
fn reports_go_where_the_flags_say() {
    let place = Place::new();
    let arguments = "run operation:Encrypt --reports all/of --junit test/unit.xml --json machine.json";
    let Ended { code, out, .. } = ended(place.program(arguments));
    assert_eq!(code, 0);
    assert!(out.contains("\nreports: machine.json, test/unit.xml\n"), "{out}");
    assert!(place.path().join("test/unit.xml").is_file() && place.path().join("machine.json").is_file());
    assert!(!place.path().join("reports").exists());
}

/// A path in which nobody can make a file.
fn read_only(place: &Place) -> String {
    let folder = place.path().join("read-only");
    fs::create_dir(&folder).unwrap();
    let mut permissions = fs::metadata(&folder).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&folder, permissions).unwrap();
    // The administrator of a system is not stopped by permissions, but by the system's own files.
    let stopped = fs::write(folder.join("probe"), "").is_err();
    if stopped { "read-only".to_owned() } else { "/proc/self".to_owned() }
}

#[test]
fn a_path_that_can_not_be_written_is_reported_before_the_run() {
    let place = Place::new();
    fs::write(place.path().join("file"), "mine").unwrap();
    fs::create_dir(place.path().join("folder")).unwrap();
    let read_only = read_only(&place);
    let before = place.names("");

    for (arguments, path) in [
        (format!("run --reports {read_only}"), read_only.as_str()),
        ("run --reports file".to_owned(), "file"),
        ("run --junit file/junit.xml".to_owned(), "file/junit.xml"),
        ("run --json folder".to_owned(), "folder"),
    ] {
        let Ended { code, out, err } = ended(place.program(&format!("{arguments} state:Disabled")));
        assert_eq!((code, out.as_str()), (2, ""), "{arguments}: {err}");
        assert!(err.starts_with("error: failed to write ") && err.contains(path), "{arguments}: {err}");
        assert_eq!(err.lines().count(), 1, "{err}");
    }

    assert_eq!(fs::read_to_string(place.path().join("file")).unwrap(), "mine");
    let mut after = place.names("");
    // The other report's folder may have been made by then.
    after.retain(|name| name != "reports");
    assert_eq!(after, before);
    let left = place.path().join("reports");
    assert!(!left.exists() || fs::read_dir(left).unwrap().next().is_none(), "half a report");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_reported_after_the_run_and_the_other_report_is_written() {
    for (flag, other) in [("--junit", "results.json"), ("--json", "junit.xml")] {
        let place = Place::new();
        let Ended { code, out, err } = ended(place.program(&format!("run {flag} /dev/full state:Disabled")));
        assert_eq!(code, 3, "{out}");
        assert_eq!(
            err,
            "error: failed to write /dev/full: No space left on device (os error 28); free some space or choose another disk\n"
        );
        assert!(out.contains("passed"), "{out}");
        assert!(out.contains(&format!("\nreports: reports/{other}\n")), "{out}");
        assert_eq!(place.names("reports"), [other]);
    }
}

#[test]
fn two_reports_are_never_one_file() {
    let place = Place::new();
    let path = |name: &str| place.path().join(name);
    fs::create_dir(path("folder")).unwrap();
    fs::write(path("file"), "").unwrap();
    fs::hard_link(path("file"), path("hard")).unwrap();
    let mut pairs = vec![("new", "./new"), ("new", "folder/../new"), ("file", "hard"), ("-", "-")];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("new", path("soft")).unwrap();
        pairs.push(("new", "soft"));
    }
    for (one, other) in pairs {
        let program = place.program(&format!("run -q alibaba/Encrypt/Disabled --json {one} --junit {other}"));
        let Ended { code, out, err } = ended(program);
        assert_eq!((code, out.as_str()), (2, ""), "{one} {other}: {err}");
        let message = "error: the results (--json) and JUnit XML (--junit) would be one file, ";
        assert!(err.starts_with(message), "{one} {other}: {err}");
    }
}

#[test]
fn no_report_takes_the_place_of_a_file_that_the_run_needs() {
    let place = Place::new();
    fs::create_dir(place.path().join("folder")).unwrap();
    for (arguments, file, message) in [
        (
            "--known list.toml --json folder/../list.toml",
            "list.toml",
            "the list of known failures (--known) and the results (--json) would be one file, ",
        ),
        ("--known list.toml --junit list.toml", "list.toml", "(--known) and JUnit XML (--junit) would be one file, "),
        ("--ca-file ca.pem --json ca.pem", "ca.pem", "the certificates (--ca-file) and the results (--json) would be "),
        ("--reports folder --junit folder/ledger.jsonl", "folder/ledger.jsonl", "the ledger of keys and JUnit XML "),
        ("--cases folder --json folder/row.yaml", "folder/row.yaml", "a case file (--cases) and the results (--json) "),
        // Where not even the arguments are understood.
        ("--bogus --known list.toml --json list.toml", "list.toml", "--bogus"),
        ("--known list.toml --junit list.toml --jobs many", "list.toml", "--jobs"),
        // And where nothing says what the file is for.
        ("--bogus --json mine.json", "mine.json", "--bogus"),
    ] {
        let path = place.path().join(file);
        fs::write(&path, "format = 1\n").unwrap();
        let Ended { code, err, .. } = ended(place.program(&format!("run -q alibaba/Encrypt/Disabled {arguments}")));
        assert!(code == 2 && err.contains(message), "{arguments}: {err}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "format = 1\n", "{arguments}");
        fs::remove_file(path).unwrap();
    }
    assert_eq!(place.names("folder"), [""; 0]);
}

#[test]
fn a_report_on_the_standard_output_is_alone_there() {
    let place = Place::new();
    let Ended { code, out, err } = ended(place.program("run alibaba/Encrypt/Disabled --json -"));
    assert_eq!(code, 0, "{err}");
    let results: Results = out.parse().unwrap();
    assert_eq!(results.summary.pass, 1);
    assert!(err.contains("1 case: 1 passed"), "{err}");
    assert_eq!(place.names("reports"), ["junit.xml"]);

    let Ended { code, out, .. } = ended(place.program("run alibaba/Encrypt/Disabled --junit -"));
    assert!(code == 0 && out.starts_with("<?xml") && out.trim_end().ends_with("</testsuites>"), "{out}");
}

/// The signal that the system sends would end the process without a word.
#[test]
#[cfg(target_os = "linux")]
fn a_file_that_may_not_grow_is_reported() {
    let place = Place::new();
    let program = snapbox::cmd::cargo_bin!("kms-conformance").display().to_string();
    let script = format!("ulimit -f 8; exec {program} run state:Disabled -v --color never");
    let output = std::process::Command::new("bash").args(["-c", &script]).current_dir(place.path()).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{err}");
    assert!(err.contains("reports/results.json: File too large") && err.contains("see `ulimit -f`"), "{err}");
}
