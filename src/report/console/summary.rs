//! The closing line, and above it what a person should know.
//!
//! ```text
//! pattern: Encrypt and Decrypt seem not to look at the state of a key: they succeeded in Disabled and PendingImport
//! note: the suite has no cases of edition later
//! leak: key 0b7d4e21-… of alibaba/Encrypt/Disabled: ScheduleKeyDeletion responded Rejected.X (409)
//! cut short: interrupted; 12 cases were not judged
//! 228 of 230 (cell, class of key, route) run
//! reports: reports/results.json, reports/junit.xml
//! to do, where work pays most first:
//!   Encrypt  5 of 24 right; looks at no state  kms-conformance run operation:Encrypt
//! 243 cases: 240 passed, 1 failed, 2 skipped · 2,431 requests, 260 keys (1 left), 1 leak · 0.12 s
//! ```

use crate::event::{RouteCoverage, RunFooter, Summary, Usage};
use crate::report::text::{as_u64, count, duration, one_line, thousands};

use super::pen::{BAD, DOUBTFUL, GOOD, Pen, STRONG};

/// What is shown above the closing line and is not in the footer.
#[derive(Debug)]
pub(super) struct Remarks<'a> {
    /// What many failures have in common.
    pub(super) patterns: &'a [String],
    /// How many patterns and how many messages are shown.
    pub(super) most: usize,
    /// What should be done first, in lines that are ready to be shown.
    pub(super) todo: &'a [String],
    /// Messages about the run.
    pub(super) notices: &'a [String],
    /// The files that were written; empty if they are not shown.
    pub(super) files: &'a [String],
    /// How many of the selected cases were not judged because the run ended before.
    pub(super) unjudged: usize,
    /// How many cases passed only because the documents leave room.
    pub(super) lenient: usize,
    /// Whether to show how much of the table was run.
    pub(super) routes: bool,
}

impl Default for Remarks<'_> {
    fn default() -> Self {
        Self {
            patterns: &[],
            most: usize::MAX,
            todo: &[],
            notices: &[],
            files: &[],
            unjudged: 0,
            lenient: 0,
            routes: false,
        }
    }
}

/// So many leaks are named; the reports name all.
const MOST_LEAKS: usize = 50;

/// What a person should know, and the closing line.
pub(super) fn render(footer: &RunFooter, remarks: &Remarks<'_>, pen: Pen) -> String {
    let RunFooter { duration_ms, complete: _, stopped: _, summary, usage, routes, leaks } = footer;
    let mut lines = Vec::new();

    let labelled = |style, label, text: &String| format!("{} {}", pen.paint(style, label), one_line(text));
    // What is wrong with the endpoint is shown elsewhere too; a notice is nowhere else.
    for (label, texts, most) in
        [("pattern:", remarks.patterns, remarks.most), ("note:", remarks.notices, remarks.most.max(1))]
    {
        lines.extend(texts.iter().take(most).map(|text| labelled(DOUBTFUL, label, text)));
        if let more @ 1.. = texts.len().saturating_sub(most) {
            let rest = if most == 0 { "" } else { " more" };
            let text = format!("{}{rest}; --verbose shows them", thousands(as_u64(more)));
            lines.push(labelled(DOUBTFUL, label, &text));
        }
    }
    lines.extend(leaks.iter().take(MOST_LEAKS).map(|leak| labelled(BAD, "leak:", leak)));
    if let more @ 1.. = leaks.len().saturating_sub(MOST_LEAKS) {
        let more = format!("and {} more, which results.json and junit.xml name", thousands(as_u64(more)));
        lines.push(labelled(BAD, "leak:", &more));
    }
    lines.extend(end(footer, remarks.unjudged, pen));

    if let Some(RouteCoverage { total, run }) = routes.filter(|routes| remarks.routes && routes.total > 0) {
        let [run, total] = [run, total].map(|number| thousands(as_u64(number)));
        lines.push(format!("{run} of {total} (cell, class of key, route) run"));
    }
    if !remarks.files.is_empty() {
        lines.push(one_line(&format!("reports: {}", remarks.files.join(", "))));
    }
    lines.extend(remarks.todo.iter().cloned());

    let parts = [
        format!("{}: {}", count(as_u64(summary.total()), "case"), counts(summary, remarks.lenient, pen)),
        cost(usage, leaks.len(), pen),
        duration(*duration_ms),
    ];
    lines.push(parts.join(pen.separator()));

    lines.join("\n") + "\n"
}

