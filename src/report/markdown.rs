//! A summary in Markdown, as for `$GITHUB_STEP_SUMMARY`, a comment or a wiki.
//!
//! ```markdown
//! ### ✘ KMS conformance: 12 of 2,431 cases failed
//!
//! `http://127.0.0.1:8080/` of alibaba · kms-conformance 0.1.0 · 12.3 s
//!
//! | operation | Enabled | Disabled |
//! | --- | --- | --- |
//! | Encrypt | ✔ 3 | ✘ 2 of 3 |
//!
//! #### 12 failures
//!
//! - `expected Rejected.Disabled (409), got Success (200)`
//!   2 cases: `alibaba/Encrypt/Disabled`, …
//! ```
//!
//! What an endpoint sent stands in spans of code, where it makes neither markup nor links nor mentions. The text is not
//! longer than a limit: what is left out is counted.

use std::collections::BTreeMap;

use super::badge::Standing;
use super::cause::Causes;
use super::failure_text;
use super::layout::Layout;
use super::results::Results;
use super::text::{self, as_u64, count, sign, thousands};
use crate::event::{CaseResult, Summary};
use crate::verdict::{Kind, Verdict};

/// GitHub drops a summary of more than 1 MiB; this leaves room for what others add to it.
pub const LIMIT: usize = 900 << 10;

/// How many ids of a group are named.
const MOST_IDS: usize = 10;

/// The results as Markdown of at most `limit` bytes, but for a few hundred.
pub fn render(results: &Results, limit: usize) -> String {
    let mut page = Page { text: String::new(), limit };
    page.add(&head(results));
    page.add(&table(results));

    let failures = failures(&results.cases);
    if !failures.is_empty() {
        let cases: usize = failures.iter().map(|(_, ids)| ids.len()).sum();
        page.list(&format!("#### {}\n\n", count(as_u64(cases), "failure")), failures.into_iter().map(item));
    }

    let mut causes = Causes::default();
    results.cases.iter().for_each(|case| causes.add(case));
    for (verdict, title) in
        [(Verdict::Inconclusive, "inconclusive"), (Verdict::NotRun, "not run"), (Verdict::Skipped, "skipped")]
    {
        let groups = causes.of(verdict);
        let cases: usize = groups.iter().map(|group| group.ids.len()).sum();
        if cases > 0 {
            let items = groups.into_iter().map(|group| item((group.line.clone(), group.ids.clone())));
            page.list(&format!("#### {} {title}\n\n", count(as_u64(cases), "case")), items);
        }
    }

    if !results.leaks.is_empty() {
        let title = format!("#### {}\n\n", count(as_u64(results.leaks.len()), "leak"));
        page.list(&title, results.leaks.iter().map(|leak| format!("- {}\n", code(leak))));
    }
    page.text
}

/// A text that does not grow beyond a limit.
struct Page {
    text: String,
    limit: usize,
}

impl Page {
    /// Adds a part, unless there is no room for it.
    fn add(&mut self, part: &str) -> bool {
        let fits = self.text.len() + part.len() <= self.limit;
        if fits {
            self.text.push_str(part);
        }
        fits
    }

    /// Adds a list, and says how many of its items there was no room for.
    fn list(&mut self, title: &str, items: impl ExactSizeIterator<Item = String>) {
        let all = items.len();
        if !self.add(title) {
            return;
        }
        let shown = items.map(|item| self.add(&item)).take_while(|fits| *fits).count();
        if shown < all {
            self.text.push_str(&format!("- … and {} more: `results.json` has them\n", thousands(as_u64(all - shown))));
        }
        self.text.push('\n');
    }
}

