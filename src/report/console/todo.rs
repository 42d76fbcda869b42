//! What the author of an endpoint should do first: the operations in the order in which work pays most.
//!
//! ```text
//! to do, where work pays most first:
//!   DisableKey  12 of 24 right; 324 other cases wait for it
//!     kms-conformance run operation:DisableKey --endpoint http://127.0.0.1:8080
//!   Encrypt  5 of 24 right; looks at no state
//!     kms-conformance run operation:Encrypt --endpoint http://127.0.0.1:8080
//!   and 3 more operations, which --operation-summary shows
//! ```
//!
//! An operation counts for the cases of its own that failed, and for those of others that could not be judged because of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::CaseResult;
use crate::report::layout::Layout;
use crate::report::text::{as_u64, count, one_line, thousands};
use crate::verdict::{Kind, Verdict};

use super::pen::{DOUBTFUL, FAINT, Pen, STRONG};
use super::room::lines_on_screen;

/// How many operations are shown above the closing line.
const MOST_SHOWN: usize = 4;

/// How many lines of the screen they take: what is first stands in the last ten, two of which the closing line may take, one the
/// number of other operations, and two what the program says on the standard error after them.
const MOST_LINES: usize = 5;

/// Counts the cases of each operation.
#[derive(Debug, Default)]
pub(super) struct ToDo {
    operations: BTreeMap<String, Tally>,
}

/// How an operation stands.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    /// Cases in which it behaved as documented.
    right: usize,
    /// Cases in which it did not.
    failed: usize,
    /// Cases of its own that could not be judged.
    unjudged: usize,
    /// Cases of its own that were skipped.
    skipped: usize,
    /// Cases of other operations that could not be judged because of it.
    waiting: usize,
}

impl Tally {
    /// How much it would be worth to get it right.
    const fn worth(self) -> usize {
        self.failed + self.waiting
    }

    const fn total(self) -> usize {
        self.right + self.failed + self.unjudged
    }
}

impl ToDo {
    pub(super) fn add(&mut self, case: &CaseResult) {
        let blamed = case.blocked_by.as_ref().filter(|_| case.verdict == Verdict::Inconclusive);
        if let Some(blamed) = blamed.and_then(|blocked| blocked.operation.as_ref())
            && Some(blamed) != case.operation.as_ref()
        {
            self.of(blamed).waiting += 1;
        }

        // A scenario is of several operations; its failure names the one that is to blame only by its text.
        let Some(operation) = &case.operation else { return };
        let tally = self.of(operation);
        match case.verdict {
            Verdict::Pass | Verdict::UnexpectedPass => tally.right += 1,
            Verdict::Fail => tally.failed += 1,
            // It is wrong, and nobody is to do anything about it now.
            Verdict::KnownFailure | Verdict::Inconclusive => tally.unjudged += 1,
            Verdict::NotRun => tally.unjudged += usize::from(case.kind != Some(Kind::Cut)),
            Verdict::Skipped => tally.skipped += 1,
        }
    }

    fn of(&mut self, operation: &str) -> &mut Tally {
        self.operations.entry(operation.to_owned()).or_default()
    }

    /// The operation on which work pays most.
    pub(super) fn first(&self, layout: &Layout) -> Option<String> {
        self.by_worth(layout).first().map(|(name, _)| (*name).to_owned())
    }

    /// The operations on which work pays most, each with the command that runs just its cases; `again` is what that needs to
    /// have the same target. `blind` are those that seem not to look at states.
    pub(super) fn lines(
        &self,
        blind: &BTreeSet<String>,
        layout: &Layout,
        again: &str,
        width: usize,
        pen: Pen,
    ) -> Vec<String> {
        let all = self.by_worth(layout);
        let mut rows: Vec<[String; 3]> = all
            .iter()
            .take(MOST_SHOWN)
            .map(|(name, tally)| {
                let command = one_line(format!("kms-conformance run operation:{name} {again}").trim_end());
                [one_line(name), standing(*tally, blind.contains(*name)), command]
            })
            .collect();
        if rows.is_empty() {
            return Vec::new();
        }

        let wide = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let [names, standings, commands] = [0, 1, 2].map(wide);
        let is_one_line = 6 + names + standings + commands <= width;
        if !is_one_line {
            rows.truncate(most_rows(&rows, width));
        }
        let mut lines = vec![pen.paint(DOUBTFUL, "to do, where work pays most first:")];
        for [name, standing, command] in &rows {
            if is_one_line {
                let name = pen.paint(STRONG, &format!("{name:names$}"));
                lines.push(format!("  {name}  {standing:standings$}  {command}"));
            } else {
                let [above, below] = two_lines(&pen.paint(STRONG, name), standing, command);
                lines.extend([above, pen.paint(FAINT, &below)]);
            }
        }
        if let more @ 1.. = all.len() - rows.len() {
            lines.push(format!("  and {}, which --operation-summary shows", count(as_u64(more), "more operation")));
        }
        lines
    }

