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
    /// 5: nothing failed but what a live account does otherwise than the documents say.
    News,
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
            Self::News => 5,
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
    use crate::event::Summary;
    use crate::report::sample::footer;

    #[test]
    fn a_failure_outweighs_everything_else() {
        let none = Summary::default;
        for (summary, complete, leaks, wanted) in [
            (Summary { pass: 1, ..none() }, true, 0, Exit::Passed),
            (Summary { known_failure: 1, skipped: 3, ..none() }, true, 0, Exit::Passed),
            (Summary { fail: 1, inconclusive: 1, not_run: 1, ..none() }, false, 1, Exit::Failed),
            (Summary { unexpected_pass: 1, pass: 1, ..none() }, true, 0, Exit::Failed),
            (Summary { pass: 1, inconclusive: 1, ..none() }, true, 0, Exit::Inconclusive),
            (Summary { pass: 1, not_run: 1, ..none() }, true, 0, Exit::Inconclusive),
            (Summary { pass: 1, ..none() }, false, 0, Exit::Inconclusive),
            (Summary { pass: 1, ..none() }, true, 1, Exit::Inconclusive),
            (none(), true, 0, Exit::NothingJudged),
            (Summary { skipped: 2, ..none() }, true, 0, Exit::NothingJudged),
            (Summary { inconclusive: 2, not_run: 1, ..none() }, false, 1, Exit::NothingJudged),
        ] {
            let leaks = vec!["key 1".to_owned(); leaks];
            let footer = RunFooter { complete, leaks, ..footer(summary) };
            assert_eq!(Exit::of_run(&footer), wanted, "{footer:?}");
        }
    }
}
