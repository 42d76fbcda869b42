//! The state of the toy in a file.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::client::{make, toggle};
use super::toy_cloud::ToySettings;
use crate::mock::host::access::AdminAccess;
use crate::mock::host::config::MockConfig;
use crate::mock::host::handle::Mock;
use crate::mock::host::persistence::StateError;
use crate::mock::host::service::StartError;

/// The variable that names the state file of [`served_until_killed`].
const STATE: &str = "KMS_CONFORMANCE_TOY_STATE";

fn config(state: &Path) -> MockConfig {
    let cloud = ToySettings { planted: 1 }.into();
    // Whoever runs the process by hand can look at the page.
    MockConfig { state: Some(state.to_owned()), admin: AdminAccess::Loopback, cloud, ..MockConfig::default() }
}

/// This test program once more, as a process that serves the toy.
struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    fn start(state: &Path) -> Self {
        let name = "mock::host::tests::state::served_until_killed";
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--ignored", "--nocapture"])
            .env(STATE, state)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.map_while(Result::ok).find_map(|line| line.strip_prefix("toy at ")?.parse().ok());
        Self { child, address: address.unwrap() }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
#[ignore = "it is a process that another test starts and kills"]
fn served_until_killed() {
    let Some(state) = std::env::var_os(STATE) else { return };
    let mock = Mock::start_with(config(state.as_ref())).unwrap();
    // The test harness may have begun a line of its own.
    println!("\ntoy at {}", mock.address());
    loop {
        std::thread::park();
    }
}

#[test]
fn what_a_client_knows_of_outlives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let first = Process::start(&state);
    let (kept, toggled) = (make(first.address), make(first.address));
    assert_eq!(toggle(first.address, &toggled), "off");
    first.kill();

    let second = Process::start(&state);
    assert_eq!(toggle(second.address, &kept), "off");
    assert_eq!(toggle(second.address, &toggled), "on");
    second.kill();

    let mock = Mock::start_with(config(&state)).unwrap();
    let summary = mock.state_summary().unwrap();
    // One was planted, and only at the first start.
    assert_eq!((summary.is_new, summary.keys, summary.aliases), (false, 3, 0));
    assert_eq!(toggle(mock.address(), &kept), "on");
}

#[test]
fn a_file_of_another_cloud_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    drop(Mock::start_with(config(&state)).unwrap());
    let before = std::fs::read(&state).unwrap();

    let other = MockConfig { state: Some(state.clone()), ..MockConfig::default() };
    let error = Mock::start_with(other).map(|_| ()).unwrap_err();
    assert!(matches!(error, StartError::State(StateError::OtherCloud { .. })), "{error}");
    assert!(error.to_string().contains("is of the mock of `toy`, not of `"), "{error}");
    assert_eq!(std::fs::read(&state).unwrap(), before);
}
