//! Every clock of the command line, on every clock of a state file.

use super::process::{Process, refused};

/// A time by the clock of keys, as the mock says it.
async fn now(process: &Process) -> String {
    let response = process.client().send_raw("GET", "/_mock/", &[], Vec::new()).await.succeeded();
    response.text("/now")
}

async fn advance(process: &Process, seconds: u64) {
    let body = format!("{{\"advance_seconds\":{seconds}}}").into_bytes();
    process.client().send_raw("POST", "/_mock/clock", &[], body).await.succeeded();
}

/// A state file that a mock with this clock has written, and moved by a day.
async fn written_with(folder: &tempfile::TempDir, clock: &str) -> String {
    let path = folder.path().join(clock.replace([':', '='], "-")).display().to_string();
    let process = Process::start(&["--state", &path, "--clock", clock]);
    process.client().create_key(&[]).await;
    advance(&process, 86_400).await;
    process.terminate();
    path
}

/// Years apart from real time, so that no slow machine brings them together.
const BEGUN: &str = "2101-01-01T00:00:00Z";
const REACHED: &str = "2101-01-02T00:00:00Z";
const LATER: &str = "2102-01-01T00:00:00Z";
const EARLIER: &str = "2100-01-01T00:00:00Z";

#[tokio::test]
async fn a_clock_on_a_state_file_is_obeyed_or_refused_and_never_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let manual = |time: &str| format!("manual={time}");
    let tomorrow = &jiff::Timestamp::now().checked_add(jiff::SignedDuration::from_hours(24)).unwrap().to_string()[..13];

    // What the file was written with, what the mock is started with, and the begin of the time that it then shows; none if
    // it does not start.
    for (written, clock, shown) in [
        ("real", "real".to_owned(), Some(tomorrow)),
        ("real", "manual".to_owned(), Some(tomorrow)),
        ("real", manual(LATER), Some(LATER)),
        ("real", manual("2001-01-01T00:00:00Z"), None),
        ("manual", "real".to_owned(), Some(tomorrow)),
        ("manual", "manual".to_owned(), Some(tomorrow)),
        ("manual", manual(LATER), Some(LATER)),
        ("manual", manual("2001-01-01T00:00:00Z"), None),
        (&manual(BEGUN), "real".to_owned(), Some(&REACHED[..16])),
        (&manual(BEGUN), "manual".to_owned(), Some(REACHED)),
        (&manual(BEGUN), manual(LATER), Some(LATER)),
        (&manual(BEGUN), manual("2102-01-01T05:00:00+05:00"), Some(LATER)),
        (&manual(BEGUN), manual(REACHED), Some(REACHED)),
        (&manual(BEGUN), manual(BEGUN), Some(REACHED)),
        (&manual(BEGUN), manual("2100-12-31T19:00:00-05:00"), Some(REACHED)),
        (&manual(BEGUN), manual("2101-01-01T12:00:00Z"), None),
        (&manual(BEGUN), manual(EARLIER), None),
        (&manual("2001-01-01T00:00:00Z"), "manual".to_owned(), Some("2001-01-02T00:00:00Z")),
    ] {
        let path = written_with(&folder, written).await;
        let arguments = ["--state", &path, "--clock", &clock];
        let Some(shown) = shown else {
            let before = std::fs::read(&path).unwrap();
            let (status, message) = refused(&arguments);
            assert_eq!(status, 2, "{written} {clock}");
            assert!(message.contains("and never goes back, so it can't start at"), "{message}");
            assert_eq!(std::fs::read(&path).unwrap(), before, "{written} {clock}");
            std::fs::remove_file(&path).unwrap();
            continue;
        };

        let process = Process::start(&arguments);
        assert!(now(&process).await.starts_with(shown), "{written} {clock}: {}", now(&process).await);
        let at = now(&process).await;
        let report = process.terminate();
        assert!(report.contains(&format!("its clock is at {}", &at[..13])), "{report}");
        std::fs::remove_file(&path).unwrap();
    }
}

#[tokio::test]
async fn the_start_that_was_told_is_known_after_a_life_without_one() {
    let folder = tempfile::tempdir().unwrap();
    let begun = format!("manual={BEGUN}");
    let path = written_with(&folder, &begun).await;
    let process = Process::start(&["--state", &path, "--clock", "manual"]);
    advance(&process, 3600).await;
    process.terminate();

    let process = Process::start(&["--state", &path, "--clock", &begun]);
    assert_eq!(now(&process).await, "2101-01-02T01:00:00Z");
}

#[test]
fn what_is_no_clock_is_a_mistake() {
    for clock in
        ["manual=", "manual=yesterday", "manual=2024-01-02", "manual=2024-01-02T03:04:05", "Real", "offset=1h", ""]
    {
        assert_eq!(refused(&["--clock", clock]).0, 2, "{clock}");
    }
}
