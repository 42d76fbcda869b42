//! A mock in a process of its own.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use crate::mock::client::Client;

/// The program with `mock` and these arguments.
pub fn command(arguments: &[impl AsRef<OsStr>]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kms-conformance"));
    command.args(["mock", "--listen", "127.0.0.1:0"]).args(arguments);
    command.env_remove("ALIBABA_CLOUD_ACCESS_KEY_SECRET").env_remove("AWS_SECRET_ACCESS_KEY").stdin(Stdio::null());
    command
}

/// The output of a mock that does not start.
pub fn refused(arguments: &[impl AsRef<OsStr>]) -> (i32, String) {
    let Output { status, stdout, stderr } = command(arguments).output().unwrap();
    assert!(stdout.is_empty());
    (status.code().unwrap(), String::from_utf8(stderr).unwrap())
}

/// A running mock, killed when dropped.
pub struct Process {
    child: Child,
    /// Where it listens.
    pub address: String,
}

impl Process {
    pub fn start(arguments: &[impl AsRef<OsStr>]) -> Self {
        Self::start_command(command(arguments))
    }

    pub fn start_command(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut address).unwrap();
        if address.is_empty() {
            let mut errors = String::new();
            child.stderr.unwrap().read_to_string(&mut errors).unwrap();
            panic!("the mock did not start: {errors}");
        }
        Self { child, address: address.trim_end().to_owned() }
    }

    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn client(&self) -> Client {
        Client::at(&self.endpoint(), "testid", "testsecret")
    }

    /// Ends it at once, as `kill -9` does.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for its end, and returns what it has written to the standard error.
    pub fn wait(mut self) -> (ExitStatus, String) {
        let mut errors = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        (self.child.wait().unwrap(), errors)
    }

    /// Has it end, and waits until it has.
    pub fn terminate(self) -> String {
        self.signal("TERM");
        let (status, errors) = self.wait();
        assert_eq!(status.code(), Some(0), "{errors}");
        errors
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
