//! What went wrong, case by case in the order of ids.
//!
//! ```text
//! ✘ alibaba/Encrypt/Disabled  fail: it succeeded where the table refuses
//!   expected Rejected.Disabled (409), got Success (200)
//!   --> cases/alibaba/matrix/encrypt.yaml:12:3
//!   clause: key-states/table-2/encrypt (official)
//!   route: CreateKey, DisableKey
//!   reproduce: curl -sS -i 'http://127.0.0.1:8080/?Action=Encrypt&KeyId=key-1'
//!
//! ? 243 cases  inconclusive: connection refused
//! ```
//!
//! Inconclusive cases with one and the same reason are told once if they are many, or if the end of the run cut them
//! off: an endpoint that can't be reached is one finding and not a thousand.

use std::collections::BTreeMap;

use crate::event::CaseResult;
use crate::report::finding::{self, Finding};
use crate::report::text;
use crate::verdict::{Kind, Verdict};

use super::pen::{FAINT, Mark, Pen, STRONG};

/// How many inconclusive cases with one reason are told each by itself.
const APART: usize = 10;

/// How much of an answer is shown, in bytes.
const ANSWER_LIMIT: usize = 300;

/// Gathers what went wrong.
#[derive(Debug, Default)]
pub(super) struct Failures {
    entries: Vec<Entry>,
    /// The inconclusive cases by their headline.
    headlines: BTreeMap<String, Group>,
}

#[derive(Debug, Default)]
struct Group {
    cases: usize,
    cut: bool,
}

impl Group {
    fn is_told_once(&self) -> bool {
        self.cases > APART || self.cut
    }
}

#[derive(Debug)]
struct Entry {
    id: String,
    mark: Mark,
    title: String,
    finding: Finding,
}

impl Failures {
    pub(super) fn add(&mut self, case: &CaseResult) {
        match case.verdict {
            Verdict::Pass | Verdict::KnownFailure | Verdict::Skipped => return,
            Verdict::NotRun | Verdict::Inconclusive => {
                let group = self.headlines.entry(finding::headline(case)).or_default();
                group.cases += 1;
                group.cut |= case.kind == Some(Kind::Cut);
            }
            Verdict::UnexpectedPass | Verdict::Fail => {}
        }
        let title = match case.kind {
            Some(kind) => format!("{}: {}", case.verdict, finding::meaning(kind)),
            None => case.verdict.name().to_owned(),
        };
        let finding = Finding::of(case, ANSWER_LIMIT);
        self.entries.push(Entry { id: text::one_line(&case.id), mark: Mark::of(case), title, finding });
    }

    /// The findings, with an empty line after each. With `every_id` a group lists its cases.
    pub(super) fn render(&self, every_id: bool, pen: Pen) -> String {
        let mut rendered = String::new();
        for entry in self.entries.iter().filter(|entry| !self.is_grouped(entry)) {
            let lines = entry.finding.to_text();
            let (headline, rest) = lines.split_once('\n').unwrap_or((&lines, ""));
            rendered.push_str(&format!(
                "{} {}  {}\n  {headline}\n{}\n\n",
                pen.mark(entry.mark),
                pen.paint(STRONG, &entry.id),
                entry.title,
                pen.paint(FAINT, rest),
            ));
        }
        for (headline, group) in self.headlines.iter().filter(|(_, group)| group.is_told_once()) {
            let cases = text::count(text::as_u64(group.cases), "case");
            rendered.push_str(&format!(
                "{} {}  {}: {headline}\n",
                pen.mark(Mark::Inconclusive),
                pen.paint(STRONG, &cases),
                Verdict::Inconclusive
            ));
            if every_id {
                for entry in self.entries.iter().filter(|entry| self.is_grouped(entry)) {
                    if entry.finding.headline == *headline {
                        rendered.push_str(&format!("  {}\n", entry.id));
                    }
                }
            }
            rendered.push('\n');
        }
        rendered
    }

    fn is_grouped(&self, entry: &Entry) -> bool {
        entry.mark == Mark::Inconclusive && self.headlines.get(&entry.finding.headline).is_some_and(Group::is_told_once)
    }
}