/// Why the run is incomplete: it was cut short, or nothing was judged.
fn end(footer: &RunFooter, unjudged: usize, pen: Pen) -> Option<String> {
    let Summary { pass, fail, known_failure, unexpected_pass, .. } = &footer.summary;
    let nothing_judged = pass + fail + known_failure + unexpected_pass == 0;
    if footer.complete && footer.stopped.is_none() {
        return nothing_judged.then(|| pen.paint(BAD, "no case could be judged"));
    }

    let reason = one_line(footer.stopped.as_deref().unwrap_or("the run ended early"));
    let consequence = match unjudged {
        _ if nothing_judged => "no case could be judged".to_owned(),
        1 => "1 case was not judged".to_owned(),
        cases => format!("{} were not judged", count(as_u64(cases), "case")),
    };
    // Whoever stopped the run wants to know what is left of it.
    let nothing_left = footer.usage.keys_created > 0 && footer.leaks.is_empty();
    let left = if nothing_left { "; everything that the run made is removed" } else { "" };
    Some(format!("{} {reason}; {consequence}{left}", pen.paint(BAD, "cut short:")))
}

/// How many cases have which verdict; verdicts without cases are left out.
fn counts(summary: &Summary, lenient: usize, pen: Pen) -> String {
    let Summary { pass, fail, inconclusive, skipped, not_run, known_failure, unexpected_pass } = summary;
    let mut shown: Vec<String> = [
        (*pass, "passed", "passed", GOOD),
        (*fail, "failed", "failed", BAD),
        (*unexpected_pass, "unexpected pass", "unexpected passes", BAD),
        (*inconclusive, "inconclusive", "inconclusive", DOUBTFUL),
        (*known_failure, "known failure", "known failures", STRONG),
        (*skipped, "skipped", "skipped", STRONG),
        (*not_run, "not run", "not run", DOUBTFUL),
    ]
    .into_iter()
    .filter(|(number, ..)| *number > 0)
    .map(|(number, one, several, style)| {
        let word = if number == 1 { one } else { several };
        pen.paint(style, &format!("{} {word}", thousands(as_u64(number))))
    })
    .collect();

    // Lenient cases are among those that passed, which come first.
    if lenient > 0
        && let Some(passed) = shown.first_mut()
    {
        passed.push_str(&format!(" ({} lenient)", thousands(as_u64(lenient))));
    }
    if shown.is_empty() { "nothing was judged".to_owned() } else { shown.join(", ") }
}

