//! A run moves only a clock that it was given to move.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use kms_conformance::mock::Mock;
use kms_conformance::verdict::{Kind, Verdict};

use super::admin::{FOREIGN, NOW, keys_and_aliases, mock_of_others};
use super::program::{Ended, Place, ended};
use super::server::Server;

/// A scenario, a route and a row that move the clock, and a case that does not.
const CASES: &str = "alibaba/CancelKeyDeletion/PendingImport/EXTERNAL/via-expiry alibaba/CreateKeyVersion/Enabled \
                     alibaba/Encrypt/Enabled";

#[test]
fn the_clock_of_a_running_mock_and_the_keys_of_others_stay() {
    let mock = mock_of_others();
    let before = keys_and_aliases(mock.address());
    let place = Place::new();
    let Ended { code, out, .. } = ended(place.program(&format!("run --endpoint {} {CASES}", mock.endpoint())));
    assert_eq!((code, mock.now().to_string().as_str()), (0, NOW), "{out}");

    let results = place.results();
    let skipped: Vec<_> = results.cases.iter().filter(|case| case.verdict == Verdict::Skipped).collect();
    assert_eq!(skipped.len(), 2, "{out}");
    for case in skipped {
        assert_eq!(case.kind, Some(Kind::Unavailable));
        assert!(case.reason.contains("--move-clock") && case.reason.contains("--clock-hook"), "{}", case.reason);
    }
    let (keys, aliases) = keys_and_aliases(mock.address());
    assert!(before.0.iter().all(|key| keys.contains(key)), "{keys:?}");
    assert_eq!(aliases, before.1);
}

#[test]
fn the_clock_of_a_mock_is_moved_where_that_is_allowed() {
    let mock = mock_of_others();
    let place = Place::new();
    let run = format!("run --move-clock --endpoint {} {CASES}", mock.endpoint());
    let Ended { code, out, .. } = ended(place.program(&run));
    assert_eq!((code, place.results().summary.pass), (0, 3), "{out}");
    assert_ne!(mock.now().to_string(), NOW);
    // That is why it must be allowed: a year goes by for the keys of others too.
    assert!(keys_and_aliases(mock.address()).0.iter().all(|(id, _)| id != FOREIGN));
}

#[test]
fn a_hook_is_all_that_is_sent_to_move_a_clock() {
    let mock = Mock::start().unwrap();
    let moved = Arc::new(AtomicUsize::new(0));
    let heads = Arc::new(Mutex::new(Vec::new()));
    let hook = Server::responding({
        let (moved, heads) = (Arc::clone(&moved), Arc::clone(&heads));
        move |stream, head| {
            use std::io::Write as _;
            moved.fetch_add(1, Ordering::SeqCst);
            heads.lock().unwrap().push(head.lines().next().unwrap_or_default().to_owned());
            stream.write_all(b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n").unwrap();
        }
    });
    let place = Place::new();
    let run = format!("run --endpoint {} alibaba/CreateKeyVersion/Enabled --clock-hook", mock.endpoint());
    let Ended { code, out, .. } = ended(place.program(&run).arg(format!("{}/by?s={{seconds}}", hook.endpoint())));
    assert_eq!(code, 4, "{out}");
    assert!(place.results().cases[0].reason.contains("the clock hook responded with HTTP 500"), "{out}");
    assert_eq!(moved.load(Ordering::SeqCst), 1);
    assert!(heads.lock().unwrap()[0].starts_with("POST /by?s="), "{heads:?}");
}

#[test]
fn a_clock_that_is_not_there_is_a_mistake() {
    // A mock without an admin API, and something else.
    let mock = Mock::start().unwrap();
    let page = Server::web_page("200 OK");
    for endpoint in [mock.endpoint(), page.endpoint()] {
        let place = Place::new();
        let Ended { code, out, err } = ended(place.program(&format!("run --move-clock --endpoint {endpoint}")));
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains("--move-clock") && err.contains("--clock-hook") && err.contains(&endpoint), "{err}");
        assert!(!place.path().join("reports").exists());
    }
    assert_eq!(mock.total_requests(), 0);
}

#[test]
fn two_runs_do_not_move_one_clock_at_the_same_time() {
    let mock = mock_of_others();
    let place = Place::new();
    // While a request of the first run is on its way, the second is begun.
    let (sender, second) = std::sync::mpsc::channel();
    let other = Place::new();
    let arguments = "--move-clock alibaba/CreateKeyVersion/Enabled --endpoint";
    let (before, address) = (mock.total_requests(), mock.address());
    let endpoint = Arc::new(Mutex::new(String::new()));
    let server = Server::before(address, 3, {
        let endpoint = Arc::clone(&endpoint);
        let program = move |endpoint: &str| ended(other.program(&format!("run {arguments} {endpoint}")));
        move || sender.send(program(&endpoint.lock().unwrap().clone())).unwrap()
    });
    *endpoint.lock().unwrap() = server.endpoint();

    let Ended { code, out, .. } = ended(place.program(&format!("run {arguments} {}", server.endpoint())));
    assert_eq!(code, 0, "{out}");
    let Ended { code, out, err } = second.recv().unwrap();
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    assert!(err.contains("another run moves the clock of"), "{err}");
    assert!(mock.total_requests() > before);
}
