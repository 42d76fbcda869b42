//! Whether SIGHUP is ignored, as `nohup` has it. The standard library can't tell, so the system is consulted.

use std::process::{Command, Stdio};

/// The number of SIGHUP on every Unix.
const SIGHUP: u32 = 1;

/// Whether SIGHUP is ignored. It must be found out before the signal is caught.
pub(super) fn is_ignored() -> bool {
    // Linux shows it; elsewhere a shell has the same disposition as this process.
    of_status_file().or_else(of_shell).unwrap_or(false)
}

/// What Linux says of this process.
fn of_status_file() -> Option<bool> {
    is_in(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// Whether SIGHUP is in the set of ignored signals of a status file.
fn is_in(status: &str) -> Option<bool> {
    let set = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    let set = u64::from_str_radix(set.trim(), 16).ok()?;
    Some(set >> (SIGHUP - 1) & 1 == 1)
}

/// What a shell finds: a signal that is ignored when a shell starts can't be trapped in it.
fn of_shell() -> Option<bool> {
    const TRAPPED: i32 = 7;

    let script = format!("trap 'exit {TRAPPED}' HUP; kill -HUP $$; exit 0");
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(script).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match command.status().ok()?.code()? {
        TRAPPED => Some(false),
        0 => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_set_of_ignored_signals_is_read() {
        assert_eq!(is_in("Name:\tx\nSigIgn:\t0000000000001001\nSigCgt:\t0\n"), Some(true));
        assert_eq!(is_in("Name:\tx\nSigIgn:\t0000000000001000\n"), Some(false));
        assert_eq!(is_in("Name:\tx\n"), None);
        assert_eq!(is_in("SigIgn:\tmany\n"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_shell_finds_the_same_as_the_system_shows() {
        // Whichever it is: the tests themselves may run under `nohup`.
        assert_eq!(of_shell(), of_status_file());
    }
}
