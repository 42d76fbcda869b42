//! The closing line, and before it what a person should know.
//!
//! ```text
//! note: 3 keys are left behind in the account: run the clean-up with the ledger of this run
//! cut short: interrupted; 12 cases were not judged
//! 228 of 230 (cell, class of key, route) asked
//! 243 cases: 240 passed, 1 failed, 2 skipped · 2,431 requests, 260 keys (0 left) · 0.12 s
//! ```

use crate::event::{RouteTally, RunFooter, Summary, Usage};
use crate::report::text::{as_u64, count, duration, one_line, thousands};

use super::pen::{BAD, DOUBTFUL, GOOD, Pen, STRONG};

/// The notices, how much of the table was asked if that is to be told, and the closing line. `unjudged` is the number of
/// selected cases that the end of the run cut off, `lenient` that of those that passed only because the documents leave
/// room.
pub(super) fn render(
    footer: &RunFooter,
    routes: Option<RouteTally>,
    notices: &[String],
    unjudged: usize,
    lenient: usize,
    pen: Pen,
) -> String {
    let RunFooter { duration_ms, complete, stopped, summary, usage, routes: _, leaks: _ } = footer;
    let mut rendered = String::new();
    for notice in notices {
        rendered.push_str(&format!("{} {}\n", pen.paint(DOUBTFUL, "note:"), one_line(notice)));
    }
    if !complete || stopped.is_some() {
        let reason = stopped.as_deref().unwrap_or("the run ended early");
        let were = if unjudged == 1 { "was" } else { "were" };
        rendered.push_str(&format!(
            "{} {}; {} {were} not judged\n",
            pen.paint(BAD, "cut short:"),
            one_line(reason),
            count(as_u64(unjudged), "case")
        ));
    }
    if let Some(RouteTally { exist, asked }) = routes
        && exist > 0
    {
        let [asked, exist] = [asked, exist].map(|number| thousands(as_u64(number)));
        rendered.push_str(&format!("{asked} of {exist} (cell, class of key, route) asked\n"));
    }
    rendered.push_str(
        &[
            format!("{}: {}", count(as_u64(summary.total()), "case"), counts(summary, lenient, pen)),
            cost(usage, pen),
            duration(*duration_ms),
        ]
        .join(pen.separator()),
    );
    rendered.push('\n');
    rendered
}

/// How many cases have which verdict; those that no case has are left out.
fn counts(summary: &Summary, lenient: usize, pen: Pen) -> String {
    let Summary { pass, fail, inconclusive, skipped, not_run, known_failure, unexpected_pass } = summary;
    let mut told: Vec<String> = [
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
    if lenient > 0
        && let Some(passed) = told.first_mut()
    {
        passed.push_str(&format!(" ({} lenient)", thousands(as_u64(lenient))));
    }
    if told.is_empty() { "nothing was judged".to_owned() } else { told.join(", ") }
}

fn cost(usage: &Usage, pen: Pen) -> String {
    let Usage { requests, retries, keys_created, keys_left, clock_skew_seconds: _ } = usage;
    let mut told = count(*requests, "request");
    if *retries > 0 {
        let word = if *retries == 1 { "retry" } else { "retries" };
        told.push_str(&format!(" ({} {word})", thousands(*retries)));
    }
    told.push_str(", ");
    told.push_str(&count(*keys_created, "key"));
    if *keys_created > 0 || *keys_left > 0 {
        let left = format!("({} left)", thousands(*keys_left));
        told.push(' ');
        told.push_str(&if *keys_left > 0 { pen.paint(DOUBTFUL, &left) } else { left });
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn footer_of_two_passes() -> RunFooter {
        let summary = Summary { pass: 2, ..Summary::default() };
        RunFooter {
            duration_ms: 0,
            complete: true,
            stopped: None,
            summary,
            usage: Usage::default(),
            routes: None,
            leaks: Vec::new(),
        }
    }

    #[test]
    fn singular_and_plural_are_right() {
        let footer = RunFooter {
            duration_ms: 61_000,
            complete: true,
            stopped: None,
            summary: Summary { unexpected_pass: 1, ..Summary::default() },
            usage: Usage { requests: 1, retries: 1, keys_created: 1, keys_left: 1, ..Usage::default() },
            routes: None,
            leaks: Vec::new(),
        };
        assert_eq!(
            render(&footer, footer.routes, &[], 0, 0, Pen::default()),
            "1 case: 1 unexpected pass · 1 request (1 retry), 1 key (1 left) · 1 min 01 s\n"
        );
        let lenient = render(&footer_of_two_passes(), None, &[], 0, 1, Pen::default());
        assert!(lenient.starts_with("2 cases: 2 passed (1 lenient) · "), "{lenient}");
        let footer = RunFooter {
            summary: Summary { pass: 1234, unexpected_pass: 2, ..Summary::default() },
            usage: Usage { requests: 5000, retries: 2, ..Usage::default() },
            routes: Some(RouteTally { exist: 2000, asked: 1200 }),
            ..footer
        };
        assert_eq!(
            render(&footer, footer.routes, &[], 0, 0, Pen::default()),
            "1,200 of 2,000 (cell, class of key, route) asked\n\
             1,236 cases: 1,234 passed, 2 unexpected passes · 5,000 requests (2 retries), 0 keys · 1 min 01 s\n"
        );
    }
}
