//! `--version --verbose`: which program this is, and which promises are built into it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Write as _;

use super::CliError;
use super::suite::SuiteArguments;
use crate::report::text::{as_u64, count};

/// Whether the words are a request for everything that is known of the version.
pub(super) fn is_requested(words: &[OsString]) -> bool {
    let given: Vec<&str> = words.iter().skip(1).filter_map(|word| word.to_str()).collect();
    let is_version = |word: &&str| ["--version", "-V"].contains(word);
    let is_verbose = |word: &&str| ["--verbose", "-v"].contains(word);
    words.len() == 3 && given.iter().any(is_version) && given.iter().any(is_verbose)
}

/// The version, and of each cloud the case files that are built in.
pub(super) fn text() -> Result<String, CliError> {
    let mut text = format!("kms-conformance {}\n", env!("CARGO_PKG_VERSION"));
    for suite in SuiteArguments::default().load_each()? {
        let editions: BTreeSet<&str> = suite.cases.iter().map(|case| suite.edition(case).as_str()).collect();
        let cases = count(as_u64(suite.cases.len()), "case");
        let _ = writeln!(text, "{}: {cases}, suite {}", suite.service.provider, suite.hash());
        for edition in editions {
            let of = suite.cases.iter().filter(|case| suite.edition(case).as_str() == edition).count();
            let _ = writeln!(text, "  edition {edition}: {}", count(as_u64(of), "case"));
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_flags_and_nothing_else_request_it() {
        let requested = |line: &str| is_requested(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        for line in ["x --version --verbose", "x -v -V", "x -V --verbose"] {
            assert!(requested(line), "{line}");
        }
        for line in ["x --version", "x run -v -V", "x -v -v", "x run --version"] {
            assert!(!requested(line), "{line}");
        }
    }
}