/// What the run cost, and what it left behind.
fn cost(usage: &Usage, leaks: usize, pen: Pen) -> String {
    let Usage { requests, retries, keys_created, keys_reused, keys_left, clock_skew_seconds: _ } = usage;
    let mut shown = count(*requests, "request");
    if *retries > 0 {
        let word = if *retries == 1 { "retry" } else { "retries" };
        shown.push_str(&format!(" ({} {word})", thousands(*retries)));
    }

    shown.push_str(", ");
    shown.push_str(&count(*keys_created, "key"));
    if let Some(reused) = keys_reused.filter(|reused| *reused > 0) {
        shown.push_str(&format!(" and {} of earlier runs", thousands(reused)));
    }
    if *keys_created > 0 || *keys_left > 0 || keys_reused.is_some_and(|reused| reused > 0) {
        let left = format!("({} left)", thousands(*keys_left));
        shown.push(' ');
        shown.push_str(&if *keys_left > 0 { pen.paint(DOUBTFUL, &left) } else { left });
    }

    // A leak may be something other than a key, so it is counted on its own.
    if leaks > 0 {
        shown.push_str(", ");
        shown.push_str(&pen.paint(BAD, &count(as_u64(leaks), "leak")));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn footer_of_two_passes() -> RunFooter {
        sample::footer(Summary { pass: 2, ..Summary::default() })
    }

    fn rendered(footer: &RunFooter, remarks: &Remarks<'_>) -> String {
        render(footer, remarks, Pen::default())
    }

    #[test]
    fn singular_and_plural_are_right() {
        let footer = RunFooter {
            duration_ms: 61_000,
            summary: Summary { unexpected_pass: 1, ..Summary::default() },
            usage: Usage { requests: 1, retries: 1, keys_created: 1, keys_left: 1, ..Usage::default() },
            ..footer_of_two_passes()
        };
        assert_eq!(
            rendered(&footer, &Remarks::default()),
            "1 case: 1 unexpected pass · 1 request (1 retry), 1 key (1 left) · 1 min 01 s\n"
        );
        let lenient = rendered(&footer_of_two_passes(), &Remarks { lenient: 1, ..Remarks::default() });
        assert!(lenient.starts_with("2 cases: 2 passed (1 lenient) · "), "{lenient}");
        let footer = RunFooter {
            summary: Summary { pass: 1234, unexpected_pass: 2, ..Summary::default() },
            usage: Usage { requests: 5000, retries: 2, ..Usage::default() },
            routes: Some(RouteCoverage { total: 2000, run: 1200 }),
            ..footer
        };
        assert_eq!(
            rendered(&footer, &Remarks { routes: true, ..Remarks::default() }),
            "1,200 of 2,000 (cell, class of key, route) run\n\
             1,236 cases: 1,234 passed, 2 unexpected passes · 5,000 requests (2 retries), 0 keys · 1 min 01 s\n"
        );
    }

    #[test]
    fn a_run_that_judged_nothing_says_so() {
        let summary = Summary { inconclusive: 1, not_run: 2, ..Summary::default() };
        let footer = RunFooter { summary, ..footer_of_two_passes() };
        let remarks = Remarks { unjudged: 3, ..Remarks::default() };
        let closing = "3 cases: 1 inconclusive, 2 not run · 0 requests, 0 keys · 0.00 s\n";
        assert_eq!(rendered(&footer, &remarks), format!("no case could be judged\n{closing}"));
        let footer = RunFooter { complete: false, stopped: Some("no service\n".to_owned()), ..footer };
        assert_eq!(rendered(&footer, &remarks), format!("cut short: no service; no case could be judged\n{closing}"));
    }

    #[test]
    fn a_run_that_was_cut_short_says_that_nothing_is_left() {
        let usage = Usage { keys_created: 3, ..Usage::default() };
        let footer =
            RunFooter { complete: false, stopped: Some("interrupted".into()), usage, ..footer_of_two_passes() };
        let remarks = Remarks { unjudged: 3, ..Remarks::default() };
        let said = "cut short: interrupted; 3 cases were not judged; everything that the run made is removed\n";
        assert!(rendered(&footer, &remarks).starts_with(said), "{}", rendered(&footer, &remarks));
        let footer = RunFooter { leaks: vec!["key 1".to_owned()], ..footer };
        assert!(!rendered(&footer, &remarks).contains("is removed"), "{}", rendered(&footer, &remarks));
    }

    #[test]
    fn many_leaks_are_counted() {
        let leaks = (0..70).map(|number| format!("key {number}")).collect();
        let text = rendered(&RunFooter { leaks, ..footer_of_two_passes() }, &Remarks::default());
        assert!(text.contains("leak: key 49\nleak: and 20 more, which results.json and junit.xml name\n"), "{text}");
    }

    #[test]
    fn leaks_are_shown_above_the_closing_line_and_counted() {
        let footer = RunFooter { leaks: vec!["key \u{1b}1".to_owned(), "key 2".to_owned()], ..footer_of_two_passes() };
        let files = ["reports/a.json".to_owned(), "reports/\nb.xml".to_owned()];
        assert_eq!(
            rendered(&footer, &Remarks { files: &files, ..Remarks::default() }),
            "leak: key \\u{1b}1\nleak: key 2\nreports: reports/a.json, reports/ b.xml\n\
             2 cases: 2 passed · 0 requests, 0 keys, 2 leaks · 0.00 s\n"
        );
    }
}
