//! The results that a run is measured by: only what is new makes it fail.

use std::collections::HashMap;
use std::sync::Arc;

use super::difference::{change, fails};
use super::results::Results;
use super::text;
use crate::event::{CaseResult, Event, RunFooter, Summary};
use crate::verdict::Verdict;

/// How many new failures the message names.
const MOST_NAMED: usize = 5;

/// The results that a run is measured by, and what was seen of the run so far.
///
/// A failure is not new if the case failed there too, with the same response and for the same reason; one that can't be
/// judged, if the same kept it from being judged there.
#[derive(Debug)]
pub struct Baseline {
    name: String,
    cases: HashMap<Arc<str>, CaseResult>,
    /// By verdict: how many cases are as in the baseline.
    old: Summary,
    /// By verdict: the ids of the others.
    new: Vec<(Verdict, String)>,
    fixed: usize,
}

impl Baseline {
    /// The results of a file, whose name is for messages.
    pub fn new(name: impl Into<String>, results: Results) -> Self {
        let without_exchanges = |case: CaseResult| CaseResult { exchanges: Vec::new(), ..case };
        let cases = results.cases.into_iter().filter(is_red);
        let cases = cases.map(|case| (Arc::clone(&case.id), without_exchanges(case))).collect();
        Self { name: name.into(), cases, old: Summary::default(), new: Vec::new(), fixed: 0 }
    }

    /// Takes the next case of the run.
    pub fn add(&mut self, case: &CaseResult) {
        let before = self.cases.get(&case.id);
        if !is_red(case) {
            let is_fixed = case.verdict == Verdict::Pass && before.is_some_and(fails);
            self.fixed += usize::from(is_fixed);
            return;
        }
        match self.is_old(case) {
            true => self.old.count(case.verdict),
            false => self.new.push((case.verdict, text::one_line(&case.id))),
        }
    }

    /// Whether a case that keeps a run from being green did so in the baseline, in the same way.
    fn is_old(&self, case: &CaseResult) -> bool {
        is_red(case) && self.cases.get(&case.id).is_some_and(|before| change(before, case).is_none())
    }

    /// An event as if what is not new were a known failure, if that makes a difference.
    pub fn without_old_in(&self, event: &Event) -> Option<Event> {
        match event {
            Event::CaseFinished(case) if self.is_old(case) => {
                let known = CaseResult { verdict: Verdict::KnownFailure, ..(**case).clone() };
                Some(Event::CaseFinished(known.into()))
            }
            Event::RunFinished(footer) => Some(Event::RunFinished(Box::new(self.without_old(footer)))),
            _ => None,
        }
    }

    /// What there is to say of it at the end of the run.
    pub fn message(&self) -> String {
        let failed = |verdict: &Verdict| *verdict != Verdict::Inconclusive;
        let new: Vec<&str> =
            self.new.iter().filter(|(verdict, _)| failed(verdict)).map(|(_, id)| id.as_str()).collect();
        let doubtful = self.new.len() - new.len();
        let old = self.old.fail + self.old.unexpected_pass;

        let count = |number: usize, noun: &str| text::count(text::as_u64(number), noun);
        let mut message = format!("baseline {}: {} as there", self.name, count(old, "failure"));
        if self.old.inconclusive > 0 {
            message.push_str(&format!(", {} inconclusive as there", count(self.old.inconclusive, "case")));
        }
        if self.fixed > 0 {
            message.push_str(&format!(", {} fixed", self.fixed));
        }
        match new.len() {
            0 => message.push_str(", no new failure"),
            number => {
                let more = if number > MOST_NAMED { ", …" } else { "" };
                let named = new.into_iter().take(MOST_NAMED).collect::<Vec<_>>().join(", ");
                message.push_str(&format!(", {}: {named}{more}", count(number, "new failure")));
            }
        }
        if doubtful > 0 {
            message.push_str(&format!(", {} newly inconclusive", count(doubtful, "case")));
        }
        message
    }

    /// The footer of the run as if what is not new were accepted.
    pub fn without_old(&self, footer: &RunFooter) -> RunFooter {
        let mut footer = footer.clone();
        let Summary { fail, inconclusive, unexpected_pass, .. } = self.old;
        let summary = &mut footer.summary;
        summary.fail -= fail.min(summary.fail);
        summary.unexpected_pass -= unexpected_pass.min(summary.unexpected_pass);
        summary.inconclusive -= inconclusive.min(summary.inconclusive);
        // They were judged, and are known.
        summary.known_failure += fail + unexpected_pass;
        footer
    }
}

/// Whether a case keeps a run from being green.
fn is_red(case: &CaseResult) -> bool {
    fails(case) || case.verdict == Verdict::Inconclusive
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::json::tests::written;
    use crate::report::sample;

    fn baseline(cases: Vec<CaseResult>) -> Baseline {
        Baseline::new("main.json", written(&sample::run(cases)).parse().unwrap())
    }

    #[test]
    fn only_what_is_new_counts() {
        let mut baseline = baseline(vec![
            sample::failed("a/1"),
            sample::failed("a/2"),
            sample::failed("a/3"),
            sample::blocked("a/4"),
            sample::passed("a/5"),
            sample::failed("a/6"),
        ]);
        let run = [
            sample::failed("a/1"),
            sample::crashed("a/2"),
            sample::passed("a/3"),
            sample::blocked("a/4"),
            sample::failed("a/5"),
            sample::failed("a/6"),
            sample::failed("a/7"),
            sample::unstable("a/8"),
        ];
        let mut summary = Summary::default();
        for case in &run {
            summary.count(case.verdict);
            baseline.add(case);
        }
        let left = baseline.without_old(&sample::footer(summary)).summary;
        assert_eq!((left.pass, left.fail, left.inconclusive, left.known_failure), (1, 3, 1, 2));
        assert_eq!(
            baseline.message(),
            "baseline main.json: 2 failures as there, 1 case inconclusive as there, 1 fixed, 3 new failures: a/2, a/5, \
             a/7, 1 case newly inconclusive"
        );
    }

    #[test]
    fn nothing_new_is_said_too() {
        let mut baseline = baseline(vec![sample::failed("a/1")]);
        baseline.add(&sample::failed("a/1"));
        assert_eq!(baseline.message(), "baseline main.json: 1 failure as there, no new failure");
    }
}