    /// The operations that are worth any work, those that are worth most first.
    fn by_worth<'a>(&'a self, layout: &'a Layout) -> Vec<(&'a str, Tally)> {
        let mut worth: Vec<(&str, Tally)> = self.rows(layout).filter(|(_, tally)| tally.worth() > 0).collect();
        worth.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.worth()));
        worth
    }

    /// A line for each operation, in the order of the table.
    pub(super) fn summary(&self, blind: &BTreeSet<String>, layout: &Layout, pen: Pen) -> String {
        let rows: Vec<(&str, Tally)> = self.rows(layout).collect();
        let names = rows.iter().map(|(name, _)| one_line(name).chars().count()).max().unwrap_or(0);
        let mut text = String::new();
        for (name, tally) in rows {
            let name = format!("{:names$}", one_line(name));
            let name = if tally.worth() > 0 { pen.paint(STRONG, &name) } else { name };
            text.push_str(&format!("{name}  {}\n", standing(tally, blind.contains(name.trim_end()))));
        }
        if text.is_empty() { text } else { text + "\n" }
    }

    fn rows<'a>(&'a self, layout: &'a Layout) -> impl Iterator<Item = (&'a str, Tally)> {
        let names = Layout::order(&layout.operations, self.operations.keys().map(String::as_str));
        names.into_iter().filter_map(|name| Some((name, *self.operations.get(name)?)))
    }
}

/// An operation where the width is too small for one line.
fn two_lines(name: &str, standing: &str, command: &str) -> [String; 2] {
    [format!("  {name}  {standing}"), format!("    {command}")]
}

/// How many operations have room in two lines each, or in more where those are too long. The first is always shown.
fn most_rows(rows: &[[String; 3]], width: usize) -> usize {
    let lines = rows.iter().scan(0, |lines, [name, standing, command]| {
        *lines += lines_on_screen(&two_lines(name, standing, command).join("\n"), width);
        Some(*lines)
    });
    lines.take_while(|lines| *lines <= MOST_LINES).count().max(1)
}

/// How an operation stands, in words.
fn standing(tally: Tally, is_blind: bool) -> String {
    let mut parts = Vec::new();
    let number = |number: usize| thousands(as_u64(number));
    if tally.total() > 0 {
        parts.push(format!("{} of {} right", number(tally.right), number(tally.total())));
    }
    // Else a row would say nothing at all.
    if tally.total() == 0 && tally.skipped > 0 {
        parts.push(match tally.skipped {
            1 => "its case is skipped".to_owned(),
            skipped => format!("all {} cases skipped", number(skipped)),
        });
    }
    if is_blind {
        parts.push("looks at no state".to_owned());
    }
    if tally.waiting > 0 {
        let other = if tally.waiting == 1 {
            "1 other case waits".to_owned()
        } else {
            format!("{} other cases wait", number(tally.waiting))
        };
        parts.push(format!("{other} for it"));
    }
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::console::pen::Signs;
    use crate::report::sample;

    const PEN: Pen = Pen { color: false, signs: Signs::Unicode };

    #[test]
    fn what_others_wait_for_comes_first() {
        let mut todo = ToDo::default();
        todo.add(&sample::failed("alibaba/Encrypt/Disabled"));
        todo.add(&sample::passed("alibaba/Encrypt/Enabled"));
        todo.add(&sample::passed("alibaba/DisableKey/Enabled"));
        todo.add(&sample::passed("alibaba/Decrypt/Enabled"));
        for operation in ["CreateAlias", "Decrypt", "TagResource"] {
            todo.add(&sample::blocked(&format!("alibaba/{operation}/Disabled")));
        }
        for id in ["alibaba/UntagResource/Disabled", "alibaba/UntagResource/Enabled", "alibaba/ListKeys/Enabled"] {
            todo.add(&sample::other(id, Verdict::Skipped, Kind::Unavailable, ""));
        }
        let blind = BTreeSet::from(["Encrypt".to_owned()]);

        let again = "--endpoint http://127.0.0.1:8080";
        assert_eq!(
            todo.lines(&blind, &Layout::default(), again, 80, PEN),
            [
                "to do, where work pays most first:",
                "  DisableKey  1 of 1 right; 3 other cases wait for it",
                "    kms-conformance run operation:DisableKey --endpoint http://127.0.0.1:8080",
                "  Encrypt  1 of 2 right; looks at no state",
                "    kms-conformance run operation:Encrypt --endpoint http://127.0.0.1:8080",
            ]
        );

        assert_eq!(
            todo.lines(&blind, &Layout::default(), "", 110, PEN),
            [
                "to do, where work pays most first:",
                "  DisableKey  1 of 1 right; 3 other cases wait for it  kms-conformance run operation:DisableKey",
                "  Encrypt     1 of 2 right; looks at no state          kms-conformance run operation:Encrypt",
            ]
        );

        assert_eq!(todo.first(&Layout::default()).as_deref(), Some("DisableKey"));
        let summary = todo.summary(&blind, &Layout::default(), PEN);
        assert!(summary.contains("\nDecrypt        1 of 2 right\n"), "{summary}");
        assert!(summary.contains("\nListKeys       its case is skipped\n"), "{summary}");
        assert!(summary.contains("\nUntagResource  all 2 cases skipped\n"), "{summary}");
    }

    #[test]
    fn few_are_shown_and_nothing_where_all_is_right() {
        let mut todo = ToDo::default();
        todo.add(&sample::passed("alibaba/Encrypt/Enabled"));
        assert!(todo.lines(&BTreeSet::new(), &Layout::default(), "", 80, PEN).is_empty());
        for operation in ["A", "B", "C", "D", "E", "F"] {
            todo.add(&sample::failed(&format!("alibaba/{operation}/Disabled")));
        }
        let lines = todo.lines(&BTreeSet::new(), &Layout::default(), "", 80, PEN);
        assert_eq!(lines.len(), 6);
        assert_eq!(lines[1], "  A  0 of 1 right  kms-conformance run operation:A");
        assert_eq!(lines[5], "  and 2 more operations, which --operation-summary shows");
    }
}
