//! Why cases were not judged: cases with the same cause are one group.
//!
//! ```text
//! ? 324 cases  inconclusive in setup: DisableKey (Aliyun_KMS, Enabled) had no effect: Success (200)
//! – 12 cases  skipped: the case moves the target's clock, which a run does only with --move-clock …
//! ```
//!
//! Cases with a blocker belong together if it is the same. The others are grouped by their reason, in which ids and times
//! don't count.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::event::{BlockedBy, BlockedStep, CaseResult};
use crate::verdict::{Kind, Verdict};

use super::failure_text::{self, FailureText};
use super::text;

/// How much of the response of a group's first case is shown, in bytes.
const RESPONSE_LIMIT: usize = 300;

/// Groups the cases that were not judged by their causes.
#[derive(Debug, Default)]
pub struct Causes {
    groups: BTreeMap<(Verdict, Cause), Group>,
}

/// What makes two causes the same.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    Blocked(Box<BlockedBy>),
    Reason(Option<Kind>, String),
}

/// Cases with the same cause. All text is harmless to a terminal.
#[derive(Debug)]
pub struct Group {
    /// Inconclusive, skipped or not run.
    pub verdict: Verdict,
    /// The kind of the first case.
    pub kind: Option<Kind>,
    /// The phase in which they were blocked; none if they have no blocker.
    pub step: Option<BlockedStep>,
    /// The cause in one line.
    pub line: String,
    /// The ids of the cases, in the order of the run.
    pub ids: Vec<String>,
    /// The first case in words.
    pub first: FailureText,
}

impl Causes {
    /// Adds a case, unless it was judged or is a known failure.
    pub fn add(&mut self, case: &CaseResult) {
        match case.verdict {
            Verdict::Inconclusive | Verdict::Skipped | Verdict::NotRun => {}
            Verdict::Pass | Verdict::KnownFailure | Verdict::UnexpectedPass | Verdict::Fail => return,
        }

        let line = line(case);
        let cause = match &case.blocked_by {
            Some(blocked) => Cause::Blocked(blocked.clone()),
            None => Cause::Reason(case.kind, text::without_ids(&line)),
        };

        let group = self.groups.entry((case.verdict, cause)).or_insert_with(|| Group {
            verdict: case.verdict,
            kind: case.kind,
            step: case.blocked_by.as_ref().map(|blocked| blocked.step),
            line,
            ids: Vec::new(),
            first: FailureText::of(case, RESPONSE_LIMIT),
        });
        group.ids.push(text::one_line(&case.id));
    }

    /// The groups with this verdict, the biggest first.
    pub fn of(&self, verdict: Verdict) -> Vec<&Group> {
        let mut groups: Vec<&Group> = self.groups.values().filter(|group| group.verdict == verdict).collect();
        // A stable sort: groups of one size stay in the order of their causes.
        groups.sort_by_key(|group| std::cmp::Reverse(group.ids.len()));
        groups
    }

    /// A line for each cause, the biggest group of a verdict first: `12 cases inconclusive in setup: …`.
    pub fn lines(&self) -> Vec<String> {
        let verdicts = [Verdict::Inconclusive, Verdict::NotRun, Verdict::Skipped];
        let groups = verdicts.into_iter().flat_map(|verdict| self.of(verdict));
        groups.map(|group| format!("{} {}", group.cases(), group.sentence())).collect()
    }
}

impl Group {
    /// How many cases there are, with the noun.
    pub fn cases(&self) -> String {
        text::count(text::as_u64(self.ids.len()), "case")
    }

    /// The verdict and the cause: `inconclusive in setup: DisableKey (Enabled) had no effect: Success (200)`.
    pub fn sentence(&self) -> String {
        let verdict = match self.verdict {
            Verdict::NotRun => "not run",
            other => other.name(),
        };
        let step = self.step.map(|step| format!(" in {}", step.name())).unwrap_or_default();
        format!("{verdict}{step}: {}", self.line)
    }
}

/// The cause in one line. An unstable case shows only its responses, so its cell is named too.
fn line(case: &CaseResult) -> String {
    let headline = failure_text::headline(case);
    match (case.kind, &case.operation, &case.state) {
        (Some(Kind::Unstable), Some(operation), Some(state)) if case.blocked_by.is_none() => {
            text::one_line(&format!("{operation} in {state}: {headline}"))
        }
        _ => headline,
    }
}

/// Counts the cases of each blocker.
#[derive(Debug, Default)]
pub struct Blockers {
    counted: BTreeMap<Box<BlockedBy>, (usize, Arc<str>)>,
}

impl Blockers {
    /// Adds a case, if it has a blocker.
    pub fn add(&mut self, case: &CaseResult) {
        if let Some(blocked_by) = &case.blocked_by {
            self.counted.entry(blocked_by.clone()).or_insert_with(|| (0, Arc::clone(&case.id))).0 += 1;
        }
    }

    /// The blockers as they are stored, that of most cases first.
    pub fn into_list(self) -> Vec<super::results::Blocker> {
        let counted = self.counted.into_iter();
        let mut list: Vec<_> = counted
            .map(|(blocked_by, (cases, first))| super::results::Blocker { blocked_by: *blocked_by, cases, first })
            .collect();
        list.sort_by_key(|blocker| std::cmp::Reverse(blocker.cases));
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn equal_blockers_are_one_group_whatever_the_reasons() {
        let mut causes = Causes::default();
        for operation in ["Decrypt", "Encrypt", "TagResource"] {
            causes.add(&sample::blocked(&format!("alibaba/{operation}/Disabled")));
        }
        let mut other = sample::blocked("alibaba/Encrypt/Disabled/EXTERNAL");
        other.blocked_by.as_mut().unwrap().key_class = Some("EXTERNAL".to_owned());
        causes.add(&other);
        assert_eq!(
            causes.lines(),
            [
                "3 cases inconclusive in setup: DisableKey (Aliyun_KMS, Enabled) had no effect: Success (200)",
                "1 case inconclusive in setup: DisableKey (EXTERNAL, Enabled) had no effect: Success (200)",
            ]
        );
    }

    #[test]
    fn reasons_that_differ_in_ids_are_one_group() {
        let mut causes = Causes::default();
        for number in 10..14 {
            let reason = format!("no response within 300 ms for key 0b7d4e21-6a9f-4c35-b1e8-0000000000{number}");
            let id = format!("alibaba/Encrypt/{number}");
            causes.add(&sample::other(&id, Verdict::Inconclusive, Kind::Transport, &reason));
        }
        causes.add(&sample::other("alibaba/x", Verdict::Skipped, Kind::Unavailable, "the clock stands still"));
        causes.add(&sample::failed("alibaba/Encrypt/Disabled"));
        let lines = causes.lines();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].starts_with("4 cases inconclusive: no response within 300 ms for key 0b7d4e21-"), "{lines:?}");
        assert_eq!(lines[1], "1 case skipped: the clock stands still");
    }

    #[test]
    fn unstable_cells_stay_apart() {
        let mut causes = Causes::default();
        for id in ["alibaba/Decrypt/Disabled", "alibaba/Encrypt/Disabled", "alibaba/Encrypt/Disabled/via-enable"] {
            causes.add(&sample::unstable(id));
        }
        let groups = causes.of(Verdict::Inconclusive);
        assert_eq!(groups.iter().map(|group| group.ids.len()).collect::<Vec<_>>(), [2, 1]);
        assert!(groups[0].line.starts_with("Encrypt in Disabled: expected "), "{}", groups[0].line);
    }
}
