//! What the cases of a run come to besides their verdicts: which of them are news, and which are left for a later run.

use super::Exit;
use crate::event::{Event, RunFooter};
use crate::verdict::{Kind, Verdict};

/// Counts, as the results come.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// Failures that are differences between the document and a live account.
    conflicts: usize,
    /// Cases that the limits of the run left no room for.
    left: usize,
}

impl Standing {
    /// Notes an event.
    pub(super) fn event(&mut self, event: &Event) {
        let Event::CaseFinished(case) = event else { return };
        self.conflicts += usize::from(case.verdict == Verdict::Fail && case.conflict.is_some());
        self.left += usize::from(case.kind == Some(Kind::Later));
    }

    /// How the run ends. What was left for a later run, as it was to be, is not missed; and a live service that is not what a
    /// document says is news.
    pub(super) fn exit(&self, footer: &RunFooter) -> Exit {
        let mut without = footer.clone();
        without.summary.not_run = without.summary.not_run.saturating_sub(self.left);
        // A baseline may have taken some out already.
        let news = self.conflicts.min(without.summary.fail);
        without.summary.fail -= news;
        without.summary.pass += news;
        // A job may take news for a warning, which something left behind and the end of a run before its time are not.
        let is_warning = news > 0 && footer.complete && footer.leaks.is_empty();
        match Exit::of_run(&without) {
            Exit::Passed | Exit::Inconclusive if is_warning => Exit::News,
            exit => exit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Summary;
    use crate::report::sample::footer;

    #[test]
    fn news_is_neither_a_failure_nor_a_pass() {
        for (fail, conflicts, not_run, left, wanted) in [
            (0, 0, 5, 5, Exit::Passed),
            (0, 0, 5, 4, Exit::Inconclusive),
            (2, 2, 0, 0, Exit::News),
            (2, 2, 3, 0, Exit::News),
            (2, 1, 0, 0, Exit::Failed),
        ] {
            let summary = Summary { pass: 1, fail, not_run, ..Summary::default() };
            let standing = Standing { conflicts, left };
            assert_eq!(standing.exit(&footer(summary)), wanted, "{standing:?}");
        }
    }

    #[test]
    fn news_hides_neither_a_leak_nor_an_early_end() {
        let standing = Standing { conflicts: 2, left: 0 };
        let clean = footer(Summary { pass: 1, fail: 2, ..Summary::default() });
        let leaking = RunFooter { leaks: vec!["key k".to_owned()], ..clean.clone() };
        let stopped = RunFooter { complete: false, ..clean.clone() };
        let exits = [clean, leaking, stopped].map(|footer| standing.exit(&footer));
        assert_eq!(exits, [Exit::News, Exit::Inconclusive, Exit::Inconclusive]);
    }
}
