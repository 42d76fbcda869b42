//! The program in a folder of its own, with nothing of the environment that could change what it does.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use kms_conformance::report::results::Results;
use snapbox::cmd::{Command as Snapped, cargo_bin};
use tempfile::TempDir;

/// Variables of the environment that the program or its libraries read.
const READ: [&str; 29] = [
    "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "ALIBABA_CLOUD_PROFILE",
    "ALIBABA_CLOUD_SECURITY_TOKEN",
    "AWS_ACCESS_KEY_ID",
    "AWS_CONFIG_FILE",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_KMS",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SHARED_CREDENTIALS_FILE",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "GITHUB_ACTIONS",
    "GITHUB_STEP_SUMMARY",
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
    "ALL_PROXY",
    "all_proxy",
    "LC_ALL",
    "NO_COLOR",
];

/// The variables that the program must not find: those, and each that sets a flag.
fn read() -> impl Iterator<Item = String> {
    let flags = std::env::vars().map(|(name, _)| name).filter(|name| name.starts_with("KMS_CONFORMANCE_"));
    READ.iter().map(|name| (*name).to_owned()).chain(flags)
}

/// A folder to run the program in; it is removed when this is dropped.
pub struct Place {
    folder: TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The program with these arguments, separated by spaces.
    pub fn program(&self, arguments: &str) -> Snapped {
        let mut command = Snapped::new(cargo_bin!("kms-conformance"));
        for name in read() {
            command = command.env_remove(name);
        }
        command
            .env("HOME", self.path())
            .env("LC_ALL", "C.UTF-8")
            .current_dir(self.path())
            .args(arguments.split_whitespace())
    }

    /// The same for a program that goes on while the test does something.
    pub fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(cargo_bin!("kms-conformance"));
        for name in read() {
            command.env_remove(name);
        }
        command
            .env("HOME", self.path())
            .env("LC_ALL", "C.UTF-8")
            .current_dir(self.path())
            .args(arguments.split_whitespace());
        command
    }

    /// The results that a run left in `reports`.
    pub fn results(&self) -> Results {
        Results::read(self.path().join("reports/results.json")).unwrap()
    }

    /// The JUnit XML that a run left in `reports`.
    pub fn junit(&self) -> String {
        std::fs::read_to_string(self.path().join("reports/junit.xml")).unwrap()
    }

    /// The names of the files in a folder, sorted.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path().join(folder)).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// What a program said and how it ended.
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Runs the program to its end.
pub fn ended(command: Snapped) -> Ended {
    let output = command.output().unwrap();
    Ended {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: without_progress(&String::from_utf8(output.stderr).unwrap()),
    }
}

/// A slow machine makes the program say now and then how far it is.
fn without_progress(err: &str) -> String {
    err.split_inclusive('\n').filter(|line| !line.starts_with("progress: ")).collect()
}

/// A bundled mock in a process of its own, ended when this is dropped.
pub struct MockProcess {
    pub child: Child,
    pub endpoint: String,
}

impl MockProcess {
    pub fn start(place: &Place, arguments: &str) -> Self {
        Self::start_with(place, arguments, &[])
    }

    pub fn start_with(place: &Place, arguments: &str, variables: &[(&str, &str)]) -> Self {
        let listen = if arguments.contains("--listen") { "" } else { "--listen 127.0.0.1:0" };
        let mut command = place.command(&format!("mock {listen} {arguments}"));
        command.env("MOCK_SECRET", "another secret").env("BROKEN_SECRET", "broken secret\r\n");
        Self::of(command.envs(variables.iter().copied()))
    }

    fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { child, endpoint: format!("http://{}", address.trim()) }
    }
}

impl Drop for MockProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How many rounds a campaign takes: `KMS_CONFORMANCE_ROUNDS`, or else this number.
pub fn rounds(otherwise: usize) -> usize {
    std::env::var("KMS_CONFORMANCE_ROUNDS").map_or(otherwise, |rounds| rounds.parse().unwrap())
}

/// Sends a process a signal, such as `INT`, which is what Ctrl-C sends; whether the process was there.
#[cfg(unix)]
pub fn signal(process: u32, name: &str) -> bool {
    let mut command = Command::new("kill");
    command.args(["-s", name, &process.to_string()]).stderr(Stdio::null()).status().unwrap().success()
}

/// Everything that a process still writes, and its exit code.
pub fn rest(mut child: Child) -> Ended {
    let (mut out, mut err) = (String::new(), String::new());
    let mut errors = child.stderr.take().unwrap();
    let reader = std::thread::spawn(move || {
        errors.read_to_string(&mut err).unwrap();
        err
    });
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    let code = child.wait().unwrap().code().unwrap();
    Ended { code, out, err: without_progress(&reader.join().unwrap()) }
}
