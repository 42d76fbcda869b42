//! Exit codes: a contract with everything that calls the program.

use std::process::ExitCode;

use crate::event::RunFooter;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: every selected case passed, is a known failure, or was skipped with a reason.
    Passed,
    /// 1: at least one failure or unexpected pass.
    Failed,
    /// 2: the command line, the configuration or a case file is wrong; nothing was run.
    Usage,
    /// 3: no failure, but something is inconclusive, not run or leaked, or a report could not be written.
    Inconclusive,
    /// 4: no case was selected, or none could be judged.
    NothingJudged,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Inconclusive => 3,
            Self::NothingJudged => 4,
        }
    }

    /// How a run ends.
    pub fn of_run(footer: &RunFooter) -> Self {
        let summary = &footer.summary;
        if summary.fail > 0 || summary.unexpected_pass > 0 {
            Self::Failed
        } else if summary.pass + summary.known_failure == 0 {
            Self::NothingJudged
        } else if summary.inconclusive > 0 || summary.not_run > 0 || !footer.complete || !footer.leaks.is_empty() {
            Self::Inconclusive
        } else {
            Self::Passed
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Summary, Usage};

    #[test]
    fn a_failure_outweighs_everything_else() {
        let footer = |fail, inconclusive, complete| RunFooter {
            duration_ms: 0,
            complete,
            stopped: None,
            summary: Summary { fail, inconclusive, pass: 1, ..Summary::default() },
            usage: Usage::default(),
            routes: None,
            leaks: Vec::new(),
        };
        assert_eq!(Exit::of_run(&footer(0, 0, true)), Exit::Passed);
        assert_eq!(Exit::of_run(&footer(1, 1, false)), Exit::Failed);
        assert_eq!(Exit::of_run(&footer(0, 1, true)), Exit::Inconclusive);
        assert_eq!(Exit::of_run(&footer(0, 0, false)), Exit::Inconclusive);
    }
}
