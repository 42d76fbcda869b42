//! The message of a panic, which is a bug of this program.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, Write};
use std::panic::PanicHookInfo;

use crate::redact::SecretRegistry;
use crate::visible::visible;

/// Makes every panic of the process print its message without registered secrets.
pub(super) fn guard(secrets: &SecretRegistry) {
    let secrets = secrets.clone();
    std::panic::set_hook(Box::new(move |panic| {
        // If the standard error can't be written to, nothing can be reported any more.
        let _ = io::stderr().write_all(message(panic, &secrets).as_bytes());
    }));
}

fn message(panic: &PanicHookInfo<'_>, secrets: &SecretRegistry) -> String {
    let backtrace = Backtrace::capture();
    let backtrace = match backtrace.status() {
        BacktraceStatus::Captured => format!("{backtrace}"),
        _ => "set RUST_BACKTRACE=1 for a backtrace\n".to_owned(),
    };
    let said = match secrets.try_redact(&panic.to_string()) {
        Some(said) => said,
        // The registry itself has the bug.
        None => panic.location().map_or_else(String::new, |place| format!("panicked at {place}")),
    };
    // A message may hold what an endpoint or a file holds.
    format!("this is a bug of kms-conformance: {}\n{backtrace}", visible(&said))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::redact::Secret;

    const SECRET: &str = "the-secret-of-the-key";

    #[test]
    #[ignore = "it panics, in a process of its own that the test below starts"]
    fn panicking() {
        let secrets = SecretRegistry::new();
        secrets.add_credential(&Secret::new(SECRET));
        guard(&secrets);
        std::thread::spawn(|| panic!("a thread met {SECRET}")).join().unwrap_err();
        panic!("the test met {SECRET} and cmFuZG9t\u{1b}[2J\u{202e}");
    }

    #[test]
    fn a_panic_holds_no_secret() {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "cli::panic::tests::panicking", "--ignored", "--nocapture"]);
        let output = command.env("RUST_BACKTRACE", "1").output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success());
        for part in [
            "this is a bug",
            "a thread met [redacted]",
            r"the test met [redacted] and cmFuZG9t\u{1b}[2J\u{202e}",
            "panic.rs",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(!said.contains(SECRET), "{said}");
    }
}
