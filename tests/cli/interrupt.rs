//! Ctrl-C in the middle of a run.

use std::process::Stdio;
use std::sync::mpsc;

use kms_conformance::mock::{AdminAccess, Mock, MockConfig};
use kms_conformance::verdict::{Kind, Verdict};

use super::program::{Ended, Place, interrupt, rest};
use super::server::{Server, get};

/// The request before which the run is interrupted: about one in ten of them all has been sent.
const AT: usize = 200;

#[test]
fn an_interrupted_run_removes_its_keys_and_writes_its_reports() {
    let mock = Mock::start_with(MockConfig { admin: AdminAccess::Loopback, ..MockConfig::default() }).unwrap();
    let (sender, process) = mpsc::channel();
    let server = Server::before(mock.address(), AT, move || interrupt(process.recv().unwrap()));
    let place = Place::new();
    let mut command = place.command(&format!("run --jobs 4 --endpoint {}", server.endpoint()));
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    sender.send(child.id()).unwrap();
    let Ended { code, out, err } = rest(child);
    assert_eq!((code, err.as_str()), (3, ""), "{out}");
    assert!(out.contains("cut short: interrupted; "), "{out}");

    let results = place.results();
    assert!(!results.complete);
    assert_eq!(results.stopped.as_deref(), Some("interrupted"));
    assert_eq!(results.cases.len(), results.suite.cases);
    assert!(results.cases.iter().any(|case| case.verdict == Verdict::Pass), "{:?}", results.summary);
    assert!(results.cases.iter().any(|case| case.kind == Some(Kind::Cut)), "{:?}", results.summary);
    assert_eq!(results.summary.fail, 0);
    assert!(place.junit().contains("type=\"not-run\""));
    assert_eq!(place.names("reports"), ["junit.xml", "ledger.jsonl", "results.json"]);

    assert_eq!(results.usage.keys_left, 0);
    let state: serde_json::Value = serde_json::from_str(&get(mock.address(), "/_mock/state")).unwrap();
    let keys = state["accounts"][0]["keys"].as_array().unwrap();
    assert!(!keys.is_empty() && keys.iter().all(|key| key["state"] == "PendingDeletion"), "{keys:?}");
    assert_eq!(keys.len() as u64, results.usage.keys_created);
    assert_eq!(state["accounts"][0]["alias_count"], 0);
}
