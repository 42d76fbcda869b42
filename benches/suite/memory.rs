//! The most memory that a run takes, by the number of its cases.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use kms_conformance::cli::{Context, main};
use kms_conformance::mock::Mock;

use crate::generate::{PREFIX, generate};

/// The first word of a process that runs the program and then says how much memory it took.
pub const CHILD: &str = "memory-child";

/// Runs the program's cases, and generated ones, each in a process of its own. The mock stays in this process.
pub fn measure(count: usize) {
    let mock = Mock::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let run = format!("run -q --progress none --endpoint {}", mock.endpoint());
    let (few, small) = run_child(folder.path(), &run);
    println!("{few} cases: {small} KiB at most");
    let cases = folder.path().join("cases");
    generate(&cases, count);
    let selector = format!("alibaba/{PREFIX}*");
    let (_, check) = run_child(folder.path(), &format!("list --cases {}", cases.display()));
    println!("{count} generated cases, only loaded: {check} KiB at most");
    let (many, big) = run_child(folder.path(), &format!("{run} --cases {} {selector}", cases.display()));
    println!("{many} generated cases: {big} KiB at most");
    let each = |kib: u64| (kib.saturating_sub(small)) as f64 * 1024.0 / count as f64;
    println!("each further case: {:.0} bytes, of which {:.0} from loading it", each(big), each(check));
}

/// Runs the program in a process of its own; how many cases it had, and its peak memory in KiB.
fn run_child(folder: &std::path::Path, arguments: &str) -> (usize, u64) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg(CHILD).args(arguments.split(' ')).current_dir(folder);
    let output = command.output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{err}");
    let out = String::from_utf8(output.stdout).unwrap();
    let last = out.lines().last().unwrap();
    if last.contains(" cases: ") {
        println!("  {last}");
    }
    let cases = last.split(' ').next().unwrap().replace(',', "").parse().unwrap_or(0);
    (cases, err.trim().parse().unwrap())
}

/// Runs the program in this process, and says how much memory that took.
pub fn child(arguments: &[&str]) -> ExitCode {
    let arguments = std::iter::once("kms-conformance").chain(arguments.iter().copied()).map(OsString::from);
    let code = main(arguments, &Context::default());
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    eprintln!("{}", peak.trim().trim_end_matches(" kB"));
    code
}