fn head(results: &Results) -> String {
    let Results { tool, target, duration_ms, complete, stopped, usage, summary, .. } = results;
    let mut head = format!("### {}\n\n", title(results));
    let mock = if target.bundled_mock { ", bundled mock" } else { "" };
    let version = target.version.as_ref().map(|version| format!(" {}", code(version))).unwrap_or_default();
    head.push_str(&format!(
        "{}{version} of {}{mock} · {} · {}, {} · {}\n\n",
        code(&target.endpoint),
        code(&target.provider),
        code(&format!("{} {}", tool.name, tool.version)),
        count(usage.requests, "request"),
        count(usage.keys_created, "key"),
        text::duration(*duration_ms),
    ));
    if !complete {
        let reason = stopped.as_deref().unwrap_or("the run ended early");
        head.push_str(&format!("**cut short**: {}\n\n", code(reason)));
    }
    head.push_str(&format!("{}\n\n", counts(summary)));
    head
}

/// One line that says how it went.
fn title(results: &Results) -> String {
    let Summary { pass, fail, unexpected_pass, inconclusive, not_run, .. } = results.summary;
    let all = thousands(as_u64(results.summary.total()));
    match Standing::of(results) {
        Standing::Red => {
            format!("✘ KMS conformance: {} of {all} cases failed", thousands(as_u64(fail + unexpected_pass)))
        }
        Standing::Grey => "? KMS conformance: no case could be judged".to_owned(),
        Standing::Yellow if inconclusive + not_run > 0 => {
            let doubtful = thousands(as_u64(inconclusive + not_run));
            format!("? KMS conformance: {doubtful} of {all} cases could not be judged")
        }
        Standing::Yellow => "? KMS conformance: the run is not complete, or left something behind".to_owned(),
        Standing::Green => format!("✔ KMS conformance: {} of {all} cases passed", thousands(as_u64(pass))),
    }
}

fn counts(summary: &Summary) -> String {
    let counts = Verdict::ALL.into_iter().filter(|verdict| summary.of(*verdict) > 0);
    let counts = counts.map(|verdict| {
        format!("{} {} {}", sign(verdict), thousands(as_u64(summary.of(verdict))), verdict.name().replace('-', " "))
    });
    counts.collect::<Vec<_>>().join(" · ")
}

/// The table of operations and states, of the operations with anything else than passes.
fn table(results: &Results) -> String {
    let mut cells: BTreeMap<&str, BTreeMap<&str, Summary>> = BTreeMap::new();
    for case in &results.cases {
        let (Some(operation), Some(state)) = (&case.operation, &case.state) else { continue };
        // The table has no such cell.
        if case.kind != Some(Kind::NotApplicable) {
            cells.entry(operation).or_default().entry(state).or_default().count(case.verdict);
        }
    }
    let total = cells.len();
    cells.retain(|_, states| states.values().any(|summary| summary.total() > summary.pass));
    if cells.is_empty() {
        return String::new();
    }

    let layout = results.table.as_ref().map(Layout::from).unwrap_or_default();
    let states = Layout::order(&layout.states, cells.values().flat_map(BTreeMap::keys).copied());
    let mut table = format!(
        "| operation |{}\n| --- |{}\n",
        states.iter().map(|state| format!(" {} |", cell_text(state))).collect::<String>(),
        " --- |".repeat(states.len()),
    );
    for operation in Layout::order(&layout.operations, cells.keys().copied()) {
        table.push_str(&format!("| {} |", cell_text(operation)));
        for state in &states {
            let cell = cells.get(operation).and_then(|states| states.get(state)).map(cell).unwrap_or_default();
            table.push_str(&format!(" {cell} |"));
        }
        table.push('\n');
    }
    let hidden = total - cells.len();
    if hidden > 0 {
        table.push_str(&format!("\nIn {} more, everything passed.\n", count(as_u64(hidden), "operation")));
    }
    table + "\n"
}

/// The worst verdict of a cell and how many of its cases have it: `✘ 2 of 3`.
fn cell(summary: &Summary) -> String {
    let worst = summary.worst().unwrap_or(Verdict::Pass);
    match (summary.of(worst), summary.total()) {
        (some, all) if some < all => format!("{} {some} of {all}", sign(worst)),
        (all, _) => format!("{} {all}", sign(worst)),
    }
}

