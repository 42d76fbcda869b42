//! A league of endpoints: of the calls that the published table rejects how many are rejected, of those that it allows how
//! many work, and what could not be compared.
//!
//! ```markdown
//! | endpoint | rejects what it must | allows what it must | not there | could not be judged |
//! | --- | --- | --- | --- | --- |
//! | moto 5.2.5 | 0 of 191 | 348 of 360 | 2 | 237 |
//! ```
//!
//! Only cells of the table count: each is one call on one key in one state. What an endpoint does not have, or what no key could
//! be brought to, is counted apart and in nobody's favour.

use super::results::Results;
use super::text::{as_u64, one_line, thousands};
use crate::event::CaseResult;
use crate::verdict::{Kind, Verdict};

/// What one endpoint made of the cells of the table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// The cells that the table rejects.
    pub rejected: Share,
    /// The cells that the table allows.
    pub allowed: Share,
    /// The cells whose operation the endpoint does not know.
    pub absent: usize,
    /// The cells that were run and could not be judged.
    pub unjudged: usize,
}

/// How many of some cells are right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// Those that are as the table says.
    pub right: usize,
    /// Those that were judged.
    pub judged: usize,
}

impl Tally {
    /// The names of what is counted, for the head of a table.
    pub const HEADS: [&'static str; 4] =
        ["rejects what it must", "allows what it must", "not there", "could not be judged"];

    /// Counts the cells of results.
    pub fn of(results: &Results) -> Self {
        let mut tally = Self::default();
        let cells = results.cases.iter().filter(|case| case.state.is_some() && case.verdict != Verdict::Skipped);
        cells.for_each(|case| tally.count(case));
        tally
    }

    fn count(&mut self, case: &CaseResult) {
        let right = match (case.verdict, case.kind) {
            (Verdict::Pass | Verdict::UnexpectedPass, _) => true,
            (Verdict::Fail | Verdict::KnownFailure, Some(Kind::Unsupported)) => {
                self.absent += 1;
                return;
            }
            (Verdict::Fail, _) => false,
            // A case is also known not to be judged.
            (Verdict::KnownFailure, Some(kind)) if is_judged(kind) => false,
            (Verdict::KnownFailure | Verdict::Inconclusive | Verdict::NotRun | Verdict::Skipped, _) => {
                self.unjudged += 1;
                return;
            }
        };
        let Some(expected) = &case.expected else {
            self.unjudged += 1;
            return;
        };

        let share = if expected.code == "Success" { &mut self.allowed } else { &mut self.rejected };
        share.judged += 1;
        share.right += usize::from(right);
    }

    /// What was counted, in the order of [`Self::HEADS`].
    pub fn texts(&self) -> [String; 4] {
        let number = |number: usize| thousands(as_u64(number));
        let share = |Share { right, judged }: Share| format!("{} of {}", number(right), number(judged));
        [share(self.rejected), share(self.allowed), number(self.absent), number(self.unjudged)]
    }
}

/// Whether a failure of this kind is a response, or an effect, that the table does not allow.
fn is_judged(kind: Kind) -> bool {
    match kind {
        Kind::Allowed
        | Kind::Rejected
        | Kind::Code
        | Kind::Status
        | Kind::Body
        | Kind::Effect
        | Kind::Unsupported
        | Kind::Crash
        | Kind::Malformed => true,
        Kind::Unstable
        | Kind::Fixture
        | Kind::Transport
        | Kind::Denied
        | Kind::Cut
        | Kind::Later
        | Kind::NotApplicable
        | Kind::Unavailable => false,
    }
}

/// The league as a table in Markdown, in the order of the results.
pub fn render(results: &[(String, Results)]) -> String {
    let mut table =
        format!("| endpoint | {} |\n|{}\n", Tally::HEADS.join(" | "), " --- |".repeat(Tally::HEADS.len() + 1));
    for (name, results) in results {
        let name = one_line(name).replace('|', "\\|");
        table.push_str(&format!("| {name} | {} |\n", Tally::of(results).texts().join(" | ")));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::json::tests::written;
    use crate::report::sample;

    fn results(cases: Vec<CaseResult>) -> Results {
        written(&sample::run(cases)).parse().unwrap()
    }

    #[test]
    fn only_cells_that_were_judged_count_for_or_against() {
        let allowed = |mut case: CaseResult| {
            case.expected = Some(crate::event::Outcome { code: "Success".to_owned(), status: 200 });
            case
        };
        let other = |id, verdict, kind| sample::other(id, verdict, kind, "why");
        let results = results(vec![
            sample::passed("alibaba/A/Disabled"),
            sample::failed("alibaba/B/Disabled"),
            allowed(sample::passed("alibaba/C/Enabled")),
            other("alibaba/D/Disabled", Verdict::KnownFailure, Kind::Allowed),
            other("alibaba/E/Disabled", Verdict::KnownFailure, Kind::Fixture),
            other("alibaba/F/Disabled", Verdict::Fail, Kind::Unsupported),
            other("alibaba/G/Disabled", Verdict::Skipped, Kind::NotApplicable),
            sample::blocked("alibaba/H/Disabled"),
            sample::failed("alibaba/a-scenario"),
        ]);
        let share = |right, judged| Share { right, judged };
        let tally = Tally { rejected: share(1, 3), allowed: share(1, 1), absent: 1, unjudged: 2 };
        assert_eq!(Tally::of(&results), tally);

        let table = render(&[("a|b".to_owned(), results)]);
        assert_eq!(table.lines().last(), Some(r"| a\|b | 1 of 3 | 1 of 1 | 1 | 2 |"));
        assert!(table.lines().all(|line| line.replace("\\|", "").matches('|').count() == 6), "{table}");
    }
}
