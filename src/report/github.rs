//! Annotations of GitHub Actions: failures at the line of their case file.
//!
//! ```text
//! ::error file=cases/alibaba/matrix/encrypt.yaml,line=13,col=3,title=alibaba/Encrypt/Disabled::expected … (6 cases)
//! ```
//!
//! GitHub shows ten of a kind for a step. So failures with one headline are one annotation, those of most cases first, and what
//! could not be judged follows if there is room.

use std::collections::BTreeMap;

use super::failure_text;
use super::results::Results;
use super::text::{as_u64, count, one_line, without_ids};
use crate::event::CaseResult;
use crate::verdict::Verdict;

/// How many annotations GitHub shows.
const MOST: usize = 10;

/// The commands that annotate a run, a line each.
pub fn annotations(results: &Results) -> Vec<String> {
    let failed = groups(results, |verdict| matches!(verdict, Verdict::Fail | Verdict::UnexpectedPass));
    let doubtful = groups(results, |verdict| verdict == Verdict::Inconclusive);
    let failed = failed.into_iter().map(|group| command("error", group));
    let doubtful = doubtful.into_iter().map(|group| command("warning", group));
    failed.chain(doubtful).take(MOST).collect()
}

/// Cases with one headline, by the first of them and their number; the biggest first.
fn groups(results: &Results, is_meant: impl Fn(Verdict) -> bool) -> Vec<(&CaseResult, usize)> {
    let mut groups: BTreeMap<(Option<&str>, String), (&CaseResult, usize)> = BTreeMap::new();
    for case in results.cases.iter().filter(|case| is_meant(case.verdict)) {
        // One cause keeps cases of many operations from being judged.
        let operation = case.operation.as_deref().filter(|_| case.blocked_by.is_none());
        let key = (operation, without_ids(&failure_text::headline(case)));
        groups.entry(key).or_insert((case, 0)).1 += 1;
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(|(_, cases)| std::cmp::Reverse(*cases));
    groups
}

fn command(level: &str, (case, cases): (&CaseResult, usize)) -> String {
    let file = property(&failure_text::file(case));
    let (line, column) = (case.source.line, case.source.column);
    let others = if cases > 1 { format!(" ({})", count(as_u64(cases), "case")) } else { String::new() };
    let message = data(&format!("{}{others}", failure_text::headline(case)));
    format!("::{level} file={file},line={line},col={column},title={}::{message}", property(&case.id))
}

/// A text as the message of a command, in which a line end would end it.
fn data(text: &str) -> String {
    one_line(text).replace('%', "%25")
}

/// A text as a property of a command, in which a comma or a colon would end it too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::json::tests::written;
    use crate::report::sample;
    use crate::verdict::Kind;

    fn of(cases: Vec<CaseResult>) -> Vec<String> {
        annotations(&written(&sample::run(cases)).parse().unwrap())
    }

    #[test]
    fn failures_of_one_kind_are_one_annotation_at_their_line() {
        let lines = annotations(&written(&sample::poor()).parse().unwrap());
        assert_eq!(lines.len(), 4, "{lines:#?}");
        assert_eq!(
            lines[0],
            "::error file=cases/alibaba/matrix/encrypt.yaml,line=12,col=3,title=alibaba/Encrypt/Disabled::expected \
             Rejected.Disabled (409), got Success (200) (6 cases)"
        );
        assert!(lines[2].starts_with("::warning ") && lines[2].ends_with("had no effect: Success (200) (3 cases)"));
    }

    #[test]
    fn there_are_ten_at_most() {
        let case = |number: usize| {
            let id = format!("alibaba/Operation{number}/Disabled");
            sample::other(&id, Verdict::Fail, Kind::Body, &format!("field {number}"))
        };
        assert_eq!(of((100..130).map(case).collect()).len(), 10);
        assert!(of(vec![sample::passed("alibaba/Encrypt/Disabled")]).is_empty());
    }

    #[test]
    fn a_text_ends_no_command() {
        let hostile = "100%\n::error::x, y: z";
        let lines = of(vec![sample::other("alibaba/a,b:c/x", Verdict::Fail, Kind::Body, hostile)]);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].ends_with(",title=alibaba/a%2Cb%3Ac/x::100%25 ::error::x, y: z"), "{}", lines[0]);
    }
}