/// Failures with one headline are one group; the biggest first.
fn failures(cases: &[CaseResult]) -> Vec<(String, Vec<String>)> {
    let mut groups: BTreeMap<(Option<&str>, String), Vec<String>> = BTreeMap::new();
    let failed = cases.iter().filter(|case| matches!(case.verdict, Verdict::Fail | Verdict::UnexpectedPass));
    for case in failed {
        let headline = failure_text::headline(case);
        let key = (case.operation.as_deref(), text::without_ids(&headline));
        groups.entry(key).or_insert_with(|| vec![headline]).push(case.id.to_string());
    }

    let named = groups.into_iter().map(|((operation, _), mut texts)| {
        let ids = texts.split_off(1);
        let headline = texts.pop().unwrap_or_default();
        (operation.map_or_else(|| headline.clone(), |operation| format!("{operation}: {headline}")), ids)
    });
    let mut groups: Vec<_> = named.collect();
    groups.sort_by_key(|(_, ids)| std::cmp::Reverse(ids.len()));
    groups
}

/// An item of a list: a text, and the cases that it is about.
fn item((line, ids): (String, Vec<String>)) -> String {
    let shown = ids.iter().take(MOST_IDS).map(|id| code(id)).collect::<Vec<_>>().join(", ");
    let more = if ids.len() > MOST_IDS { ", …" } else { "" };
    format!("- {}\n  {}: {shown}{more}\n", code(&line), count(as_u64(ids.len()), "case"))
}

/// A text as a span of code, in which nothing is markup.
pub fn code(text: &str) -> String {
    let text = text::one_line(text);
    // The fence is longer than any run of backticks in the text.
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 || text.is_empty() { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// The same in a cell of a table, where a bar ends the cell even in code. A name needs no code.
fn cell_text(text: &str) -> String {
    match text.chars().all(|character| character.is_ascii_alphanumeric()) {
        true => text.to_owned(),
        false => code(text).replace('|', "\\|"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Outcome;
    use crate::report::json::tests::written;
    use crate::report::sample;

    fn results(events: &[crate::event::Event]) -> Results {
        written(events).parse().unwrap()
    }

    #[test]
    fn the_summary_of_a_poor_endpoint_reads_well() {
        let page = render(&results(&sample::poor()), LIMIT);
        snapbox::assert_data_eq!(page, snapbox::file!["snapshots/poor.md"].raw());
    }

    #[test]
    fn a_run_that_went_well_is_short() {
        let page = render(&results(&sample::run(vec![sample::passed("alibaba/Encrypt/Disabled")])), LIMIT);
        assert!(page.starts_with("### ✔ KMS conformance: 1 of 1 cases passed\n\n"), "{page}");
        assert!(!page.contains('|') && !page.contains("####"), "{page}");
    }

    #[test]
    fn hostile_text_stays_in_its_code() {
        let hostile = "`` | <img src=x onerror=1> @team [x](http://e) \u{1b}[1m\n# x";
        let mut case = sample::failed("alibaba/Encrypt/Disabled");
        case.actual = Some(Outcome { code: hostile.to_owned(), status: 200 });
        let page = render(&results(&sample::run(vec![case])), LIMIT);
        let line = page.lines().find(|line| line.contains("@team")).unwrap();
        assert!(line.starts_with("- ``` Encrypt: expected ") && line.ends_with(" ```"), "{line}");
        assert!(!page.contains('\u{1b}') && !page.contains("\n# x"), "{page}");
    }

    #[test]
    fn a_page_is_no_longer_than_its_limit_and_counts_what_it_leaves_out() {
        let case = |number: usize| {
            let mut case = sample::failed(&format!("alibaba/Operation{number:05}/Disabled"));
            case.actual = Some(Outcome { code: format!("Code{number}"), status: 400 });
            case
        };
        let results = results(&sample::run((0..10_000).map(case).collect()));
        for limit in [2_000, 50_000, 1_200_000] {
            let page = render(&results, limit);
            assert!(page.len() <= limit + 300, "{} > {limit}", page.len());
        }
        let page = render(&results, 1_200_000);
        assert!(page.contains("more: `results.json` has them\n"), "{}", &page[page.len() - 200..]);
    }
}
