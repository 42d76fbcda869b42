//! The whole output, compared with what it must be.

mod causes;
mod terminal;
mod verbosity;

use snapbox::{Assert, IntoData, str};

use super::*;
use crate::report::sample;
use crate::verdict::Verdict;

fn options() -> ConsoleOptions {
    let layout = Layout {
        operations: ["Encrypt", "GenerateDataKeyWithoutPlaintext", "DescribeKey"].map(str::to_owned).into(),
        states: ["Enabled", "Disabled", "PendingDeletion", "PendingImport"].map(str::to_owned).into(),
    };
    ConsoleOptions { progress: Progress::None, layout, height: 50, ..ConsoleOptions::default() }
}

fn shown(events: &[Event], options: ConsoleOptions) -> String {
    let mut out = Vec::new();
    let mut console = Console::new(&mut out, options);
    for event in events {
        console.event(event).unwrap();
    }
    drop(console);
    String::from_utf8(out).unwrap()
}

/// Compares without changing slashes: those in a command are not separators of local paths.
fn assert_shown(events: &[Event], options: ConsoleOptions, expected: impl IntoData) {
    Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(shown(events, options), expected.raw());
}

fn all_pass() -> Vec<Event> {
    let mut cases = Vec::new();
    for operation in ["DescribeKey", "Encrypt"] {
        for state in ["Disabled", "Enabled"] {
            cases.push(sample::passed(&format!("alibaba/{operation}/{state}")));
        }
    }
    sample::run(cases)
}
